"""The search of the board: which postings, in which order, and how many each filter would leave."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F
from django.db.models.functions import Length
from django.utils import timezone

from careers.filters import DAYS, PAYS, Filters
from careers.models import Posting, Word
from careers.queries.board_index import FACETS, BoardIndex, board_index, positions_in
from careers.states import STATES
from careers.words import words_of
from careers.zip_codes import point_of

PAGE_SIZE = 20
LEAST_ALIKE = 0.75  # of two words, as difflib measures it


@dataclass(frozen=True)
class Option:
    """A value one may choose, and how many postings are left with it (other facets applied)."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Found:
    """What a search found, and the options of every facet.

    `bits` are the postings, `ranked` their keys by words, where words were asked for.
    """

    filters: Filters
    index: BoardIndex
    bits: int
    ranked: list[int] | None = None
    options: dict[str, list[Option]] = field(default_factory=dict)
    corrected: str = ""  # the words that were searched for instead, where none had matched

    @property
    def count(self) -> int:
        return self.bits.bit_count()

    @property
    def live_count(self) -> int:
        return len(self.index.keys)

    @property
    def keys(self) -> list[int]:
        """The keys of all postings found, in order."""
        return self.part(0, self.count)

    def part(self, start: int, end: int) -> list[int]:
        """The keys from one place to another in the order asked for."""
        return list(islice(self._ordered(), start, end))

    def _ordered(self) -> Iterator[int]:
        index, bits = self.index, self.bits
        if self.filters.order == "pay":
            chosen = set(positions_in(bits))
            return (index.keys[position] for position in index.by_pay if position in chosen)
        if self.filters.order == "relevance" and self.ranked is not None:
            chosen = {index.keys[position] for position in positions_in(bits)}
            return (key for key in self.ranked if key in chosen)
        return (index.keys[position] for position in positions_in(bits))


def search_board(filters: Filters, *, with_options: bool = True) -> Found:
    """Search the live postings. At most two queries, and three more for words mistyped."""
    index = board_index()
    ranked = _matching(filters.q) if filters.q else None
    corrected = ""
    if ranked is not None and not ranked and (corrected := _correct(filters.q)):
        ranked = _matching(corrected)
        corrected = corrected if ranked else ""
    words = index.everything if ranked is None else index.bits_of(ranked)
    narrowed = {name: _narrow(index, name, filters) for name in _NARROWING}
    bits = words
    for each in narrowed.values():
        bits &= each
    options = _options(index, words, narrowed, filters) if with_options else {}
    return Found(filters, index, bits, ranked, options, corrected)


def postings_of(keys: Iterable[int]) -> list[Posting]:
    """The postings of these keys, in this order, with what a row of a list shows."""
    keys = list(keys)
    rows = (
        Posting.objects.select_related("employer", "specialty")
        .defer("description", "description_html", "search", "signals", "employer__about")
        .defer("employer__about_html")
        .prefetch_related("locations", "credentials")
        .in_bulk(keys)
    )
    return [rows[key] for key in keys if key in rows]


def similar_to(posting: Posting, count: int = 5) -> list[Posting]:
    """Live postings that share most with one: specialty, credentials, workplace, state, level."""
    index = board_index()
    slugs = [credential.slug for credential in posting.credentials.all()]
    states = {place.state for place in posting.locations.all()}
    asked = [
        (3, "specialty", [posting.specialty.slug] if posting.specialty else []),
        (2, "credential", slugs),
        (2, "workplace", [posting.workplace]),
        (1, "state", list(states)),
        (1, "level", [posting.level]),
    ]
    points: dict[int, int] = {}
    for weight, facet, values in asked:
        for value in values:
            for position in positions_in(index.facets.get(facet, {}).get(value, 0)):
                points[position] = points.get(position, 0) + weight
    points.pop(index.position_of.get(posting.pk, -1), None)
    best = sorted(points, key=lambda position: (-points[position], position))[:count]
    return postings_of(index.keys[position] for position in best)


def _matching(words: str) -> list[int]:
    """The keys of live postings with these words, the best match first."""
    query = SearchQuery(words, search_type="websearch", config="english")
    rank = SearchRank(F("search"), query)
    return list(
        Posting.objects.filter(state=Posting.State.LIVE, search=query)
        .order_by(rank.desc(), "-went_live_at", "-pk")
        .values_list("pk", flat=True)
    )


def _correct(words: str) -> str:
    """The words, each that no posting holds read as the likest one; '' where none changes."""
    typed = words_of(words)
    known = set(Word.objects.filter(text__in=typed).values_list("text", flat=True))
    unknown = typed - known
    if not unknown:
        return ""
    lengths = {n for word in unknown for n in range(len(word) - 2, len(word) + 3)}
    near = Word.objects.annotate(length=Length("text")).filter(length__in=lengths)
    vocabulary = list(near.values_list("text", flat=True))
    likest = {}
    for word in unknown:
        if found := difflib.get_close_matches(word, vocabulary, n=1, cutoff=LEAST_ALIKE):
            likest[word] = found[0]
    if not likest:
        return ""
    return " ".join(likest.get(word.lower().strip(".,\"'"), word) for word in words.split())


def _of_facet(index: BoardIndex, facet: str, values: Iterable[str]) -> int:
    bits, held = 0, index.facets.get(facet, {})
    for value in values:
        bits |= held.get(value, 0)
    return bits


_STATES_BY_NAME = dict(sorted(STATES.items(), key=lambda item: item[1]))
_NARROWING = (*FACETS, "zip", "pay", "days")


def _narrow(index: BoardIndex, name: str, filters: Filters) -> int:
    """The postings that one filter leaves; everything where it is not set."""
    value = getattr(filters, name)
    if not value:
        return index.everything
    if name in FACETS:
        return _of_facet(index, name, value)
    if name == "zip":
        return index.within(point_of(value), filters.radius)
    if name == "pay":
        return index.paying(value)
    return index.since(timezone.now() - timedelta(days=value))


def _options(
    index: BoardIndex, words: int, narrowed: dict[str, int], filters: Filters
) -> dict[str, list[Option]]:
    """The options of each facet, counted with all other filters applied."""

    def rest(name: str) -> int:
        bits = words
        for other, left in narrowed.items():
            if other != name:
                bits &= left
        return bits

    labels = {
        "workplace": dict(Posting.Workplace.choices),
        "type": dict(Posting.Type.choices),
        "level": dict(Posting.Level.choices),
        "state": _STATES_BY_NAME,
        "credential": index.credentials,
        "specialty": index.specialties,
    }
    options = {}
    for name, known in labels.items():
        left, held, chosen = rest(name), index.facets.get(name, {}), getattr(filters, name)
        options[name] = [
            Option(value, label, count, value in chosen)
            for value, label in known.items()
            if (count := (held.get(value, 0) & left).bit_count()) or value in chosen
        ]
    left = rest("pay")
    options["pay"] = [
        Option(
            str(pay),
            f"${pay:,}+ a year",
            (index.paying(pay) & left).bit_count(),
            pay == filters.pay,
        )
        for pay in PAYS
    ]
    left, now = rest("days"), timezone.now()
    options["days"] = [
        Option(
            str(days),
            label,
            (index.since(now - timedelta(days=days)) & left).bit_count(),
            days == filters.days,
        )
        for days, label in DAYS.items()
    ]
    return options
