"""A case as its member reads it on the site: its messages in order, answers part by part."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.text import Truncator

from assistant.answer import Answer
from assistant.cases import PartKind
from assistant.publishers import publisher_lines, publisher_lines_of_words
from assistant.stored_answer import from_values
from consultant.models import Message, Thread
from consultant.queries.inbox import name_of
from consultant.queries.threads import messages_shown
from consultant.replies import reply_html

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
    def html(self) -> str:
        """A consultant's reply as HTML; '' for other messages."""
        is_reply = self.message.kind == Message.Kind.REPLY
        return reply_html(self.message.text) if is_reply else ""

    @property
    def author(self) -> str:
        """The name of the consultant who replied."""
        return (self.message.author and self.message.author.get_full_name()) or "A consultant"


def shown_messages(thread: Thread) -> list[ShownMessage]:
    """The thread's messages, the oldest first, without the consultants' notes."""
    stored = messages_shown().filter(thread=thread).select_related("author")
    return [ShownMessage(message, tuple(map(shown_part, message.parts))) for message in stored]


@dataclass(frozen=True)
class Entry(ShownMessage):
    """A message as consultants see it; `is_new`: it came after what they had seen."""

    is_new: bool = False

    @property
    def colleague(self) -> str:
        """The consultant who wrote a reply or note."""
        return name_of(self.message.author) or "a former colleague"


def entries_of(thread: Thread, *, seen_message: int | None = None) -> list[Entry]:
    """The whole thread for consultants, the oldest first, with their notes."""
    return [
        Entry(
            message,
            tuple(map(shown_part, message.parts)),
            is_new=seen_message is not None and message.pk > seen_message,
        )
        for message in thread.messages.select_related("author")
    ]


def publisher_lines_of_messages(messages: list[ShownMessage]) -> list[str]:
    """The lines of the publishers whose words answers and replies may show, each once."""
    lines = publisher_lines(part.told for each in messages for part in each.parts)
    replies = [each.message.text for each in messages if each.message.kind == Message.Kind.REPLY]
    return list(dict.fromkeys([*lines, *publisher_lines_of_words(replies)]))


def is_waiting(messages: list[ShownMessage]) -> bool:
    """Whether one of the questions is being answered at this moment."""
    return any(shown.message.state == Message.State.WAITING for shown in messages)


def shown_part(values: dict) -> ShownPart:
    """One entry of Message.parts."""
    return ShownPart(
        label=_ASKED[PartKind(values["kind"])],
        asked=Truncator(" ".join(values["asked"].split())).chars(160),
        told=from_values(values["answer"]),
        is_by_model=values["engine"] == "model",
        is_sure=values["is_sure"],
    )
