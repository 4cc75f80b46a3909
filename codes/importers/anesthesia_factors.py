"""CMS's anesthesia conversion factors by locality.

Until 2025 one factor, whose column is named after the national one (`National Anes CF of
20.3178`); from 2026 two columns, for qualifying APM participants and for everyone else, told
apart by NON in the name (unverified: no file of 2026 was seen). The name or the zip tells the
release: the file itself has no year.
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
from codes.models import AnesthesiaFactor, Source

SOURCE = Source.ANESTHESIA_FACTORS
FORMAT = "factors by locality"
NATIONAL = "National"


class AnesthesiaRow(NamedTuple):
    """A locality's factors, or the national ones: those have no contractor."""

    line: int
    contractor: str
    locality: str
    name: str
    factor: Decimal
    qp_factor: Decimal | None


TABLES = {AnesthesiaRow: AnesthesiaFactor}
KEYS = {AnesthesiaRow: ("contractor", "locality", "name")}
_PLACE = ["CONTRACTOR", "LOCALITY", "LOCALITY NAME"]
_FACTOR, _QP_FACTOR = "FACTOR", "QP FACTOR"


def recognizes(file: OfficialFile) -> bool:
    return header_place(head_of(file), _is_header) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    return rvu_quarter_or_year(file, "")


release_on = monthly_on


def _is_header(cells: list[str]) -> bool:
    names = column_names(cells) if cells else []
    return names[:3] == _PLACE and len(names) > 3 and bool(re.search(r"\bCF\b|CONV", names[3]))


def _names(cells: list[str]) -> list[str]:
    """The columns' names with the factors' as ours; the one or the non-QP one is FACTOR."""
    names = column_names(cells)
    factors = names[3:]
    is_one = len([name for name in factors if name]) == 1
    return [
        *names[:3],
        *(_FACTOR if is_one or "NON" in name else _QP_FACTOR if name else "" for name in factors),
    ]


def read(file: OfficialFile) -> Iterator[AnesthesiaRow | Rejected | LeftOut]:
    columns = None
    for line, cells in rows_of(file):
        if columns is None:
            if not _is_header(cells):
                yield LeftOut(line)
                continue
            names = _names(cells)
            wanted = [*_PLACE, _FACTOR, *([_QP_FACTOR] if _QP_FACTOR in names else [])]
            columns = columns_of(file, line, names, wanted)
            yield _national(line, cells)
        elif any(cells):
            yield _row(line, CellReader(cells, columns), has_two=_QP_FACTOR in columns)
        else:
            yield LeftOut(line)


def _national(line: int, cells: list[str]) -> AnesthesiaRow | LeftOut:
    """The national factors, where the names of the columns tell them."""
    told: dict[str, Decimal] = {}
    for name, cell in zip(_names(cells), cells, strict=True):
        if found := re.search(r"of (\d{1,2}\.\d{1,4})$", cell):
            told[name] = Decimal(found[1])
    if _FACTOR not in told:
        return LeftOut(line)
    return AnesthesiaRow(line, "", "", NATIONAL, told[_FACTOR], told.get(_QP_FACTOR))


def _row(line: int, cells: CellReader, *, has_two: bool) -> AnesthesiaRow | Rejected:
    try:
        return AnesthesiaRow(
            line,
            cells.like("CONTRACTOR", r"\d{4,5}", "a contractor's number").zfill(5),
            cells.like("LOCALITY", r"\d{1,2}", "two digits").zfill(2),
            cells.text("LOCALITY NAME", 160).rstrip("* "),
            cells.number(_FACTOR, 3, 4),
            cells.number(_QP_FACTOR, 3, 4) if has_two else None,
        )
    except BadCell as problem:
        return Rejected(line, f"{problem}.")
