"""Answers a stored question: what the assistant says of each part of it, and the mail with it.

An answer, its mail and the state of its thread are one transaction, and a question has one answer:
a worker killed at any point leaves the question waiting, and the next one answers it.
"""

import logging
from datetime import timedelta
from itertools import compress

from django.db import transaction
from django.utils import timezone

from accounts import daily_allowance
from accounts.daily_allowance import Kind
from accounts.meter import WithoutBrowser
from assistant.answer import Answer, AnswerKind, Paragraph
from assistant.cases import AnsweredPart, Part, PartKind, answer_case, answers_soon
from assistant.reading import Reader
from assistant.stored_answer import as_values
from consultant import mails
from consultant.actions import threads
from consultant.models import Message, Thread
from consultant.queueing import answer_later

logger = logging.getLogger(__name__)

MOST_TRIES = 3
# A note waits for the search index, as after a new release, but not longer than this.
INDEX_WAIT = timedelta(minutes=5)
_NOTHING_ASKED = (
    "I found no question, no code and no note in this. Name a code, or say in a few words what you "
    "want to know."
)


def answer_question(message_id: int) -> None:
    """Answer a question that waits; one that is answered or gone is left alone."""
    question = (
        Message.objects.filter(pk=message_id, state=Message.State.WAITING)
        .select_related("thread__user__plan")
        .first()
    )
    if question is None:
        return
    if not question.thread.user.is_active:
        Message.objects.filter(pk=message_id).update(state=Message.State.DONE)
        return
    try:
        is_new = timezone.now() - question.created_at < INDEX_WAIT
        if is_new and answers_soon(whole_text(question)):
            answer_later(question.pk, seconds=10)
            return
        said = _said_in(question)
        parts = _answered(question, said)
    except Exception:
        logger.exception("answering failed", extra={"message_id": message_id})
        _failed(question)
        return
    _keep(question, parts, said)


def _said_in(question: Message) -> list[Message]:
    """What was said to and by the member beside a question, in order: texts and Message-IDs."""
    others = question.thread.messages.exclude(pk=question.pk).exclude(kind=Message.Kind.NOTE)
    return list(others.only("kind", "text", "message_id", "created_at"))


def _answered(question: Message, said: list[Message]) -> list[AnsweredPart]:
    is_before = [each.kind == Message.Kind.QUESTION and each.pk < question.pk for each in said]
    parts = answer_case(
        whole_text(question),
        Reader.of_member(question.thread.user),
        earlier=[each.text for each in compress(said, is_before)],
        date_of_service=question.date_of_service or timezone.localdate(),
    )
    return parts or [_nothing_asked(question)]


def whole_text(question: Message) -> str:
    """What was asked with the words of what was attached."""
    texts = [question.text, *(attachment["text"] for attachment in question.attachments)]
    return "\n\n".join(text for text in texts if text)


def _nothing_asked(question: Message) -> AnsweredPart:
    answer = Answer(AnswerKind.ASKS_BACK, [Paragraph(_NOTHING_ASKED)])
    return AnsweredPart(Part(PartKind.QUESTION, question.text), answer, "planner", "", False)


@transaction.atomic
def _keep(question: Message, parts: list[AnsweredPart], said: list[Message]) -> None:
    thread = _locked(question)
    if thread is None or not _took(question, Message.State.DONE):
        return
    thread.user = question.thread.user  # read already, with the plan
    now = timezone.now()
    answer = Message.objects.create(
        thread=thread,
        kind=Message.Kind.ANSWER,
        answer_to=question,
        parts=[_values(part) for part in parts],
        created_at=now,
    )
    if thread.state == Thread.State.ANSWERING:
        thread.state = Thread.State.ANSWERED
    thread.updated_at = now
    thread.save(update_fields=["state", "updated_at"])
    if not all(part.is_sure for part in parts):
        threads.escalate(thread=thread, why=Thread.Escalation.NOT_SURE)
    mails.write_answer(answer, message_ids=[each.message_id for each in said if each.message_id])
    logger.info("case answered", extra={"message_id": question.pk, "part_count": len(parts)})


def _locked(question: Message) -> Thread | None:
    """The question's thread, locked; None where it is deleted."""
    return Thread.objects.select_for_update().filter(pk=question.thread_id).first()


def _took(question: Message, state: Message.State) -> bool:
    """Set the state of a question that waits; False where it does not any more."""
    waiting = Message.objects.filter(pk=question.pk, state=Message.State.WAITING)
    question.state = state
    return bool(waiting.update(state=state, failed_count=question.failed_count))


def _values(part: AnsweredPart) -> dict:
    return {
        "kind": part.part.kind,
        "asked": part.part.text,
        "answer": as_values(part.answer),
        "engine": part.engine,
        "model_name": part.model_name,
        "is_sure": part.is_sure,
    }


@transaction.atomic
def _failed(question: Message) -> None:
    """Try again later; after the last try a person has it, and the case is given back."""
    thread = _locked(question)
    question.failed_count += 1
    is_last = question.failed_count >= MOST_TRIES
    state = Message.State.FAILED if is_last else Message.State.WAITING
    if thread is None or not _took(question, state):
        return
    if not is_last:
        answer_later(question.pk, seconds=10 * 2**question.failed_count)
        return
    daily_allowance.give_back(WithoutBrowser(thread.user), Kind.MAIL)
    threads.escalate(thread=thread, why=Thread.Escalation.FAILED)
    mails.write_escalated(thread)
