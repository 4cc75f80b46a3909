"""Which diagnoses an Excludes1 note of the tabular list keeps from being reported together."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations

from django.db import connection

from codes.models import Release, TabularEntry, TabularNote
from codes.queries.code_references import CodeReference, excluded_by
from codes.queries.releases import Releases, published_releases
from codes.queries.tabular import (
    CATEGORY_LENGTH,
    Kind,
    PlacedNote,
    TabularPlace,
    tabular_release,
)

_excluded = lru_cache(maxsize=8000)(excluded_by)  # a release has some 5,500 notes
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

    None where no tabular list is loaded: nothing can be said then. One query at most.
    """
    release = tabular_release(releases or published_releases(), date_of_service)
    if release is None:
        return None
    values = list(dict.fromkeys(values))
    listed = _notes_of_release(release.pk)
    notes = {value: listed.of(value) for value in values}
    conflicts = []
    for pair in combinations(values, 2):
        for value, other in (pair, pair[::-1]):
            note = _note_against(notes[value], value, other)
            if note:
                conflicts.append(Excludes1Conflict(value, other, note.place, note.text, release))
                break
    return conflicts


@dataclass(frozen=True)
class _ListedNotes:
    """The Excludes1 notes of a release by their place, and each category's place in the list:
    from its chapter down to itself.
    """

    notes: dict[str, list[PlacedNote]]
    categories: dict[str, list[str]]

    def of(self, value: str) -> _Notes:
        """The notes at a diagnosis and above it, nearest first, each with the codes it names."""
        longest = range(len(value), CATEGORY_LENGTH, -1)
        above = self.categories.get(value[:CATEGORY_LENGTH])
        if above is None:
            return []
        places = [*(value[:length] for length in longest), *reversed(above)]
        found = [note for place in places for note in reversed(self.notes.get(place, ()))]
        return [(note, _excluded(note.text)) for note in found]


@lru_cache(maxsize=2)
def _notes_of_release(release_id: int) -> _ListedNotes:
    """Kept: a published release does not change, and every check of a claim asks."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTES, {"release": release_id, "kind": Kind.EXCLUDES1.value})
        rows = cursor.fetchall()
    notes: dict[str, list[PlacedNote]] = {}
    categories = {}
    for key, level, title, path, text in rows:
        if len(key) == CATEGORY_LENGTH:
            categories[key] = path
        if text is not None:
            place = TabularPlace(key, level, title)
            notes.setdefault(key, []).append(PlacedNote(place, Kind.EXCLUDES1, text))
    return _ListedNotes(notes, categories)


# A place below a category is told by the characters of its code, as `_ListedNotes.of` reads them.
_NOTES = f"""
SELECT entry.place, entry.level, entry.title, entry.path, note.text
FROM {TabularEntry._meta.db_table} entry
LEFT JOIN {TabularNote._meta.db_table} note
  ON note.release_id = entry.release_id AND note.place = entry.place AND note.kind = %(kind)s
WHERE entry.release_id = %(release)s
  AND (note.id IS NOT NULL OR length(entry.place) = {CATEGORY_LENGTH})
ORDER BY note.position
"""  # noqa: S608 - the only parts put in are names and a length


def _note_against(notes: _Notes, value: str, other: str) -> PlacedNote | None:
    """The nearest note at a diagnosis or above it that names the other one and not itself."""
    for note, references in notes:
        for reference in references:
            if reference.covers(other) and not reference.covers(value):
                return note
    return None
