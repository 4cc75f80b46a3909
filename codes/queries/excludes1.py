"""Which diagnoses an Excludes1 note of the tabular list keeps from being reported together."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations

from codes.models import Release
from codes.queries.code_references import CodeReference, excluded_by
from codes.queries.releases import Releases, published_releases
from codes.queries.tabular import (
    Kind,
    PlacedNote,
    TabularExtract,
    TabularPlace,
    tabular_extracts,
    tabular_release,
)

_excluded = lru_cache(maxsize=2000)(excluded_by)  # many codes lie below one note
_Notes = list[tuple[PlacedNote, list[CodeReference]]]


@dataclass(frozen=True)
class Excludes1Conflict:
    """Two diagnoses, stored values, that an Excludes1 note rules out together.

    The note stands at `place`, which is `value` or a place above it, and names `excluded`. By the
    official guidelines (section I.A.12.a) the two may still be reported where they are unrelated.
    """

    value: str
    excluded: str
    place: TabularPlace
    note: str
    release: Release


def excludes1_conflicts(
    values: list[str], date_of_service: date, releases: Releases | None = None
) -> list[Excludes1Conflict] | None:
    """The conflicts among diagnoses (stored values), a pair once, in the order given.

    None where no tabular list is loaded: nothing can be said then. One query.
    """
    release = tabular_release(releases or published_releases(), date_of_service)
    if release is None:
        return None
    values = list(dict.fromkeys(values))
    extracts = tabular_extracts(values, release.pk, (Kind.EXCLUDES1,))
    notes = {value: _notes_of(extracts.get(value)) for value in values}
    conflicts = []
    for pair in combinations(values, 2):
        for value, other in (pair, pair[::-1]):
            note = _note_against(notes[value], value, other)
            if note:
                conflicts.append(Excludes1Conflict(value, other, note.place, note.text, release))
                break
    return conflicts


def _notes_of(extract: TabularExtract | None) -> _Notes:
    """The notes at a diagnosis and above it, nearest first, each with the codes it names."""
    return [(note, _excluded(note.text)) for note in reversed(extract.notes if extract else [])]


def _note_against(notes: _Notes, value: str, other: str) -> PlacedNote | None:
    """The nearest note at a diagnosis or above it that names the other one and not itself."""
    for note, references in notes:
        for reference in references:
            if reference.covers(other) and not reference.covers(value):
                return note
    return None
