"""CSV tables of the Medicare Coverage Database: their columns by name, and their cells' values.

An export is a zip of some forty tables (UTF-8, some with a byte-order mark; texts are HTML and run
over many lines). A table is known by its columns. Layouts seen in exports of 2025 and 2026.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from codes.importers.official_file import OfficialFile, one_line, text_of
from codes.importers.release_names import ReleaseName
from codes.importers.rows import FileProblem, LeftOut, Rejected
from codes.models import CodeSystem, has_form_of, stored_value

# Descriptions of articles are whole web pages; Python's own limit is 131,072.
_LONGEST_CELL = 32 * 2**20
_NO_CODE = "XX000"  # what the database lists where a group has no code
_NEVER = (1901, 9000)  # years before and after these stand for no date

Cells = dict[str, str]


class DocumentRow(NamedTuple):
    """A row of `codes.models.CoverageDocument`."""

    line: int
    kind: str
    number: int
    version: int
    display_id: str
    title: str
    document_type: str
    note: str
    effective_date: date | None
    end_date: date | None
    retired_date: date | None
    updated_date: date | None


class ContractorRow(NamedTuple):
    """A row of `codes.models.CoverageContractor`."""

    line: int
    number: int
    version: int
    contractor_number: str
    name: str
    contractor_type: str
    states: list[str]
    regions: list[str]


class BadCell(ValueError):
    """A cell that does not hold what its column should; the text says so."""


def columns_of(file: OfficialFile) -> list[str]:
    """The names in the first line, in lower case; [] where it is no line of a CSV table."""
    lines = file.head_lines
    if not lines or "," not in lines[0]:
        return []
    cells = next(csv.reader([lines[0].lstrip("\ufeff")]))
    return [cell.strip().lower() for cell in cells]


def table_rows(file: OfficialFile) -> Iterator[tuple[int, Cells] | Rejected]:
    """Each row with the line it begins on; its cells by the names of the columns."""
    csv.field_size_limit(_LONGEST_CELL)
    columns = columns_of(file)
    name = file.names[0]
    reader = csv.reader(_text_lines(file))
    try:
        next(reader, None)
        begins = reader.line_num + 1
        for cells in reader:
            if len(cells) == len(columns):
                yield begins, dict(zip(columns, cells, strict=True))
            elif cells:
                yield Rejected(
                    begins, f"{name}: {len(cells)} cells; expected {len(columns)}, as in its head."
                )
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileProblem(
            f"{file.title}, line {reader.line_num:,}: this is not a row of a CSV table ({error})."
        ) from error


def _text_lines(file: OfficialFile) -> Iterator[str]:
    for number, raw in file.lines():
        line = text_of(raw)
        yield (line.lstrip("\ufeff") if number == 1 else line) + "\n"


def tables_beside(file: OfficialFile) -> set[str]:
    """The names, in lower case, of the files in the same folder of the same zip or disk."""
    folder = Path(file.container)
    if folder.is_dir():
        return {path.name.lower() for path in folder.iterdir() if path.is_file()}
    archive, _, inside = file.container.rpartition(":")
    if not archive or not Path(archive).is_file():
        return set()
    with ZipFile(archive) as members:
        names = [Path(name) for name in members.namelist()]
    return {name.name.lower() for name in names if str(name.parent) == inside}


def number_in(cells: Cells, column: str, *, default: int | None = None) -> int:
    """A whole number; `default` where the cell is empty or the table has no such column."""
    text = cells.get(column, "").strip()
    if not text and default is not None:
        return default
    if not re.fullmatch(r"\d{1,9}", text):
        raise BadCell(f"{column} is {text[:40]!r}; expected a number")
    return int(text)


def date_in(cells: Cells, column: str) -> date | None:
    """The day of a date or moment: `2025-08-14 00:00:00`, `08/14/2025`. None where there is none.

    The database writes years such as 1900 and 9999 for a date that is not set.
    """
    text = cells.get(column, "").strip()
    if not text or text.upper() == "N/A":
        return None
    try:
        if re.match(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text[:10])
        else:
            day = datetime.strptime(text.split()[0], "%m/%d/%Y").date()  # noqa: DTZ007
    except ValueError:
        raise BadCell(
            f"{column} is {text[:40]!r}; expected a date such as 2025-08-14 or 08/14/2025"
        ) from None
    return day if _NEVER[0] <= day.year < _NEVER[1] else None


def text_in(cells: Cells, column: str, most: int = 2000) -> str:
    """The text of a cell in one line, without markup."""
    text = one_line(_text_of_html(cells.get(column, "")))
    if "\ufffd" in text:
        raise BadCell(f"{column} holds a character that is neither UTF-8 nor Windows-1252")
    if len(text) > most:
        raise BadCell(f"{column} has {len(text):,} characters; expected {most:,} at most")
    return text


def paragraph_in(cells: Cells, column: str) -> str:
    """The words of a paragraph, one line for each of its blocks and list items."""
    lines = (one_line(line) for line in _text_of_html(cells.get(column, "")).split("\n"))
    return "\n".join(line for line in lines if line and line != "•")


def code_in(cells: Cells, column: str, *systems: CodeSystem) -> str:
    """The stored form of a code of one of the systems; '' where the database says there is none."""
    value = stored_value(cells.get(column, ""))
    if not value or value == _NO_CODE:
        return ""
    if len(value) > 7 or not any(has_form_of(system, value) for system in systems):
        expected = " or ".join(system.label for system in systems)
        raise BadCell(f"{column} is {value[:20]!r}; expected a code of {expected}")
    return value


def dated(day: date) -> ReleaseName:
    """The name of a release by its day: the database is published weekly, without a number."""
    return ReleaseName(f"{day.day} {day:%b %Y}", day)


def newest_date(file: OfficialFile, column: str) -> date | None:
    """The newest date in a column that can be read; None where the table has none."""
    if column not in columns_of(file):
        return None
    newest = None
    for row in table_rows(file):
        if isinstance(row, Rejected):
            continue
        try:
            day = date_in(row[1], column)
        except BadCell:
            continue
        newest = max(filter(None, (newest, day)), default=None)
    return newest


def refused(file: OfficialFile, line: int, error: BadCell) -> Rejected:
    return Rejected(line, f"{file.names[0]}: {error}.")


def no_row(line: int, what: str) -> LeftOut:
    return LeftOut(line, what)


class _Words(HTMLParser):
    _BLOCKS = frozenset(("p", "br", "div", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        if tag in self._BLOCKS:
            self.words.append("\n")
        elif tag == "li":
            self.words.append("\n• ")
        elif tag in ("td", "th"):
            self.words.append(" ")

    def handle_endtag(self, tag) -> None:
        if tag in self._BLOCKS or tag == "li":
            self.words.append("\n")

    def handle_data(self, data) -> None:
        self.words.append(data)


def _text_of_html(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    parser = _Words()
    parser.feed(text)
    parser.close()
    return "".join(parser.words)
