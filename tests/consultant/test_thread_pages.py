"""CaseConsultant on the site: what it is, a member's cases, and what is done with one."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.actions import delete_account
from accounts.daily_allowance import Kind, spend_of
from accounts.models import OutgoingMail
from accounts.outbox import write_mail
from assistant.answer import Answer, AnswerKind, Paragraph
from consultant import mails
from consultant.forms import MOST_FILES
from consultant.models import Message, Thread
from consultant.views.asking import PAGE_SIZE
from tests.consultant.cases import (
    answered,
    make_answer,
    make_question,
    make_reply,
    make_thread,
    part,
    sentence,
)
from tests.factories import make_plan, make_release, make_user

pytestmark = pytest.mark.django_db
HOME = "/caseconsultant/"


@pytest.fixture
def member(client):
    """A member who is logged in."""
    user = make_user("member@example.org")
    client.force_login(user)
    return user


def send(client, text="Can 96522 go with 36561?", at=HOME, **values):
    return client.post(at, {"text": text, "key": uuid.uuid4(), **values})


def text_file(name="note.txt", content=b"The pump was refilled."):
    return SimpleUploadedFile(name, content, content_type="text/plain")


def page_of(client, thread) -> str:
    response = client.get(thread.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


# For everybody


def test_a_guest_reads_what_it_is_and_how_to_register(client, settings):
    settings.CONSULTANT_ADDRESS = "consult@casepilot.example"
    page = client.get(HOME).content.decode()
    assert "consult@casepilot.example" in page
    assert "No patient data, please" in page
    assert "What it does not" in page
    assert f"/accounts/signup/?next={HOME.replace('/', '%2F')}" in page
    assert "noindex" not in page
    assert "<textarea" not in page


def test_a_guest_who_sends_a_case_is_asked_to_log_in_and_nothing_is_stored(client):
    response = send(client)
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={HOME}"
    assert not Message.objects.exists()


@pytest.mark.parametrize("name", ["thread_detail", "thread_delete"])
def test_a_guest_is_sent_to_log_in_and_back(client, name):
    url = reverse(f"consultant:{name}", args=[make_thread().pk])
    assert client.get(url)["Location"] == f"/accounts/login/?next={url}"


def test_a_thread_is_there_for_its_member_alone(client, member):
    question = make_question(make_thread(subject="Of another"))
    answer = make_answer(question)
    thread = question.thread
    at = thread.get_absolute_url()
    assert client.get(at).status_code == 404
    assert send(client, at=at).status_code == 404
    assert client.get(f"{at}delete/").status_code == 404
    for path in ("delete/", "escalate/", f"{answer.pk}/verdict/"):
        assert client.post(f"{at}{path}", {"verdict": "helpful"}).status_code == 404
    thread.refresh_from_db()
    answer.refresh_from_db()
    assert (thread.state, answer.verdict) == (Thread.State.ANSWERING, "")
    assert "Of another" not in client.get(HOME).content.decode()
    assert "Of another" not in client.get(HOME, {"q": "another"}).content.decode()


def test_an_answer_of_another_thread_is_not_judged_through_ones_own(client, member):
    own, other = make_thread(user=member), make_answer()
    url = reverse("consultant:message_verdict", args=[own.pk, other.pk])
    assert client.post(url, {"verdict": "not-helpful"}).status_code == 404
    other.refresh_from_db()
    assert other.verdict == ""


def test_staff_read_no_members_thread_here(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert client.get(make_thread().get_absolute_url()).status_code == 404


def test_answers_have_the_lines_of_the_publishers_whose_texts_they_show(client, member):
    make_release(name="July 2026", valid_from=date(2026, 7, 1))
    thread = make_thread(user=member)
    make_answer(make_question(thread))
    line = "Published by the Centers for Medicare &amp; Medicaid Services."
    assert line in page_of(client, thread)


@pytest.mark.parametrize("path", ["escalate/", "1/verdict/"])
def test_following_a_link_does_nothing(client, member, path):
    thread = make_thread(user=member)
    assert client.get(f"{thread.get_absolute_url()}{path}").status_code == 405


def test_pages_of_threads_are_kept_from_caches_and_search_engines(client, member):
    response = client.get(make_thread(user=member).get_absolute_url())
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_forms_are_refused_without_their_token(member):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member)
    thread = make_thread(user=member)
    assert send(strict).status_code == 403
    assert send(strict, at=thread.get_absolute_url()).status_code == 403
    assert strict.post(f"{thread.get_absolute_url()}delete/").status_code == 403
    assert Thread.objects.filter(pk=thread.pk).exists()


# Asking


def test_a_member_asks_and_is_led_to_the_case(client, member):
    response = send(client, date_of_service="2026-07-01")
    question = Message.objects.get()
    assert response.status_code == 303
    assert response["Location"] == (f"{question.thread.get_absolute_url()}#message-{question.pk}")
    assert question.text == "Can 96522 go with 36561?"
    assert (question.via, question.state) == ("web", "waiting")
    assert str(question.date_of_service) == "2026-07-01"
    assert question.thread.user == member


def test_sending_the_form_twice_is_one_question(client, member):
    key = uuid.uuid4()
    first, second = (send(client, key=key, files=[text_file()]) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Message.objects.count() == 1
    assert "9 of 10" in client.get(HOME).content.decode()


def test_another_question_with_the_same_form_is_another_one(client, member):
    key = uuid.uuid4()
    send(client, key=key)
    send(client, "What is J0585?", key=key)
    send(client, "What is J0585?", key=key, files=[text_file()])
    assert Message.objects.count() == 3


def test_two_members_with_one_key_have_a_case_each(client, member):
    key = uuid.uuid4()
    send(client, key=key)
    client.force_login(other := make_user())
    send(client, key=key)
    assert set(Thread.objects.values_list("user", flat=True)) == {member.pk, other.pk}


def test_what_looks_like_a_patient_is_masked(client, member):
    send(
        client,
        "DOB: 02/03/1950, 96522 and 36561 together?",
        files=[text_file(content=b"SSN 123-45-6789")],
    )
    question = Message.objects.get()
    stored = f"{question.text} {question.attachments} {question.thread.subject}"
    assert "1950" not in stored
    assert "123-45-6789" not in stored


def test_a_file_is_read_and_shown(client, member):
    send(client, "", files=[text_file("case.txt", b"The pump was refilled & reprogrammed.")])
    question = Message.objects.get()
    assert question.attachments == [
        {"name": "case.txt", "text": "The pump was refilled & reprogrammed.", "problem": ""}
    ]
    page = page_of(client, question.thread)
    assert "case.txt" in page
    assert "The pump was refilled &amp; reprogrammed." in page
    assert question.thread.subject == "case.txt"


def test_the_wrong_file_is_refused_with_what_is_wrong_and_the_text_is_kept(client, member):
    wrong = SimpleUploadedFile("tool.txt", b"\x7fELF\x00\x01\x02", content_type="text/plain")
    response = send(client, "My long case", files=[text_file(), wrong])
    page = response.content.decode()
    assert "tool.txt: " in page
    assert "My long case" in page
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.pdf", b"\x89PNG\r\n\x1a\n" + b"x" * 50),
        ("broken.pdf", b"%PDF-1.7\nnothing more"),
        ("archive.docx", b"PK\x03\x04 no document"),
        ("nothing.txt", b""),
        ("blank.txt", b"  \n \n"),
    ],
)
def test_a_file_is_told_by_its_content_not_by_its_name(client, member, name, content):
    page = send(client, "My case", files=[text_file(name, content)]).content.decode()
    assert "Choose the files again" in page
    assert "into the mail" not in page
    assert not Message.objects.exists()


def test_what_to_do_with_a_refused_file_fits_the_form(client, member):
    calendar = text_file("seminar.ics", b"BEGIN:VCALENDAR\nEND:VCALENDAR")
    page = send(client, "My case", files=[calendar]).content.decode()
    told = "A calendar entry cannot be read here. Write its words into the text field."
    assert f"seminar.ics: {told}" in page


def test_of_a_long_file_the_beginning_is_read_and_that_is_said(client, member):
    long = text_file(content=b"The pump was refilled. " * 140_000)  # 3 MB: never on a disk
    assert send(client, files=[long]).status_code == 303
    (file,) = Message.objects.get().attachments
    assert file["text"].startswith("The pump was refilled.")
    assert "Only the first" in file["problem"]
    assert file["problem"] in page_of(client, Thread.objects.get())


def test_an_odd_name_of_a_file_does_no_harm(client, member):
    name = "../../a\x00b\u202e<script>" + "n" * 300 + ".txt"
    assert send(client, files=[text_file(name)]).status_code == 303
    page = page_of(client, Thread.objects.get())
    assert "<script>n" not in page


def test_too_many_files_are_refused_by_their_number(client, member):
    files = [text_file(f"{n}.txt") for n in range(MOST_FILES + 1)]
    page = send(client, files=files).content.decode()
    assert f"These are {MOST_FILES + 1} files" in page
    assert not Message.objects.exists()


def test_what_is_larger_than_a_mail_may_be_is_not_read_at_all(client, member, settings):
    settings.MAIL_MAX_MB = 1
    large = text_file(content=b"x" * 3 * 1024 * 1024)
    response = send(client, files=[large])
    assert response.status_code == 413
    assert "1 MB" in response.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"text": "  "}, "Write a question, codes or a note, or attach one."),
        ({"text": "word " * 10_001}, "A case has at most 50,000 characters"),
        ({"date_of_service": "1066-10-14"}, "The record holds dates from 1990"),
        ({"date_of_service": "soon"}, "Write the date as 2026-07-01."),
        ({"text": "nul \0 byte"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_was_expected(client, member, values, sentence):
    response = send(client, **values)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not Message.objects.exists()


def test_a_used_up_allowance_is_told_and_what_was_typed_is_kept(client, member, settings):
    settings.MEMBER_MAILS_PER_DAY = 1
    spend_of(member, Kind.MAIL)
    page = send(client, "A case of many words", date_of_service="2026-07-01").content.decode()
    assert "You have used your case for today." in page
    assert "A case of many words</textarea>" in page
    assert "2026-07-01" in page
    assert not Message.objects.exists()
    assert "<strong>0 of 1</strong> case left today." in page


def test_in_a_thread_a_used_up_allowance_is_told_there(client, member, settings):
    settings.MEMBER_MAILS_PER_DAY = 0
    thread = make_answer(make_question(make_thread(user=member, state="answered"))).thread
    page = send(client, "And then?", at=thread.get_absolute_url()).content.decode()
    assert "Your plan has no cases." in page
    assert "And then?</textarea>" in page


def test_who_is_not_counted_is_told_so(client, member):
    member.plan = make_plan(is_unlimited=True)
    member.save()
    assert "Your plan sets no limit to your cases." in client.get(HOME).content.decode()


def test_asking_further_stays_in_the_thread(client, member):
    thread = make_thread(user=member, state="answered")
    make_answer(make_question(thread))
    send(client, "And with modifier 59?", at=thread.get_absolute_url())
    assert thread.messages.filter(text="And with modifier 59?", state="waiting").exists()
    assert Thread.objects.count() == 1


def test_what_is_added_while_a_consultant_has_it_waits_for_the_consultant(client, member):
    thread = make_thread(user=member, state="with-consultant", due_at=timezone.now())
    make_answer(make_question(thread))
    page = page_of(client, thread)
    assert "The consultant will read it. It is not counted." in page
    send(client, "It was on the left.", at=thread.get_absolute_url())
    assert thread.messages.filter(text="It was on the left.", state="done").exists()
    assert "10 of 10" in client.get(HOME).content.decode()


# The list


def test_without_a_case_the_page_says_what_will_stand_there(client, member):
    assert "No case yet" in client.get(HOME).content.decode()


def test_threads_are_listed_with_their_state_in_words_and_when(client, member):
    now = timezone.now()
    for number, state in enumerate(Thread.State):
        make_thread(
            user=member,
            subject=f"Case {state.label}",
            state=state,
            due_at=now + timedelta(hours=5),
            updated_at=now - timedelta(days=number),
        )
    page = client.get(HOME).content.decode()
    listed = page[page.index("case-rows") :]
    places = [listed.index(f">Case {state.label}<") for state in Thread.State]
    assert places == sorted(places)
    for state in Thread.State:
        assert f"{state.label}</span>" in listed
    assert listed.count("answer by") == 1


def test_threads_are_paged(client, member):
    for number in range(PAGE_SIZE + 1):
        make_thread(user=member, subject=f"Case {number}")
    assert client.get(HOME).content.decode().count("/caseconsultant/") > PAGE_SIZE
    second = client.get(HOME, {"page": "2"})
    assert len(second.context["threads"]) == 1
    assert client.get(HOME, {"page": "x"}).status_code == 200


@pytest.mark.parametrize(
    "words",
    ["refill", "REFILL pump", "left basilic", "edit stands", "200.50", "capitation", "fluoroscopy"],
)
def test_a_search_finds_words_of_subjects_questions_answers_replies_and_files(
    client, member, words
):
    thread = make_thread(user=member, subject="Pump refill")
    question = make_question(
        thread,
        text="On the left basilic vein",
        attachments=[{"name": "n.txt", "text": "under fluoroscopy", "problem": ""}],
    )
    make_answer(question)
    make_reply(thread, text="Not under capitation.")
    make_thread(user=member, subject="Something else")
    found = client.get(HOME, {"q": words}).context["threads"]
    assert [each.pk for each in found] == [thread.pk]


@pytest.mark.parametrize("words", ["difficult", "citations", "rows", "release", "%", "xylophone"])
def test_a_search_finds_neither_notes_nor_the_names_of_stored_keys(client, member, words):
    thread = make_thread(user=member, subject="Pump refill")
    make_answer(make_question(thread))
    Message.objects.create(thread=thread, kind=Message.Kind.NOTE, text="He is difficult.")
    page = client.get(HOME, {"q": words})
    assert list(page.context["threads"]) == []
    assert "No case says that" in page.content.decode()


def test_the_list_costs_the_same_queries_for_one_case_and_for_many(
    client, member, django_assert_max_num_queries
):
    for number in range(15):
        make_answer(make_question(make_thread(user=member, subject=f"Case {number}")))
    with django_assert_max_num_queries(12):
        client.get(HOME)


# The page of a thread


def test_a_thread_shows_its_messages_in_order_and_never_a_note(client, member):
    thread = make_thread(user=member)
    make_answer(make_question(thread, text="The first question"))
    Message.objects.create(thread=thread, kind=Message.Kind.NOTE, text="He is difficult.")
    jane = make_user("jane@staff.example", first_name="Jane", last_name="Doe")
    make_reply(thread, text="The consultant’s words", author=jane)
    page = page_of(client, thread)
    words = ["The first question", "No edit stands between", "Jane Doe", "The consultant’s words"]
    places = [page.index(each) for each in words]
    assert places == sorted(places)
    assert "difficult" not in page
    assert "jane@staff.example" not in page


def test_an_answer_looks_as_the_assistants_does_with_sources_and_notice(client, member):
    thread = make_answer(make_question(make_thread(user=member))).thread
    page = page_of(client, thread)
    assert '<a class="citation" href="/codes/cpt/96522/ncci-edits/"' in page
    assert "Sources and releases used" in page
    assert "NCCI PTP edits, 2026 Q3" in page
    assert "Not legal or coding advice." in page


def test_everything_on_the_page_is_escaped(client, member):
    evil = "<script>alert(1)</script>"
    question = make_question(
        make_thread(user=member, subject=evil),
        text=evil,
        attachments=[{"name": evil, "text": evil, "problem": evil}],
    )
    make_answer(question, part(answered(sentence(evil)), asked=evil), part(asked=evil))
    make_reply(question.thread, text=evil, author=make_user(first_name=evil))
    assert evil not in page_of(client, question.thread)
    assert evil not in client.get(HOME).content.decode()


def test_several_parts_say_what_each_answers(client, member):
    thread = make_thread(user=member)
    parts = [part(asked="One?"), part(asked="96522-59", kind="codes", is_sure=False)]
    make_answer(make_question(thread), *parts)
    page = page_of(client, thread)
    assert "1 of 2, question:</span> One?" in page
    assert "2 of 2, list of codes:</span> 96522-59" in page
    assert page.count("The record does not settle this.") == 1


def test_a_locked_answer_says_what_opens_it(client, member):
    told = Answer(AnswerKind.LOCKED, [Paragraph("The fee of 96522 stands behind the meter.")])
    thread = make_answer(make_question(make_thread(user=member)), part(told)).thread
    page = page_of(client, thread)
    assert "stands behind the meter" in page
    assert 'data-kind="locked"' in page


def test_while_it_is_answered_the_page_follows_by_itself_without_javascript(client, member):
    question = make_question(make_thread(user=member), state="waiting")
    page = page_of(client, question.thread)
    again = f'<meta http-equiv="refresh" content="5; url={question.thread.get_absolute_url()}">'
    assert f"<noscript>{again}</noscript>" in page
    assert "data-case-waiting" in page
    assert "<textarea" not in page, "what is typed would be lost by the refresh"
    make_answer(question)
    Message.objects.filter(pk=question.pk).update(state="done")
    page = page_of(client, question.thread)
    assert "http-equiv" not in page
    assert "data-case-waiting" not in page
    assert "<textarea" in page


def test_a_question_that_failed_says_that_a_consultant_has_it(client, member):
    thread = make_thread(user=member, state="with-consultant", due_at=timezone.now())
    make_question(thread, state="failed")
    assert "It was not counted, and a consultant has it." in page_of(client, thread)


def test_a_case_with_a_consultant_says_until_when(client, member, settings):
    due = timezone.now() + timedelta(hours=3)
    thread = make_thread(user=member, state="with-consultant", due_at=due)
    make_answer(make_question(thread))
    page = page_of(client, thread)
    assert (
        f"{timezone.localtime(due):%H:%M} EST" in page
        or f"{timezone.localtime(due):%H:%M} EDT" in page
    )
    assert "Ask a person" not in page


def test_a_long_case_is_folded_away(client, member):
    thread = make_thread(user=member)
    make_question(thread, text="word " * 2000 + "last")
    page = page_of(client, thread)
    assert '<details class="case-text">' in page
    assert "last</p>" in page


# What is done with one


def test_asking_a_person_hands_the_case_over(client, member):
    thread = make_thread(user=member, state="answered")
    make_answer(make_question(thread))
    response = client.post(f"{thread.get_absolute_url()}escalate/", follow=True)
    thread.refresh_from_db()
    assert thread.state == Thread.State.WITH_CONSULTANT
    assert thread.escalation == Thread.Escalation.ASKED
    assert "A consultant will look at your case and answer by" in response.content.decode()


def test_a_thumb_up_is_kept_and_hands_nothing_over(client, member):
    answer = make_answer(make_question(make_thread(user=member, state="answered")))
    url = reverse("consultant:message_verdict", args=[answer.thread.pk, answer.pk])
    assert "“No” hands the case to a consultant." in page_of(client, answer.thread)
    response = client.post(url, {"verdict": "helpful"}, follow=True)
    answer.refresh_from_db()
    assert answer.verdict == "helpful"
    assert answer.thread.state == Thread.State.ANSWERED
    assert "What helped?" in response.content.decode()


def test_a_thumb_down_hands_the_case_over_and_says_so(client, member):
    answer = make_answer(make_question(make_thread(user=member, state="answered")))
    url = reverse("consultant:message_verdict", args=[answer.thread.pk, answer.pk])
    response = client.post(url, {"verdict": "not-helpful"}, follow=True)
    answer.refresh_from_db()
    assert answer.thread.state == Thread.State.WITH_CONSULTANT
    assert answer.thread.escalation == Thread.Escalation.NOT_HELPFUL
    assert "Thank you. A consultant will look at your case" in response.content.decode()
    client.post(url, {"verdict": "not-helpful", "comment": "The setting is wrong."})
    answer.refresh_from_db()
    assert answer.comment == "The setting is wrong."


@pytest.mark.parametrize(
    "values", [{}, {"verdict": "maybe"}, {"verdict": "helpful", "comment": "x" * 2001}]
)
def test_what_is_no_verdict_changes_nothing(client, member, values):
    answer = make_answer(make_question(make_thread(user=member)))
    url = reverse("consultant:message_verdict", args=[answer.thread.pk, answer.pk])
    page = client.post(url, values, follow=True).content.decode()
    answer.refresh_from_db()
    assert answer.verdict == ""
    assert "Say whether it was helpful" in page


def test_a_question_is_not_judged(client, member):
    question = make_question(make_thread(user=member))
    url = reverse("consultant:message_verdict", args=[question.thread.pk, question.pk])
    assert client.post(url, {"verdict": "helpful"}).status_code == 404


def test_deleting_asks_first_and_then_really_deletes(client, member):
    answer = make_answer(make_question(make_thread(user=member, subject="To go")))
    waiting = mails.write_answer(answer)
    other = write_mail(user=member, subject="Of something else", text="Stays.")
    url = f"{answer.thread.get_absolute_url()}delete/"
    assert "“To go”" in client.get(url).content.decode()
    assert Thread.objects.exists()
    response = client.post(url, follow=True)
    assert "“To go” is deleted" in response.content.decode()
    assert not Thread.objects.exists()
    assert not Message.objects.exists()
    assert list(OutgoingMail.objects.all()) == [other]
    assert waiting.pk != other.pk
    assert client.get(url).status_code == 404


# Around it


def test_it_is_among_the_products_and_in_the_site_map(client):
    home = client.get("/").content.decode()
    assert home.count(f'href="{HOME}"') == 2  # in the menu and among the products
    assert (
        f"<loc>http://testserver{HOME}</loc>"
        in client.get("/sitemap-pages.xml").getvalue().decode()
    )
    assert "Disallow: /caseconsultant/*/" in client.get("/robots.txt").text


def test_the_profile_says_how_many_cases_are_left(client, member):
    spend_of(member, Kind.MAIL)
    page = client.get("/accounts/").content.decode()
    assert "9 of 10 left" in page
    assert f'href="{HOME}"' in page


def test_the_export_of_ones_data_holds_the_cases_without_notes(client, member):
    thread = make_thread(user=member, subject="Pump refill")
    make_answer(make_question(thread, text="The first question"))
    Message.objects.create(
        thread=thread, kind=Message.Kind.NOTE, text="He is difficult.", author=make_user()
    )
    make_question(make_thread(subject="Of another"))
    export = client.post("/accounts/export/").json()
    (case,) = export["caseconsultant"]
    assert case["subject"] == "Pump refill"
    question, answer = case["messages"]
    assert question["text"] == "The first question"
    assert "No edit stands between" in answer["answers"][0]["answer"]
    assert "difficult" not in str(export)
    assert "Of another" not in str(export)
    assert thread.key not in str(export)


def test_deleting_the_account_deletes_the_cases_and_the_mails_about_them(member):
    thread = make_thread(user=member)
    make_answer(make_question(thread))
    about = f"consultant.thread:{thread.pk}"
    write_mail(user=make_user(), subject="A case waits", text="Of it.", about=about)
    delete_account(user=member)
    assert not Thread.objects.exists()
    assert not Message.objects.exists()
    assert not OutgoingMail.objects.exists()
