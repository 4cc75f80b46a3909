"""Questions answered once, whatever happens; what the record cannot answer goes to a person."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import DailyUse, OutgoingMail
from consultant import answering
from consultant.actions import asking, threads
from consultant.actions.asking import NoMailsLeft
from consultant.models import Message, Thread
from tests.consultant.answers import answer_waiting
from tests.factories import make_description, make_user

pytestmark = pytest.mark.django_db


def ask(user, text="What is A4206?", key="1", **values):
    return asking.ask(user=user, text=text, via="web", question_key=asking.key_of(key), **values)


def test_a_question_has_one_answer_however_often_the_job_runs(member):
    make_description("A4206")
    question = ask(member)
    answering.answer_question(question.pk)
    answering.answer_question(question.pk)

    assert Message.objects.filter(kind="answer").count() == 1
    assert OutgoingMail.objects.count() == 1


def test_the_answer_names_code_release_and_source(member):
    make_description("A4206")
    ask(member)
    (answer,) = answer_waiting()

    (part,) = answer.parts
    assert part["is_sure"] and "A4206" in str(part["answer"])
    mail = OutgoingMail.objects.get()
    assert "July 2026" in mail.text and "/codes/hcpcs/A4206/" in mail.html


def test_several_questions_are_answered_one_by_one(member):
    make_description("A4206")
    make_description("A4207")
    ask(member, "What is A4206?\nWhat is A4207?")
    (answer,) = answer_waiting()
    assert [part["asked"] for part in answer.parts] == ["What is A4206?", "What is A4207?"]


def test_what_the_record_does_not_hold_goes_to_a_person(member):
    ask(member, "What is A4206?")  # nothing is loaded
    (answer,) = answer_waiting()

    thread = Thread.objects.get()
    assert (thread.state, thread.escalation) == ("with-consultant", "not-sure")
    to_member = OutgoingMail.objects.get(message_id=answer.message_id)
    assert "consultant" in to_member.text.lower()


def test_the_same_form_sent_twice_is_one_question(member):
    first, second = ask(member), ask(member)
    assert first == second and Message.objects.count() == 1
    assert DailyUse.objects.get().used_count == 1


def test_a_key_of_another_member_is_no_key_to_the_question(member):
    ask(member)
    with pytest.raises(Message.DoesNotExist):
        ask(make_user())
    assert Message.objects.count() == 1


def test_nothing_is_kept_of_a_question_beyond_the_allowance(member, settings):
    settings.MEMBER_MAILS_PER_DAY = 0
    with pytest.raises(NoMailsLeft):
        ask(member)
    assert not Thread.objects.exists() and not Message.objects.exists()


def test_a_question_that_keeps_failing_goes_to_a_person_and_is_given_back(member, monkeypatch):
    question = ask(member)
    monkeypatch.setattr("consultant.answering.answer_case", lambda *_, **__: 1 / 0)
    for _ in range(5):
        answering.answer_question(question.pk)

    question.refresh_from_db()
    assert question.state == "failed"
    assert Thread.objects.get().escalation == "failed"
    assert DailyUse.objects.get().used_count == 0
    assert OutgoingMail.objects.filter(user=member).count() == 1


def test_a_deleted_account_is_not_answered(member):
    question = ask(member)
    member.is_active = False
    member.save()
    answering.answer_question(question.pk)
    assert not Message.objects.filter(kind="answer").exists()


def test_deleting_a_thread_takes_everything_with_it(member):
    make_description("A4206")
    ask(member)
    answer_waiting()
    threads.delete(thread=Thread.objects.get())

    assert not Message.objects.exists() and not OutgoingMail.objects.exists()


def test_a_thread_deleted_while_it_is_answered_stays_deleted(member, monkeypatch):
    make_description("A4206")
    question = ask(member)
    answer_case = answering.answer_case

    def deleted_meanwhile(*args, **values):
        threads.delete(thread=question.thread)
        return answer_case(*args, **values)

    monkeypatch.setattr("consultant.answering.answer_case", deleted_meanwhile)
    answering.answer_question(question.pk)
    assert not Message.objects.exists() and not OutgoingMail.objects.exists()


def test_an_answer_that_did_not_help_goes_to_a_person_once(member):
    make_description("A4206")
    ask(member)
    (answer,) = answer_waiting()

    assert threads.give_verdict(message=answer, verdict="not-helpful", comment="Wrong year")
    assert Thread.objects.get().escalation == "not-helpful"
    assert not threads.give_verdict(message=answer, verdict="not-helpful")


def test_consultants_are_told_that_a_case_waits_but_not_what_it_says(member):
    consultant = make_user(is_staff=True)
    consultant.groups.add(Group.objects.get_or_create(name="Consultants")[0])
    ask(member, "I want to talk to a person about A4206", subject="Secret matter")

    told = OutgoingMail.objects.get(user=consultant)
    assert "/admin/consultant/thread/" in told.text
    assert "A4206" not in told.text and "Secret" not in told.text + told.subject


def test_a_note_waits_for_the_index_but_not_for_ever(member, monkeypatch):
    monkeypatch.setattr("assistant.cases.answering.waits_for_index", lambda: True)
    note = (
        "HPI: 67 year old man with type 2 diabetes and hypertension. He reports numb feet.\n"
        "Assessment and plan:\n1. Type 2 diabetes mellitus with diabetic polyneuropathy. "
        "Continue metformin.\n2. Essential hypertension, controlled."
    )
    question = ask(member, note)
    answering.answer_question(question.pk)
    assert not Message.objects.filter(kind="answer").exists()

    Message.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    answering.answer_question(question.pk)
    assert Thread.objects.get().escalation == "not-sure"
