"""NCCI add-on code edits: which codes are paid only beside others, and beside which.

A release carries its own history, so the newest one answers for every date of service.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from codes.models import AddOnEdit, Code, Release, Source, stored_value
from codes.queries.ncci.settings import PROCEDURE_SYSTEMS, Meaning, newest
from codes.queries.questions import Question, settled
from codes.queries.releases import Releases
from codes.queries.stored_rows import rows_of_release

ADD_ON_TYPES = {
    1: Meaning("Listed primaries", "Paid only beside one of the listed primary codes.", "plain"),
    2: Meaning(
        "Contractor’s primaries",
        "No primary code is listed: the Medicare contractor says which ones count.",
        "warn",
    ),
    3: Meaning(
        "Listed primaries and more",
        "Paid beside one of the listed primary codes, or one that the contractor accepts.",
        "plain",
    ),
}


@dataclass(frozen=True)
class AddOnRule:
    """With what an add-on code is paid: the primary codes in force, and the contractor's.

    `edit_type` is the widest of the code's edits in force (`ADD_ON_TYPES`).
    """

    code: str
    edit_type: int
    primaries: list[str]
    is_contractor_defined: bool
    notes: list[str]

    @property
    def kind(self) -> Meaning:
        return ADD_ON_TYPES[self.edit_type]


@dataclass(frozen=True)
class AddOns:
    """A code's place among add-on codes: its own rule, None where it is no add-on code, and the
    add-on codes it is a primary code of.
    """

    release: Release | None
    rule: AddOnRule | None = None
    add_ons: list[str] = field(default_factory=list)


def add_on_rows(
    date_of_service: date, releases: Releases, *, about: Q
) -> QuerySet[AddOnEdit] | None:
    """The edits in force on the date; None where none are loaded."""
    release = newest(Source.NCCI_ADD_ON, releases)
    if release is None:
        return None
    lasting = Q()  # as AddOnEdit.is_in_force
    for name in AddOnEdit.LAST_DAYS:
        lasting &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": date_of_service})
    rows = AddOnEdit.objects.filter(
        about, lasting, release_id=release.pk, effective_date__lte=date_of_service
    )
    return rows.order_by("add_on_code", "primary_code")


def add_ons_of(
    value: str, date_of_service: date, releases: Releases, rows: list[AddOnEdit] | None = None
) -> AddOns:
    """The rule of a code that is an add-on code, and the add-on codes of one that is primary."""
    value = stored_value(value)
    if rows is None:
        rows = list(add_on_rows(date_of_service, releases, about=_about(value)) or [])
    return AddOns(
        newest(Source.NCCI_ADD_ON, releases),
        _rules(rows).get(value),
        sorted({row.add_on_code for row in rows if row.primary_code == value}),
    )


def add_on_rules(
    values: Iterable[str], date_of_service: date, releases: Releases
) -> Question[tuple[Release | None, dict[str, AddOnRule]]]:
    """Asks for the release that answers, and the rules of those codes of a claim that are add-on
    codes.
    """
    release = newest(Source.NCCI_ADD_ON, releases)
    if release is None:
        return settled((None, {}))
    rows = rows_of_release(AddOnEdit, release.pk, "add_on_code", list(values))
    return rows.then(
        lambda rows: (release, _rules(row for row in rows if row.is_in_force(date_of_service)))
    )


def _about(value: str) -> Q:
    return Q(add_on_code=value) | Q(primary_code=value)


def _rules(rows: Iterable[AddOnEdit]) -> dict[str, AddOnRule]:
    by_code: dict[str, list[AddOnEdit]] = {}
    for row in rows:
        by_code.setdefault(row.add_on_code, []).append(row)
    return {
        code: AddOnRule(
            code,
            max(row.edit_type for row in edits),
            sorted({row.primary_code for row in edits if row.primary_code}),
            any(not row.primary_code for row in edits),
            list(dict.fromkeys(row.note for row in edits if row.note)),
        )
        for code, edits in by_code.items()
    }


def add_on_rows_on(code: Code, releases: Releases, date_of_service: date) -> QuerySet | None:
    if code.system not in PROCEDURE_SYSTEMS:
        return None
    return add_on_rows(date_of_service, releases, about=_about(code.value))
