"""A member who writes again in a case that waits: who is told of it, and how often."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from consultant import jobs
from consultant.actions import asking, consulting, threads
from consultant.models import IncomingMail, Message, Thread
from consultant.queries.inbox import with_more
from tests.consultant.cases import make_question
from tests.consultant.mail_data import raw_mail, receive_and_read
from tests.consultant.waiting_cases import mailed, make_case

pytestmark = pytest.mark.django_db
TITLE = "The member wrote again"


def ago(**time):
    return timezone.now() - timedelta(**time)


def waiting_case(*, escalated_at=None, **fields) -> Thread:
    """A case that waits since two hours, unless told otherwise."""
    at = escalated_at or ago(hours=2)
    case = make_case(escalated_at=at, told_at=at, **fields)
    make_question(case, created_at=at - timedelta(minutes=1))
    return case


def write(case: Thread, text: str = "He also has 36561.") -> Message:
    return asking.ask(
        user=case.user,
        text=text,
        via=Message.Via.MAIL,
        question_key=asking.key_of(text),
        thread=case,
    )


def told() -> list[str]:
    return [mail.user.email for mail in mailed() if mail.subject == TITLE]


def jobs_to_tell() -> int:
    return ProcrastinateJob.objects.filter(task_name="consultant.tell_of_more").count()


def test_whoever_has_the_case_is_told_without_a_word_of_it(anna, ben):
    case = waiting_case(assigned_to=ben, subject="Private words")
    write(case)

    (mail,) = mailed()
    assert (mail.user, mail.subject) == (ben, TITLE)
    assert "The member wrote again in a case that waits for you." in mail.text
    assert "An answer is promised by" in " ".join(mail.text.split())
    assert reverse("admin:consultant_thread_change", args=[case.pk]) in mail.text
    assert "36561" not in mail.text + mail.html and "Private" not in mail.text + mail.html


def test_all_are_told_where_nobody_has_it_or_who_has_it_left(anna, ben):
    write(waiting_case())
    ben.is_staff = False
    ben.save()
    write(waiting_case(assigned_to=ben), "And 96522?")

    assert told() == ["anna@example.org", "ben@example.org", "anna@example.org"]


def test_a_case_has_one_mail_an_hour_and_the_last_words_are_told_too(anna):
    case = waiting_case()
    write(case, "First")
    write(case, "Second")
    write(case, "Third")
    assert told() == ["anna@example.org"]
    assert jobs_to_tell() == 1

    jobs.tell_of_more(str(case.pk))  # too early
    assert len(told()) == 1
    past = ago(minutes=61)
    Thread.objects.filter(pk=case.pk).update(told_at=past)
    jobs.tell_of_more(str(case.pk))
    assert len(told()) == 2
    jobs.tell_of_more(str(case.pk))
    assert len(told()) == 2


def test_soon_after_the_handover_the_mail_waits_for_its_hour(anna):
    case = waiting_case(escalated_at=ago(minutes=5))
    write(case)

    assert told() == [] and jobs_to_tell() == 1
    (job,) = ProcrastinateJob.objects.filter(task_name="consultant.tell_of_more")
    assert timedelta(minutes=53) < job.scheduled_at - timezone.now() < timedelta(minutes=56)


@pytest.mark.parametrize("work", ["reply", "note", "close", "delete"])
def test_nobody_is_told_of_what_a_consultant_took_up_meanwhile(anna, work):
    case = waiting_case(escalated_at=ago(minutes=5))
    write(case)
    match work:
        case "reply":
            consulting.reply(thread=case, author=anna, text="One unit.")
        case "note":
            consulting.add_note(thread=case, author=anna, text="Seen.")
        case "close":
            consulting.close(thread=case, by=anna)
        case "delete":
            threads.delete(thread=Thread.objects.get(pk=case.pk))
    if work != "delete":
        Thread.objects.filter(pk=case.pk).update(told_at=ago(hours=2))
    jobs.tell_of_more(str(case.pk))

    assert told() == []


@pytest.mark.parametrize("state", [Thread.State.WITH_CONSULTANT, Thread.State.REPLIED])
@pytest.mark.parametrize("text", ["Left.", "No", "Yes, both.", "It was the right one.\n\nThanks!"])
def test_the_shortest_answer_to_a_consultant_arrives(unchecked, text, state):
    case = waiting_case(state=state)
    mail = reply_by_mail(case, text)

    assert mail.outcome == IncomingMail.Outcome.QUESTION
    assert case.messages.last().text == text
    case.refresh_from_db()
    assert case.state == Thread.State.WITH_CONSULTANT


@pytest.mark.parametrize(
    "text", ["Thanks!", "Perfect, thanks\n\nJane Roe\nCPC", "Ok great. Got it!"]
)
def test_thanks_are_no_words_for_a_consultant(unchecked, text):
    case = waiting_case(state=Thread.State.REPLIED)

    assert reply_by_mail(case, text).outcome == IncomingMail.Outcome.EMPTY
    case.refresh_from_db()
    assert case.state == Thread.State.REPLIED


def reply_by_mail(case: Thread, text: str) -> IncomingMail:
    question = case.messages.first()
    headers = {"In_Reply_To": question.message_id}
    return receive_and_read(raw_mail(text, sender=case.user.email, **headers))


def test_words_before_the_handover_are_nothing_new(anna):
    case = waiting_case()
    assert not threads.tell_of_more(thread=case)
    assert with_more(Thread.objects.all()).get().more_at is None


def test_handing_a_case_over_starts_the_hour(anna):
    case = waiting_case(state=Thread.State.ANSWERED)
    threads.escalate(thread=case, why=Thread.Escalation.ASKED)
    write(case)

    assert [mail.subject for mail in mailed()] == ["A case waits for a consultant"]
    assert jobs_to_tell() == 1


def test_the_inbox_marks_it_until_a_consultant_works_on_it(anna, client):
    client.force_login(anna)
    case = waiting_case()
    page = reverse("admin:consultant_thread_changelist")
    assert "Wrote again" not in client.get(page).text.replace("writes again", "")

    write(case)
    assert "Wrote again" in client.get(page).text

    consulting.add_note(thread=case, author=anna, text="Seen.")
    assert "Wrote again" not in client.get(page).text
