"""CMS's list of the counties in each payment locality (LOCCO).

The state stands only on the first row of its localities. Numbers have lost their leading zeros
(1112 is 01112). In 2025 Missouri's rest of state, once served by two contractors, stands twice
with the same number, and one list (Poughkeepsie) has a blank in the state's place.
"""

from collections.abc import Iterator
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
from codes.importers.payment_releases import rvu_quarter_or_year
from codes.importers.release_names import ReleaseName, monthly_on
from codes.importers.rows import LeftOut, Rejected
from codes.models import LocalityCounties, Source

SOURCE = Source.LOCALITY_COUNTIES
FORMAT = "counties by locality"


class CountiesRow(NamedTuple):
    """A locality with its counties as CMS words them."""

    line: int
    contractor: str
    locality: str
    state_name: str
    area: str
    counties: str


TABLES = {CountiesRow: LocalityCounties}
KEYS = {CountiesRow: ("contractor", "locality", "state_name")}
_COLUMNS = ["CONTRACTOR", "LOCALITY NUMBER", "STATE", "FEE SCHEDULE AREA", "COUNTIES"]


def recognizes(file: OfficialFile) -> bool:
    return header_place(head_of(file), _is_header) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    title = " ".join(cell for row in head_of(file)[:4] for cell in row)
    return rvu_quarter_or_year(file, title)


release_on = monthly_on


def _is_header(cells: list[str]) -> bool:
    return set(_COLUMNS) <= set(_names(cells))


def _names(cells: list[str]) -> list[str]:
    names = column_names(cells) if cells else []
    return ["CONTRACTOR" if "CONTRACTOR" in name else name for name in names]


def read(file: OfficialFile) -> Iterator[CountiesRow | Rejected | LeftOut]:
    columns, state = None, ""
    waiting: CountiesRow | None = None
    for line, cells in rows_of(file):
        if columns is None:
            if _is_header(cells):
                columns = columns_of(file, line, _names(cells), _COLUMNS)
            yield LeftOut(line)
            continue
        reader = CellReader(cells, columns)
        if cells and cells[0].isdecimal():
            row = _row(line, reader, state)
            if isinstance(row, Rejected):
                yield row
            elif waiting and row[1:] == waiting[1:]:
                yield LeftOut(line)
            else:
                if waiting:
                    yield waiting
                waiting, state = row, row.state_name
        elif waiting and not cells[0] and reader.text("COUNTIES"):
            more = reader.text("COUNTIES")
            waiting = waiting._replace(counties=f"{waiting.counties.rstrip(', ')}, {more}")
        else:
            yield LeftOut(line)  # an empty row, or a footnote
    if waiting:
        yield waiting


def _row(line: int, cells: CellReader, state: str) -> CountiesRow | Rejected:
    try:
        return CountiesRow(
            line,
            cells.like("CONTRACTOR", r"\d{4,5}", "a contractor's number").zfill(5),
            cells.like("LOCALITY NUMBER", r"\d{1,2}", "two digits").zfill(2),
            (cells.text("STATE", 60) or state).title().replace(" Of ", " of "),
            cells.text("FEE SCHEDULE AREA", 160).rstrip("* "),
            cells.text("COUNTIES"),
        )
    except BadCell as problem:
        return Rejected(line, f"{problem}.")
