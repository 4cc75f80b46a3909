"""The complete codes of a diagnosis that still needs its 7th character."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from codes.models import CodeSystem, OfficialDescription
from codes.queries.relatives import CodeForms
from codes.queries.releases import published_releases, source_of
from search.results import Hit

FULL_LENGTH = 7  # characters
SHORTEST = 3


@dataclass(frozen=True)
class CompleteCode(CodeForms):
    """A code that a 7th character completes, and the words it adds to the header's text."""

    value: str
    text: str
    words: str
    system: CodeSystem = CodeSystem.ICD_10_CM


def complete_codes(
    hits: Iterable[Hit], date_of_service: date
) -> dict[tuple[str, str], list[CompleteCode]]:
    """The choices of each header that only a 7th character completes, by (system, value), in one
    query. X fills the places before it that are empty (ICD-10-CM guidelines, I.A.5).
    """
    headers = {_stem(hit.value): hit for hit in hits if _may_need_one(hit)}
    release = published_releases().shown(source_of(CodeSystem.ICD_10_CM), date_of_service)
    if not headers or not release:
        return {}
    wanted = Q()
    for stem in headers:
        wanted |= Q(code__value__gt=stem, code__value__lt=f"{stem}~")
    found = (
        OfficialDescription.objects.filter(
            wanted, release=release, is_billable=True, code__system=CodeSystem.ICD_10_CM
        )
        .order_by("code__value")
        .values_list("code__value", "long")
    )
    completed: dict[tuple[str, str], list[CompleteCode]] = {}
    for value, text in found:
        header = headers[value[:-1]]
        words = text.removeprefix(header.text).lstrip(", ")
        completed.setdefault((header.system, header.value), []).append(
            CompleteCode(value, text, words)
        )
    return completed


def _stem(value: str) -> str:
    return value.ljust(FULL_LENGTH - 1, "X")


def _may_need_one(hit: Hit) -> bool:
    return (
        hit.system == CodeSystem.ICD_10_CM
        and not hit.is_billable
        and SHORTEST <= len(hit.value) < FULL_LENGTH
    )
