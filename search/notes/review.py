"""What a reader sees of a coded note: the marked text, the proposals to accept, the conflicts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from codes.models import CodeSystem, printed_value
from codes.queries.excludes1 import Excludes1Conflict, excludes1_conflicts
from codes.queries.service_date import with_date
from search.notes.choices import Choice
from search.notes.context import State
from search.notes.mentions import SITES
from search.notes.proposals import CodedNote, Confidence, Evidence, Proposal
from search.rows import CLAIM_PARTS
from search.words import stems

MOST_QUOTES = 3
QUOTE_REACH = 60  # characters shown on each side of the words
_MISSING = {
    "side": "which side",
    "encounter": "whether it is the initial or a later encounter",
    "make": "which make or model",
}
_ASIDE = {
    State.DENIED: "Denied",
    State.UNCERTAIN: "Uncertain",
    State.RELATIVE: "Of a relative",
}


@dataclass(frozen=True)
class Piece:
    """A stretch of the note; `number` is that of the mark, 0 where nothing is marked, and `codes`
    are the printed codes that it speaks for.
    """

    text: str
    number: int = 0
    codes: str = ""


@dataclass(frozen=True)
class Quote:
    """The words that support a code among those around them, and the number of their mark."""

    before: str
    words: str
    after: str
    section: str
    number: int


@dataclass(frozen=True)
class Offer:
    """A proposal with its quotes, whether it is accepted, and the code chosen for it."""

    proposal: Proposal
    quotes: list[Quote]
    more_quotes: int
    is_accepted: bool
    chosen: str
    missing: str

    @property
    def code(self) -> Proposal | Choice:
        """The code that the row stands for: the chosen one, else the one that is proposed."""
        choices = {choice.value: choice for choice in self.proposal.choices}
        return choices.get(self.chosen, self.proposal)

    @property
    def accepted_value(self) -> str:
        return self.code.value

    @property
    def is_complete(self) -> bool:
        return bool(self.chosen) or self.proposal.is_billable


@dataclass(frozen=True)
class Aside:
    """A diagnosis that is not proposed, and why."""

    code: str
    url: str
    text: str
    why: str
    quote: Quote


@dataclass(frozen=True)
class Accepted:
    """A code that the reader accepted."""

    system: CodeSystem
    value: str
    text: str
    is_complete: bool
    confidence: Confidence
    words: str

    @property
    def printed(self) -> str:
        return printed_value(self.system, self.value)


@dataclass(frozen=True)
class Conflict:
    """Two accepted diagnoses, printed, that a note of the tabular list, of a release, rules out
    together.
    """

    first: str
    second: str
    note: str
    place: str
    release: str


@dataclass(frozen=True)
class Review:
    pieces: list[Piece]
    offers: list[Offer]
    asides: list[Aside]
    accepted: list[Accepted]
    conflicts: list[Conflict]
    sections: list[str]
    claim_url: str

    @property
    def has_incomplete(self) -> bool:
        return any(not item.is_complete for item in self.accepted)


def review(
    text: str,
    note: CodedNote,
    on_date: date | None,
    date_of_service: date,
    *,
    accepted: Iterable[str] | None = None,
    chosen: dict[str, str] | None = None,
) -> Review:
    """What to show of a coded note. `accepted` are the keys of the proposals that the reader took,
    None before there was a choice: then those that the note supports well are. `chosen` are the
    values that the reader chose, by the key of the proposal.
    """
    marks = _marks(note)
    taken = None if accepted is None else set(accepted)
    offers = [_offer(text, item, marks, taken, chosen or {}) for item in note.proposals]
    whole = _accepted(text, offers)
    return Review(
        pieces=_pieces(text, note, marks),
        offers=offers,
        asides=[
            Aside(item.printed, item.url, item.text, _why(item), _quote(text, item.evidence, 0))
            for item in note.set_aside
        ],
        accepted=whole,
        conflicts=_conflicts(whole, date_of_service),
        sections=list(dict.fromkeys(span.section.value for span in note.sections if span.heading)),
        claim_url=_claim_url(whole, on_date),
    )


def _why(item) -> str:
    return f"{_ASIDE[item.why]} (“{item.cue}”)" if item.cue else _ASIDE[item.why]


def _marks(note: CodedNote) -> dict[tuple[int, int], int]:
    """The numbers of the marks in the order of the note, by the place; overlapping ones share the
    first one's number.
    """
    places = sorted({(item.start, item.end) for found in note.proposals for item in found.evidence})
    numbers: dict[tuple[int, int], int] = {}
    number = end = 0
    for place in places:
        if place[0] >= end:
            number += 1
        numbers[place] = number
        end = max(end, place[1])
    return numbers


def _pieces(text: str, note: CodedNote, marks: dict[tuple[int, int], int]) -> list[Piece]:
    spans: dict[int, tuple[int, int]] = {}
    codes: dict[int, dict[str, None]] = {}
    for (start, end), number in marks.items():
        low, high = spans.get(number, (start, end))
        spans[number] = (min(low, start), max(high, end))
    for proposal in note.proposals:
        for item in proposal.evidence:
            codes.setdefault(marks[item.start, item.end], {})[proposal.printed] = None
    pieces, place = [], 0
    for number, (start, end) in sorted(spans.items()):
        if start > place:
            pieces.append(Piece(text[place:start]))
        pieces.append(Piece(text[start:end], number, ", ".join(codes[number])))
        place = end
    if text[place:]:
        pieces.append(Piece(text[place:]))
    return pieces


def _offer(text, proposal: Proposal, marks, taken, chosen) -> Offer:
    wanted = chosen.get(proposal.key, "")
    value = wanted if wanted in {choice.value for choice in proposal.choices} else ""
    evidence = sorted(
        {(item.start, item.end): item for item in proposal.evidence}.values(),
        key=lambda item: item.start,
    )
    return Offer(
        proposal,
        [_quote(text, item, marks[item.start, item.end]) for item in evidence[:MOST_QUOTES]],
        max(0, len(evidence) - MOST_QUOTES),
        proposal.confidence == Confidence.STRONG if taken is None else proposal.key in taken,
        value,
        ", and ".join(_missing(proposal)),
    )


# What the words of the choices tell, in the order in which it is asked for.
_TOLD = {
    "which stage": re.compile(r"\bstage\b", re.I),
    "which trimester or week": re.compile(r"\btrimester\b|\bweeks?\b", re.I),
    "how severe it is": re.compile(r"\b(?:mild|moderate|severe)\b", re.I),
    "whether it is acute or chronic": re.compile(r"\b(?:acute|chronic)\b", re.I),
    "whether it is intractable": re.compile(r"\bintractable\b", re.I),
    "whether it is in remission": re.compile(r"\bremission\b", re.I),
    "whether it is open or closed": re.compile(r"\b(?:open|closed)\b", re.I),
    "whether it is displaced": re.compile(r"\b(?:non)?displaced\b", re.I),
}
_ENOUGH = 0.3  # of the choices have a word for it
MOST_MISSING = 2


def _missing(proposal: Proposal) -> list[str]:
    """What the note does not say, in words: for a 'type' by what the choices differ in."""
    said = []
    for item in proposal.missing:
        said += _types(proposal) if item == "type" else [_MISSING[item]]
    return list(dict.fromkeys(said))


def _types(proposal: Proposal) -> list[str]:
    texts = [choice.text.lower() for choice in proposal.choices]
    found = []
    for what, pattern in _TOLD.items():
        # A word that the proposed code has too is no question.
        own = pattern.findall(proposal.text.lower())
        telling = sum(any(word not in own for word in pattern.findall(text)) for text in texts)
        if texts and telling / len(texts) >= _ENOUGH:
            found.append(what)
    named = SITES - set(stems(proposal.text))
    sites = sum(bool(set(stems(choice.words)) & named) for choice in proposal.choices)
    if texts and sites / len(texts) >= _ENOUGH and len(found) < MOST_MISSING:
        found.append("where it is")
    return found[:MOST_MISSING] or ["which type it is"]


def _quote(text: str, item: Evidence, number: int) -> Quote:
    before = text[max(0, item.start - QUOTE_REACH) : item.start].rpartition("\n")[2]
    after = text[item.end : item.end + QUOTE_REACH].partition("\n")[0]
    # Whole words, unless there is only one.
    if item.start - len(before) > 0 and len(before) == QUOTE_REACH:
        before = "… " + (before.partition(" ")[2] or before)
    if len(after) == QUOTE_REACH:
        after = (after.rpartition(" ")[0] or after) + " …"
    return Quote(before, text[item.start : item.end], after, item.section.value, number)


def _accepted(text: str, offers: list[Offer]) -> list[Accepted]:
    found: dict[tuple[str, str], Accepted] = {}
    for offer in offers:
        if offer.is_accepted:
            proposal, value = offer.proposal, offer.accepted_value
            words = "; ".join(
                dict.fromkeys(" ".join(quote.words.split()) for quote in offer.quotes)
            )
            found.setdefault(
                (proposal.system, value),
                Accepted(
                    proposal.system,
                    value,
                    offer.code.text,
                    offer.is_complete,
                    proposal.confidence,
                    words,
                ),
            )
    return list(found.values())


def _conflicts(accepted: list[Accepted], date_of_service: date) -> list[Conflict]:
    values = [item.value for item in accepted if item.system == CodeSystem.ICD_10_CM]
    found: list[Excludes1Conflict] = excludes1_conflicts(values, date_of_service) or []
    return [
        Conflict(
            printed_value(CodeSystem.ICD_10_CM, item.value),
            printed_value(CodeSystem.ICD_10_CM, item.excluded),
            item.note,
            item.place.name,
            str(item.release),
        )
        for item in found
    ]


def _claim_url(accepted: list[Accepted], on_date: date | None) -> str:
    """The claim check of the accepted codes that are complete, lines first; '' of none."""
    parts = [
        (CLAIM_PARTS[item.system], item.printed)
        for item in accepted
        if item.is_complete and item.system in CLAIM_PARTS
    ]
    query = urlencode(sorted(parts, key=lambda part: part[0], reverse=True))
    return with_date(f"{reverse('claim_check')}?{query}", on_date) if query else ""
