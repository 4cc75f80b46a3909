"""CMS's OPPS Addendum B: status indicator, APC and payment of every code.

Banners, then the header, found by `HCPCS Code`. Short descriptors are not read: those of CPT codes
are the AMA's. Oddities of the 2025 file: tab-separated in Windows-1252; figures with $, commas and
%; a lone point for no copayment; blanks round codes; and A4341 with a stray byte after it (0xFF),
which is rejected.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from codes.importers.delimited import (
    BadCell,
    CellReader,
    column_names,
    columns_of,
    head_of,
    header_place,
    rows_of,
)
from codes.importers.official_file import OfficialFile
from codes.importers.payment_releases import calendar_year, month_told
from codes.importers.release_names import ReleaseName, monthly_on
from codes.importers.rows import LeftOut, Rejected
from codes.models import CodeSystem, OppsRow, Source, has_form_of

SOURCE = Source.OPPS_ADDENDUM_B
FORMAT = "Addendum B"


class AddendumRow(NamedTuple):
    """A code's line; amounts in US dollars, None where the cell is empty."""

    line: int
    hcpcs: str
    change: str
    status_indicator: str
    apc: str
    relative_weight: Decimal | None
    payment_rate: Decimal | None
    national_copayment: Decimal | None
    minimum_copayment: Decimal | None
    coinsurance_percent: Decimal | None
    adjusted_copayment: Decimal | None
    pass_through_ends: str
    note: str


TABLES = {AddendumRow: OppsRow}
KEYS = {AddendumRow: ("hcpcs",)}
_NAMES = {  # what the columns are called, by year, and by us
    "COMMENT INDICATOR": "CI",
    "IRA COINSURANCE PERCENTAGE": "COINSURANCE",
    "DRUG AND DEVICE PASS-THROUGH EXPIRATION DURING CALENDAR YEAR": "PASS-THROUGH",
}
_ALWAYS = ["HCPCS CODE", "SI", "APC", "RELATIVE WEIGHT", "PAYMENT RATE"]
_COPAYMENTS = [
    "NATIONAL UNADJUSTED COPAYMENT",
    "MINIMUM UNADJUSTED COPAYMENT",
    "ADJUSTED BENEFICIARY COPAYMENT",
]
# CI gave way to a last column `* Indicates a Change`; the others came with laws.
_SOMETIMES = ["CI", "COINSURANCE", "PASS-THROUGH", "NOTE", *_COPAYMENTS]
_CALENDAR_YEAR = re.compile(r"\bCY (20\d\d)\b")


def recognizes(file: OfficialFile) -> bool:
    return header_place(head_of(file), _is_header) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    """The month by the names (`july-2026-opps-addendum-b.zip`), else the title's calendar year."""
    head = head_of(file)
    for name in file.names:
        if "addendum" in name.lower() and (told := month_told(name)):
            return told
    for row in head[:5]:
        title = " ".join(row)
        if told := month_told(title) if "Addendum B" in title else None:
            return told
        if found := _CALENDAR_YEAR.search(title):
            return calendar_year(int(found[1]))
    return None


release_on = monthly_on


def codes_of(row: AddendumRow) -> list[tuple[str, str]]:
    """The code a row is of."""
    system = CodeSystem.CPT if row.hcpcs[0].isdigit() else CodeSystem.HCPCS
    return [(system, row.hcpcs)] if has_form_of(system, row.hcpcs) else []


def _is_header(cells: list[str]) -> bool:
    return set(_ALWAYS) <= set(_names(cells))


def _names(cells: list[str]) -> list[str]:
    names = column_names(cells) if cells else []
    return [_NAMES.get(name, name) for name in names]


def read(file: OfficialFile) -> Iterator[AddendumRow | Rejected | LeftOut]:
    columns = None
    for line, cells in rows_of(file):
        if columns is None:
            if _is_header(cells):
                names = _names(cells)
                wanted = [*_ALWAYS, *(name for name in _SOMETIMES if name in names)]
                columns = columns_of(file, line, names, wanted)
            yield LeftOut(line)
        elif any(cells):
            yield _row(line, CellReader(cells, columns), columns)
        else:
            yield LeftOut(line)


def _row(line: int, cells: CellReader, columns: dict[str, int]) -> AddendumRow | Rejected:
    def text(name: str, longest: int) -> str:
        return cells.text(name, longest) if name in columns else ""

    def amount(name: str, places: int = 2) -> Decimal | None:
        return cells.number_or_none(name, 9, places) if name in columns else None

    try:
        coinsurance = "COINSURANCE"
        return AddendumRow(
            line,
            cells.like("HCPCS CODE", r"[A-Z0-9]{5}", "a code of five characters"),
            text("CI", 8),
            cells.like("SI", r"|[A-Z]\d?", "a status indicator: a letter, or a letter and a digit"),
            cells.like("APC", r"|\d{4,5}", "four digits, or nothing"),
            amount("RELATIVE WEIGHT", 4),
            amount("PAYMENT RATE", 3),
            amount(_COPAYMENTS[0]),
            amount(_COPAYMENTS[1]),
            cells.number_or_none(coinsurance, 3, 3) if coinsurance in columns else None,
            amount(_COPAYMENTS[2]),
            text("PASS-THROUGH", 40),
            text("NOTE", 300),
        )
    except BadCell as problem:
        return Rejected(line, f"{problem}.")
