"""What a search of the board asks for, read from an address and written back to one."""

from dataclasses import dataclass, field, fields, replace
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.one_line import one_line
from careers.models import Posting
from careers.states import STATES
from careers.zip_codes import is_zip_code, point_of

RADII = (10, 25, 50, 100)  # miles
DAYS = {
    1: "Last 24 hours",
    3: "Last 3 days",
    7: "Last week",
    14: "Last two weeks",
    30: "Last month",
}
PAYS = (40_000, 50_000, 60_000, 75_000, 90_000)  # dollars a year
SORTS = {"relevance": "Best match", "newest": "Newest", "pay": "Best paid"}
_CHOICES = {
    "workplace": Posting.Workplace.values,
    "state": list(STATES),
    "type": Posting.Type.values,
    "level": Posting.Level.values,
}


@dataclass(frozen=True)
class Filters:
    """A search: words, chosen values of each facet, a place, a least pay, an age, an order."""

    q: str = ""
    workplace: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    zip: str = ""
    radius: int = 0
    credential: tuple[str, ...] = ()
    specialty: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    employer: tuple[str, ...] = ()
    pay: int = 0
    days: int = 0
    sort: str = ""
    # Sentences about what could not be read.
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_any(self) -> bool:
        """Whether it narrows the board, words apart."""
        return any(
            getattr(self, each.name) for each in fields(self) if each.name not in _NOT_NARROW
        )

    @property
    def order(self) -> str:
        """The order in use: the best match where there are words, else the newest."""
        if self.sort in ("newest", "pay") or (self.sort == "relevance" and self.q):
            return self.sort
        return "relevance" if self.q else "newest"

    def query(self, **changes) -> str:
        """The search as the part of an address after `?`, in one order, without what is empty."""
        changed = replace(self, **changes)
        pairs = []
        for each in fields(changed):
            value = getattr(changed, each.name)
            if each.name == "problems" or not value or (each.name == "radius" and not changed.zip):
                continue
            pairs += (
                [(each.name, item) for item in value]
                if isinstance(value, tuple)
                else [(each.name, value)]
            )
        return urlencode(pairs)

    def without(self, name: str, value: str | None = None) -> str:
        """The query without one value, or without all of that name."""
        kept = getattr(self, name)
        if isinstance(kept, tuple) and value is not None:
            return self.query(**{name: tuple(each for each in kept if each != value)})
        return self.query(**{name: type(kept)()})


_NOT_NARROW = {"q", "sort", "problems", "radius"}


def read_filters(data: QueryDict) -> Filters:
    """The search an address asks for. What cannot be read is left out, with a sentence."""
    problems = []
    chosen = {}
    for name in ("workplace", "state", "type", "level", "credential", "specialty", "employer"):
        values = [one_line(value)[:64] for value in data.getlist(name)][:60]
        known = _CHOICES.get(name)
        chosen[name] = tuple(dict.fromkeys(v for v in values if v and (not known or v in known)))
    zip_code = one_line(data.get("zip", ""))[:10]
    radius = _number(data.get("radius", ""))
    if zip_code and not is_zip_code(zip_code):
        problems.append(f"“{zip_code}” is not a ZIP code: five digits were expected, e.g. 83702.")
        zip_code = ""
    elif zip_code and point_of(zip_code) is None:
        problems.append(
            f"Where the ZIP code {zip_code} lies is not known here; try one next to it."
        )
        zip_code = ""
    days = _number(data.get("days", ""))
    return Filters(
        q=one_line(data.get("q", ""))[:200],
        zip=zip_code[:5],
        radius=(radius if radius in RADII else 25) if zip_code else 0,
        pay=min(_number(data.get("pay", "")), 1_000_000),
        days=min(days, 365),
        sort=data.get("sort", "") if data.get("sort", "") in SORTS else "",
        problems=tuple(problems),
        **chosen,
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
