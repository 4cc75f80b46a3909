"""A case as its member reads it on the site: its messages in order, answers part by part."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.text import Truncator

from assistant.answer import Answer
from assistant.cases import PartKind
from assistant.stored_answer import from_values
from consultant.models import Message, Thread
from consultant.queries.threads import messages_shown

LONG_TEXT = 1500  # characters from which on a text is folded away
_ASKED = {PartKind.QUESTION: "Question", PartKind.NOTE: "Note", PartKind.CODES: "List of codes"}


@dataclass(frozen=True)
class ShownPart:
    """One part of an answer: what was asked, in a few words, and what was told."""

    label: str
    asked: str
    told: Answer
    is_by_model: bool
    is_sure: bool


@dataclass(frozen=True)
class ShownMessage:
    """A message with what its template needs."""

    message: Message
    parts: tuple[ShownPart, ...]

    @property
    def is_long(self) -> bool:
        return len(self.message.text) > LONG_TEXT

    @cached_property
    def beginning(self) -> str:
        return Truncator(self.message.text).chars(240)

    @property
    def author(self) -> str:
        """The name of the consultant who replied."""
        return (self.message.author and self.message.author.get_full_name()) or "A consultant"


def shown_messages(thread: Thread) -> list[ShownMessage]:
    """The thread's messages, the oldest first, without the consultants' notes."""
    stored = messages_shown().filter(thread=thread).select_related("author")
    return [ShownMessage(message, tuple(map(_part, message.parts))) for message in stored]


def is_waiting(messages: list[ShownMessage]) -> bool:
    """Whether one of the questions is being answered at this moment."""
    return any(shown.message.state == Message.State.WAITING for shown in messages)


def _part(values: dict) -> ShownPart:
    return ShownPart(
        label=_ASKED[PartKind(values["kind"])],
        asked=Truncator(" ".join(values["asked"].split())).chars(160),
        told=from_values(values["answer"]),
        is_by_model=values["engine"] == "model",
        is_sure=values["is_sure"],
    )
