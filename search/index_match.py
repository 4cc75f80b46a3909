"""Which codes' texts hold or mean what was asked, best first, by this machine's index."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from codes.models import CodeSystem
from search.index.build import CHAPTERS, NO_CHAPTER
from search.index.current import Index
from search.ranking import Ranked, ranked
from search.reading import Understood, nearest_words, understand
from search.results import Choice, Facets, Why, WhyKind
from search.scope import Scope
from search.words import stems

# A code is among the results if its score is at least so much, and so much of the best one's.
LEAST_SCORE, LEAST_SHARE = 0.0005, 0.004
LEAST_BY_MEANING = 0.15  # where no word speaks for it
MOST_MATCHES = 1000
# Words in quotes stand together in a text of the code; a word after a minus in none.
_TOGETHER = re.compile(r'(?<!\S)(-?)"([^"]+)"')
_LEFT_OUT = re.compile(r"(?<!\S)-(\w[\w'’]*)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass
class Matches:
    """The codes found, best first: `chosen` are those within every filter."""

    understood: Understood
    chosen: list[Ranked] = field(default_factory=list)
    found: list[Ranked] = field(default_factory=list)  # within none
    facets: Facets | None = None

    @property
    def code_ids(self) -> list[int]:
        return [int(item.part.code_id[item.code]) for item in self.chosen]

    def whys(self) -> dict[int, Why]:
        """What speaks for each code, by its key."""
        return {
            int(item.part.code_id[item.code]): Why(
                WhyKind(item.part.kind(item.phrase)),
                item.part.text(item.phrase)[:200],
                item.is_by_meaning,
            )
            for item in self.chosen
        }

    def scores(self) -> dict[int, float]:
        return {int(item.part.code_id[item.code]): item.score for item in self.chosen}

    def marked(self, text: str) -> SafeString:
        """A text as HTML with the words that were asked for in `<mark>`."""
        wanted = {
            stem
            for reading in self.understood.readings
            for slot in reading.slots
            for stem in slot.stems
        }
        return marked(text, wanted)


def matches(
    text: str,
    index: Index,
    scope: Scope,
    *,
    is_begun: bool = False,
    corrects: bool = True,
    without: Iterable[int] = (),
) -> Matches:
    """The codes that a text names. With `is_begun` its last word may be a beginning, and meanings
    are left out: an answer at once is worth more. `without` are keys of codes to leave out.
    """
    parts = [part for part, _ in index.parts]
    text, signs = _read_signs(text)
    understood = understand(text, parts, index.terms, is_begun=is_begun, corrects=corrects)
    if not understood.readings:
        return Matches(understood)
    model = None if is_begun else index.model
    if model is not None:
        readings = understood.readings
        vectors = model.vectors([reading.text for reading in readings])
        for reading, vector in zip(readings, vectors, strict=True):
            reading.vector = vector
    day = scope.date_of_service.toordinal()
    found = ranked(
        index.parts,
        understood.readings,
        model=model,
        vectors=index.vectors if model is not None else None,
        day=day,
        is_begun=is_begun,
    )
    left_out = set(without)
    found = [item for item in found if int(item.part.code_id[item.code]) not in left_out]
    if signs:
        found = [item for item in found if _agrees(item, signs)]
    if found:
        least = max(LEAST_SCORE, LEAST_SHARE * found[0].score)
        found = [
            item
            for item in found
            if item.score >= (max(least, LEAST_BY_MEANING) if item.is_by_meaning else least)
        ][:MOST_MATCHES]
    chosen, facets = _filtered(found, scope)
    return Matches(understood, chosen, found, facets)


def facets_with(code_ids: Sequence[int], found: Matches | None, index: Index, scope: Scope):
    """How codes that were named (by their keys), and what was found beside them, divide."""
    part = index.parts[-1][0]
    numbers = part.numbers_of_codes(np.asarray(code_ids, np.int64))
    named = [Ranked(part, int(number), -1, 1.0, False) for number in numbers if number >= 0]
    known = set(code_ids)
    others = [item for item in (found.found if found else []) if _key(item) not in known]
    return _filtered([*named, *others], scope)[1]


def _key(item: Ranked) -> int:
    return int(item.part.code_id[item.code])


@dataclass(frozen=True)
class _Signs:
    """The stems, in a row, that some text of a code must have, and those that none may have."""

    together: list[str]
    left_out: list[str]

    def __bool__(self) -> bool:
        return bool(self.together or self.left_out)


def _read_signs(text: str) -> tuple[str, _Signs]:
    """The text to search for, and what its quotes and minus signs ask."""
    together, left_out = [], []
    for minus, quoted in _TOGETHER.findall(text):
        (left_out if minus else together).append(_row_of(quoted))
    rest = _TOGETHER.sub(lambda found: " " if found[1] else f" {found[2]} ", text)
    left_out += [_row_of(word) for word in _LEFT_OUT.findall(rest)]
    rest = _LEFT_OUT.sub(" ", rest)
    return rest, _Signs([row for row in together if row.strip()], list(filter(str.strip, left_out)))


def _row_of(text: str) -> str:
    return f" {' '.join(stems(text))} "


def _agrees(item: Ranked, signs: _Signs) -> bool:
    rows = [_row_of(item.part.text(number)) for number in item.part.phrases_of(item.code)]
    return all(any(asked in row for row in rows) for asked in signs.together) and not any(
        refused in row for refused in signs.left_out for row in rows
    )


def nothing_near(text: str, index: Index) -> list[str]:
    """The words of the index that look most like those of a text that found nothing."""
    return nearest_words(text, [part for part, _ in index.parts])


def marked(text: str, wanted: set[str]) -> SafeString:
    """A text as HTML, the words whose stems are wanted in `<mark>`."""
    pieces, end = [], 0
    for found in _WORD.finditer(text):
        if wanted.intersection(stems(found[0])):
            pieces += [escape(text[end : found.start()]), f"<mark>{escape(found[0])}</mark>"]
            end = found.end()
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 - all is escaped


def _filtered(found: Sequence[Ranked], scope: Scope) -> tuple[list[Ranked], Facets]:
    """The matches within the filters, and how many there would be with others."""
    day = scope.date_of_service.toordinal()
    systems: Counter = Counter()
    chapters: Counter = Counter()
    billable = active = 0
    chosen = []
    for item in found:
        part, code = item.part, item.code
        system = str(part.system(code))
        systems[system] += 1
        if scope.system and system != scope.system:
            continue
        is_billable = bool(part.code_is_billable[code])
        is_active = bool(part.code_first[code] <= day <= part.code_last[code])
        passes_switches = (is_billable or not scope.is_billable_only) and (
            is_active or not scope.is_active_only
        )
        chapter = int(part.code_chapter[code])
        if passes_switches and chapter != NO_CHAPTER:
            chapters[chapter] += 1
        if scope.division and not scope.division.holds(part.value(code)):
            continue
        billable += is_billable
        active += is_active
        if passes_switches:
            chosen.append(item)
    facets = Facets(
        [
            Choice(system.value, system.label, systems[system.value])
            for system in CodeSystem
            if systems[system.value]
        ],
        [
            Choice(f"{system.value}:{division.slug}", division.title, count)
            for number, count in sorted(chapters.items())
            for system, division in [CHAPTERS[number]]
        ],
        billable,
        active,
    )
    return chosen, facets
