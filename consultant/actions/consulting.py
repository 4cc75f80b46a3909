"""What consultants do with a case: take it, note something, reply, close it, open it again."""

import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst

from accounts.models import User
from assistant.cases import CheckedWords
from consultant import mails
from consultant.actions.asking import key_of
from consultant.clock import due_from
from consultant.known_words import checked
from consultant.models import Message, Thread
from consultant.queries.inbox import consultants, name_of

logger = logging.getLogger(__name__)

MAX_REPLY_LENGTH = 20_000  # characters
MAX_NOTE_LENGTH = 5_000

_WHAT_CAME = {
    Message.Kind.QUESTION: "the member wrote again",
    Message.Kind.ANSWER: "the assistant’s answer arrived",
    Message.Kind.REPLY: "{author} sent a reply",
    Message.Kind.NOTE: "{author} left an internal note",
}


class ConsultingError(Exception):
    """What was asked for cannot be done; the message is a sentence for the consultant."""


class CaseChanged(ConsultingError):
    """Somebody else worked on the case since it was shown; `changes` are sentences on how."""

    def __init__(self, changes: list[str]):
        super().__init__(" ".join(changes))
        self.changes = changes


class LooksLikeAPatient(ConsultingError):
    """Words hold what may identify a patient; `checked` says what, `kind` of which message."""

    def __init__(self, kind: str, checked: CheckedWords):
        super().__init__("This looks like patient data.")
        self.kind = kind
        self.checked = checked


@dataclass(frozen=True)
class Seen:
    """The case as a consultant saw it when the page was made."""

    message: int  # the key of the newest message, 0 without one
    assigned_to: int | None
    is_closed: bool

    @classmethod
    def of(cls, thread: Thread) -> "Seen":
        newest = thread.messages.order_by("-pk").values_list("pk", flat=True).first()
        return cls(newest or 0, thread.assigned_to_id, thread.state == Thread.State.CLOSED)

    @classmethod
    def from_token(cls, token: str) -> "Seen | None":
        """What `token` made; None for anything else."""
        try:
            message, assigned_to, is_closed = map(int, token.split("."))
        except ValueError:
            return None
        return cls(message, assigned_to or None, bool(is_closed))

    @property
    def token(self) -> str:
        """For a hidden field of the page's form."""
        return f"{self.message}.{self.assigned_to or 0}.{int(self.is_closed)}"


def changes_since(seen: Seen, thread: Thread, by: User) -> list[str]:
    """What others did to the case since a consultant saw it, a sentence each."""
    newer = thread.messages.filter(pk__gt=seen.message).exclude(author=by).select_related("author")
    told = dict.fromkeys(
        _WHAT_CAME[message.kind].format(author=name_of(message.author) or "a colleague")
        for message in newer.order_by("pk")
    )
    if thread.assigned_to_id not in (seen.assigned_to, by.pk, None):
        told[f"{name_of(thread.assigned_to)} has the case now"] = None
    if thread.state == Thread.State.CLOSED and not seen.is_closed:
        told["the case was closed"] = None
    return [f"{capfirst(each)}." for each in told]


@transaction.atomic
def assign(*, thread: Thread, to: User | None, by: User, seen: Seen | None = None) -> None:
    """Make the case somebody's, or nobody's.

    Raises CaseChanged where somebody else took it since `seen`, ConsultingError for a person who
    may not work on cases.
    """
    thread = _locked(thread)
    if to is not None and not consultants().filter(pk=to.pk).exists():
        raise ConsultingError(f"{name_of(to)} may not work on cases.")
    if seen and thread.assigned_to_id not in (seen.assigned_to, to and to.pk, None):
        raise CaseChanged([f"{name_of(thread.assigned_to)} has the case now."])
    thread.assigned_to = to
    thread.save(update_fields=["assigned_to"])
    logger.info("case assigned", extra=_ids(thread, by) | {"to_id": to and to.pk})


@transaction.atomic
def add_note(
    *, thread: Thread, author: User, text: str, form_key: str = "", is_checked: bool = False
) -> Message:
    """Keep a note that only consultants read; the same sent twice is one.

    Raises ConsultingError for an empty or overlong one, LooksLikeAPatient as `reply` does.
    """
    text = _whole(text, MAX_NOTE_LENGTH, "note")
    _check(Message.Kind.NOTE, text, thread, author, is_checked=is_checked)
    thread = _locked(thread)
    key = _key(Message.Kind.NOTE, thread, author, form_key, text)
    if kept := _kept(thread, key):
        return kept
    note = Message.objects.create(
        thread=thread, kind=Message.Kind.NOTE, author=author, text=text, question_key=key
    )
    logger.info("case noted", extra=_ids(thread, author) | {"message_id": note.pk})
    return note


@transaction.atomic
def reply(
    *,
    thread: Thread,
    author: User,
    text: str,
    form_key: str = "",
    seen: Seen | None = None,
    is_checked: bool = False,
) -> Message:
    """Send a consultant's reply: it is kept in the thread, and its mail waits in the outbox.

    `text` is Markdown. The same text sent twice with one `form_key` is one reply. A case that is
    nobody's becomes the author's, so that what the member writes next comes back to them.
    `is_checked`: the author saw what looks like patient data and says that it is none.
    Raises CaseChanged where others worked on the case since `seen`, ConsultingError for an empty
    or overlong text, LooksLikeAPatient for one that may identify a patient and is not checked.
    """
    text = _whole(text, MAX_REPLY_LENGTH, "reply")
    _check(Message.Kind.REPLY, text, thread, author, is_checked=is_checked)
    thread = _locked(thread)
    key = _key(Message.Kind.REPLY, thread, author, form_key, text)
    if sent := _kept(thread, key):
        return sent
    if seen and (changes := changes_since(seen, thread, author)):
        raise CaseChanged(changes)
    now = timezone.now()
    message = Message.objects.create(
        thread=thread,
        kind=Message.Kind.REPLY,
        author=author,
        text=text,
        question_key=key,
        created_at=now,
    )
    thread.state, thread.due_at, thread.updated_at = Thread.State.REPLIED, None, now
    thread.assigned_to = thread.assigned_to or author
    thread.save(update_fields=["state", "due_at", "updated_at", "assigned_to"])
    mails.write_reply(message)
    logger.info("case replied to", extra=_ids(thread, author) | {"message_id": message.pk})
    return message


@transaction.atomic
def close(*, thread: Thread, by: User) -> bool:
    """End the case; nothing waits any more. False where it is closed already."""
    thread = _locked(thread)
    if thread.state == Thread.State.CLOSED:
        return False
    thread.state, thread.due_at, thread.updated_at = Thread.State.CLOSED, None, timezone.now()
    thread.save(update_fields=["state", "due_at", "updated_at"])
    logger.info("case closed", extra=_ids(thread, by))
    return True


@transaction.atomic
def reopen(*, thread: Thread, by: User) -> bool:
    """Have the case wait for a person again; the clock starts anew. False where it waits."""
    thread = _locked(thread)
    if thread.state == Thread.State.WITH_CONSULTANT:
        return False
    now = timezone.now()
    thread.state, thread.updated_at = Thread.State.WITH_CONSULTANT, now
    thread.escalated_at, thread.due_at = now, due_from(now)
    thread.save(update_fields=["state", "updated_at", "escalated_at", "due_at"])
    logger.info("case reopened", extra=_ids(thread, by))
    return True


def _locked(thread: Thread) -> Thread:
    """The thread as it is stored now, held until the transaction ends."""
    return (
        Thread.objects.select_for_update(of=("self",))
        .select_related("assigned_to")
        .get(pk=thread.pk)
    )


def _whole(text: str, most: int, kind: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise ConsultingError(f"The {kind} is empty.")
    if len(text) > most:
        raise ConsultingError(
            f"The {kind} has {len(text):,} characters; at most {most:,} can be kept."
        )
    return text


def _check(kind: str, text: str, thread: Thread, author: User, *, is_checked: bool) -> None:
    """Raises LooksLikeAPatient."""
    if not is_checked and (found := checked(text, thread=thread, author=author)).found:
        raise LooksLikeAPatient(kind, found)


def _key(kind: str, thread: Thread, author: User, form_key: str, text: str) -> str:
    """What makes the same message of one form one; '' without a form."""
    if not form_key:
        return ""
    return key_of(kind, str(thread.pk), str(author.pk), form_key, text)


def _kept(thread: Thread, key: str) -> Message | None:
    return thread.messages.filter(question_key=key).first() if key else None


def _ids(thread: Thread, by: User) -> dict:
    return {"thread_id": str(thread.pk), "by_id": by.pk}
