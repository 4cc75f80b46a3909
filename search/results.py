"""What a search answers: hits in rank order, and what to say about them.

Everything the page, the suggestions, note coding, the assistant and mail may rely on.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from django.utils.safestring import SafeString

from codes.models import CodeSystem
from codes.queries.divisions import Division, divisions_of
from codes.queries.relatives import CodeForms, CodeLink
from codes.queries.status import Status
from search.asked import Asked
from search.marking import marked


class WhyKind(StrEnum):
    """What sort of text led to a code."""

    OFFICIAL = "official"  # a description of the publisher's, short or long
    PLAIN = "plain"  # the editors' plain-language description
    INCLUSION = "inclusion"  # an inclusion term of the tabular list
    INDEX = "index"  # the alphabetic or the external cause index
    DRUG = "drug"  # the table of drugs and chemicals
    NEOPLASM = "neoplasm"  # the table of neoplasms
    SYNONYM = "synonym"  # a synonym that an editor wrote


_LABELS = {
    WhyKind.OFFICIAL: "official description",
    WhyKind.PLAIN: "plain language",
    WhyKind.INCLUSION: "inclusion term",
    WhyKind.INDEX: "index",
    WhyKind.DRUG: "table of drugs",
    WhyKind.NEOPLASM: "table of neoplasms",
    WhyKind.SYNONYM: "synonym",
}


class _Marked:
    """What has a `text`, and the stems in it that were `wanted`."""

    @cached_property
    def highlighted(self) -> SafeString | str:
        """The text as HTML with the words marked, worked out when it is looked at; '' where no
        words were asked for.
        """
        return marked(self.text, self.wanted) if self.wanted else ""


@dataclass
class Why(_Marked):
    """The text that matched best, as it is written at its source: 'Attack, heart'.

    `is_by_meaning` where its words are others and only the meaning is near.
    """

    kind: WhyKind
    text: str
    is_by_meaning: bool = False
    wanted: Collection[str] = ()

    def __str__(self) -> str:
        return f"{self.label}: {self.text}"

    @property
    def label(self) -> str:
        """The kind in words, as it stands before the text: 'inclusion term'."""
        label = _LABELS[self.kind]
        return f"near in meaning, {label}" if self.is_by_meaning else label


@dataclass
class Hit(CodeForms, _Marked):
    """A code found, with its `text` in one line.

    `variants` are the hits that differ from it only in side, encounter or the like, where the
    answer is folded; suggestions hold only their number, `more_count`. `why` is None where the
    code itself was named. `parents` are the categories above it from the top down (ICD-10-CM; of
    an ICD-10-PCS code its table). `is_billable` is what the release shown says. `score` orders the
    hits of one answer: 1 is a code named in full, or a text that is what was asked, word for word;
    below 0.3 hardly anything agrees.
    """

    system: CodeSystem
    value: str
    text: str
    status: Status
    wanted: Collection[str] = ()
    why: Why | None = None
    parents: list[CodeLink] = field(default_factory=list)
    is_billable: bool = True
    score: float = 1.0
    code_id: int = 0  # the key of the code
    variants: list["Hit"] = field(default_factory=list)
    more_count: int = 0

    @property
    def chapter(self) -> Division | None:
        """The chapter or section of the code's system that it stands in."""
        return next(iter(divisions_of(self.system, self.value)), None)


@dataclass(frozen=True)
class Choice:
    """One value of a facet: what to pass to `find` for it, its title, and how many codes it has."""

    value: str
    title: str
    count: int


@dataclass(frozen=True)
class Facets:
    """How the codes found divide: `systems` whatever system was chosen, `chapters` (values are
    `system:slug`, as `icd-10-cm:i00-i99`) within the chosen system, the rest within every choice.
    """

    systems: list[Choice] = field(default_factory=list)
    chapters: list[Choice] = field(default_factory=list)
    billable_count: int = 0
    active_count: int = 0


@dataclass(frozen=True)
class Correction:
    """A word that no text has, and the one that was looked for in its place."""

    typed: str
    read: str


@dataclass(frozen=True)
class Expansion:
    """An abbreviation or a lay word as it was typed, and what it was read as."""

    typed: str
    meanings: list[str]


class Suggestions(list[Hit]):
    """The first hits for text that is still being typed. `read_as` is the text with its words
    corrected, '' where none was.
    """

    read_as: str = ""


def with_corrections(text: str, corrections: list[Correction]) -> str:
    """A text with its words corrected; '' where none was."""
    for correction in corrections:
        typed = rf"(?<!\w){re.escape(correction.typed)}(?!\w)"
        text = re.sub(typed, lambda _, word=correction.read: word, text, flags=re.IGNORECASE)
    return text if corrections else ""


@dataclass(frozen=True)
class Results:
    """The hits of one page in rank order, and how many there are in all.

    `exact` are the addresses of the codes that were named in full, on any page. `has_more` tells
    that more codes match than are ranked: `total` and the facets count the ranked ones. `facets`
    is None where very many codes were named, and where `is_without_index`: this machine's index is
    not there and PostgreSQL answers alone. `row_total` counts the rows of a folded answer, of which
    `hits` are those of one page; codes named one by one are a row each. Where nothing was found:
    `near_codes` are the neighbors of what has the form of a code, `nearest_words` those that the
    index has and that look most like the ones asked for, and `not_loaded` the systems that could
    not be searched.
    """

    asked: Asked
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    exact: list[str] = field(default_factory=list)
    near_codes: list[CodeLink] = field(default_factory=list)
    not_loaded: list[CodeSystem] = field(default_factory=list)
    facets: Facets | None = None
    corrections: list[Correction] = field(default_factory=list)
    expansions: list[Expansion] = field(default_factory=list)
    nearest_words: list[str] = field(default_factory=list)
    has_more: bool = False
    row_total: int = 0
    is_without_index: bool = False

    @property
    def corrected_text(self) -> str:
        """What was asked with its words corrected; '' where none was."""
        return with_corrections(self.asked.text, self.corrections)

    @property
    def missing(self) -> list[str]:
        """Of codes named one by one those that are not among the hits, as they are stored."""
        found = {hit.value for hit in self.hits}
        return [value for value in self.asked.whole if value not in found]
