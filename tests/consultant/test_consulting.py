"""What consultants do with a case, and what becomes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import ViewPeriod
from assistant.cases import answer_case
from assistant.reading import Reader
from codes.models import Source
from consultant.actions import consulting
from consultant.actions.consulting import CaseChanged, ConsultingError, Seen
from consultant.clock import clock_of
from consultant.drafts import draft_reply
from consultant.models import Message, Thread
from consultant.replies import reply_html
from consultant.shown import shown_messages
from tests.consultant.cases import make_answer, make_question
from tests.consultant.waiting_cases import mailed, make_case
from tests.factories import make_description, make_release, make_user

pytestmark = pytest.mark.django_db

STATE = Thread.State


def test_a_reply_stops_the_clock_and_goes_out_by_mail(anna):
    case = make_case()
    make_question(case)

    reply = consulting.reply(thread=case, author=anna, text="  One unit.\r\nNo more. ")

    case.refresh_from_db()
    assert (case.state, case.due_at, case.assigned_to) == (STATE.REPLIED, None, anna)
    assert (reply.kind, reply.author, reply.text) == ("reply", anna, "One unit.\nNo more.")
    mail = mailed()[0]
    assert "One unit." in mail.text and mail.user == case.user
    assert mail.about == f"consultant.thread:{case.pk}"


def test_the_member_reads_a_reply_as_it_was_previewed(anna, settings):
    settings.SITE_URL = "https://codes.example.org"
    case = make_case()
    text = (
        "See [96522](/codes/cpt/96522/).\n\n- **one**\n- <b>two</b> ![x](https://example.org/x.png)"
    )
    reply = consulting.reply(thread=case, author=anna, text=text)

    shown = shown_messages(case)[-1].html
    assert shown == reply_html(text)
    assert "<strong>one</strong>" in shown and 'href="/codes/cpt/96522/"' in shown
    assert "<b>" not in shown and "<img" not in shown
    mail = mailed()[0]
    assert 'href="https://codes.example.org/codes/cpt/96522/"' in mail.html
    assert "one</strong>" in mail.html and "<b>two" not in mail.html and "<img" not in mail.html
    assert "See [96522](https://codes.example.org/codes/cpt/96522/).\n\n- **one**" in mail.text
    assert reply.message_id == mail.message_id


def test_a_case_of_somebody_stays_theirs_when_a_colleague_replies(anna, ben):
    case = make_case(assigned_to=ben)
    consulting.reply(thread=case, author=anna, text="One unit.")
    case.refresh_from_db()
    assert case.assigned_to == ben


def test_sending_twice_is_one_reply_and_one_mail(anna):
    case = make_case()
    seen = Seen.of(case)
    first, second = (
        consulting.reply(thread=case, author=anna, text="One unit.", form_key="a", seen=seen)
        for _ in range(2)
    )
    assert first == second
    assert case.messages.count() == len(mailed()) == 1


def test_the_same_words_of_another_form_are_another_reply(anna):
    case = make_case()
    for key in "ab":
        consulting.reply(thread=case, author=anna, text="As I wrote.", form_key=key)
    assert case.messages.count() == 2


def test_nothing_is_sent_over_what_a_colleague_did_meanwhile(anna, ben):
    case = make_case()
    make_question(case)
    seen = Seen.of(case)
    consulting.reply(thread=case, author=ben, text="One unit.")

    with pytest.raises(CaseChanged) as told:
        consulting.reply(thread=case, author=anna, text="Two units.", seen=seen)

    assert told.value.changes == ["Ben Okafor sent a reply.", "Ben Okafor has the case now."]
    assert len(mailed()) == 1


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (lambda case, ben: make_question(case, text="And?"), "The member wrote again."),
        (
            lambda case, ben: consulting.add_note(thread=case, author=ben, text="Wait."),
            "Ben Okafor left an internal note.",
        ),
        (
            lambda case, ben: consulting.assign(thread=case, to=ben, by=ben),
            "Ben Okafor has the case now.",
        ),
        (lambda case, ben: consulting.close(thread=case, by=ben), "The case was closed."),
    ],
)
def test_a_reply_is_held_back_when_the_case_changed(anna, ben, happens, sentence):
    case = make_case()
    make_question(case)
    seen = Seen.of(case)
    happens(case, ben)
    with pytest.raises(CaseChanged, match=sentence):
        consulting.reply(thread=case, author=anna, text="One unit.", seen=seen)
    assert not case.messages.filter(kind=Message.Kind.REPLY).exists()


def test_what_a_consultant_did_in_another_window_holds_nothing_back(anna):
    case = make_case()
    seen = Seen.of(case)
    consulting.add_note(thread=case, author=anna, text="Looked at it.")
    consulting.assign(thread=case, to=anna, by=anna)
    assert consulting.reply(thread=case, author=anna, text="One unit.", seen=seen)


def test_two_who_take_a_case_at_once_are_not_both_told_it_is_theirs(anna, ben):
    case = make_case()
    seen = Seen.of(case)
    consulting.assign(thread=case, to=ben, by=ben, seen=seen)
    with pytest.raises(CaseChanged, match="Ben Okafor has the case now"):
        consulting.assign(thread=case, to=anna, by=anna, seen=seen)
    consulting.assign(thread=case, to=anna, by=anna, seen=Seen.of(Thread.objects.get()))
    case.refresh_from_db()
    assert case.assigned_to == anna


def test_a_case_is_assigned_to_nobody_who_may_not_work_on_it(anna):
    case = make_case()
    editor = make_user(is_staff=True)
    with pytest.raises(ConsultingError, match="may not work on cases"):
        consulting.assign(thread=case, to=editor, by=anna)


def test_closing_stops_the_clock_and_reopening_starts_it_anew(anna, settings):
    settings.CONSULTANT_REPLY_HOURS = 8
    case = make_case(due_in=timedelta(hours=-3))

    assert consulting.close(thread=case, by=anna)
    assert not consulting.close(thread=case, by=anna)
    case.refresh_from_db()
    assert (case.state, case.due_at) == (STATE.CLOSED, None)

    before = timezone.now()
    assert consulting.reopen(thread=case, by=anna)
    assert not consulting.reopen(thread=case, by=anna)
    case.refresh_from_db()
    assert case.state == STATE.WITH_CONSULTANT
    assert before + timedelta(hours=8) <= case.due_at <= timezone.now() + timedelta(hours=8)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 20_001])
def test_an_empty_or_overlong_reply_is_not_sent(anna, text):
    case = make_case()
    with pytest.raises(ConsultingError, match="The reply"):
        consulting.reply(thread=case, author=anna, text=text)
    assert not mailed()


def test_the_log_holds_ids_and_no_words(anna, caplog):
    case = make_case(subject="Private words")
    with caplog.at_level("INFO", logger="consultant"):
        consulting.assign(thread=case, to=anna, by=anna)
        consulting.add_note(thread=case, author=anna, text="Private words")
        consulting.reply(thread=case, author=anna, text="Private words")
        consulting.close(thread=case, by=anna)
        consulting.reopen(thread=case, by=anna)
    lines = [record for record in caplog.records if record.name.endswith("consulting")]
    assert len(lines) == 5
    assert not [line for line in lines if "Private" in str(line.__dict__)]
    assert not [line for line in lines if "example.org" in str(line.__dict__)]


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (timedelta(hours=23, minutes=59), "due in 23 h 59 min", "is-good"),
        (timedelta(hours=3, minutes=20, seconds=30), "due in 3 h 20 min", "is-warn"),
        (timedelta(minutes=5), "due in 5 min", "is-warn"),
        (timedelta(seconds=20), "due in less than a minute", "is-warn"),
        (-timedelta(hours=2), "overdue by 2 h", "is-bad"),
        (-timedelta(days=1, hours=4, minutes=9), "overdue by 1 day 4 h", "is-bad"),
        (timedelta(days=2), "due in 2 days", "is-good"),
    ],
)
def test_the_clock_speaks_in_words(settings, left, words, tone):
    settings.CONSULTANT_REPLY_HOURS = 24
    now = timezone.now()
    clock = clock_of(now + left, now=now)
    assert (clock.words, clock.tone) == (words, tone)


def test_the_draft_is_the_answer_that_was_given_with_whole_addresses(settings):
    settings.SITE_URL = "https://codes.example.org"
    case = make_case()
    make_answer(make_question(case))
    draft = draft_reply(case)
    assert draft.startswith("No edit stands between 96522 and 36561. [1]")
    assert "<https://codes.example.org/codes/cpt/96522/ncci-edits/>" in draft


def test_a_question_nobody_answered_is_drafted_and_costs_its_member_nothing():
    make_description("A4230", long="Infusion set for an external insulin pump")
    make_release(source=Source.NCCI_PTP_PRACTITIONER)
    asked = "What is A4230? Which NCCI edits does A4230 have?"
    case = make_case()
    make_answer(make_question(case))
    make_question(case, text=asked)

    draft = draft_reply(case)

    assert "Infusion set for an external insulin pump" in draft
    assert "Its page is not open to you yet." in draft
    assert not ViewPeriod.objects.filter(user=case.user).exists()
    # The same asked by its member opens the page.
    answer_case(asked, Reader.of_member(case.user), date_of_service=date(2026, 8, 1))
    assert ViewPeriod.objects.filter(user=case.user).exists()


def test_where_the_record_is_silent_the_last_answer_is_the_draft():
    case = make_case()
    make_answer(make_question(case))
    make_question(case, text="One more thing: it is only since July.")
    assert draft_reply(case).startswith("No edit stands between 96522 and 36561.")


def test_a_case_without_a_question_has_no_draft():
    assert draft_reply(make_case()) == ""


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_send_in_one_instant_send_once(anna):
    case = make_case()

    def send(_):
        try:
            return consulting.reply(thread=case, author=anna, text="One unit.", form_key="a").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(send, range(4)))
    assert len(keys) == case.messages.count() == len(mailed()) == 1
