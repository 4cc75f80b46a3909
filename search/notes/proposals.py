"""What note coding hands back: the codes that a note supports, with the words that support them."""

from dataclasses import dataclass, field
from enum import StrEnum

from codes.models import CodeSystem
from codes.queries.relatives import CodeForms
from search.notes.choices import Choice
from search.notes.context import State
from search.notes.sections import Section, SectionSpan


class Confidence(StrEnum):
    """How well the note supports a code; the value is what a reader is told."""

    STRONG = "well supported"
    FAIR = "supported"
    WEAK = "only mentioned"


CONFIDENCES = list(Confidence)


@dataclass(frozen=True)
class Evidence:
    """Words from `start` up to `end` of the note, in a part of it."""

    start: int
    end: int
    section: Section
    sentence: int


@dataclass
class Proposal(CodeForms):
    """A code that the note supports. `missing` names what it does not say ('side', 'encounter',
    'type'), `choices` are the codes that would settle it, `reason` is why it is proposed.
    """

    system: CodeSystem
    value: str
    text: str
    is_billable: bool
    confidence: Confidence
    evidence: list[Evidence]
    reason: str = ""
    missing: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class SetAside(CodeForms):
    """A diagnosis that the note names and does not support, with why."""

    value: str
    text: str
    why: State
    cue: str
    evidence: Evidence
    system: CodeSystem = CodeSystem.ICD_10_CM


@dataclass
class CodedNote:
    """What a note supports, best first, what it does not, and the parts it was read in."""

    proposals: list[Proposal] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    sections: list[SectionSpan] = field(default_factory=list)
