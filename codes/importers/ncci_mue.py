"""NCCI medically unlikely edits (MUE): the most units of a code on one line or one day.

Four columns: code, units, adjudication indicator ("3 Date of Service Edit: Clinical"), rationale.
In the CSV a copyright text of several lines stands above, as one quoted cell, and the header's
first cell is broken over two lines (2024 Q3 and 2026 Q3). The name of the second column tells the
setting. The file has no dates: its values hold for the quarter that its name tells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from codes.importers import ncci_releases
from codes.importers.delimited import (
    BadCell,
    CellReader,
    columns_of,
    head_of,
    header_place,
    rows_of,
)
from codes.importers.official_file import OfficialFile
from codes.importers.rows import LeftOut, Rejected, Row
from codes.models import MueValue, Source

_COLUMNS = ["HCPCS/CPT CODE", "MUE VALUES", "MUE ADJUDICATION INDICATOR", "MUE RATIONALE"]
_LONGEST_RATIONALE = 100
_MOST_UNITS_DIGITS = 7


class MueRow(NamedTuple):
    """The value of a code; fields as in `codes.models.MueValue`."""

    line: int
    code: str
    units: int
    adjudication_indicator: int
    rationale: str


@dataclass(frozen=True)
class MueImporter:
    """The importer of one setting's values; `services` is what the header calls the setting."""

    SOURCE: Source
    services: str
    FORMAT: str = "MUE table"
    TABLES = {MueRow: MueValue}
    KEYS = {MueRow: ("code",)}
    release_of = staticmethod(ncci_releases.release_of)
    release_on = staticmethod(ncci_releases.quarterly_on)

    def recognizes(self, file: OfficialFile) -> bool:
        return header_place(head_of(file), self._is_header) is not None

    def _is_header(self, cells: list[str]) -> bool:
        return len(cells) > 1 and cells[1].upper() == f"{self.services} MUE VALUES"

    @staticmethod
    def codes_of(row: MueRow) -> list[tuple[str, str]]:
        return [(ncci_releases.system_of(row.code), row.code)]

    def read(self, file: OfficialFile) -> Iterator[Row]:
        columns = None
        for line, cells in rows_of(file):
            if columns is None:
                if self._is_header(cells):
                    names = [*_COLUMNS[:2], *(cell.upper() for cell in cells[2:])]
                    columns = columns_of(file, line, names, _COLUMNS)
                yield LeftOut(line)
            elif any(cells):
                yield _row(line, CellReader(cells, columns))
            else:
                yield LeftOut(line)


PRACTITIONER = MueImporter(Source.NCCI_MUE_PRACTITIONER, "PRACTITIONER SERVICES")
HOSPITAL = MueImporter(Source.NCCI_MUE_HOSPITAL, "OUTPATIENT HOSPITAL SERVICES")
DME = MueImporter(Source.NCCI_MUE_DME, "DME SUPPLIER SERVICES")


def _row(line: int, cells: CellReader) -> MueRow | Rejected:
    code_column, units_column, indicator_column, rationale_column = _COLUMNS
    try:
        code = cells.text(code_column)
        if not ncci_releases.system_of(code):
            raise BadCell(f"{code[:20]!r} is not a CPT or HCPCS code of 5 characters")
        units = cells.like(units_column, rf"\d{{1,{_MOST_UNITS_DIGITS}}}", "a whole number")
        indicator = cells.text(indicator_column)
        found = re.match(r"([123])\b", indicator)
        if not found:
            raise BadCell(
                f"{indicator_column} is {indicator[:40]!r}; expected one that begins with 1, 2 or 3"
            )
        rationale = cells.text(rationale_column, _LONGEST_RATIONALE)
        return MueRow(line, code, int(units), int(found[1]), rationale)
    except BadCell as problem:
        return Rejected(line, f"{problem}.")
