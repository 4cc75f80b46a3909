"""The facets of all live postings in memory, as bits: which postings have a value.

A posting is a position; a value of a facet is a whole number whose bit at the position is set
where the posting has the value. Counting what a filter leaves is then an AND and a count of bits,
some microseconds for ten thousand postings, where PostgreSQL would read every row for every
facet (decision 10). Each process reads the postings anew when the board's version has changed.
"""

import threading
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.utils import timezone

from careers.models import Board, Credential, Location, Posting, Specialty
from careers.states import STATES
from careers.zip_codes import Point, miles_between

MOST_PAYS = 100  # least pays whose bits are kept
FACETS = ("workplace", "state", "credential", "specialty", "type", "level", "employer")


@dataclass(frozen=True)
class BoardIndex:
    """The live postings, the newest first, and the bits of each facet's values."""

    version: uuid.UUID | None
    day: date
    keys: tuple[int, ...] = ()
    position_of: dict[int, int] = field(default_factory=dict)
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    everything: int = 0
    pay: tuple[float, ...] = ()  # dollars a year; 0 where none is told
    live_at: tuple[datetime, ...] = ()
    points: tuple[tuple[int, Point], ...] = ()
    by_pay: tuple[int, ...] = ()  # positions, the best paid first
    # The names of credentials and specialties by their slugs.
    credentials: dict[str, str] = field(default_factory=dict)
    specialties: dict[str, str] = field(default_factory=dict)
    # What was worked out of this index once: see `paying` and `careers.kept_lists`.
    pay_bits: dict[float, int] = field(default_factory=dict)
    kept: dict = field(default_factory=dict)

    def bits_of(self, keys: Iterable[int]) -> int:
        """The bits of these postings; those that are not live are left out."""
        return _bits(self.position_of[key] for key in keys if key in self.position_of)

    def within(self, point: Point, miles: float) -> int:
        """The postings with a place so near to the point."""
        # A degree north is 69 miles: most places are told apart by that alone.
        band = miles / 69
        return _bits(
            position
            for position, place in self.points
            if abs(place[0] - point[0]) <= band and miles_between(point, place) <= miles
        )

    def paying(self, yearly: float) -> int:
        """The postings that tell a pay of at least so much a year."""
        if yearly not in self.pay_bits:
            if len(self.pay_bits) >= MOST_PAYS:
                self.pay_bits.clear()
            paying = (position for position, pay in enumerate(self.pay) if pay >= yearly)
            self.pay_bits[yearly] = _bits(paying)
        return self.pay_bits[yearly]

    def since(self, moment: datetime) -> int:
        """The postings that went live since; they are the first ones, as the newest come first."""
        count = 0
        for live_at in self.live_at:
            if live_at < moment:
                break
            count += 1
        return (1 << count) - 1


_lock = threading.Lock()
_kept: dict[str, BoardIndex] = {}


def board_index() -> BoardIndex:
    """The index of the board as it is now: one query, and four more after a change."""
    version = Board.objects.filter(pk=1).values_list("version", flat=True).first()
    today = timezone.localdate()
    if version is None:  # nothing was ever posted
        return _read(None, today)
    index = _kept.get("board")
    if index and (index.version, index.day) == (version, today):
        return index
    with _lock:
        index = _kept.get("board")
        if not index or (index.version, index.day) != (version, today):
            index = _kept["board"] = _read(version, today)
    return index


def _read(version: uuid.UUID | None, today: date) -> BoardIndex:
    rows = list(
        Posting.objects.live()
        .order_by("-went_live_at", "-pk")
        .annotate(
            held=ArrayAgg(
                "credentials__slug", filter=Q(credentials__isnull=False), default=[], distinct=True
            )
        )
        .values_list(
            "pk",
            "workplace",
            "remote_states",
            "employment_type",
            "level",
            "specialty__slug",
            "employer__slug",
            "held",
            "pay_min",
            "pay_max",
            "pay_unit",
            "went_live_at",
        )
    )
    position_of = {row[0]: position for position, row in enumerate(rows)}
    facets: dict[str, dict[str, bytearray]] = {
        name: defaultdict(lambda: bytearray(len(rows) // 8 + 1)) for name in FACETS
    }

    def mark(facet: str, value: str, position: int) -> None:
        if value:
            facets[facet][value][position >> 3] |= 1 << (position & 7)

    pay = []
    for position, row in enumerate(rows):
        _, workplace, states, kind, level, specialty, employer, held, low, high, unit, _ = row
        mark("workplace", workplace, position)
        mark("type", kind, position)
        mark("level", level, position)
        mark("specialty", specialty, position)
        mark("employer", employer, position)
        for credential in held:
            mark("credential", credential, position)
        if workplace == Posting.Workplace.REMOTE:
            for state in states or STATES:
                mark("state", state, position)
        pay.append(float((high or low or 0) * Posting.HOURS[unit]))
    points = []
    for key, workplace, state, north, east in Location.objects.filter(
        posting__in=Posting.objects.live()
    ).values_list("posting_id", "posting__workplace", "state", "latitude", "longitude"):
        position = position_of.get(key)
        if position is None or workplace == Posting.Workplace.REMOTE:
            continue
        mark("state", state, position)
        if north is not None:
            points.append((position, (north, east)))
    return BoardIndex(
        version=version,
        day=today,
        keys=tuple(row[0] for row in rows),
        position_of=position_of,
        facets={
            name: {value: int.from_bytes(bits, "little") for value, bits in values.items()}
            for name, values in facets.items()
        },
        everything=(1 << len(rows)) - 1,
        pay=tuple(pay),
        live_at=tuple(row[-1] for row in rows),
        points=tuple(points),
        credentials=dict(Credential.objects.values_list("slug", "abbreviation")),
        specialties=dict(Specialty.objects.values_list("slug", "name")),
        by_pay=tuple(sorted(range(len(rows)), key=lambda position: -pay[position])),
    )


def _bits(positions: Iterable[int]) -> int:
    marked = bytearray()
    for position in positions:
        if position >> 3 >= len(marked):
            marked.extend(bytes((position >> 3) - len(marked) + 1))
        marked[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(marked, "little")


def positions_in(bits: int) -> Iterable[int]:
    """The positions of the set bits, the lowest first."""
    text = bin(bits)[:1:-1]
    position = text.find("1")
    while position >= 0:
        yield position
        position = text.find("1", position + 1)
