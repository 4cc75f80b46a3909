"""What becomes of a thread: handed to a person, judged by its member, deleted."""

import logging
import math
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import outbox
from accounts.models import User
from assistant.cases import masked_case
from consultant import mails
from consultant.clock import due_from
from consultant.mails.envelope import about
from consultant.models import Message, Thread
from consultant.queries.inbox import with_more
from consultant.queueing import tell_later

logger = logging.getLogger(__name__)

TOLD_EVERY = timedelta(hours=1)  # of one case, at most


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
    thread.due_at, thread.told_at = due_from(now), now
    thread.save(
        update_fields=["state", "escalation", "escalated_at", "due_at", "told_at", "updated_at"]
    )
    mails.tell_consultants(thread)
    logger.info("case handed to a person", extra={"thread_id": str(thread.pk), "why": why})
    return True


@transaction.atomic
def tell_of_more(*, thread: Thread) -> bool:
    """Tell the consultants that the member wrote again in a case that waits for them.

    Not where they had a mail about the case within the hour, which a job makes up for; nor where
    nothing was written since that mail, or a consultant replied or noted something after it.
    Returns whether they were told.
    """
    stored = Thread.objects.select_for_update().filter(pk=thread.pk).first()
    if stored is None or stored.state != Thread.State.WITH_CONSULTANT:
        return False
    if (
        not with_more(Thread.objects.filter(pk=stored.pk))
        .filter(more_at__gt=_told(stored))
        .exists()
    ):
        return False
    now = timezone.now()
    if (wait := _told(stored) + TOLD_EVERY - now) > timedelta():
        tell_later(stored.pk, seconds=math.ceil(wait.total_seconds()))
        return False
    stored.told_at = now
    stored.save(update_fields=["told_at"])
    mails.tell_of_more(stored)
    logger.info("consultants told of more", extra={"thread_id": str(stored.pk)})
    return True


def _told(thread: Thread) -> datetime:
    return thread.told_at or thread.escalated_at or thread.created_at


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
