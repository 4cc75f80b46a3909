"""CMS's physician fee schedule relative value file (PPRRVU), as both of its variants have it.

The header stands in five rows whose words are joined column by column: the last one alone repeats
RVU, PE RVU, INDICATOR, TOTAL, OP, SURG and AMOUNT. 31 columns until 2025, 32 from 2026 (PRIC IND,
always 9, is new). Descriptors are the AMA's and are not read, present or not. Oddities: in July
2026 `GXXX1`, which is no code, has a row; 86153 has one with modifier 26 alone.
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
from codes.importers.payment_releases import month_told, rvu_quarter
from codes.importers.release_names import ReleaseName
from codes.importers.rows import FileProblem, LeftOut, Rejected
from codes.models import CodeSystem, FeeScheduleRow, has_form_of

# Column: the field of the row. The order is the row's.
_COLUMNS = {
    "HCPCS": "hcpcs",
    "MOD": "modifier",
    "STATUS CODE": "status",
    "NOT USED FOR MEDICARE PAYMENT": "is_not_for_medicare",
    "WORK RVU": "work_rvu",
    "NON-FAC PE RVU": "nonfacility_pe_rvu",
    "NON-FAC NA INDICATOR": "nonfacility_na",
    "FACILITY PE RVU": "facility_pe_rvu",
    "FACILITY NA INDICATOR": "facility_na",
    "MP RVU": "mp_rvu",
    "NON-FACILITY TOTAL": "nonfacility_total",
    "FACILITY TOTAL": "facility_total",
    "PCTC IND": "pctc",
    "GLOB DAYS": "global_days",
    "PRE OP": "preoperative",
    "INTRA OP": "intraoperative",
    "POST OP": "postoperative",
    "MULT PROC": "multiple_procedure",
    "BILAT SURG": "bilateral",
    "ASST SURG": "assistant",
    "CO- SURG": "co_surgeon",
    "TEAM SURG": "team",
    "ENDO BASE": "endoscopic_base",
    "CONV FACTOR": "conversion_factor",
    "PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES": "supervision",
    "CALCULATION FLAG": "calculation_flag",
    "DIAGNOSTIC IMAGING FAMILY INDICATOR": "imaging_family",
    "NON-FACILITY PE USED FOR OPPS PAYMENT AMOUNT": "opps_nonfacility_pe_rvu",
    "FACILITY PE USED FOR OPPS PAYMENT AMOUNT": "opps_facility_pe_rvu",
    "MP USED FOR OPPS PAYMENT AMOUNT": "opps_mp_rvu",
}
FeeRow = NamedTuple("FeeRow", [("line", int), *((field, object) for field in _COLUMNS.values())])
TABLES = {FeeRow: FeeScheduleRow}
KEYS = {FeeRow: ("hcpcs", "modifier")}

_BANNER = re.compile(
    r"(20\d\d) National Physician Fee Schedule Relative Value File\s+([A-Za-z]+)", re.IGNORECASE
)
_DESCRIPTION = "DESCRIPTION"
# Factors of the years that have two, those of qualifying APM participants: CMS-1832-F.
_QP_FACTORS = {Decimal("33.5675")}
_GLOBAL_DAYS = "000|010|090|MMM|XXX|YYY|ZZZ"
_A_CENT = Decimal("0.01")


def is_fee_schedule(file: OfficialFile) -> bool:
    rows = head_of(file)
    place = header_place(rows, _is_last_header_row)
    return place is not None and "RVU" in rows[place]


def is_for_qualifying_participants(file: OfficialFile) -> bool:
    """Whether the file is the variant with the higher factor: by its name, else the factor."""
    name = file.names[0].lower()
    if "qpp" in name or "qp." in name:
        return not re.search(r"non[-_ ]?qp", name)
    rows = head_of(file)
    place = header_place(rows, _is_last_header_row)
    names = _names(rows, place)
    if "CONV FACTOR" not in names or place + 1 >= len(rows):
        return False
    cells = CellReader(rows[place + 1], {"CONV FACTOR": names.index("CONV FACTOR")})
    try:
        return cells.number_or_none("CONV FACTOR", 3, 4) in _QP_FACTORS
    except BadCell:
        return False


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the banner (`2026 National ... File July Release`), else the names."""
    for row in head_of(file):
        for cell in row:
            if found := _BANNER.search(cell):
                told = month_told(f"{found[2]} {found[1]}")
                if told:
                    return told
    return rvu_quarter(file)


def codes_of(row: FeeRow) -> list[tuple[str, str]]:
    """The code a row is of; none for the few values that are no code."""
    system = CodeSystem.CPT if row.hcpcs[0].isdigit() else CodeSystem.HCPCS
    return [(system, row.hcpcs)] if has_form_of(system, row.hcpcs) else []


def read(file: OfficialFile) -> Iterator[FeeRow | Rejected | LeftOut]:
    above, columns = [], None
    for line, cells in rows_of(file):
        if columns is None:
            above.append(cells)
            if _is_last_header_row(cells):
                names = _names(above, len(above) - 1)
                columns = columns_of(file, line, names, list(_COLUMNS))
            yield LeftOut(line)
        elif any(cells):
            yield _row(line, CellReader(cells, columns))
        else:
            yield LeftOut(line)
    if columns is None:
        raise FileProblem(f"{file.title} has no header row that begins with HCPCS, MOD.")


def _is_last_header_row(cells: list[str]) -> bool:
    return [cell.upper() for cell in cells[:2]] == ["HCPCS", "MOD"] and len(cells) > 20


def _names(rows: list[list[str]], place: int) -> list[str]:
    """The joined names. The header's rows are those above without a banner in column three."""
    first = place
    while first and any(rows[first - 1]) and not "".join(rows[first - 1][:3]):
        first -= 1
    return column_names(*rows[first : place + 1])


def _row(line: int, cells: CellReader) -> FeeRow | Rejected:
    try:
        row = FeeRow(line, *(_READ[field](cells, name) for name, field in _COLUMNS.items()))
        for total, part in (
            ("nonfacility_total", "nonfacility_pe_rvu"),
            ("facility_total", "facility_pe_rvu"),
        ):
            # Totals are published as sums of parts with two decimals; a shifted column shows here.
            if abs(row.work_rvu + getattr(row, part) + row.mp_rvu - getattr(row, total)) > _A_CENT:
                raise BadCell(
                    f"the {total.replace('_', ' ')} {getattr(row, total)} is not the sum of work, "
                    "practice expense and malpractice"
                )
    except BadCell as problem:
        return Rejected(line, f"{problem}.")
    return row


def _rvu(cells: CellReader, name: str) -> Decimal:
    return cells.number(name, 7, 2)


def _share(cells: CellReader, name: str) -> Decimal:
    return cells.number(name, 1, 2)


def _one(pattern: str, expected: str):
    return lambda cells, name: cells.like(name, pattern, expected)


def _flag(mark: str):
    return lambda cells, name: cells.like(name, f"|{re.escape(mark)}", f"{mark} or nothing") != ""


_READ = {
    **dict.fromkeys(_COLUMNS.values(), _one(r"\d?", "a digit")),
    "hcpcs": _one(r"[A-Z0-9]{5}", "a code of five characters"),
    "modifier": _one(r"|[A-Z0-9]{2}", "a modifier of two characters, or nothing"),
    "status": _one(r"[A-Z]", "a letter"),
    "is_not_for_medicare": _flag("+"),
    "nonfacility_na": _flag("NA"),
    "facility_na": _flag("NA"),
    "global_days": _one(_GLOBAL_DAYS, "000, 010, 090, MMM, XXX, YYY or ZZZ"),
    "endoscopic_base": _one(r"|[A-Z0-9]{5}", "a code of five characters, or nothing"),
    "conversion_factor": lambda cells, name: cells.number(name, 3, 4),
    "supervision": _one(r"|[0-9A-Z]{2}", "two characters"),
    "imaging_family": _one(r"|\d{2}", "two digits"),
    **dict.fromkeys(("preoperative", "intraoperative", "postoperative"), _share),
    **dict.fromkeys([name for name in _COLUMNS.values() if name.endswith(("_rvu", "total"))], _rvu),
}
