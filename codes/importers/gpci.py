"""CMS's geographic practice cost indices, Addendum E of the fee schedule's final rule.

A title, then the header, then one row for each locality; footnotes follow after an empty row. The
names of localities carry asterisks that point to them. The year stands in the columns' names
(`2026 PW GPCI (with 1.0 Floor)***`).
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
from codes.importers.payment_releases import rvu_quarter_or_year
from codes.importers.release_names import ReleaseName, monthly_on
from codes.importers.rows import LeftOut, Rejected
from codes.models import GeographicIndex, Source

SOURCE = Source.GPCI
FORMAT = "indices by locality"


class GpciRow(NamedTuple):
    """A locality. `mark` holds the asterisks of its name."""

    line: int
    contractor: str
    state: str
    locality: str
    name: str
    mark: str
    work: Decimal
    practice_expense: Decimal
    malpractice: Decimal


TABLES = {GpciRow: GeographicIndex}
KEYS = {GpciRow: ("contractor", "state", "locality")}
_COLUMNS = ["MAC", "STATE", "LOCALITY NUMBER", "LOCALITY NAME", "PW GPCI", "PE GPCI", "MP GPCI"]
_GPCI = re.compile(r"(?:20\d\d )?(PW|PE|MP) GPCI\b.*")


def recognizes(file: OfficialFile) -> bool:
    return header_place(head_of(file), _is_header) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    """The quarter of the zip; else the calendar year of the title."""
    title = " ".join(cell for row in head_of(file)[:4] for cell in row)
    return rvu_quarter_or_year(file, title)


release_on = monthly_on


def _is_header(cells: list[str]) -> bool:
    names = _names(cells)
    return {"PW GPCI", "PE GPCI", "MP GPCI", "LOCALITY NUMBER"} <= set(names)


def _names(cells: list[str]) -> list[str]:
    names = [_GPCI.sub(r"\1 GPCI", name) for name in column_names(cells)]
    return ["MAC" if "CONTRACTOR" in name else name for name in names]


def read(file: OfficialFile) -> Iterator[GpciRow | Rejected | LeftOut]:
    columns = None
    for line, cells in rows_of(file):
        if columns is None:
            if _is_header(cells):
                columns = columns_of(file, line, _names(cells), _COLUMNS)
            yield LeftOut(line)
        elif len([cell for cell in cells if cell]) <= 1:
            yield LeftOut(line)  # an empty row, or a footnote
        else:
            yield _row(line, CellReader(cells, columns))


def _row(line: int, cells: CellReader) -> GpciRow | Rejected:
    try:
        name = cells.text("LOCALITY NAME", 160)
        return GpciRow(
            line,
            cells.like("MAC", r"\d{4,5}", "a contractor's number").zfill(5),
            cells.like("STATE", r"[A-Z]{2}", "a state's two letters"),
            cells.like("LOCALITY NUMBER", r"\d{1,2}", "two digits").zfill(2),
            name.rstrip("* "),
            "*" * (len(name) - len(name.rstrip("*"))),
            *(cells.number(f"{part} GPCI", 2, 3) for part in ("PW", "PE", "MP")),
        )
    except BadCell as problem:
        return Rejected(line, f"{problem}.")
