"""CMS's present-on-admission exempt list as a workbook: the twin of `poa_exempt.py`'s text."""

from collections.abc import Iterator

from codes.importers.official_file import OfficialFile, Sheet
from codes.importers.poa_exempt import (
    KEYS,
    SOURCE,
    TABLES,
    ExemptRow,
    release_on,
    row_of,
    year_of,
)
from codes.importers.release_names import ReleaseName, fiscal
from codes.importers.rows import LeftOut, Rejected
from codes.importers.worksheet import Cells

__all__ = ["FORMAT", "KEYS", "SOURCE", "TABLES", "read", "recognizes", "release_of", "release_on"]

FORMAT = "workbook"


def recognizes(file: OfficialFile) -> bool:
    return _list_sheet(file) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the name of the first column: Order26 is that of fiscal year 2026."""
    return fiscal(year_of(file, _cells(_list_sheet(file).rows[0])))


def _list_sheet(file: OfficialFile) -> Sheet | None:
    sheets = [sheet for sheet in file.sheets if sheet.rows]
    return next((sheet for sheet in sheets if year_of(file, _cells(sheet.rows[0]))), None)


def _cells(cells: Cells) -> list[str]:
    return [cells.get(column, "") for column in "ABC"]


def read(file: OfficialFile) -> Iterator[ExemptRow | Rejected | LeftOut]:
    is_header = True
    for number, cells in file.workbook.rows(_list_sheet(file).title, file.on_read):
        yield LeftOut(number) if is_header else row_of(number, _cells(cells))
        is_header = False
