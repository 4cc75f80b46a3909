"""What readers do in conversations: ask, stop, rename, delete, share, say what they think of it."""

import logging
import secrets
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator

from accounts import daily_allowance
from accounts.daily_allowance import Allowance, Kind
from accounts.guest import guest_or_new
from accounts.models import User
from accounts.one_line import one_line
from assistant.models import Conversation, Feedback, Turn
from assistant.models.conversation import MAX_TITLE_LENGTH
from assistant.models.feedback import MAX_COMMENT_LENGTH

logger = logging.getLogger(__name__)

TITLE_CHARACTERS = 80  # of the first question, as the title until the reader gives another


class NoQuestionsLeft(Exception):
    """The reader's questions of today are used up; `allowance` says how many there were."""

    def __init__(self, allowance: Allowance):
        super().__init__("No question is left today.")
        self.allowance = allowance


class FormUsed(Exception):
    """The form was sent before by another reader: its key cannot be believed."""


def ask(
    *,
    request,
    question: str,
    form_key: uuid.UUID,
    date_of_service: date,
    subject: str = "",
    conversation: Conversation | None = None,
) -> Turn:
    """Store a question that waits for its answer, and spend one of the reader's questions.

    `question` has its identifiers masked already. The same question sent twice with the same form
    (a double click, the way back in the browser) is one: its turn is returned, nothing is spent.
    Without a `conversation` one begins.
    Raises NoQuestionsLeft, FormUsed.
    """
    form_key = uuid.uuid5(form_key, f"{conversation and conversation.pk} {subject} {question}")
    try:
        with transaction.atomic():
            turn = _store(request, question, form_key, date_of_service, subject, conversation)
            allowance = daily_allowance.spend(request, Kind.QUESTION)
            if not allowance.is_granted:
                raise NoQuestionsLeft(allowance)
    except IntegrityError:
        turn = turns_of_reader(request).filter(form_key=form_key).first()
        if turn is None:
            raise FormUsed from None
        return turn
    logger.info("question asked", extra={"turn_id": turn.pk})
    return turn


def turns_of_reader(request):
    """The turns of all conversations of the request's reader."""
    owned = Conversation.objects.of_reader(request.user, _guest(request))
    return Turn.objects.filter(conversation__in=owned).select_related("conversation")


def _guest(request) -> uuid.UUID | None:
    return None if request.user.is_authenticated else guest_or_new(request)


def _store(request, question, form_key, date_of_service, subject, conversation) -> Turn:
    now = timezone.now()
    if conversation is None:
        guest = _guest(request)
        conversation = Conversation.objects.create(
            user=None if guest else request.user,
            guest=guest,
            title=Truncator(" ".join(question.split())).chars(TITLE_CHARACTERS),
            updated_at=now,
        )
    else:
        Conversation.objects.filter(pk=conversation.pk).update(updated_at=now)
    return Turn.objects.create(
        conversation=conversation,
        form_key=form_key,
        question=question,
        subject=subject,
        date_of_service=date_of_service,
        asked_at=now,
    )


def claim(*, turn: Turn) -> bool:
    """Take a turn to answer it; False where it is answered, or somebody else is at it.

    A stopped one may be answered after all, and one whose answering was cut short, as by a
    restart, after a while. A failed one is asked anew: its question was given back.
    """
    now = timezone.now()
    given_up = now - timedelta(seconds=settings.ASSISTANT_MAX_SECONDS + 30)
    free = Q(state__in=[Turn.State.WAITING, Turn.State.STOPPED])
    free |= Q(state=Turn.State.ANSWERING, claimed_at__lt=given_up)
    taken = Turn.objects.filter(free, pk=turn.pk).update(state=Turn.State.ANSWERING, claimed_at=now)
    if taken:
        turn.state, turn.claimed_at = Turn.State.ANSWERING, now
    return bool(taken)


def keep_answer(*, turn: Turn, values: Mapping[str, Any]) -> bool:
    """Store what was answered; False where the reader stopped it meanwhile."""
    values = {**values, "state": Turn.State.ANSWERED, "answered_at": timezone.now()}
    kept = _being_answered(turn).update(**values)
    if kept:
        for name, value in values.items():
            setattr(turn, name, value)
        logger.info("question answered", extra={"turn_id": turn.pk, "engine": turn.engine})
    return bool(kept)


def look_again(*, turn: Turn) -> None:
    """Take in what became of a turn meanwhile; one that was deleted counts as stopped."""
    stored = Turn.objects.filter(pk=turn.pk).values().first()
    for name, value in (stored or {"state": Turn.State.STOPPED}).items():
        setattr(turn, name, value)
    turn.__dict__.pop("told", None)


def put_back(*, turn: Turn) -> None:
    """Let a turn wait again whose reader left while it was answered."""
    if _being_answered(turn).update(state=Turn.State.WAITING, claimed_at=None):
        turn.state = Turn.State.WAITING


def fail(*, turn: Turn, request) -> None:
    """Note that no answer came of it, and give the question back to the reader."""
    if _being_answered(turn).update(state=Turn.State.FAILED):
        turn.state = Turn.State.FAILED
        daily_allowance.give_back(request, Kind.QUESTION)
        logger.warning("question failed", extra={"turn_id": turn.pk})


def stop(*, turn: Turn) -> None:
    """End the answering at the reader's wish; the question can be answered later for nothing."""
    waiting = [Turn.State.WAITING, Turn.State.ANSWERING]
    if Turn.objects.filter(pk=turn.pk, state__in=waiting).update(state=Turn.State.STOPPED):
        turn.state = Turn.State.STOPPED
        logger.info("question stopped", extra={"turn_id": turn.pk})


def is_stopped(turn: Turn) -> bool:
    """Whether the turn is no longer to be answered: stopped, or deleted."""
    return not _being_answered(turn).exists()


def _being_answered(turn: Turn):
    """The stored turn, while it is answered by whoever claimed it as `turn` says."""
    return Turn.objects.filter(pk=turn.pk, state=Turn.State.ANSWERING, claimed_at=turn.claimed_at)


def rename(*, conversation: Conversation, title: str) -> None:
    """Give the conversation another title; an empty one changes nothing."""
    if title := one_line(title)[:MAX_TITLE_LENGTH]:
        conversation.title = title
        conversation.save(update_fields=["title"])
        logger.info("conversation renamed", extra={"conversation_id": str(conversation.pk)})


def delete(*, conversation: Conversation) -> None:
    """Delete the conversation with all its turns and the feedback on them."""
    conversation_id = str(conversation.pk)
    conversation.delete()
    logger.info("conversation deleted", extra={"conversation_id": conversation_id})


def share(*, conversation: Conversation) -> None:
    """Let whoever has the private link read the turns asked until now."""
    conversation.share_token = conversation.share_token or secrets.token_urlsafe(24)
    conversation.shared_at = timezone.now()
    conversation.save(update_fields=["share_token", "shared_at"])
    logger.info("conversation shared", extra={"conversation_id": str(conversation.pk)})


def stop_sharing(*, conversation: Conversation) -> None:
    """Make the private link lead nowhere, for good: sharing again makes another."""
    conversation.share_token, conversation.shared_at = "", None
    conversation.save(update_fields=["share_token", "shared_at"])
    logger.info("sharing ended", extra={"conversation_id": str(conversation.pk)})


def give_feedback(*, turn: Turn, verdict: str, comment: str = "") -> Feedback:
    """Store what the reader says of the answer; a second word on it replaces the first."""
    feedback, _ = Feedback.objects.update_or_create(
        turn=turn,
        defaults={
            "verdict": Feedback.Verdict(verdict),
            "comment": comment.replace("\0", "").strip()[:MAX_COMMENT_LENGTH],
            "given_at": timezone.now(),
            "handled_at": None,
            "handled_by": None,
        },
    )
    logger.info("feedback given", extra={"turn_id": turn.pk, "verdict": feedback.verdict})
    return feedback


def mark_handled(*, feedback: Feedback, by: User) -> None:
    """Note that an editor has dealt with it."""
    feedback.handled_at, feedback.handled_by = timezone.now(), by
    feedback.save(update_fields=["handled_at", "handled_by"])
    logger.info("feedback handled", extra={"feedback_id": feedback.pk, "user_id": by.pk})


def take_over(*, user: User, guest: uuid.UUID) -> int:
    """Make the conversations of this browser's guest the member's; returns how many."""
    count = Conversation.objects.filter(guest=guest).update(user=user, guest=None)
    if count:
        logger.info("conversations taken over", extra={"user_id": user.pk, "count": count})
    return count


def prune_guest_conversations(*, now: datetime | None = None) -> int:
    """Delete guests' conversations once their days are over; returns how many."""
    now = now or timezone.now()
    over = now - timedelta(days=settings.GUEST_CONVERSATION_DAYS)
    old = Conversation.objects.filter(guest__isnull=False, updated_at__lt=over)
    count = old.count()
    old.delete()
    logger.info("guests' conversations pruned", extra={"count": count})
    return count
