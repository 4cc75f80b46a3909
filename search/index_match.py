"""Which codes' texts hold or mean what was asked, best first, by this machine's index."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from search.index.build import CHAPTERS, NO_CHAPTER, SYSTEMS
from search.index.current import Index
from search.ranking import (
    LEAST_SCORE,
    LEAST_SHARE,
    LEAST_SHARE_BEGUN,
    LEAST_UNKNOWN,
    Found,
    Ranked,
    ranked,
)
from search.reading import Understood, nearest_words, understand
from search.results import Choice, Facets
from search.scope import Scope
from search.words import WEAK_STEMS, stems

# Words in quotes stand together in a text of the code; a word after a minus in none.
_TOGETHER = re.compile(r'(?<!\S)(-?)"([^"]+)"')
_LEFT_OUT = re.compile(r"(?<!\S)-(\w[\w'’]*)")


@dataclass
class Matches:
    """The codes found, best first: `chosen` are those within every filter."""

    understood: Understood
    chosen: Found | None = None
    found: Found | None = None  # within none
    facets: Facets | None = None

    @cached_property
    def code_ids(self) -> list[int]:
        return self.chosen.code_ids.tolist() if self.chosen else []

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The numbers that the codes have in the main index, by their keys; -1 for none."""
        if not self.chosen:
            return {}
        return dict(zip(self.code_ids, self.chosen.main_numbers().tolist(), strict=True))

    def of(self, code_ids: Iterable[int]) -> Iterator[tuple[int, Ranked]]:
        """What was found of each code, by its key; codes that were not found are left out."""
        place_of = {code_id: place for place, code_id in enumerate(self.code_ids)}
        those = [code_id for code_id in code_ids if code_id in place_of]
        if those:
            places = np.array([place_of[code_id] for code_id in those])
            yield from zip(those, self.chosen[places], strict=True)

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The stems that were asked for, in any reading. "Of" only where nothing else was."""
        asked = {
            stem
            for reading in self.understood.readings
            for slot in reading.slots
            for stem in slot.stems
        }
        return frozenset(asked - WEAK_STEMS or asked)


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
    and filters are left out: an answer at once is worth more. `without` are keys of codes to
    leave out.
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
    found = ranked(
        index.parts,
        understood.readings,
        model=model,
        vectors=index.vectors if model is not None else None,
        day=scope.date_of_service.toordinal(),
        is_begun=is_begun,
    )
    if left_out := list(without):
        found = found[~np.isin(found.code_ids, left_out)]
    if signs:
        found = found[[_agrees(item, signs) for item in found]]
    found = found.best(
        LEAST_UNKNOWN if understood.is_unknown else LEAST_SCORE,
        LEAST_SHARE_BEGUN if is_begun else LEAST_SHARE,
    )
    if is_begun:
        return Matches(understood, found, found)
    chosen, facets = _filtered(found, scope)
    return Matches(understood, chosen, found, facets)


def facets_with(code_ids: Sequence[int], found: Matches | None, index: Index, scope: Scope):
    """How codes that were named (by their keys), and what was found beside them, divide."""
    sources = [part for part, _ in index.parts]
    numbers = sources[-1].numbers_of_codes(np.asarray(code_ids, np.int64))
    numbers = numbers[numbers >= 0]
    count = len(numbers)
    places, scores = np.full(count, len(sources) - 1), np.ones(count)
    divided = Found(sources, places, numbers, np.full(count, -1), scores, np.zeros(count, bool))
    if found and found.found:
        others = found.found[~np.isin(found.found.code_ids, code_ids)]
        divided = divided.with_others(others)
    return _filtered(divided, scope)[1]


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


def _filtered(found: Found, scope: Scope) -> tuple[Found, Facets]:
    """The matches within the filters, and how many there would be with others."""
    day = scope.date_of_service.toordinal()
    system, chapter = found.facts("code_system"), found.facts("code_chapter")
    is_billable = found.facts("code_is_billable")
    is_active = (found.facts("code_first") <= day) & (day <= found.facts("code_last"))
    systems = np.bincount(system, minlength=len(SYSTEMS)).tolist()
    within = np.ones(len(found), np.bool_)
    if scope.system:
        within = system == SYSTEMS.index(scope.system)
    passes = within
    if scope.is_billable_only:
        passes = passes & is_billable
    if scope.is_active_only:
        passes = passes & is_active
    chapters = np.bincount(chapter[passes], minlength=NO_CHAPTER).tolist()[:NO_CHAPTER]
    if scope.division:
        holds = [scope.division.holds(item.part.value(item.code)) for item in found]
        within = within & np.array(holds, np.bool_)
    facets = Facets(
        [
            Choice(system.value, system.label, count)
            for system, count in zip(SYSTEMS, systems, strict=True)
            if count
        ],
        [
            Choice(f"{system.value}:{division.slug}", division.title, count)
            for (system, division), count in zip(CHAPTERS, chapters, strict=False)
            if count
        ],
        int((is_billable & within).sum()),
        int((is_active & within).sum()),
    )
    return found[passes & within], facets
