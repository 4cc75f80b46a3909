"""What comes of a mail: a question, a notice, or nothing; and that nothing of it stays behind."""

import pytest
from django.conf import settings

from accounts.models import DailyUse, OutgoingMail
from consultant.models import IncomingMail, Message, Thread
from consultant.reading import read_mail
from consultant.reception.receive import receive
from tests.consultant.answers import answer_waiting
from tests.consultant.mail_data import raw_mail, receive_and_read
from tests.factories import make_description, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unchecked")]
Outcome = IncomingMail.Outcome
ASK = "What is A4206?"


def ask(member, text=ASK, **values):
    return receive_and_read(raw_mail(text, sender=member.email, **values))


def test_a_members_mail_becomes_a_question_and_is_erased(member):
    mail = ask(member, subject="Syringes")

    assert (mail.state, mail.outcome) == ("read", Outcome.QUESTION)
    assert mail.raw is None and mail.evidence == {}
    question = Message.objects.get()
    assert (question.text, question.via, question.state) == (ASK, "mail", "waiting")
    assert (question.thread.user, question.thread.subject) == (member, "Syringes")
    assert question.message_id == "<1@example.com>"


def test_the_answer_goes_out_in_the_thread(member):
    make_description("A4206")
    ask(member, subject="Syringes")

    (answer,) = answer_waiting()

    mail = OutgoingMail.objects.get()
    assert mail.user == member and mail.subject == "Re: Syringes"
    assert mail.headers["In-Reply-To"] == "<1@example.com>"
    assert mail.headers["Auto-Submitted"] == "auto-replied"
    assert f"+{answer.thread.key}@" in mail.reply_to
    assert "A4206" in mail.text and "A4206" in mail.html
    assert answer.message_id == mail.message_id
    assert answer.thread.state == Thread.State.ANSWERED


def test_the_same_message_id_twice_is_answered_once(member):
    ask(member)
    second = ask(member)
    answer_waiting()
    third = ask(member)

    assert (second.outcome, third.outcome) == (Outcome.DUPLICATE, Outcome.DUPLICATE)
    assert Message.objects.filter(kind="question").count() == 1
    assert OutgoingMail.objects.count() == 1
    assert DailyUse.objects.get().used_count == 1


def test_without_a_message_id_the_same_bytes_are_the_same_mail(member):
    ask(member, message_id="")
    assert ask(member, message_id="").outcome == Outcome.DUPLICATE
    assert ask(member, "And what is A4207?", message_id="").outcome == Outcome.QUESTION


def test_a_message_id_of_somebody_else_does_not_silence_a_member(member):
    other = make_user()
    ask(other)
    assert ask(member).outcome == Outcome.QUESTION


def test_reading_a_mail_twice_does_nothing_more(member):
    mail = ask(member)
    read_mail(mail.pk)
    assert Message.objects.count() == 1


def test_a_reply_finds_its_thread_by_the_address_it_goes_to(member):
    ask(member)
    thread = Thread.objects.get()
    local, _, domain = settings.CONSULTANT_ADDRESS.partition("@")
    to = f"{local}+{thread.key}@{domain}"
    raw = raw_mail("And A4207?", sender=member.email, message_id="<2@example.com>", to=to)
    receive_and_read(raw, to=to)

    assert Thread.objects.count() == 1 and thread.messages.count() == 2


def test_a_reply_finds_its_thread_by_the_mail_it_answers(member):
    make_description("A4206")
    ask(member)
    (answer,) = answer_waiting()
    ask(
        member,
        "And A4207?",
        message_id="<2@example.com>",
        subject="Re: A case",
        In_Reply_To=answer.message_id,
    )
    assert Thread.objects.count() == 1


def test_nobody_gets_into_the_thread_of_another(member):
    ask(member)
    thread = Thread.objects.get()
    other = make_user()
    ask(other, message_id="<2@example.com>", In_Reply_To="<1@example.com>")
    assert thread.messages.count() == 1
    assert Thread.objects.filter(user=other).count() == 1


def test_a_stranger_is_invited_once_a_day(db):
    first = receive_and_read(raw_mail(ASK, sender="new@example.org", message_id="<a@x>"))
    second = receive_and_read(raw_mail(ASK, sender="New@example.org", message_id="<b@x>"))

    assert first.outcome == Outcome.STRANGER and second.outcome == Outcome.STRANGER_AGAIN
    mail = OutgoingMail.objects.get()
    assert mail.address == "new@example.org" and "/accounts/signup/" in mail.text
    assert not Message.objects.exists()


def test_an_address_that_is_not_confirmed_is_a_strangers(db):
    user = make_user(email="late@example.org", is_verified=False)
    assert ask(user).outcome == Outcome.STRANGER


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"List_Id": "<coders.example.org>"},
        {"Precedence": "bulk"},
    ],
)
def test_what_no_person_wrote_gets_nothing(member, headers):
    mail = ask(member, **headers)
    assert mail.outcome == Outcome.AUTOMATIC and mail.reason
    assert not OutgoingMail.objects.exists() and not Message.objects.exists()


def test_a_bounce_gets_nothing(member):
    mail = receive_and_read(raw_mail(ASK, sender=member.email), mail_from="")
    assert mail.outcome == Outcome.AUTOMATIC


def test_our_own_mail_gets_nothing(db):
    make_user(email=settings.CONSULTANT_ADDRESS)
    mail = receive_and_read(raw_mail(ASK, sender=settings.CONSULTANT_ADDRESS))
    assert mail.outcome == Outcome.AUTOMATIC


def test_mail_to_another_address_is_left_alone(member):
    mail = receive_and_read(raw_mail(ASK, sender=member.email), to="someone@else.example")
    assert mail.outcome == Outcome.NOT_FOR_US and not Message.objects.exists()


def test_a_sender_who_is_not_authenticated_is_not_answered(member, settings):
    settings.MAIL_SENDERS_CHECKED = True
    mail = ask(member)

    assert mail.outcome == Outcome.NOT_AUTHENTICATED and mail.reason
    assert not Message.objects.exists()
    told = OutgoingMail.objects.get()  # the member, so that an honest one knows; nobody else
    assert told.user == member and ASK not in told.text


def test_a_stranger_who_is_not_authenticated_gets_nothing_at_all(db, settings):
    settings.MAIL_SENDERS_CHECKED = True
    receive_and_read(raw_mail(ASK, sender="victim@example.org"))
    assert not OutgoingMail.objects.exists()


def test_the_used_up_allowance_is_said_once(member, settings):
    settings.MEMBER_MAILS_PER_DAY = 1
    ask(member)
    second = ask(member, "And A4207?", message_id="<2@example.com>")
    third = ask(member, "And A4208?", message_id="<3@example.com>")

    assert second.outcome == third.outcome == Outcome.USED_UP
    assert Message.objects.count() == 1 and Thread.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


def test_identifiers_are_masked_before_anything_is_stored(member):
    ask(member, "Pt John Miller, DOB 01/02/1950, SSN 123-45-6789. What is A4206?", subject="x")
    question = Message.objects.get()
    assert "1950" not in question.text and "123-45-6789" not in question.text
    assert "A4206" in question.text


def test_the_subject_is_asked_where_the_mail_says_nothing_else(member):
    ask(member, "Thanks, Ann", subject="What is A4206?")
    assert "What is A4206?" in Message.objects.get().text


def test_thanks_are_not_answered(member):
    make_description("A4206")
    ask(member)
    (answer,) = answer_waiting()
    mail = ask(member, "Thanks a lot!", message_id="<2@example.com>", In_Reply_To=answer.message_id)
    assert mail.outcome == Outcome.EMPTY and OutgoingMail.objects.count() == 1


def test_asking_for_a_person_hands_the_thread_over(member):
    make_description("A4206")
    ask(member)
    (answer,) = answer_waiting()
    ask(member, "Please ask a person.", message_id="<2@example.com>", In_Reply_To=answer.message_id)

    thread = Thread.objects.get()
    assert (thread.state, thread.escalation) == ("with-consultant", "asked")
    assert thread.due_at > thread.escalated_at
    assert DailyUse.objects.get(kind="mail").used_count == 1


def test_words_to_a_consultant_wait_for_the_consultant(member):
    ask(member, "I want to talk to a person.")
    thread = Thread.objects.get()
    ask(
        member, "What is A4206, then?", message_id="<2@example.com>",
        In_Reply_To="<1@example.com>",
    )  # fmt: skip
    assert thread.messages.count() == 2
    assert not Message.objects.filter(state="waiting").exists()


def test_a_mail_that_fails_is_tried_again_and_kept(member, monkeypatch, caplog):
    monkeypatch.setattr("consultant.reading._settle", lambda *_: 1 / 0)
    mail = receive(raw_mail(ASK, sender=member.email), way="smtp", evidence={})
    for _ in range(9):
        read_mail(mail.pk)

    mail.refresh_from_db()
    assert mail.state == "failed" and bytes(mail.raw).startswith(b"From:")
    assert "A4206" not in caplog.text and "ann@" not in caplog.text
