"""A search of the board in words: for its heading, its mails and its filters to take off."""

from dataclasses import dataclass

from careers.filters import DAYS, Filters
from careers.models import Employer, Posting
from careers.queries.board import Found
from careers.queries.board_index import BoardIndex
from careers.states import STATES


@dataclass(frozen=True)
class Chosen:
    """A filter that is set: its words, and the search without it."""

    words: str
    query: str


def chosen_words(filters: Filters, found: Found) -> list[Chosen]:
    """Each filter that is set. Labels come from the options that were counted."""
    labels = {
        (name, option.value): option.label
        for name, options in found.options.items()
        for option in options
    }
    chosen = []
    for name in ("workplace", "state", "credential", "specialty", "type", "level"):
        for value in getattr(filters, name):
            words = labels.get((name, value), value)
            chosen.append(Chosen(words, filters.without(name, value)))
    for slug, name in _employer_names(filters.employer).items():
        chosen.append(Chosen(name, filters.without("employer", slug)))
    if filters.zip:
        words = f"Within {filters.radius} miles of {filters.zip}"
        chosen.append(Chosen(words, filters.without("zip")))
    if filters.pay:
        chosen.append(Chosen(f"${filters.pay:,}+ a year", filters.without("pay")))
    if filters.days:
        words = DAYS.get(filters.days, f"Last {filters.days} days")
        chosen.append(Chosen(words, filters.without("days")))
    return chosen


def _employer_names(slugs: tuple[str, ...]) -> dict[str, str]:
    """The employers' names by slug, in its order; the slug itself of one that there is not."""
    if not slugs:
        return {}
    found = Employer.objects.filter(slug__in=slugs).values_list("slug", "name")
    return {slug: slug for slug in slugs} | dict(found)


def search_title(filters: Filters, index: BoardIndex) -> str:
    """E.g. "“denials” · Remote · CPC"; "Medical coding jobs" where nothing was asked."""
    parts = [f"“{filters.q}”"] if filters.q else []
    parts += [Posting.Workplace(value).label for value in filters.workplace]
    parts += [STATES[value] for value in filters.state]
    parts += [index.credentials.get(value, value) for value in filters.credential]
    parts += [index.specialties.get(value, value) for value in filters.specialty]
    parts += [Posting.Type(value).label for value in filters.type]
    if filters.zip:
        parts.append(f"near {filters.zip}")
    if filters.pay:
        parts.append(f"${filters.pay:,}+")
    return " · ".join(parts)[:100] or "Medical coding jobs"
