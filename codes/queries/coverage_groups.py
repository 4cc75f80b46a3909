"""The groups of a coverage document: paragraphs, and the codes they list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from codes.models import (
    CodeSystem,
    CoverageList,
    OfficialDescription,
    code_url,
    printed_value,
)
from codes.queries.coverage import DIAGNOSIS_LISTS, Document
from codes.queries.releases import Releases, source_of


@dataclass(frozen=True)
class ListedCode:
    """A code as a document lists it, with its text ('' where none is loaded)."""

    system: str
    value: str
    text: str = ""
    has_asterisk: bool = False

    @property
    def printed(self) -> str:
        return printed_value(self.system, self.value)

    @property
    def url(self) -> str:
        return code_url(self.system, self.value)


@dataclass(frozen=True)
class Group:
    """A group of a list: the publisher's paragraph and the codes, or the first of them.

    Group numbers of different lists do not belong together unless the paragraphs say so.
    """

    document: Document
    code_list: CoverageList
    number: int
    paragraph: str
    asterisk_paragraph: str
    code_count: int
    codes: list[ListedCode]

    @property
    def slug(self) -> str:
        return f"{self.code_list.value}-{self.number}"

    @property
    def title(self) -> str:
        words = f"{self.code_list.label}, group {self.number}" if self.number else ""
        return words or self.code_list.label

    @property
    def is_whole(self) -> bool:
        return len(self.codes) == self.code_count


def groups_of(
    documents: Iterable[Document],
    lists: Sequence[CoverageList],
    date_of_service: date,
    releases: Releases,
    *,
    most: int,
    offset: int = 0,
) -> dict[tuple[int, int, int], list[Group]]:
    """By document, its groups in the lists' order, each with at most `most` codes from `offset`."""
    documents = {document.key: document for document in documents}
    if not documents:
        return {}
    rows = _group_rows(documents, lists, most, offset)
    texts = _texts({row[5] for row in rows}, date_of_service, releases)
    codes: dict[tuple, list[ListedCode]] = {}
    counts: dict[tuple, int] = {}
    paragraphs: dict[tuple, tuple[str, str]] = {}
    for release_id, number, version, code_list, group, value, asterisk, count, *words in rows:
        key = (release_id, number, version), code_list, group
        if words[0] is not None:
            paragraphs[key] = words[0], words[1]
            continue
        counts[key] = count
        if value is not None:
            system = _system(code_list, value)
            codes.setdefault(key, []).append(
                ListedCode(system, value, texts.get((system, value), ""), asterisk)
            )
    found: dict[tuple[int, int, int], list[Group]] = {}
    order = {str(item): position for position, item in enumerate(lists)}
    for key in sorted({*counts, *paragraphs}, key=lambda key: (key[0], order[key[1]], key[2])):
        document, code_list, number = key
        paragraph, asterisk_paragraph = paragraphs.get(key, ("", ""))
        found.setdefault(document, []).append(
            Group(
                documents[document],
                CoverageList(code_list),
                number,
                paragraph,
                asterisk_paragraph,
                counts.get(key, 0),
                codes.get(key, []),
            )
        )
    return found


def _group_rows(documents, lists, most: int, offset: int) -> list[tuple]:
    releases, numbers, versions = zip(*documents, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _GROUP_ROWS,
            {
                "releases": list(releases),
                "numbers": list(numbers),
                "versions": list(versions),
                "lists": [str(item) for item in lists],
                "from": offset,
                "to": offset + most,
            },
        )
        return cursor.fetchall()


# The first code of every group is always fetched, so that the group is known beyond its last page.
# After the codes come the groups' paragraphs, of groups without codes too.
_GROUP_ROWS = """
WITH asked AS (
  SELECT * FROM unnest(%(releases)s::bigint[], %(numbers)s::int[], %(versions)s::int[])
    AS asked (release_id, number, version)
), once AS (
  SELECT release_id, number, version, code_list, "group", value,
    min(sort_order) AS sort_order, bool_or(has_asterisk) AS has_asterisk
  FROM codes_coveragecode JOIN asked USING (release_id, number, version)
  WHERE code_list = ANY(%(lists)s)
  GROUP BY release_id, number, version, code_list, "group", value
), placed AS (
  SELECT once.*,
    row_number() OVER (PARTITION BY release_id, number, version, code_list, "group"
      ORDER BY sort_order, value) AS place,
    count(*) OVER (PARTITION BY release_id, number, version, code_list, "group") AS count
  FROM once
), shown AS (
  SELECT release_id, number, version, code_list, "group",
    CASE WHEN place > %(from)s AND place <= %(to)s THEN value END AS value,
    has_asterisk, count, place, NULL AS paragraph, NULL AS asterisk_paragraph
  FROM placed WHERE place > %(from)s AND place <= %(to)s OR place = 1
  UNION ALL
  SELECT release_id, number, version, code_list, "group", NULL, false, 0, 0,
    paragraph, asterisk_paragraph
  FROM codes_coveragegroup JOIN asked USING (release_id, number, version)
  WHERE code_list = ANY(%(lists)s)
)
SELECT release_id, number, version, code_list, "group", value, has_asterisk, count,
  paragraph, asterisk_paragraph
FROM shown ORDER BY place
"""


def _system(code_list: str, value: str) -> CodeSystem:
    if code_list in DIAGNOSIS_LISTS:
        return CodeSystem.ICD_10_CM
    if code_list == CoverageList.PCS:
        return CodeSystem.ICD_10_PCS
    return CodeSystem.CPT if value[0].isdigit() else CodeSystem.HCPCS


def _texts(
    values: set[str | None], date_of_service: date, releases: Releases
) -> dict[tuple[str, str], str]:
    """The official texts of codes by system and value, from the releases shown on the date."""
    shown = [releases.shown(source_of(system), date_of_service) for system in CodeSystem]
    rows = OfficialDescription.objects.filter(
        release__in=[release for release in shown if release],
        code__value__in=[value for value in values if value],
    ).select_related("code")
    return {(row.code.system, row.code.value): row.text for row in rows}
