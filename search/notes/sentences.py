"""The sentences of a note and their words, each with its place in the text."""

import re
from dataclasses import dataclass, field

from search.notes.sections import Section, SectionSpan, sections_of

_WORD = re.compile(r"[^\W_]+(?:['’][sS](?![^\W_]))?")
_BULLET = re.compile(r"[ \t]*(?:[•*·▪◦–—-]+|\(?\d{1,2}[.)])[ \t]+")
# Labels inside an assessment that say what sort of sentence follows, and are none of the patient's.
_LABEL = re.compile(
    r"(?:medical reasoning|medical treatment|additional testing|patient education(?: and "
    r"counseling)?|patient agreements?|specialty referrals?|specialist referrals?|medications?"
    r"|treatment|plan|education|testing|referrals?|labs|follow[ -]up|procedures?|counseling)"
    r"[ \t]*:[ \t]*",
    re.I,
)
_END = re.compile(r"[.!?]+[\"”’')\]]*(?=\s+[\"“(\[]?[A-Z0-9•]|\s*$)|;(?=\s)")
_NO_END = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|vs|approx|No|Jr|Sr|St|e\.g|i\.e|a\.k\.a|y\.o|q\.d|b\.i\.d|t\.i\.d)"
    r"|(?:^|\s)[A-Z]|^\s*\d{1,2})\.$"
)
_BOX = re.compile(r"(?:\[[ xX✓✔]?\]|[☐□☑☒])")
HEADING_WORDS = 10  # the most words of a line that names a problem
_SAYS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|should|can|may|denies|reports|states|recommend"
    r"|continue|discussed|presents|ordered|prescribed|advised|takes|taking|obtain|schedule)\b",
    re.I,
)


@dataclass(frozen=True)
class Word:
    """A word at `start` up to `end` of the note."""

    text: str
    start: int
    end: int


@dataclass
class Sentence:
    """A sentence at `start` up to `end` of the note, with its words.

    `is_heading` tells that it names a problem: a short line that says nothing of it. `problem` is
    the number of the heading that it stands under, or its own; -1 under none. `told` are the
    stems of each word with what it spells out, once the mentions are read.
    """

    section: Section
    start: int
    end: int
    words: list[Word] = field(default_factory=list)
    is_heading: bool = False
    problem: int = -1
    told: list[frozenset[str]] = field(default_factory=list)

    @property
    def stems(self) -> frozenset[str]:
        """What all its words tell."""
        return frozenset().union(*self.told)


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of a note in their order, without bullets and labels."""
    found: list[Sentence] = []
    for span in sections_of(text):
        problem = -1
        for start, end, is_line in _lines(text, span):
            pieces = list(_pieces(text, start, end))
            for piece_start, piece_end, is_labeled in pieces:
                sentence = Sentence(span.section, piece_start, piece_end)
                sentence.words = [
                    Word(word[0], word.start(), word.end())
                    for word in _WORD.finditer(text, piece_start, piece_end)
                ]
                if not sentence.words:
                    continue
                if (
                    span.section in (Section.ASSESSMENT, Section.PLAN)
                    and is_line
                    and not is_labeled
                    and len(pieces) == 1
                    and len(sentence.words) <= HEADING_WORDS
                    and not _SAYS.search(text[piece_start:piece_end])
                ):
                    sentence.is_heading = True
                    problem = len(found)
                sentence.problem = problem
                found.append(sentence)
    return found


def _lines(text: str, span: SectionSpan):
    """The lines of a section, those joined that a mail program broke: (start, end, whole)."""
    start = None
    place = span.start
    end = place
    joined = 0
    for line in text[span.start : span.end].splitlines(keepends=True):
        body = line.strip()
        goes_on = (
            start is not None
            and body[:1].islower()
            and not _BULLET.match(line)
            and text[start:end].rstrip()[-1:] not in ".:;?!"
        )
        if start is not None and not goes_on:
            yield start, end, joined == 0
            start = None
        if body:
            if start is None:
                start, joined = place, 0
            else:
                joined += 1
            end = place + len(line.rstrip())
        place += len(line)
    if start is not None:
        yield start, end, joined == 0


def _pieces(text: str, start: int, end: int):
    """The sentences of a line: (start, end, whether a label stood before)."""
    is_labeled = False
    while found := _BULLET.match(text, start, end):
        start = found.end()
    if found := _LABEL.match(text, start, end):
        start, is_labeled = found.end(), True
    boxes = [found.start() for found in _BOX.finditer(text, start, end)]
    for begun, beyond in zip([start, *boxes], [*boxes, end], strict=True):
        for piece_start, piece_end in _ended(text, begun, beyond):
            yield piece_start, piece_end, is_labeled


def _ended(text: str, start: int, end: int):
    """The sentences from `start` up to `end`."""
    for found in _END.finditer(text, start, end):
        if _NO_END.search(text, start, found.end()) and found.end() < end:
            continue
        if text[start : found.end()].strip():
            yield start, found.end()
        start = found.end()
        while start < end and text[start].isspace():
            start += 1
    if text[start:end].strip():
        yield start, end
