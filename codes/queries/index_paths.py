"""Where the indexes and tables of ICD-10-CM file a code: the terms that lead to it."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from codes.models import IndexEntry, Release, Source
from codes.queries.relatives import prefixes
from codes.queries.releases import Releases
from codes.queries.tabular import FULL_LENGTH

SOURCES = (
    Source.ICD_10_CM_INDEX,
    Source.ICD_10_CM_EXTERNAL_CAUSES,
    Source.ICD_10_CM_NEOPLASMS,
    Source.ICD_10_CM_DRUGS,
)
MOST_PATHS = 200  # a dozen codes have more: those of whole columns of the tables


@dataclass(frozen=True)
class IndexPath:
    """The terms from the main term down, the table's column ('' in an index), and the code the
    index gives where it is less than the one asked for, as it is printed there.
    """

    terms: list[str]
    column: str = ""
    manifestation: str = ""

    @property
    def main_term(self) -> str:
        return self.terms[0]

    @property
    def more_terms(self) -> list[str]:
        return self.terms[1:]


@dataclass(frozen=True)
class FiledUnder:
    """The paths of one index; `has_more` where there are more than are listed."""

    release: Release
    paths: list[IndexPath] = field(default_factory=list)
    has_more: bool = False


def index_releases(releases: Releases, date_of_service: date) -> list[Release]:
    """The release of each index to read on a date."""
    found = (releases.shown(source, date_of_service) for source in SOURCES)
    return [release for release in found if release]


def index_rows(value: str, shown: list[Release]) -> QuerySet[IndexEntry] | None:
    """The entries that lead to a stored value, those that give it in full first.

    An index stops before the 7th character, and a dash leaves further ones to the tabular list:
    `S72.00-` leads to S72.001A as well.
    """
    if not shown:
        return None
    exact = {value}
    if len(value) == FULL_LENGTH:
        exact |= {value[:-1], value[:-1].rstrip("X")}
    leads = Q(code__in=exact) | Q(code__in=prefixes(value), is_incomplete=True)
    entries = IndexEntry.objects.filter(leads, release__in=[release.pk for release in shown])
    return entries.order_by(Length("code").desc(), "id")[: MOST_PATHS + 1]


def filed_under(entries: list[IndexEntry], shown: list[Release]) -> list[FiledUnder]:
    """The entries by index, in the order of the indexes."""
    has_more = len(entries) > MOST_PATHS
    groups = []
    for release in shown:
        paths = [
            IndexPath(entry.terms, entry.column, entry.manifestation)
            for entry in entries[:MOST_PATHS]
            if entry.release_id == release.pk
        ]
        if paths:
            groups.append(FiledUnder(release, paths, has_more))
    return groups
