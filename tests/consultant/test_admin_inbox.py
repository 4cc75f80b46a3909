"""The consultants' inbox in the administration: who sees it, what it says, what it holds back."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from codes.groups import ADMINISTRATOR, EDITOR
from consultant.actions import consulting
from consultant.models import CannedText, IncomingMail, Message, Thread
from tests.consultant.cases import make_answer, make_question, part
from tests.consultant.waiting_cases import mailed, make_case, make_consultant, replies
from tests.factories import make_plan, make_user

pytestmark = pytest.mark.django_db

STATE = Thread.State
LIST = reverse("admin:consultant_thread_changelist")
CANNED = reverse("admin:consultant_cannedtext_changelist")
MAILS = reverse("admin:consultant_incomingmail_changelist")


def page_of(case: Thread) -> str:
    return reverse("admin:consultant_thread_change", args=[case.pk])


def form_of(client, case: Thread) -> dict:
    """What a browser would send from the page, without a button."""
    form = client.get(page_of(case)).context["form"]
    return {name: form[name].value() or "" for name in ("seen", "form_key", "assigned_to")}


# Who may see what


def somebody(who: str):
    if who == "guest":
        return None
    if who == "member":
        return make_user()
    if who == "consultant":
        return make_consultant()
    if who == "superuser":
        return make_user(is_staff=True, is_superuser=True)
    user = make_user(is_staff=True)
    if who in (EDITOR, ADMINISTRATOR):
        user.groups.add(Group.objects.get(name=who))
    return user


EVERYBODY = ["guest", "member", "staff", EDITOR, "consultant", ADMINISTRATOR, "superuser"]
WORKS_ON_CASES = {"consultant", ADMINISTRATOR, "superuser"}
FOR_CONSULTANTS = {
    "the list": lambda case: LIST,
    "a case": page_of,
    "a case's log": lambda case: reverse("admin:consultant_thread_history", args=[case.pk]),
    "canned texts": lambda case: CANNED,
    "a new canned text": lambda case: reverse("admin:consultant_cannedtext_add"),
}
FOR_ADMINISTRATORS = {
    "deleting a case": lambda case: reverse("admin:consultant_thread_delete", args=[case.pk]),
    "the mails received": lambda case: MAILS,
    "the mails to send": lambda case: reverse("admin:accounts_outgoingmail_changelist"),
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_address_is_guarded(who):
    case = make_case(subject="Private words")
    make_question(case, text="A private question")
    client = Client()
    user = somebody(who)
    if user:
        client.force_login(user)
    for pages, allowed in (
        (FOR_CONSULTANTS, WORKS_ON_CASES),
        (FOR_ADMINISTRATORS, {ADMINISTRATOR, "superuser"}),
    ):
        for name, path in pages.items():
            answer = client.get(path(case))
            is_open = answer.status_code == 200
            assert is_open == (who in allowed), f"{name} for a {who}: {answer.status_code}"
            assert is_open or "rivate" not in answer.text
    assert client.get(reverse("admin:consultant_thread_add")).status_code in (302, 403)


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who not in WORKS_ON_CASES])
@pytest.mark.parametrize(
    "action",
    ["assign-to-me", "note", "note-masked", "send", "send-as-written", "draft", "close", "reopen"],
)
def test_others_do_nothing_with_a_case(who, action):
    case = make_case()
    make_question(case)
    client = Client()
    if user := somebody(who):
        client.force_login(user)
    answer = client.post(page_of(case), {"action": action, "reply": "Words", "note": "Words"})
    assert answer.status_code in (302, 403)
    case.refresh_from_db()
    assert (case.state, case.assigned_to, case.messages.count()) == (STATE.WITH_CONSULTANT, None, 1)
    assert not mailed()


def test_who_may_only_look_gets_no_form_and_does_nothing(client):
    from django.contrib.auth.models import Permission

    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_thread"))
    client.force_login(user)
    case = make_case()
    page = client.get(page_of(case))
    assert page.status_code == 200
    assert "Send to the member" not in page.text and "admin-case.js" not in page.text
    assert client.post(page_of(case), {"action": "close"}).status_code == 403


def test_what_the_assistant_alone_answered_is_no_consultants_business(client, anna):
    case = make_case(
        state=STATE.ANSWERED, escalation="", escalated_at=None, subject="Private words"
    )
    assert "Private words" not in client.get(LIST).text
    assert client.get(page_of(case)).status_code == 404
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert "Private words" in client.get(LIST).text
    assert client.get(page_of(case)).status_code == 200


@pytest.mark.parametrize("object_id", ["00000000-0000-0000-0000-000000000000", "x", "1"])
def test_a_case_that_is_not_there_is_not_found(client, anna, object_id):
    assert client.get(f"{LIST}{object_id}/change/").status_code == 404


def test_the_first_page_counts_what_waits_for_consultants_alone(client, anna):
    make_case(due_in=timedelta(hours=-1))
    make_case(assigned_to=anna)
    make_case(state=STATE.REPLIED)
    cases = client.get(reverse("admin:index")).text
    counts = re.findall(r'work-count figure">(\d+)</span>', cases)
    assert counts == ["2", "1", "1", "1"]

    client.force_login(somebody(EDITOR))
    assert "Cases with a consultant" not in client.get(reverse("admin:index")).text


# The list


def test_who_waits_stands_on_top_the_soonest_due_first(client, anna):
    make_case(subject="closed", state=STATE.CLOSED)
    make_case(subject="later", due_in=timedelta(hours=9))
    make_case(subject="overdue", due_in=timedelta(hours=-2))
    make_case(subject="soon", due_in=timedelta(minutes=200, seconds=30))
    page = client.get(LIST)
    assert [case.subject for case in page.context["cl"].result_list] == [
        "overdue",
        "soon",
        "later",
        "closed",
    ]
    assert "overdue by 2 h" in page.text and "due in 3 h 20 min" in page.text


def test_the_list_says_whose_a_case_is_and_why_it_is_here(client, anna):
    case = make_case(
        user=make_user("carol@example.org"),
        assigned_to=anna,
        escalation=Thread.Escalation.NOT_HELPFUL,
    )
    make_question(case)
    make_answer(case.messages.get())
    row = client.get(LIST).text
    for words in ("carol@example.org", "Anna Meyer", "The answer did not help", ">2</td>"):
        assert words in row, words


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        ({"whose": "mine"}, {"mine"}),
        ({"whose": "nobody"}, {"overdue", "closed"}),
        ({"whose": "others"}, {"theirs"}),
        ({"clock": "overdue"}, {"overdue"}),
        ({"clock": "running"}, {"mine", "theirs"}),
        ({"state": "closed"}, {"closed"}),
        ({"reason": "failed"}, {"theirs"}),
        ({"q": "catheter"}, {"mine"}),
        ({"q": "carol@example.org"}, {"theirs"}),
    ],
)
def test_the_list_is_narrowed_and_searched(client, anna, ben, narrowed, found):
    make_question(make_case(subject="mine", assigned_to=anna), text="A catheter, and a catheter")
    carol = make_user("carol@example.org")
    make_case(subject="theirs", user=carol, assigned_to=ben, escalation=Thread.Escalation.FAILED)
    make_case(subject="overdue", due_in=timedelta(minutes=-1))
    make_case(subject="closed", state=STATE.CLOSED)
    page = client.get(LIST, narrowed)
    assert {case.subject for case in page.context["cl"].result_list} == found


def test_the_empty_list_says_so(client, anna):
    assert "No case was handed to a person yet" in client.get(LIST).text
    assert "No case matches" in client.get(LIST, {"q": "xylophone"}).text


def test_many_cases_are_assigned_and_closed_at_once(client, anna, ben):
    keys = [make_case().pk for _ in range(3)]
    chosen = {"_selected_action": keys[:2]}
    client.post(LIST, {"action": "assign_cases", "assign_to": ben.pk, **chosen})
    assert Thread.objects.filter(assigned_to=ben).count() == 2
    client.post(LIST, {"action": "assign_cases", "assign_to": "", **chosen})
    assert not Thread.objects.filter(assigned_to=ben).exists()
    client.post(LIST, {"action": "assign_cases", "assign_to": make_user().pk, **chosen})
    assert Thread.objects.filter(assigned_to=None).count() == 3
    client.post(LIST, {"action": "close_cases", **chosen})
    assert Thread.objects.filter(state=STATE.CLOSED).count() == 2


def test_a_consultant_deletes_no_case(client, anna):
    case = make_case()
    chosen = {"_selected_action": [case.pk], "post": "yes"}
    client.post(LIST, {"action": "delete_selected", **chosen})
    client.post(reverse("admin:consultant_thread_delete", args=[case.pk]), {"post": "yes"})
    assert Thread.objects.filter(pk=case.pk).exists()


def test_a_case_an_administrator_deletes_leaves_no_words_behind(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    one, two = make_case(subject="Private words"), make_case(subject="Private words")
    client.post(reverse("admin:consultant_thread_delete", args=[one.pk]), {"post": "yes"})
    chosen = {"_selected_action": [two.pk], "post": "yes"}
    client.post(LIST, {"action": "delete_selected", **chosen})
    assert not Thread.objects.exists()
    assert not LogEntry.objects.filter(object_repr__contains="Private").exists()


def test_an_administrator_deletes_a_member_with_all_cases(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    case = make_case()
    make_answer(make_question(case))
    path = reverse("admin:accounts_user_delete", args=[case.user.pk])
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert not Thread.objects.exists() and not Message.objects.exists()


# The page of a case


def test_the_whole_thread_is_there_in_reading_order(client, anna, ben):
    member = make_user("carol@example.org", plan=make_plan("Professional"))
    case = make_case(user=member)
    now = timezone.now()
    question = make_question(
        case,
        text="How many units?",
        created_at=now - timedelta(hours=3),
        attachments=[
            {"name": "remit.pdf", "text": "CO-97", "problem": ""},
            {"name": "a.zip", "text": "", "problem": "An archive is not read."},
        ],
    )
    make_answer(
        question,
        part(is_sure=False),
        verdict="not-helpful",
        comment="Why?",
        created_at=now - timedelta(hours=2),
    )
    consulting.add_note(thread=case, author=ben, text="Ask for the remittance.")
    consulting.reply(thread=case, author=ben, text="See **this** <script>x</script>")
    page = client.get(page_of(case)).text
    order = [
        "How many units?", "remit.pdf", "CO-97", "An archive is not read.",
        "No edit stands between 96522 and 36561.",
        'href="/codes/cpt/96522/ncci-edits/"', "NCCI PTP edits, 2026 Q3", "not helpful", "Why?",
        "Note by Ben Okafor", "the member never sees it", "Ask for the remittance.",
        "Reply by Ben Okafor", "See <strong>this</strong> &lt;script&gt;",
    ]  # fmt: skip
    places = [page.find(words) for words in order]
    assert -1 not in places and places == sorted(places), dict(zip(order, places, strict=True))
    assert "Not sure" in page and "Professional" in page and "carol@example.org" in page


def test_a_reply_is_sent_and_the_page_led_back_to(client, anna):
    case = make_case()
    data = form_of(client, case) | {"reply": "One unit.", "action": "send"}
    answer = client.post(page_of(case), data)
    assert (answer.status_code, answer.url) == (302, page_of(case))
    assert [reply.text for reply in replies()] == ["One unit."]


def test_a_double_click_sends_one_reply(client, anna):
    case = make_case()
    data = form_of(client, case) | {"reply": "One unit.", "action": "send"}
    assert [client.post(page_of(case), data).status_code for _ in range(2)] == [302, 302]
    assert len(mailed()) == case.messages.count() == 1


def test_an_empty_reply_is_refused_with_a_sentence(client, anna):
    case = make_case()
    answer = client.post(page_of(case), form_of(client, case) | {"reply": " ", "action": "send"})
    assert answer.status_code == 400 and "The reply is empty." in answer.text
    assert not mailed()


def test_who_was_overtaken_is_told_before_anything_is_sent(client, anna, ben):
    case = make_case()
    data = form_of(client, case) | {"reply": "My own words", "note": "My note", "action": "send"}
    consulting.reply(thread=case, author=ben, text="Ben's words")

    answer = client.post(page_of(case), data)

    assert answer.status_code == 409
    assert "Nothing was sent or changed" in answer.text
    for words in ("Ben Okafor sent a reply.", "Ben Okafor has the case now.", "is-new"):
        assert words in answer.text, words
    form = answer.context["form"]
    assert (form["reply"].value(), form["note"].value()) == ("My own words", "My note")
    assert len(mailed()) == 1

    # Who has read it may send all the same.
    data |= {name: form[name].value() for name in ("seen", "form_key")} | {"note": ""}
    assert client.post(page_of(case), data).status_code == 302
    assert [reply.author for reply in replies()] == [ben, anna]


def test_a_case_that_a_colleague_has_says_so_at_once(client, anna, ben):
    page = client.get(page_of(make_case(assigned_to=ben))).text
    assert "Ben Okafor has this case." in page


def test_who_takes_a_case_too_late_is_told(client, anna, ben):
    case = make_case()
    data = form_of(client, case) | {"reply": "Begun", "action": "assign-to-me"}
    consulting.assign(thread=case, to=ben, by=ben)
    answer = client.post(page_of(case), data)
    assert answer.status_code == 409 and "Ben Okafor has the case now." in answer.text
    assert answer.context["form"]["reply"].value() == "Begun"


@pytest.mark.parametrize("action", ["assign-to-me", "assign", "close", "note", "preview"])
def test_text_that_is_not_sent_survives_whatever_else_is_done(client, anna, action):
    case = make_case()
    data = form_of(client, case) | {"reply": "Half a reply", "note": "A note", "action": action}
    answer = client.post(page_of(case), data)
    assert answer.status_code == 200
    form = answer.context["form"]
    assert form["reply"].value() == "Half a reply"
    assert (form["note"].value() or "") == ("" if action == "note" else "A note")
    assert not mailed()


def test_a_case_is_given_to_a_colleague_and_to_nobody(client, anna, ben):
    case = make_case()
    data = form_of(client, case) | {"action": "assign", "assigned_to": ben.pk}
    client.post(page_of(case), data)
    case.refresh_from_db()
    assert case.assigned_to == ben
    data = form_of(client, case) | {"action": "assign", "assigned_to": ""}
    client.post(page_of(case), data)
    case.refresh_from_db()
    assert case.assigned_to is None


def test_a_case_is_not_given_to_somebody_outside_the_group(client, anna):
    case = make_case(assigned_to=anna)
    data = form_of(client, case) | {"action": "assign", "assigned_to": make_user().pk}
    answer = client.post(page_of(case), data)
    assert answer.status_code == 400 and "Choose a consultant" in answer.text
    case.refresh_from_db()
    assert case.assigned_to == anna


def test_the_preview_is_what_the_member_will_see(client, anna):
    case = make_case()
    text = "See [96522](/codes/cpt/96522/).\n\n![pixel](https://example.org/x.png) <b>raw</b>"
    answer = client.post(
        page_of(case), form_of(client, case) | {"reply": text, "action": "preview"}
    )
    preview = answer.context["preview"]
    assert 'href="/codes/cpt/96522/"' in preview
    assert "<img" not in preview and "<b>" not in preview
    assert preview in answer.text and not mailed()


def test_a_canned_text_goes_below_what_is_written(client, anna):
    case = make_case()
    canned = CannedText.objects.create(title="Details", text="Please tell me the date.")
    data = form_of(client, case) | {"reply": "Hello", "canned": canned.pk, "action": "insert"}
    answer = client.post(page_of(case), data)
    assert answer.context["form"]["reply"].value() == "Hello\n\nPlease tell me the date."
    data |= {"canned": ""}
    assert client.post(page_of(case), data).status_code == 400


def test_a_draft_is_marked_and_not_sent_before_it_was_read(client, anna):
    case = make_case()
    make_answer(make_question(case))
    drafted = client.post(page_of(case), form_of(client, case) | {"action": "draft"})
    form = drafted.context["form"]
    assert "No edit stands between 96522 and 36561. [1]" in form["reply"].value()
    assert "A draft by the assistant is in the box." in drafted.text

    data = {name: form[name].value() or "" for name in ("seen", "form_key", "reply")}
    data |= {"is_draft": "True", "action": "send"}
    refused = client.post(page_of(case), data)
    assert refused.status_code == 400 and "tick that you have read it" in refused.text
    assert refused.context["form"]["reply"].value() == data["reply"]
    assert not mailed()
    assert client.post(page_of(case), data | {"is_read": "on"}).status_code == 302
    assert len(mailed()) == 1


def test_of_an_emptied_box_nothing_is_left_of_the_draft(client, anna):
    case = make_case()
    data = form_of(client, case) | {"is_draft": "True", "reply": " ", "action": "preview"}
    assert not client.post(page_of(case), data).context["is_draft"]


def test_a_case_without_a_question_has_no_draft_and_says_so(client, anna):
    case = make_case()
    answer = client.post(page_of(case), form_of(client, case) | {"action": "draft"})
    assert answer.status_code == 400 and "no question" in answer.text


def test_a_case_is_closed_and_opened_again(client, anna):
    case = make_case()
    client.post(page_of(case), form_of(client, case) | {"action": "close"})
    case.refresh_from_db()
    assert case.state == STATE.CLOSED
    assert "Reopen" in client.get(page_of(case)).text
    client.post(page_of(case), form_of(client, case) | {"action": "reopen"})
    case.refresh_from_db()
    assert case.state == STATE.WITH_CONSULTANT and case.due_at


def test_an_unknown_action_does_nothing(client, anna):
    case = make_case()
    assert client.post(page_of(case), {"action": "delete"}).status_code == 404


def test_the_page_tells_how_the_clock_counts(client, anna, settings):
    settings.CONSULTANT_REPLY_HOURS = 12
    for path in (LIST, page_of(make_case())):
        page = client.get(path).text
        assert "within 12 hours of the handover" in page
        assert "nights" in page


# Texts and mails


def test_there_are_canned_texts_from_the_beginning():
    titles = set(CannedText.objects.values_list("title", flat=True))
    assert {"More details are needed", "The payer decides"} <= titles


def test_the_log_of_mails_shows_no_word_of_them(client):
    mail = IncomingMail.objects.create(
        raw=b"Subject: Private words", size=22, way="smtp", evidence={"mail_from": "p@example.org"},
        state="failed", reason="The mail could not be read.",
    )  # fmt: skip
    client.force_login(make_user(is_staff=True, is_superuser=True))
    for path in (MAILS, reverse("admin:consultant_incomingmail_change", args=[mail.pk])):
        page = client.get(path)
        assert page.status_code == 200
        assert "The mail could not be read." in page.text
        assert "Private" not in page.text and "p@example.org" not in page.text


def test_a_failed_mail_is_read_again_while_it_is_kept(client):
    failed = {"way": "smtp", "size": 22, "state": "failed", "failed_count": 3, "reason": "Broken."}
    kept = IncomingMail.objects.create(raw=b"Subject: x", **failed)
    erased = IncomingMail.objects.create(raw=None, **failed)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    chosen = {"action": "read_selected_again", "_selected_action": [kept.pk, erased.pk]}

    page = client.post(MAILS, chosen, follow=True).text

    assert "1 mail is being read again." in page and "1 mail left alone" in page
    kept.refresh_from_db()
    erased.refresh_from_db()
    assert (kept.state, kept.failed_count, erased.state) == ("waiting", 0, "failed")
    jobs = ProcrastinateJob.objects.filter(task_name="consultant.read_mail")
    assert [job.args for job in jobs] == [{"mail_id": kept.pk}]


def test_a_note_is_kept_once_and_mailed_never(client, anna):
    case = make_case()
    data = form_of(client, case) | {"note": "Look at the indicator.", "action": "note"}
    for _ in range(2):
        assert client.post(page_of(case), data).status_code == 302
    assert case.messages.get().kind == Message.Kind.NOTE
    assert not mailed()
