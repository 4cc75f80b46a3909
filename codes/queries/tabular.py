"""The tabular list of ICD-10-CM: what stands at a code, and at the places above it."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.db import connection

from codes.models import CodeSystem, Release, Source, TabularEntry, TabularNote, printed_value
from codes.queries.releases import Releases

Kind, Level = TabularNote.Kind, TabularEntry.Level

CATEGORY_LENGTH = 3
FULL_LENGTH = 7  # characters of the longest codes, whose last is the 7th character


@dataclass(frozen=True)
class TabularPlace:
    """A chapter, section or code of the list. `value` is a code's stored value, else ''."""

    key: str
    level: str
    title: str

    @property
    def value(self) -> str:
        return self.key if self.level == Level.CODE else ""

    @property
    def name(self) -> str:
        """What the list calls it: `4` of a chapter, `E08-E13`, `E11.4`."""
        if self.level == Level.CHAPTER:
            return self.key.removeprefix("chapter-")
        if self.level == Level.SECTION:
            first, _, last = self.key.partition("-")
            return first if first == last else self.key
        return printed_value(CodeSystem.ICD_10_CM, self.key)

    @property
    def level_name(self) -> str:
        """What the list calls a place like this one: chapter, section, category, subcategory."""
        if self.level != Level.CODE:
            return str(Level(self.level).label).lower()
        return "category" if len(self.key) == CATEGORY_LENGTH else "subcategory"

    @property
    def label(self) -> str:
        """The place in words: `chapter 4`, `category E11`."""
        return f"{self.level_name} {self.name}"


@dataclass(frozen=True)
class PlacedNote:
    """A note with the place where it stands."""

    place: TabularPlace
    kind: str
    text: str
    character: str = ""


@dataclass(frozen=True)
class TabularExtract:
    """What a release of the list says of a code: the places from the chapter down to it, or to
    the nearest above it that the release has, and the notes that stand there, in its order.
    """

    value: str
    places: list[TabularPlace] = field(default_factory=list)
    notes: list[PlacedNote] = field(default_factory=list)

    @property
    def is_listed(self) -> bool:
        """Whether the release lists the code itself, or the one its 7th character extends."""
        return bool(self.places) and self._is_own(self.places[-1])

    def of(self, *kinds: str) -> list[PlacedNote]:
        return [note for note in self.notes if note.kind in kinds]

    def is_own(self, note: PlacedNote) -> bool:
        """Whether a note stands at the code itself; what does not is inherited."""
        return self._is_own(note.place)

    def _is_own(self, place: TabularPlace) -> bool:
        # The list ends before the 7th character, and before the X that fills the places to it.
        stems = {self.value}
        if len(self.value) == FULL_LENGTH:
            stems |= {self.value[:-1], self.value[:-1].rstrip("X")}
        return place.level == Level.CODE and place.key in stems


def seventh_characters(extract: TabularExtract) -> list[PlacedNote]:
    """The 7th characters of the nearest place that names any."""
    notes = extract.of(Kind.SEVENTH_CHARACTER)
    return [note for note in notes if note.place == notes[-1].place]


def complete_codes(extract: TabularExtract) -> dict[str, str]:
    """The stored value that each 7th character makes of the code, whether it exists or not: X
    fills the places that are empty.
    """
    stem = extract.value[: FULL_LENGTH - 1].ljust(FULL_LENGTH - 1, "X")
    return {note.character: f"{stem}{note.character}" for note in seventh_characters(extract)}


def tabular_release(releases: Releases, date_of_service: date) -> Release | None:
    """The tabular list to read on a date; None where none is loaded."""
    return releases.shown(Source.ICD_10_CM_TABULAR, date_of_service)


@lru_cache(maxsize=256)
def tabular_extract(value: str, release_id: int) -> TabularExtract:
    """What the list says of a stored value. Kept: a published release does not change, and
    several sections of a page ask.
    """
    return tabular_extracts([value], release_id).get(value) or TabularExtract(value)


def tabular_extracts(values: list[str], release_id: int) -> dict[str, TabularExtract]:
    """What the list says of each stored value, in one query.

    A value that has neither itself nor a category in the list is not in the answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EXTRACTS, {"values": values, "release": release_id})
        rows = cursor.fetchall()
    places: dict[str, dict[str, TabularPlace]] = {}
    notes: dict[str, list[PlacedNote]] = {}
    for value, key, level, title, kind, character, text in rows:
        place = places.setdefault(value, {}).setdefault(key, TabularPlace(key, level, title))
        if kind:
            notes.setdefault(value, []).append(PlacedNote(place, kind, text, character))
    return {
        value: TabularExtract(value, list(found.values()), notes.get(value, []))
        for value, found in places.items()
    }


_EXTRACTS = f"""
SELECT wanted.value, entry.place, entry.level, entry.title, note.kind, note.character, note.text
FROM (SELECT DISTINCT value FROM unnest(%(values)s::text[]) AS given (value)) wanted
CROSS JOIN LATERAL (
  SELECT path FROM {TabularEntry._meta.db_table}
  WHERE release_id = %(release)s AND place IN (
    wanted.value, left(wanted.value, 6), left(wanted.value, 5), left(wanted.value, 4),
    left(wanted.value, 3)
  )
  ORDER BY length(place) DESC LIMIT 1
) deepest
CROSS JOIN LATERAL unnest(deepest.path) WITH ORDINALITY AS step (place, depth)
JOIN {TabularEntry._meta.db_table} entry
  ON entry.release_id = %(release)s AND entry.place = step.place
LEFT JOIN {TabularNote._meta.db_table} note
  ON note.release_id = %(release)s AND note.place = step.place
ORDER BY wanted.value, step.depth, note.position
"""  # noqa: S608 - the only parts put in are tables' names
