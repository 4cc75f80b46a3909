"""A part of what a person wrote."""

from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """What a part is, and so who answers it."""

    QUESTION = "question"  # CasePilot
    NOTE = "note"  # the note coding
    CODES = "codes"  # the claim check


@dataclass(frozen=True)
class Part:
    """A question, a note or a list of codes in its own words.

    `context` holds, a line each, the sentences around it that say when, where and of whom it is
    asked: they go for it too.
    """

    kind: PartKind
    text: str
    context: str = ""
