"""Medicare's coverage documents that name a code, and what they list beside it.

Documents carry dates of their own, so the release shown on a date before the oldest one loaded is
that oldest one: what was in force then and retired since may be missing from it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from codes.models import (
    Code,
    CodeSystem,
    CoverageCode,
    CoverageDocument,
    CoverageList,
    Release,
    Source,
)
from codes.queries.questions import Question, settled
from codes.queries.releases import Releases

LOCAL_SOURCES = (Source.MCD_ARTICLES, Source.MCD_LCDS)
DIAGNOSIS_LISTS = (CoverageList.COVERED, CoverageList.NONCOVERED)


@dataclass(frozen=True)
class Contractor:
    """A contractor of a document. Without `states` the loaded files do not tell where it serves."""

    name: str
    number: str = ""
    kind: str = ""
    states: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """A list and group of a document that names the code."""

    code_list: CoverageList
    group: int
    has_asterisk: bool = False


@dataclass(frozen=True)
class Document:
    """A version of a coverage document, as of the release it was read from.

    `places` is where it names the code asked for; `counts` says how many codes each of its lists
    has. `is_listed_by` is the release of the list of documents that the contractors were taken
    from, where the document's own file does not tell them.
    """

    kind: CoverageDocument.Kind
    number: int
    version: int
    display_id: str
    title: str
    url: str
    release: Release
    effective_date: date | None = None
    end_date: date | None = None
    retired_date: date | None = None
    contractors: tuple[Contractor, ...] = ()
    is_listed_by: Release | None = None
    places: tuple[Place, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> tuple[int, int, int]:
        return self.release.pk, self.number, self.version

    @property
    def states(self) -> list[str]:
        """Postal abbreviations of the states its contractors serve; [] where nothing tells."""
        return sorted({state for item in self.contractors for state in item.states})

    @property
    def contractor_names(self) -> list[str]:
        return list(dict.fromkeys(item.name for item in self.contractors))

    @property
    def last_day(self) -> date | None:
        """The last day of this version, where it is known."""
        return min(filter(None, (self.end_date, self.retired_date)), default=None)

    @property
    def lists_covered(self) -> int:
        """How many diagnoses it lists as supporting medical necessity."""
        return self.counts.get(CoverageList.COVERED, 0)

    @property
    def lists_noncovered(self) -> int:
        return self.counts.get(CoverageList.NONCOVERED, 0)

    def is_in_force(self, date_of_service: date) -> bool:
        """Whether this version holds on the date; dates it does not tell do not speak against."""
        begun = self.effective_date is None or self.effective_date <= date_of_service
        return begun and (self.last_day is None or self.last_day >= date_of_service)

    def may_apply_in(self, state: str) -> bool:
        """Whether it may hold in a state; where its states are not told, it may."""
        return not state or not self.states or state in self.states


def local_releases(releases: Releases, date_of_service: date) -> list[Release]:
    """The releases of articles and LCDs to look in; [] where none is loaded."""
    shown = (releases.shown(source, date_of_service) for source in LOCAL_SOURCES)
    return [release for release in shown if release]


def rows_on(code: Code, releases: Releases, date_of_service: date) -> QuerySet | None:
    """The places that name a code in the documents looked in; None where none is loaded."""
    shown = local_releases(releases, date_of_service)
    if not shown or code.system == CodeSystem.ICD_10_PCS:
        return None
    is_diagnosis = code.system == CodeSystem.ICD_10_CM
    lists = DIAGNOSIS_LISTS if is_diagnosis else (CoverageList.PROCEDURES,)
    ids = [release.pk for release in shown]
    return CoverageCode.objects.filter(
        value=code.value, release_id__in=ids, code_list__in=[str(item) for item in lists]
    )


def documents_naming(
    values: Iterable[str],
    lists: Sequence[str],
    date_of_service: date,
    releases: Releases,
) -> dict[str, list[Document]]:
    """By stored code, the documents in force on the date that name it in one of the lists.

    Of a document the newest version in force counts. Articles come first, each kind by its
    number. One statement, whatever the number of codes.
    """
    values = sorted(set(values))
    shown = {release.pk: release for release in local_releases(releases, date_of_service)}
    if not values or not shown:
        return {}
    listing = releases.shown(Source.MCD_DOCUMENTS, date_of_service)
    found: dict[str, dict[tuple, Document]] = {}
    for value, places, row in _named(values, lists, list(shown), listing):
        document = replace(_document(row, shown, listing), places=_places(places))
        if not document.is_in_force(date_of_service):
            continue
        newest = found.setdefault(value, {})
        key = document.kind, document.number
        if key not in newest or newest[key].version < document.version:
            newest[key] = document
    return {
        value: [documents[key] for key in sorted(documents)] for value, documents in found.items()
    }


def values_named(
    values: Iterable[str], lists: Sequence[str], date_of_service: date, releases: Releases
) -> Question[list[str]]:
    """Asks which of stored codes a document looked in names, in force or not.

    For the many codes of a claim, of which documents name few: what `documents_naming` asks of
    those takes PostgreSQL longer to plan than this takes altogether.
    """
    shown = [release.pk for release in local_releases(releases, date_of_service)]
    if not shown:
        return settled([])
    asked = [list(values), shown, [str(item) for item in lists]]
    return Question(_VALUES_NAMED, asked, lambda rows: [value for (value,) in rows])


_VALUES_NAMED = """
SELECT DISTINCT value FROM codes_coveragecode
WHERE value = ANY(%s) AND release_id = ANY(%s) AND code_list = ANY(%s)
"""


def _named(values, lists, release_ids, listing: Release | None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NAMED,
            {
                "values": values,
                "lists": [str(item) for item in lists],
                "releases": release_ids,
                "listing": listing.pk if listing else None,
            },
        )
        return [
            (value, _json(places), [*row, _json(own), _json(listed), _json(counts)])
            for value, places, *row, own, listed, counts in cursor.fetchall()
        ]


def _json(value):
    return json.loads(value) if isinstance(value, str) else value


_NAMED = """
WITH named AS (
  SELECT value, release_id, number, version,
    jsonb_agg(DISTINCT jsonb_build_array(code_list, "group", has_asterisk)) AS places
  FROM codes_coveragecode
  WHERE value = ANY(%(values)s) AND release_id = ANY(%(releases)s) AND code_list = ANY(%(lists)s)
  GROUP BY value, release_id, number, version
), documents AS (
  SELECT DISTINCT ON (release_id, number, version) release_id, number, version FROM named
), described AS (
  SELECT d.release_id, d.kind, d.number, d.version, d.display_id, d.title,
    d.effective_date, d.end_date, d.retired_date,
    (SELECT jsonb_agg(jsonb_build_array(
        k.name, k.contractor_number, k.contractor_type, k.states, k.regions)
        ORDER BY k.name, k.contractor_number)
      FROM codes_coveragecontractor k
      WHERE k.release_id = d.release_id AND k.number = d.number AND k.version = d.version) AS own,
    (SELECT jsonb_agg(DISTINCT jsonb_build_array(k.name, '', k.contractor_type,
        jsonb_build_array(), jsonb_build_array()))
      FROM codes_coveragecontractor k
      WHERE k.release_id = %(listing)s AND k.number = d.number) AS listed,
    (SELECT jsonb_object_agg(code_list, count) FROM (
      SELECT code_list, count(DISTINCT value) FROM codes_coveragecode c
      WHERE c.release_id = d.release_id AND c.number = d.number AND c.version = d.version
      GROUP BY code_list) AS lists) AS counts
  FROM documents JOIN codes_coveragedocument d USING (release_id, number, version)
)
SELECT named.value, named.places, described.*
FROM named JOIN described USING (release_id, number, version)
"""


def _document(row: list, shown: dict[int, Release], listing: Release | None) -> Document:
    release_id, kind, number, version, display_id, title, *dates, own, listed, counts = row
    contractors = own or listed or []
    return Document(
        kind=CoverageDocument.Kind(kind),
        number=number,
        version=version,
        display_id=display_id,
        title=title,
        url=CoverageDocument(kind=kind, number=number, version=version).url,
        release=shown[release_id],
        effective_date=dates[0],
        end_date=dates[1],
        retired_date=dates[2],
        contractors=tuple(
            Contractor(name, code, kind, tuple(states), tuple(regions))
            for name, code, kind, states, regions in contractors
        ),
        is_listed_by=listing if listed and not own else None,
        counts=counts or {},
    )


def _places(places: list) -> tuple[Place, ...]:
    return tuple(
        Place(CoverageList(code_list), group, has_asterisk)
        for code_list, group, has_asterisk in sorted(places)
    )
