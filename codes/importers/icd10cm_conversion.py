"""NCHS's conversion table: each new ICD-10-CM code, since when, and what was assigned before.

Oddities, all in FY 2026: the effective date is a year (meaning 1 October of it) or a day; a few
codes have no dot or a blank after them; a code may stand twice; previous codes are told in words
(`C56.1 and C56.2`, `H02.101-H02.106; H02.109`, `Codes in Categories T15-T19`, `None`).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from codes.importers.official_file import OfficialFile, Sheet, one_line
from codes.importers.release_names import ReleaseName, fiscal_on, icd10_release
from codes.importers.rows import LeftOut, Rejected
from codes.importers.worksheet import Cells
from codes.models import CodeConversion, CodeSystem, Source, has_form_of, stored_value

SOURCE = Source.ICD_10_CM_CONVERSION
FORMAT = "conversion table"

_CURRENT, _EFFECTIVE, _PREVIOUS = "current code assignment", "effective", "previous code"
_BECOMES_EFFECTIVE = re.compile(r"effective\s+([A-Z][a-z]+ \d{1,2}, 20\d\d)")
_CODE = r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?"
_RANGE_OR_CODE = re.compile(rf"({_CODE})\s*-\s*{_CODE}|({_CODE})(?!\.?-)\b")
_SERIAL_ZERO = date(1899, 12, 30)  # day 0 of the dates in workbooks


class ConversionRow(NamedTuple):
    """A new code; columns as in `codes.models.CodeConversion`."""

    line: int
    value: str
    effective_date: date
    previous_text: str
    previous_values: list[str]


TABLES = {ConversionRow: CodeConversion}
release_on = fiscal_on


def recognizes(file: OfficialFile) -> bool:
    return _data_sheet(file) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the day the banner names, else the names of sheet and file."""
    sheet = _data_sheet(file)
    banner = " ".join(cell for row in sheet.rows[:5] for cell in row.values()) if sheet else ""
    told = _BECOMES_EFFECTIVE.search(one_line(banner))
    if told:
        return fiscal_on(datetime.strptime(told[1], "%B %d, %Y").date())  # noqa: DTZ007
    return next((found for name in file.names if (found := icd10_release(name))), None)


def _data_sheet(file: OfficialFile) -> Sheet | None:
    return next((sheet for sheet in file.sheets if any(map(_columns, sheet.rows))), None)


def _columns(cells: Cells) -> dict[str, str]:
    """The columns of the header row by name; {} where the row is not the header."""
    found = {}
    for column, cell in cells.items():
        for name in (_CURRENT, _EFFECTIVE, _PREVIOUS):
            if cell.strip().lower().startswith(name):
                found[name] = column
    return found if len(found) == 3 else {}


def read(file: OfficialFile) -> Iterator[ConversionRow | Rejected | LeftOut]:
    columns: dict[str, str] = {}
    for number, cells in file.workbook.rows(_data_sheet(file).title, file.on_read):
        if not columns:
            columns = _columns(cells)
            yield LeftOut(number)
            continue
        current, effective, previous = (
            one_line(cells.get(columns[name], "")) for name in (_CURRENT, _EFFECTIVE, _PREVIOUS)
        )
        if not (current or effective or previous):
            yield LeftOut(number)
            continue
        value, day = stored_value(current), _day(effective)
        if not has_form_of(CodeSystem.ICD_10_CM, value):
            yield Rejected(number, f"{current[:20]!r} is not an ICD-10-CM code.")
        elif day is None:
            yield Rejected(number, f"{value}: {effective[:20]!r} is neither a year nor a day.")
        elif not previous:
            yield Rejected(number, f"{value}: the previous code is missing.")
        else:
            yield ConversionRow(number, value, day, previous, previous_values(previous))


def previous_values(text: str) -> list[str]:
    """The codes that the words name one by one, as stored values; ranges are not resolved."""
    found = [stored_value(match[2]) for match in _RANGE_OR_CODE.finditer(text) if match[2]]
    return [value for value in dict.fromkeys(found) if has_form_of(CodeSystem.ICD_10_CM, value)]


def _day(text: str) -> date | None:
    """A year stands for its 1 October (the table's banner); a day is a workbook's serial number."""
    if not text.isdecimal():
        return None
    number = int(text)
    if 2000 <= number < 2100:
        return date(number, 10, 1)
    # From 2000 to 2100.
    return _SERIAL_ZERO + timedelta(days=number) if 36526 <= number < 73051 else None
