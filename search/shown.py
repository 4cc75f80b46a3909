"""What is shown of the index's codes on a day of service: their text, status and parents.

The index holds what each release says of a code; `codes.queries.status` says what follows from it.
Codes of which the releases say the same (all that came with one and are still there) share the
answer, so that hardly any has to be worked out.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from codes.models import CodeSystem, Release
from codes.queries.relatives import CodeLink
from codes.queries.releases import Releases
from codes.queries.status import Status, StatusKind, description_on, status_on
from search.index.part import Part
from search.results import Hit

TREES = (CodeSystem.ICD_10_CM, CodeSystem.ICD_10_PCS)  # whose codes have parents
MOST_KEPT = 5000  # answers of a kind in a process


@dataclass(frozen=True)
class _Code:
    system: str


@dataclass(frozen=True)
class _Listing:
    """What one release says, in the form that `codes.queries.status` asks."""

    place: int
    code: _Code
    release: Release
    is_billable: bool
    added_date: date | None
    termination_date: date | None

    @property
    def release_id(self) -> int:
        return self.release.pk


class Shown:
    """The codes of an open index, which consists of the publishers' texts and the editors'."""

    def __init__(self, publishers: Part, editors: Part):
        self.publishers, self.editors = publishers, editors
        self._written = {code_id: number for number, code_id in enumerate(editors.code_id.tolist())}
        self._facts: dict[tuple, tuple[Status, int, bool]] = {}
        self._lines: dict[tuple[int, date], list[CodeLink]] = {}

    def numbers_of(self, code_ids: Sequence[int]) -> dict[int, int]:
        """The numbers of codes in the publishers' index, by their keys; -1 for none."""
        found = self.publishers.numbers_of_codes(np.asarray(code_ids, np.int64))
        return dict(zip(code_ids, found.tolist(), strict=True))

    def values(self, code_ids: Sequence[int], numbers: Mapping[int, int]) -> list[str]:
        """The stored values of codes; '' for one that neither index has."""
        places = [self._place(code_id, numbers.get(code_id, -1)) for code_id in code_ids]
        return [part.value(own) if own >= 0 else "" for part, own in places]

    def _place(self, code_id: int, number: int) -> tuple[Part, int]:
        """The part that tells of a code, and its number there: the editors' where the publishers'
        has none, and -1 where neither has one.
        """
        if number >= 0:
            return self.publishers, number
        return self.editors, self._written.get(code_id, -1)

    def families(
        self, code_ids: Sequence[int], numbers: Mapping[int, int]
    ) -> tuple[list[Hashable], list[Hashable]] | None:
        """What variants of one another have in common, and what they differ in, code by code. None
        where a code is in neither index.
        """
        own = [numbers.get(code_id, -1) for code_id in code_ids]
        names = self.publishers.code_variant[own].tolist()
        aspects = self.publishers.code_aspects[own].tolist()
        for place, number in enumerate(own):
            if number < 0:
                written = self._written.get(code_ids[place], -1)
                if written < 0:
                    return None
                names[place] = ("editors", self.editors.code_variant.item(written))
                aspects[place] = self.editors.code_aspects.item(written)
        return names, aspects

    def hits(
        self,
        code_ids: Iterable[int],
        numbers: Mapping[int, int],
        releases: Releases,
        date_of_service: date,
    ) -> dict[int, Hit]:
        """The codes by their keys; those that neither index has are left out."""
        hits = {}
        for code_id in code_ids:
            number = numbers.get(code_id, -1)
            part, own = self._place(code_id, number)
            # The parents of a diagnosis that editors alone have stand in PostgreSQL.
            if own < 0 or (part is self.editors and part.system(own) in TREES):
                continue
            status, text, is_billable = self._told(code_id, number, releases, date_of_service)
            hits[code_id] = Hit(
                part.system(own),
                part.value(own),
                text,
                status,
                parents=[*self._above(number, releases, date_of_service)],
                is_billable=is_billable,
                code_id=code_id,
            )
        return hits

    def _above(self, number: int, releases: Releases, date_of_service: date) -> list[CodeLink]:
        """The codes above one of the publishers', from the top down."""
        above = self.publishers.code_parent.item(number) if number >= 0 else -1
        if above < 0:
            return []
        line = self._lines.get((above, date_of_service))
        if line is None:
            part = self.publishers
            _, text, _ = self._told(part.code_id.item(above), above, releases, date_of_service)
            link = CodeLink(part.system(above), part.value(above), text, is_billable=False)
            line = [*self._above(above, releases, date_of_service), link]
            _keep(self._lines, (above, date_of_service), line)
        return line

    def _told(
        self, code_id: int, number: int, releases: Releases, date_of_service: date
    ) -> tuple[Status, str, bool]:
        """The status of a code, its text, and whether it is billable."""
        publishers, editors = self.publishers, self.editors
        written = self._written.get(code_id, -1)
        listing = publishers.code_listing.item(number) if number >= 0 else -1
        by_hand = editors.code_listing.item(written) if written >= 0 else -1
        system = publishers.system(number) if number >= 0 else editors.system(written)
        key = (system, listing, by_hand, date_of_service)
        facts = self._facts.get(key)
        if facts is None:
            facts = self._worked_out(system, listing, by_hand, releases, date_of_service)
            _keep(self._facts, key, facts)
        status, place, is_billable = facts
        text, count = "", len(publishers.listings[listing]) if listing >= 0 else 0
        if 0 <= place < count:
            text = publishers.title(number, place)
        elif place >= count:
            text = editors.title(written, place - count)
        if not text and written >= 0:
            text = editors.plain_title(written)
        return status, text, is_billable

    def _worked_out(
        self, system: str, listing: int, by_hand: int, releases: Releases, date_of_service: date
    ) -> tuple[Status, int, bool]:
        by_id = {release.pk: release for release in releases.all()}
        code = _Code(system)
        said = [
            *(self.publishers.listings[listing] if listing >= 0 else ()),
            *(self.editors.listings[by_hand] if by_hand >= 0 else ()),
        ]
        listed = [
            _Listing(place, code, by_id[release_id], is_billable, _day(added), _day(last))
            for place, (release_id, is_billable, added, last) in enumerate(said)
            if release_id in by_id
        ]
        shown = description_on(code, listed, releases, date_of_service)
        status = status_on(code, listed, releases, date_of_service)
        is_billable = shown.is_billable if shown else status.kind != StatusKind.HEADER
        return status, shown.place if shown else -1, is_billable


def _day(ordinal: int | None) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


def _keep(kept: dict, key, value) -> None:
    """Keep an answer; the oldest goes where there are too many."""
    while len(kept) >= MOST_KEPT:
        kept.pop(next(iter(kept)), None)
    kept[key] = value
