"""What becomes of a thread: handed to a person, judged by its member, deleted."""

import logging

from django.db import transaction
from django.utils import timezone

from accounts import outbox
from accounts.models import User
from assistant.cases import masked_case
from consultant import mails
from consultant.clock import due_from
from consultant.mails.envelope import about
from consultant.models import Message, Thread

logger = logging.getLogger(__name__)


def threads_of(user: User):
    """The threads of a member, the latest first."""
    return Thread.objects.filter(user=user)


@transaction.atomic
def escalate(*, thread: Thread, why: str) -> bool:
    """Hand the thread to the consultants, who are told; False where they have it already."""
    stored = Thread.objects.select_for_update().get(pk=thread.pk)
    if stored.state == Thread.State.WITH_CONSULTANT:
        return False
    now = timezone.now()
    thread.state = Thread.State.WITH_CONSULTANT
    thread.escalation, thread.escalated_at, thread.updated_at = why, now, now
    thread.due_at = due_from(now)
    thread.save(update_fields=["state", "escalation", "escalated_at", "due_at", "updated_at"])
    mails.tell_consultants(thread)
    logger.info("case handed to a person", extra={"thread_id": str(thread.pk), "why": why})
    return True


@transaction.atomic
def give_verdict(*, message: Message, verdict: str, comment: str = "") -> bool:
    """Keep what the member says of an answer, identifiers masked; one that did not help goes to a
    person.

    Returns whether the thread was handed over by this.
    """
    message.verdict = verdict
    most = Message._meta.get_field("comment").max_length
    message.comment = masked_case(comment.strip()).text[:most]
    message.save(update_fields=["verdict", "comment"])
    logger.info("answer judged", extra={"message_id": message.pk, "verdict": verdict})
    if verdict != Message.Verdict.NOT_HELPFUL:
        return False
    return escalate(thread=message.thread, why=Thread.Escalation.NOT_HELPFUL)


@transaction.atomic
def delete(*, thread: Thread) -> None:
    """Delete the thread with everything in it, and its mails that were not sent yet."""
    thread_id = str(thread.pk)
    name = about(thread)
    thread.delete()
    outbox.drop_waiting(about=name)
    logger.info("case deleted", extra={"thread_id": thread_id})
