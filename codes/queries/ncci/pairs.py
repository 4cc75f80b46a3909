"""NCCI procedure-to-procedure edits: pairs of codes that are not paid together.

Every answer names its release. `release` None means that nothing is loaded to answer from; an
empty answer with a release says that the publisher lists nothing. A release carries its own
history (effective and deletion dates), so the newest one answers for every date of service.
`units` tells of units, `add_ons` of add-on codes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from codes.models import Code, PtpEdit, PtpRationale, Release, stored_value
from codes.queries.ncci.settings import PROCEDURE_SYSTEMS, Meaning, Setting, newest, url_of
from codes.queries.questions import Question, ask, settled
from codes.queries.releases import Releases, published_releases


class Direction(StrEnum):
    """On which side of its pairs a code stands."""

    AS_COLUMN_ONE = "one"
    AS_COLUMN_TWO = "two"

    @property
    def own_field(self) -> str:
        return f"column_{self.value}"

    @property
    def other_field(self) -> str:
        return "column_two" if self is Direction.AS_COLUMN_ONE else "column_one"


# After the header of CMS's files and the NCCI policy manual, chapter I; in our own words.
MODIFIER_INDICATORS = {
    0: Meaning(
        "Not allowed",
        "No modifier separates the two: column two is not paid beside column one on the same day.",
        "bad",
    ),
    1: Meaning(
        "Allowed",
        "Both are paid where a modifier on column two, such as 59, XE, XP, XS, XU or one of "
        "anatomy, truthfully says that the services were separate.",
        "warn",
    ),
    9: Meaning(
        "Not applicable", "The edit was deleted from its beginning: it never held.", "plain"
    ),
}


class Pair(NamedTuple):
    """A PTP edit: Medicare pays column one, and column two only as the indicator says.

    `since` is the edit's effective date as published; `until` its last day, None while it holds.
    """

    column_one: str
    column_two: str
    since: date
    until: date | None
    modifier_indicator: int
    rationale: str

    @property
    def modifier(self) -> Meaning:
        return MODIFIER_INDICATORS[self.modifier_indicator]

    @property
    def column_one_url(self) -> str:
        return url_of(self.column_one)

    @property
    def column_two_url(self) -> str:
        return url_of(self.column_two)


@dataclass(frozen=True)
class Pairs:
    """The pairs that answer a question, and the release they stand in."""

    release: Release | None
    pairs: list[Pair] = field(default_factory=list)


def in_force(date_of_service: date) -> Q:
    """Edits that hold on a date: from the effective date through the deletion date.

    `codes.importers.ncci_ptp` says why the deletion date counts, and that an edit deleted on its
    effective date, or with modifier indicator 9, never held.
    """
    return (
        Q(effective_date__lte=date_of_service)
        & (
            Q(deletion_date__isnull=True)
            | (Q(deletion_date__gte=date_of_service) & Q(deletion_date__gt=F("effective_date")))
        )
        & ~Q(modifier_indicator=9)
    )


def ended(date_of_service: date) -> Q:
    """Edits that held before a date and hold no more on it."""
    return Q(deletion_date__lt=date_of_service, deletion_date__gt=F("effective_date")) & ~Q(
        modifier_indicator=9
    )


def edits_of(
    value: str,
    setting: Setting,
    direction: Direction,
    date_of_service: date,
    releases: Releases,
    between: tuple[str, str] | None = None,
    *,
    has_ended: bool = False,
) -> QuerySet[PtpEdit]:
    """The edits in force of a code on one side, by the code on the other side.

    `between`: only those whose other code lies in this range, both ends included. `has_ended`:
    those that held before the date, in place of those in force.
    """
    release = newest(setting.ptp_source, releases)
    if release is None:
        return PtpEdit.objects.none()
    held = ended(date_of_service) if has_ended else in_force(date_of_service)
    edits = PtpEdit.objects.filter(held, release_id=release.pk, **{direction.own_field: value})
    if between:
        edits = edits.filter(**{f"{direction.other_field}__range": between})
    return edits.order_by(direction.other_field, "effective_date")


def rationales_of(release_ids: Iterable[int]) -> QuerySet[PtpRationale]:
    return PtpRationale.objects.filter(release_id__in=list(release_ids))


def as_pairs(edits: Iterable[PtpEdit], rationales: dict[int, str]) -> list[Pair]:
    """The edits with their rationales, which are given by number."""
    return [
        Pair(
            edit.column_one,
            edit.column_two,
            edit.effective_date,
            edit.deletion_date,
            edit.modifier_indicator,
            rationales.get(edit.rationale_number, ""),
        )
        for edit in edits
    ]


def pairs_among(
    values: Iterable[str],
    setting: Setting,
    date_of_service: date,
    releases: Releases | None = None,
) -> Pairs:
    """Every pair in force among the codes of a claim, in one statement."""
    return ask(
        question_of_pairs(values, setting, date_of_service, releases or published_releases())
    )


def question_of_pairs(
    values: Iterable[str], setting: Setting, date_of_service: date, releases: Releases
) -> Question[Pairs]:
    """Asks for every pair in force among the codes of a claim."""
    release = newest(setting.ptp_source, releases)
    values = sorted({stored_value(value) for value in values})
    if release is None or len(values) < 2:
        return settled(Pairs(release))
    return _pairs(release, date_of_service, values, values)


def past_pairs_among(
    values: Iterable[str], setting: Setting, date_of_service: date, releases: Releases
) -> list[Pair]:
    """The pairs among codes that held before the date and hold no more, the last ended last."""
    release = newest(setting.ptp_source, releases)
    values = sorted({stored_value(value) for value in values})
    if release is None or len(values) < 2:
        return []
    edits = PtpEdit.objects.filter(
        ended(date_of_service),
        release_id=release.pk,
        column_one__in=values,
        column_two__in=values,
    )
    rationales = {row.number: row.text for row in rationales_of([release.pk])}
    return as_pairs(edits.order_by("deletion_date"), rationales)


def pair(
    column_one: str,
    column_two: str,
    setting: Setting,
    date_of_service: date,
    releases: Releases | None = None,
) -> Pairs:
    """The edit in force of a pair in this order; no pairs where there is none."""
    release = newest(setting.ptp_source, releases or published_releases())
    if release is None:
        return Pairs(None)
    ones, twos = [stored_value(column_one)], [stored_value(column_two)]
    return ask(_pairs(release, date_of_service, ones, twos))


def _pairs(
    release: Release, date_of_service: date, ones: list[str], twos: list[str]
) -> Question[Pairs]:
    return Question(
        _IN_FORCE_AMONG,
        [release.pk, release.pk, ones, twos, date_of_service, date_of_service],
        lambda rows: Pairs(release, list(map(Pair._make, rows))),
    )


# Written out, since a check of a claim asks it each time; when an edit holds, `in_force` says.
# Each code's own stretch of the index is read for its partners. With two plain lists PostgreSQL
# reads all edits of the codes in column two: of 36000 alone there are thousands.
_IN_FORCE_AMONG = """
SELECT edit.column_one, edit.column_two, edit.effective_date, edit.deletion_date,
  edit.modifier_indicator, coalesce(rationale.text, '')
FROM codes_ptpedit edit
LEFT JOIN codes_ptprationale rationale
  ON rationale.release_id = %s AND rationale.number = edit.rationale_number
WHERE edit.release_id = %s
  AND edit.column_one IN (SELECT code COLLATE "C" FROM unnest(%s::text[]) AS asked (code))
  AND edit.column_two = ANY(%s::text[])
  AND edit.effective_date <= %s AND edit.modifier_indicator <> 9
  AND (edit.deletion_date IS NULL
    OR (edit.deletion_date >= %s AND edit.deletion_date > edit.effective_date))
ORDER BY edit.column_one, edit.column_two
"""


def read_range(text: str) -> tuple[tuple[str, str] | None, str]:
    """The range of codes in a filter, and '' or a sentence on what is wrong.

    `36000` is one code, `360` all codes that begin so, `36000-36015` a range.
    """
    parts = [stored_value(part) for part in re.split(r"\s*[-–—]\s*|\s+to\s+", text.strip())]
    if not text.strip():
        return None, ""
    if len(parts) > 2 or not all(re.fullmatch(r"[0-9A-Z]{1,5}", part) for part in parts):
        shown = text.strip().replace("\0", "")[:40]
        return None, (
            f"“{shown}” is neither a code nor a range. Write a code, its first characters, or two "
            "codes with a hyphen: 36000, 360, 36000-36015."
        )
    # Z is after every figure and letter, so that the last code stands for all that begin so.
    return (min(parts[0], parts[-1]), max(parts[0], parts[-1]).ljust(5, "Z")), ""


def ptp_rows_on(setting: Setting, direction: Direction):
    def rows_on(code: Code, releases: Releases, date_of_service: date) -> QuerySet | None:
        if code.system not in PROCEDURE_SYSTEMS or newest(setting.ptp_source, releases) is None:
            return None
        return edits_of(code.value, setting, direction, date_of_service, releases)

    return rows_on


def count_name(setting: Setting, direction: Direction) -> str:
    """The name under which row_counts keeps the number of a code's pairs."""
    return f"ncci {setting} column {direction}"
