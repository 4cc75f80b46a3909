"""Whether the coverage documents that name a procedure list a diagnosis as covered.

The answer quotes: a document, a group, its paragraph. Whether a group's condition is met (another
code needed, a diagnosis for one of the procedures only) stands in the paragraph and is not ours to
decide, so equal group numbers of procedures and diagnoses are never taken for a pair.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.db import connection

from codes.models import CoverageList, Release
from codes.queries.coverage import (
    DIAGNOSIS_LISTS,
    Document,
    documents_naming,
    local_releases,
    values_named,
)
from codes.queries.questions import Question
from codes.queries.releases import Releases


class Verdict(StrEnum):
    COVERED = "covered"
    NONCOVERED = "noncovered"
    NOT_LISTED = "not-listed"
    NO_DIAGNOSES = "no-diagnoses"  # documents name the procedure, but list no diagnoses
    NO_DOCUMENT = "no-document"
    NOT_LOADED = "not-loaded"


@dataclass(frozen=True)
class Listing:
    """A group of a document that lists a diagnosis, with the publisher's paragraph on it.

    `range` is `(first, last)` where the diagnosis lies in a range that the group lists.
    """

    document: Document
    code_list: CoverageList
    group: int
    paragraph: str
    has_asterisk: bool = False
    asterisk_paragraph: str = ""
    range: tuple[str, str] | None = None


@dataclass(frozen=True)
class DiagnosisAnswer:
    """What the documents in force say of a diagnosis for a procedure.

    `documents` are those that were looked in; `listings` where the diagnosis was found.
    `silent` are documents that list diagnoses, but not this one.
    """

    verdict: Verdict
    documents: list[Document] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)

    @property
    def silent(self) -> list[Document]:
        found = {
            item.document.key for item in self.listings if item.code_list == CoverageList.COVERED
        }
        return [item for item in self.documents if item.lists_covered and item.key not in found]

    @property
    def of_unknown_states(self) -> list[Document]:
        return [document for document in self.documents if not document.states]


@dataclass(frozen=True)
class _Row:
    document: tuple[int, int, int]
    code_list: str
    group: int
    value: str
    sort_order: int
    has_asterisk: bool
    range_mark: str
    paragraph: str
    asterisk_paragraph: str


@dataclass(frozen=True)
class CoverageFacts:
    """The documents that name some procedures, and what they say of some diagnoses.

    Fetched in a few statements for a whole claim; `answer` is then plain reckoning.
    """

    releases: list[Release] = field(default_factory=list)
    documents: dict[str, list[Document]] = field(default_factory=dict)
    rows: dict[tuple[int, int, int], list[_Row]] = field(default_factory=dict)

    @property
    def is_loaded(self) -> bool:
        return bool(self.releases)

    def answer(self, procedure: str, diagnosis: str, state: str = "") -> DiagnosisAnswer:
        """The answer for stored codes; `state` is a postal abbreviation, '' for every state."""
        if not self.releases:
            return DiagnosisAnswer(Verdict.NOT_LOADED)
        documents = [item for item in self.documents.get(procedure, []) if item.may_apply_in(state)]
        listings = [
            listing for document in documents for listing in self._listings(document, diagnosis)
        ]
        lists = {listing.code_list for listing in listings}
        if not documents:
            verdict = Verdict.NO_DOCUMENT
        elif CoverageList.COVERED in lists:
            verdict = Verdict.COVERED
        elif CoverageList.NONCOVERED in lists:
            verdict = Verdict.NONCOVERED
        elif any(document.lists_covered for document in documents):
            verdict = Verdict.NOT_LISTED
        else:
            verdict = Verdict.NO_DIAGNOSES
        return DiagnosisAnswer(verdict, documents, listings, self.releases)

    def _listings(self, document: Document, diagnosis: str) -> list[Listing]:
        groups: dict[tuple[str, int], list[_Row]] = defaultdict(list)
        for row in self.rows.get(document.key, []):
            groups[row.code_list, row.group].append(row)
        found = []
        for (code_list, group), rows in sorted(groups.items()):
            own = [row for row in rows if row.value == diagnosis]
            around = None if own else _range_around(diagnosis, rows)
            if not own and not around:
                continue
            has_asterisk = any(row.has_asterisk for row in own)
            found.append(
                Listing(
                    document=document,
                    code_list=CoverageList(code_list),
                    group=group,
                    paragraph=rows[0].paragraph,
                    has_asterisk=has_asterisk,
                    asterisk_paragraph=rows[0].asterisk_paragraph if has_asterisk else "",
                    range=around,
                )
            )
        return found


def _range_around(diagnosis: str, rows: list[_Row]) -> tuple[str, str] | None:
    """The ends of the group's range that a code lies in: a B row, and the E row after it."""
    begins = ""
    for row in sorted(rows, key=lambda row: (row.sort_order, row.value)):
        if row.range_mark == "B":
            begins = row.value
        elif row.range_mark == "E" and begins:
            if begins <= diagnosis <= row.value:
                return begins, row.value
            begins = ""
    return None


def coverage_facts(
    procedures: Iterable[str],
    diagnoses: Iterable[str],
    date_of_service: date,
    releases: Releases,
) -> CoverageFacts:
    """The facts on stored codes in two statements."""
    documents = documents_naming(procedures, (CoverageList.PROCEDURES,), date_of_service, releases)
    return facts_in(documents, diagnoses, local_releases(releases, date_of_service))


def procedures_named(
    procedures: Iterable[str], date_of_service: date, releases: Releases
) -> Question[list[str]]:
    """Asks which procedures of a claim have `coverage_facts`."""
    return values_named(procedures, (CoverageList.PROCEDURES,), date_of_service, releases)


def facts_in(
    documents: dict[str, list[Document]], diagnoses: Iterable[str], shown: list[Release]
) -> CoverageFacts:
    """What documents, by the procedure that they name, say of diagnoses: one statement."""
    keys = {document.key for named in documents.values() for document in named}
    return CoverageFacts(shown, documents, _rows(keys, sorted(set(diagnoses))))


def _rows(keys, diagnoses: list[str]) -> dict[tuple[int, int, int], list[_Row]]:
    found: dict[tuple[int, int, int], list[_Row]] = {}
    if not keys or not diagnoses:
        return found
    release_ids, numbers, versions = zip(*sorted(keys), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _ROWS,
            [
                list(release_ids),
                list(numbers),
                list(versions),
                [str(item) for item in DIAGNOSIS_LISTS],
                diagnoses,
            ],
        )
        for release_id, number, version, *rest in cursor.fetchall():
            key = release_id, number, version
            found.setdefault(key, []).append(_Row(key, *rest))
    return found


_ROWS = """
SELECT c.release_id, c.number, c.version, c.code_list, c."group", c.value, c.sort_order,
  c.has_asterisk, c.range_mark, coalesce(g.paragraph, ''), coalesce(g.asterisk_paragraph, '')
FROM codes_coveragecode c
JOIN unnest(%s::bigint[], %s::int[], %s::int[]) AS asked (release_id, number, version)
  USING (release_id, number, version)
LEFT JOIN codes_coveragegroup g USING (release_id, number, version, code_list, "group")
WHERE c.code_list = ANY(%s) AND (c.value = ANY(%s) OR c.range_mark IN ('B', 'E'))
"""


def diagnosis_check(
    procedure: str, diagnosis: str, state: str, date_of_service: date, releases: Releases
) -> DiagnosisAnswer:
    """Whether documents in force list a diagnosis for a procedure, both as stored values."""
    facts = coverage_facts([procedure], [diagnosis], date_of_service, releases)
    return facts.answer(procedure, diagnosis, state)
