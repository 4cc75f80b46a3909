"""NCCI add-on code edits: with which primary codes Medicare pays an add-on code.

Tab-separated text or a sheet: a copyright line, a header, then a row for each pair (2024 Q2).
Dates are YYYYDDD, year and day of the year. The primary code CCCCC stands for those that the
contractor defines (edit types 2 and 3).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from codes.importers import ncci_releases
from codes.importers.delimited import (
    BadCell,
    CellReader,
    column_names,
    head_of,
    header_place,
    table_rows,
)
from codes.importers.official_file import OfficialFile
from codes.importers.rows import Rejected, Row
from codes.models import AddOnEdit, Source

SOURCE = Source.NCCI_ADD_ON
FORMAT = "add-on code edits"

_TYPE, _ADD_ON, _ADD_ON_DELETED = "AOC_EDIT_TYPE", "ADD-ON_CODE", "AOC_DELDT"
_PRIMARY, _PRIMARY_DELETED = "PRIMARY_CODE", "PRIMARY_CODE_DELDT"
_EFFECTIVE, _DELETED, _NOTE = "AOC_EDIT_EFFDT", "AOC_EDIT_DELDT", "SPECIAL_INSTRUCTION_NOTES"
_COLUMNS = [
    _TYPE, _ADD_ON, _ADD_ON_DELETED, _PRIMARY, _PRIMARY_DELETED, _EFFECTIVE, _DELETED, _NOTE,
]  # fmt: skip
_CONTRACTOR_DEFINED = "CCCCC"


class AddOnRow(NamedTuple):
    """A pair; fields as in `codes.models.AddOnEdit`."""

    line: int
    edit_type: int
    add_on_code: str
    add_on_deletion_date: date | None
    primary_code: str
    primary_deletion_date: date | None
    effective_date: date
    deletion_date: date | None
    note: str


TABLES = {AddOnRow: AddOnEdit}
KEYS = {AddOnRow: ("add_on_code", "primary_code", "effective_date", "deletion_date")}

release_of = ncci_releases.release_of
release_on = ncci_releases.quarterly_on


def codes_of(row: AddOnRow) -> list[tuple[str, str]]:
    codes = [row.add_on_code, *([row.primary_code] if row.primary_code else [])]
    return [(ncci_releases.system_of(code), code) for code in codes]


def recognizes(file: OfficialFile) -> bool:
    return header_place(head_of(file), _is_header) is not None


def _is_header(cells: list[str]) -> bool:
    return len(cells) > 1 and column_names(cells)[:2] == [_TYPE, _ADD_ON]


def read(file: OfficialFile) -> Iterator[Row]:
    return table_rows(file, _is_header, _COLUMNS, _row)


def _row(line: int, cells: CellReader) -> AddOnRow | Rejected:
    try:
        primary = cells.text(_PRIMARY)
        effective = _day(cells, _EFFECTIVE)
        if effective is None:
            raise BadCell(f"{_EFFECTIVE} is empty; expected a date YYYYDDD")
        return AddOnRow(
            line,
            int(cells.like(_TYPE, "[123]", "1, 2 or 3")),
            _code(cells, _ADD_ON),
            _day(cells, _ADD_ON_DELETED),
            "" if primary == _CONTRACTOR_DEFINED else _code(cells, _PRIMARY),
            _day(cells, _PRIMARY_DELETED),
            effective,
            _day(cells, _DELETED),
            cells.text(_NOTE),
        )
    except BadCell as problem:
        return Rejected(line, f"{problem}.")


def _code(cells: CellReader, column: str) -> str:
    code = cells.text(column)
    if not ncci_releases.system_of(code):
        raise BadCell(f"{column} is {code[:20]!r}; expected a CPT or HCPCS code of five characters")
    return code


def _day(cells: CellReader, column: str) -> date | None:
    """A date YYYYDDD; None where the cell is empty."""
    if not cells.text(column):
        return None
    text = cells.like(column, r"(?:19|20)\d{2}[0-3]\d{2}", "a date YYYYDDD")
    year, day_of_year = int(text[:4]), int(text[4:])
    day = date(year, 1, 1) + timedelta(days=day_of_year - 1)
    if day.year != year:
        raise BadCell(f"{column} is {text!r}; expected a date YYYYDDD")
    return day
