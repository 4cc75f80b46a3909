"""Reading the cells of an .xlsx workbook as text, row by row.

Why not openpyxl, which takes three times as long: half a million cells of one HCPCS file pass
here, and all that is wanted of them is their text. Expat reads the XML; a document type, which no
workbook has and which could blow up, is refused. A formula comes as text that begins with `=`.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

from codes.importers.rows import FileProblem

BLOCK = 64 * 1024

Cells = dict[str, str]  # by column: A, B, ... AV; columns without text are not there

_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    expat.ExpatError,
)


class Workbook:
    """An .xlsx file, open for reading. A damaged one is a FileProblem wherever that shows."""

    def __init__(self, path: Path, title: str):
        self.path, self.title = path, title
        with self._told(), zipfile.ZipFile(path) as archive:
            self._members = _sheet_members(archive)
            self._strings = _shared_strings(archive)

    @property
    def sheet_titles(self) -> list[str]:
        return list(self._members)

    def rows(
        self, sheet: str, on_read: Callable[[float], None] = lambda fraction: None
    ) -> Iterator[tuple[int, Cells]]:
        """Each row of a sheet that has cells, with its number as the spreadsheet shows it."""
        with self._told(), zipfile.ZipFile(self.path) as archive:
            member = archive.getinfo(self._members[sheet])
            parser = _RowParser(self._strings)
            done = 0
            with archive.open(member) as stream:
                while block := stream.read(BLOCK):
                    done += len(block)
                    yield from parser.rows_of(block)
                    on_read(done / member.file_size)
            parser.finish()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            raise FileProblem(
                f"{self.title} looks like a workbook but cannot be read as one "
                f"({type(error).__name__}); expected an undamaged .xlsx file."
            ) from error


class _RowParser:
    """Collects the finished rows of the XML it is fed."""

    def __init__(self, strings: list[str]):
        self._strings = strings
        self._parser = _parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._done: list[tuple[int, Cells]] = []
        self._text: list[str] = []
        self._parser.CharacterDataHandler = self._text.append
        self._cells: Cells = {}
        self._row = 0
        self._row_digits = 1
        self._column = ""
        self._kind: str | None = None
        self._value = ""

    def rows_of(self, block: bytes) -> list[tuple[int, Cells]]:
        self._done.clear()
        self._parser.Parse(block, False)
        return self._done.copy()

    def finish(self) -> None:
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            # r is A12: the column's letters, then the row's number. Some programs leave it out.
            place = attributes.get("r")
            self._column = place[: -self._row_digits] if place else _after(self._column)
            self._kind = attributes.get("t")
            self._value = ""
        elif name == "row":
            number = attributes.get("r") or str(self._row + 1)
            self._row, self._row_digits = int(number), len(number)
            self._cells = {}
            self._column = ""
        self._text.clear()

    def _end(self, name: str) -> None:
        if name == "v":
            if self._value:
                return  # the last result of a formula, which does not count
            text = "".join(self._text)
            if self._kind == "s":
                text = self._strings[int(text)]
            elif self._kind is None and text.endswith(".0"):
                text = text[:-2]
            self._value = text
        elif name == "f":
            self._value = f"={''.join(self._text)}"
        elif name == "t":
            self._value += "".join(self._text)
        elif name == "c":
            if self._value:
                self._cells[self._column] = self._value
        elif name == "row":
            self._done.append((self._row, self._cells))


def _after(column: str) -> str:
    """The column to the right: B after A, AA after Z; A at the beginning."""
    if not column:
        return "A"
    if column[-1] == "Z":
        return f"{_after(column[:-1])}A"
    return column[:-1] + chr(ord(column[-1]) + 1)


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = BLOCK
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


def _refuse_document_type(*arguments) -> None:
    raise ValueError("a document type")


def _sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """The member that holds each sheet, by the sheet's title, in the workbook's order."""
    targets = {
        relation["Id"]: relation["Target"]
        for name, relation in _elements(archive, "xl/_rels/workbook.xml.rels")
        if name == "Relationship"
    }
    members = {}
    for name, sheet in _elements(archive, "xl/workbook.xml"):
        if name == "sheet":
            relation = next(value for key, value in sheet.items() if re.fullmatch(r"\w+:id", key))
            target = targets[relation]
            members[sheet["name"]] = target[1:] if target.startswith("/") else f"xl/{target}"
    sheets = set(archive.namelist())
    return {title: member for title, member in members.items() if member in sheets}


def _elements(archive: zipfile.ZipFile, member: str) -> list[tuple[str, dict[str, str]]]:
    found = []
    parser = _parser()
    parser.StartElementHandler = lambda name, attributes: found.append(
        (name.rpartition(":")[2], attributes)
    )
    parser.Parse(archive.read(member), True)
    return found


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    """The texts that cells point to. Of a text with marked-up parts, all parts as one."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    strings: list[str] = []
    pieces: list[str] = []
    text: list[str] = []
    is_reading_aid = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_reading_aid
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            is_reading_aid = True
        text.clear()

    def end(name: str) -> None:
        nonlocal is_reading_aid
        if name == "t" and not is_reading_aid:
            pieces.append("".join(text))
        elif name == "rPh":
            is_reading_aid = False
        elif name == "si":
            strings.append("".join(pieces))

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text.append
    with archive.open("xl/sharedStrings.xml") as stream:
        parser.ParseFile(stream)
    return strings
