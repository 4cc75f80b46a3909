"""What a reader chose beside the words: system, chapter, billable, active. All in the address."""

from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict

from codes.models import CodeSystem
from codes.queries.status import day
from search.results import Facets
from search.scope import division_of

_KEPT = ("q", "date", "system", "chapter", "billable", "active", "spelling")


@dataclass(frozen=True)
class FilterLink:
    """A value that may be chosen, or left where `is_chosen`; `count` codes, None if not known."""

    title: str
    url: str
    is_chosen: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Filters:
    """What was chosen; '' and False are all. `is_as_typed`: no word is to be corrected."""

    system: str = ""
    chapter: str = ""
    is_billable_only: bool = False
    is_active_only: bool = False
    is_as_typed: bool = False

    @property
    def is_any(self) -> bool:
        return bool(self.system or self.chapter or self.is_billable_only or self.is_active_only)

    @property
    def choices(self) -> dict:
        """The arguments of `find`."""
        return {
            "system": self.system,
            "chapter": self.chapter,
            "is_billable_only": self.is_billable_only,
            "is_active_only": self.is_active_only,
            "is_as_typed": self.is_as_typed,
        }


@dataclass(frozen=True)
class FilterLinks:
    """The filters of a page, each a link to the same question with one choice more or less."""

    systems: list[FilterLink] = field(default_factory=list)
    chapters: list[FilterLink] = field(default_factory=list)
    switches: list[FilterLink] = field(default_factory=list)
    chosen_chapter: FilterLink | None = None
    clear_url: str = ""


def read_filters(parameters: QueryDict) -> Filters:
    """What an address chooses; what does not exist is as not chosen."""
    system = parameters.get("system", "")
    system = system if system in CodeSystem.values else ""
    chapter = parameters.get("chapter", "").replace("\0", "")[:60]
    division = division_of(chapter)
    if not division or (system and division.system != system):
        chapter = ""
    return Filters(
        system,
        chapter,
        parameters.get("billable") == "1",
        parameters.get("active") == "1",
        parameters.get("spelling") == "typed",
    )


def address(parameters: QueryDict, **changes: str) -> str:
    """The query of the same question with some parameters changed, or left out where ''. It
    begins at the first page.
    """
    query = QueryDict(mutable=True)
    for name in _KEPT:
        value = changes.pop(name, parameters.get(name, ""))
        if value:
            query[name] = value
    query.update(changes)
    return f"?{query.urlencode()}"


def kept_beside_date(parameters: QueryDict) -> list[tuple[str, str]]:
    """The names and values that a form must send along to ask the same on another date."""
    names = [name for name in _KEPT if name != "date"]
    return [(name, parameters[name]) for name in names if parameters.get(name)]


def filter_links(
    parameters: QueryDict, filters: Filters, facets: Facets | None, on_date: date | None
) -> FilterLinks:
    """The filters to offer: of systems and chapters those that have codes, and the chosen ones."""
    chapter = division_of(filters.chapter)
    return FilterLinks(
        _systems(parameters, filters, facets),
        [
            FilterLink(
                choice.title,
                address(parameters, chapter=choice.value),
                choice.value == filters.chapter,
                choice.count,
            )
            for choice in (facets.chapters if facets else [])
        ],
        [
            FilterLink(
                "Billable only",
                address(parameters, billable="" if filters.is_billable_only else "1"),
                filters.is_billable_only,
                facets.billable_count if facets else None,
            ),
            FilterLink(
                f"Active on {day(on_date)}" if on_date else "Active today",
                address(parameters, active="" if filters.is_active_only else "1"),
                filters.is_active_only,
                facets.active_count if facets else None,
            ),
        ],
        FilterLink(chapter.title, address(parameters, chapter=""), True) if chapter else None,
        address(parameters, system="", chapter="", billable="", active="")
        if filters.is_any
        else "",
    )


def _systems(parameters: QueryDict, filters: Filters, facets: Facets | None) -> list[FilterLink]:
    counts = {choice.value: choice.count for choice in facets.systems} if facets else {}
    links = [
        FilterLink(
            "All",
            address(parameters, system="", chapter=""),
            not filters.system,
            sum(counts.values()) if facets else None,
        )
    ]
    for system in CodeSystem:
        if facets and not counts.get(system) and system != filters.system:
            continue
        count = counts.get(system, 0) if facets else None
        url = address(parameters, system=system.value, chapter="")
        links.append(FilterLink(system.label, url, system == filters.system, count))
    return links
