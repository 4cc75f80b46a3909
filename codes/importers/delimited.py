"""Tables in the publishers' text files and sheets: rows of cells, and what a cell must hold.

CMS ships one table as CSV, as tab-separated text or as a spreadsheet. Banners stand above it, so
its header is found by its first cell; each cell is read by the name of its column, since columns
move from year to year.
"""

import csv
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from codes.importers.official_file import OfficialFile, one_line, text_of
from codes.importers.rows import FileProblem, LeftOut

HEAD_ROWS = 40
_LONGEST_CELL = 4000
_SHOWN = 40

Row = list[str]  # cells without blanks around them


class BadCell(Exception):
    """A cell that is not what its column holds. The text says which, and what was expected."""


def head_of(file: OfficialFile) -> list[Row]:
    """The first rows; [] where the file holds no table."""
    if file.is_workbook:
        return next((_cells_of(sheet.rows) for sheet in file.sheets if sheet.rows), [])
    lines = file.head_lines[:HEAD_ROWS]
    return [_split(line, _delimiter(lines)) for line in lines]


def rows_of(file: OfficialFile) -> Iterator[tuple[int, Row]]:
    """Every row with its line, or its number in the first sheet that has rows."""
    if file.is_workbook:
        title = next(sheet.title for sheet in file.sheets if sheet.rows)
        for number, cells in file.workbook.rows(title, file.on_read):
            yield number, _row_of(cells)
        return
    delimiter = _delimiter(file.head_lines[:HEAD_ROWS])
    for number, raw in file.lines():
        yield number, _split(text_of(raw), delimiter)


def header_place(rows: list[Row], is_header: Callable[[Row], bool]) -> int | None:
    """The place of the first row that is the header; None where there is none."""
    return next((place for place, row in enumerate(rows) if is_header(row)), None)


def column_names(*header_rows: Row) -> Row:
    """The names of the columns: upper case, what several header rows say joined from the top."""
    width = max(len(row) for row in header_rows)
    parts = [[*row, *[""] * (width - len(row))] for row in header_rows]
    return [one_line(" ".join(cells)).upper() for cells in zip(*parts, strict=True)]


def columns_of(file: OfficialFile, line: int, names: Row, wanted: list[str]) -> dict[str, int]:
    """Where each wanted column is. A name that is missing, or stands twice, is a FileProblem."""
    missing = [name for name in wanted if name not in names]
    if missing:
        raise FileProblem(
            f"{file.title}, line {line}: the header lacks {', '.join(missing)}; expected the "
            f"columns {wanted[0]} to {wanted[-1]}."
        )
    double = [name for name in wanted if names.count(name) > 1]
    if double:
        raise FileProblem(f"{file.title}, line {line}: the header has {double[0]} twice.")
    return {name: names.index(name) for name in wanted}


class CellReader:
    """The cells of one row by the names of their columns. What does not fit is a BadCell."""

    def __init__(self, cells: Row, columns: dict[str, int]):
        self._cells, self._columns = cells, columns

    def text(self, name: str, longest: int = _LONGEST_CELL) -> str:
        place = self._columns[name]
        text = self._cells[place] if place < len(self._cells) else ""
        if len(text) > longest or "\ufffd" in text:
            raise BadCell(f"{name} is {text[:_SHOWN]!r}; expected at most {longest} characters")
        return text

    def like(self, name: str, pattern: str, expected: str) -> str:
        text = self.text(name)
        if not re.fullmatch(pattern, text):
            raise BadCell(f"{name} is {text[:_SHOWN]!r}; expected {expected}")
        return text

    def number(self, name: str, digits: int, places: int) -> Decimal:
        """A figure with at most so many digits before and places after the point, not negative."""
        text = self.text(name)
        value = self.number_or_none(name, digits, places)
        if value is None:
            raise BadCell(f"{name} is {text[:_SHOWN]!r}; expected a figure")
        return value

    def number_or_none(self, name: str, digits: int, places: int) -> Decimal | None:
        """The same; None for an empty cell or a lone point. `$1,234.50` and `20.0%` are read."""
        text = self.text(name)
        plain = text.removeprefix("$").removesuffix("%").replace(",", "").strip()
        if plain in ("", "."):
            return None
        try:
            value = Decimal(plain) if re.fullmatch(r"\d*\.?\d*", plain, re.ASCII) else None
        except InvalidOperation:
            value = None
        if value is None or value >= 10**digits or value != round(value, places):
            raise BadCell(
                f"{name} is {text[:_SHOWN]!r}; expected a figure with up to {digits} digits and "
                f"{places} decimals"
            )
        return value


def table_rows(
    file: OfficialFile,
    is_header: Callable[[Row], bool],
    wanted: list[str],
    row: Callable[[int, CellReader], Any],
    names: Callable[[Row], Row] | None = None,
) -> Iterator[Any]:
    """The rows of a table below the banner and one header row, each made by `row`.

    `names` gives the header's column names where they are not as printed. A header without a
    wanted column is a FileProblem; the banner and empty lines are left out.
    """
    columns = None
    for line, cells in rows_of(file):
        if columns is None:
            if is_header(cells):
                columns = columns_of(file, line, (names or column_names)(cells), wanted)
            yield LeftOut(line)
        elif any(cells):
            yield row(line, CellReader(cells, columns))
        else:
            yield LeftOut(line)


def _delimiter(lines: list[str]) -> str:
    """Tab where the file has more tabs than commas in its beginning."""
    text = "\n".join(lines)
    return "\t" if text.count("\t") > text.count(",") else ","


def _split(line: str, delimiter: str) -> Row:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a lone carriage return, or a cell beyond all measure: no row of a table
        cells = [line]
    return [one_line(cell) for cell in cells]


def _cells_of(rows: list[dict[str, str]]) -> list[Row]:
    return [_row_of(cells) for cells in rows]


def _row_of(cells: dict[str, str]) -> Row:
    """A sheet's row as a list; columns without text are empty."""
    row = [""] * (max(map(_place, cells), default=-1) + 1)
    for column, text in cells.items():
        row[_place(column)] = one_line(text)
    return row


def _place(column: str) -> int:
    place = 0
    for letter in column:
        place = place * 26 + ord(letter) - 64
    return place - 1
