"""CMS's Restructured BETOS Classification System: which kind of care a CPT or HCPCS code is.

A CSV file with a header. A code stands once for each period in which it had another place. No
release is named in it: it is called after the month of the newest code it holds (October 2022 in
the file seen). `No RBCS Family` means that a subcategory is not divided further, or not there.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from codes.importers.official_file import OfficialFile, one_line, text_of
from codes.importers.release_names import ReleaseName, monthly, monthly_on
from codes.importers.rows import LeftOut, Rejected
from codes.models import CodeSystem, RbcsAssignment, Source, has_form_of, stored_value

SOURCE = Source.RBCS
FORMAT = "CSV of assignments"

_COLUMNS = [
    "hcpcs_code", "rbcs_procedure", "rbcs_category", "rbcs_subcategory", "rbcs_family",
    "hcpcs_date_added", "hcpcs_date_ended", "rbcs_date_effective",
]  # fmt: skip
_NO_FAMILY = "No RBCS Family"
_ADDED = re.compile(rb",(\d{4})-(\d\d)-\d\d,\d{4}-\d\d-\d\d,\d{4}-\d\d-\d\d\s*$")


class AssignmentRow(NamedTuple):
    """A code's place from a day on; columns as in `codes.models.RbcsAssignment`."""

    line: int
    value: str
    procedure: str
    category: str
    subcategory: str
    family: str
    added_date: date | None
    ended_date: date | None
    effective_date: date


TABLES = {AssignmentRow: RbcsAssignment}
KEYS = {AssignmentRow: ("value", "effective_date")}
release_on = monthly_on


def recognizes(file: OfficialFile) -> bool:
    if not file.head_lines:
        return False
    first = file.head_lines[0].removeprefix("\ufeff").strip().lower()
    return first.replace('"', "").split(",") == _COLUMNS


def release_of(file: OfficialFile) -> ReleaseName | None:
    """The month in which the newest code was added."""
    newest = max(
        (match.groups() for _, raw in file.lines() if (match := _ADDED.search(raw))), default=None
    )
    return monthly(int(newest[0]), int(newest[1])) if newest else None


def read(file: OfficialFile) -> Iterator[AssignmentRow | Rejected | LeftOut]:
    for number, raw in file.lines():
        if number == 1 or not raw.strip():
            yield LeftOut(number)
            continue
        cells = [one_line(cell) for cell in next(csv.reader([text_of(raw)]))]
        if len(cells) != len(_COLUMNS):
            yield Rejected(
                number, f"{len(cells)} cells; expected {len(_COLUMNS)}: {', '.join(_COLUMNS)}."
            )
            continue
        yield _row(number, cells)


def _row(number: int, cells: list[str]) -> AssignmentRow | Rejected:
    value = stored_value(cells[0])
    if not any(has_form_of(system, value) for system in (CodeSystem.CPT, CodeSystem.HCPCS)):
        return Rejected(number, f"{cells[0][:20]!r} is neither a CPT nor a HCPCS code.")
    try:
        added, ended, effective = (_day(cell) for cell in cells[5:])
    except ValueError:
        return Rejected(number, f"{value}: {' '.join(cells[5:])}; expected days as YYYY-MM-DD.")
    if effective is None:
        return Rejected(number, f"{value}: the day from which it holds is missing.")
    family = "" if cells[4] == _NO_FAMILY else cells[4]
    return AssignmentRow(number, value, *cells[1:4], family, added, ended, effective)


def _day(text: str) -> date | None:
    """A day; 9999-12-31 stands for none."""
    if not text or text.startswith("9999"):
        return None
    return date.fromisoformat(text)
