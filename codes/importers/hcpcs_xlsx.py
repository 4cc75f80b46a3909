"""CMS's HCPCS Level II file as a spreadsheet: 48 columns, found by the names in its header.

Oddities: the header stands in row 1 (July 2026) or below disclaimers, in row 8 (2019). The inner
sheet is named after the release (HCPC2026_JUL_contr) or not at all (A, in 2019). A few cells are
numbers instead of text: dates, and in row G0577 of July 2026 the record id. One long description
of 2019 (G0503) goes on in a second row with record id 4.
"""

from collections.abc import Iterator

from codes.importers.hcpcs_record import COLUMNS, MORE_OF_CODE, MORE_OF_MODIFIER, RECORD_IDS, row_of
from codes.importers.official_file import OfficialFile, Sheet
from codes.importers.release_names import ReleaseName, hcpcs_release, monthly_on
from codes.importers.rows import FileProblem, LeftOut, Rejected, Row
from codes.importers.worksheet import Cells
from codes.models import Source

SOURCE = Source.HCPCS_LEVEL_II
FORMAT = "HCPCS spreadsheet"

_ENOUGH = 24  # of the 48 column names; CMS's other spreadsheets share no more than five


def recognizes(file: OfficialFile) -> bool:
    return _data_sheet(file) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the title of the sheet, else the names of the file and its zip."""
    sheet = _data_sheet(file)
    names = [sheet.title, *file.names] if sheet else file.names
    return next((found for name in names if (found := hcpcs_release(name))), None)


release_on = monthly_on


def _data_sheet(file: OfficialFile) -> Sheet | None:
    return next((sheet for sheet in file.sheets if any(map(_is_header, sheet.rows))), None)


def _is_header(cells: Cells) -> bool:
    return len({_name(cell) for cell in cells.values()} & set(COLUMNS)) >= _ENOUGH


def _name(cell: str) -> str:
    return " ".join(cell.upper().split())


def read(file: OfficialFile) -> Iterator[Row]:
    columns: dict[str, str] = {}
    first: tuple[int, dict[str, str]] | None = None
    parts: list[str] = []
    for number, cells in file.workbook.rows(_data_sheet(file).title, file.on_read):
        if not columns:
            if _is_header(cells):
                columns = _columns(file, number, cells)
            else:
                yield LeftOut(number)
            continue
        fields = dict.fromkeys(COLUMNS, "")
        for column, text in cells.items():  # of the 48 some fifteen are filled
            name = columns.get(column)
            if name is None:
                continue
            if text[0] == "=":
                raise FileProblem(
                    f"{file.title}, row {number}, column {name} holds the formula {text[:60]}; "
                    "expected the publisher's own text."
                )
            fields[name] = text
        record = fields["RECID"] = fields["RECID"].strip()
        if record not in RECORD_IDS:
            if any(fields.values()):
                yield Rejected(
                    number, f"{fields['HCPC']!r}: RECID is {record!r}; expected 3, 4, 7 or 8."
                )
            else:
                yield LeftOut(number)
        elif record in (MORE_OF_CODE, MORE_OF_MODIFIER):
            if first and first[1]["HCPC"] == fields["HCPC"]:
                parts.append(fields["LONG DESCRIPTION"])
            else:
                yield Rejected(
                    number, f"{fields['HCPC'].strip()}: a continuation without its first row."
                )
        else:
            if first:
                yield row_of(*first, parts)
            first, parts = (number, fields), []
    if first:
        yield row_of(*first, parts)


def _columns(file: OfficialFile, number: int, cells: Cells) -> dict[str, str]:
    """The name that the header row gives each column we read."""
    found: dict[str, str] = {}
    for column, cell in cells.items():
        found.setdefault(_name(cell), column)
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise FileProblem(
            f"{file.title}, row {number}: the header lacks {', '.join(missing)}; expected the "
            f"{len(COLUMNS)} columns of CMS's HCPCS spreadsheet, HCPC to ACTION CD."
        )
    return {found[name]: name for name in COLUMNS}
