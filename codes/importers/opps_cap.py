"""CMS's prices of imaging services that the OPPS amount caps (OPPSCAP), by locality.

A header, then one row for each code, modifier and locality. Only the zip tells the release
(`rvu25d.zip`): the member is `OPPSCAP_Oct.csv`. A column is misspelled NON-FACILTY PRICE in 2025.
Localities are those of contractors, of which some are not among the GPCI's.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from codes.importers.delimited import (
    BadCell,
    CellReader,
    column_names,
    head_of,
    header_place,
    table_rows,
)
from codes.importers.official_file import OfficialFile
from codes.importers.payment_releases import rvu_quarter_or_year
from codes.importers.release_names import ReleaseName, monthly_on
from codes.importers.rows import LeftOut, Rejected
from codes.models import OppsCapPrice, Source

SOURCE = Source.OPPS_CAP
FORMAT = "prices by locality"


class OppsCapRow(NamedTuple):
    """A code's capped prices in a locality, in US dollars."""

    line: int
    hcpcs: str
    modifier: str
    status: str
    contractor: str
    locality: str
    facility_price: Decimal
    nonfacility_price: Decimal


TABLES = {OppsCapRow: OppsCapPrice}
KEYS = {OppsCapRow: ("hcpcs", "modifier", "contractor", "locality")}
_FACILITY, _NONFACILITY = "FACILITY PRICE", "NON-FACILITY PRICE"
_COLUMNS = ["HCPCS", "MOD", "PROCSTAT", "CARRIER", "LOCALITY", _FACILITY, _NONFACILITY]


def recognizes(file: OfficialFile) -> bool:
    return header_place(head_of(file), _is_header) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    return rvu_quarter_or_year(file, "")


release_on = monthly_on


def _is_header(cells: list[str]) -> bool:
    return _names(cells)[:5] == _COLUMNS[:5]


def _names(cells: list[str]) -> list[str]:
    names = column_names(cells) if cells else []
    return [_NONFACILITY if name == "NON-FACILTY PRICE" else name for name in names]


def read(file: OfficialFile) -> Iterator[OppsCapRow | Rejected | LeftOut]:
    return table_rows(file, _is_header, _COLUMNS, _row, _names)


def _row(line: int, cells: CellReader) -> OppsCapRow | Rejected:
    try:
        return OppsCapRow(
            line,
            cells.like("HCPCS", r"[A-Z0-9]{5}", "a code of five characters"),
            cells.like("MOD", r"|[A-Z0-9]{2}", "a modifier, or nothing"),
            cells.like("PROCSTAT", r"[A-Z]", "a letter"),
            cells.like("CARRIER", r"\d{4,5}", "a contractor's number").zfill(5),
            cells.like("LOCALITY", r"\d{1,2}", "two digits").zfill(2),
            cells.number(_FACILITY, 9, 2),
            cells.number(_NONFACILITY, 9, 2),
        )
    except BadCell as problem:
        return Rejected(line, f"{problem}.")
