"""The Medicare Coverage Database's list of documents: LCDs and articles, without their codes.

It is what the database's search returns as CSV. Oddities seen in the list of August 2025: a
document stands there in two versions while one of them is to come (`Future`); several contractors
and their kinds share a cell, on lines of their own.
"""

import re
from collections.abc import Iterator

from codes.importers.mcd_tables import (
    BadCell,
    ContractorRow,
    DocumentRow,
    columns_of,
    date_in,
    dated,
    newest_date,
    number_in,
    refused,
    table_rows,
    text_in,
)
from codes.importers.official_file import OfficialFile, one_line
from codes.importers.release_names import ReleaseName
from codes.importers.rows import Rejected, Row
from codes.models import CoverageContractor, CoverageDocument, Source

SOURCE = Source.MCD_DOCUMENTS
FORMAT = "list of documents, CSV"
TABLES = {DocumentRow: CoverageDocument, ContractorRow: CoverageContractor}
COUNTED = [DocumentRow]
KEYS = {DocumentRow: ("number", "version")}

_COLUMNS = {
    "contractor_name_type",
    "document_display_id",
    "document_id",
    "document_type",
    "document_version",
    "effective_date",
    "retirement_date",
    "title",
    "updated_on",
}
_KINDS = {"article": CoverageDocument.Kind.ARTICLE, "lcd": CoverageDocument.Kind.LCD}


def recognizes(file: OfficialFile) -> bool:
    return set(columns_of(file)) >= _COLUMNS


def release_of(file: OfficialFile) -> ReleaseName | None:
    """The day of the newest update in the list."""
    newest = newest_date(file, "updated_on")
    return dated(newest) if newest else None


release_on = dated


def read(file: OfficialFile) -> Iterator[Row]:
    for row in table_rows(file):
        if isinstance(row, Rejected):
            yield row
            continue
        line, cells = row
        try:
            document, contractors = _document(line, cells), list(_contractors(line, cells))
        except BadCell as error:
            yield refused(file, line, error)
            continue
        yield document
        yield from contractors


def _document(line: int, cells: dict[str, str]) -> DocumentRow:
    kind = _KINDS.get(cells["document_type"].strip().lower())
    if kind is None:
        raise BadCell(f"document_type is {cells['document_type'][:40]!r}; expected Article or LCD")
    return DocumentRow(
        line=line,
        kind=kind,
        number=number_in(cells, "document_id"),
        version=number_in(cells, "document_version"),
        display_id=text_in(cells, "document_display_id", 20),
        title=text_in(cells, "title"),
        document_type="",
        note=_note(cells),
        effective_date=date_in(cells, "effective_date"),
        end_date=None,
        retired_date=date_in(cells, "retirement_date"),
        updated_date=date_in(cells, "updated_on"),
    )


def _note(cells: dict[str, str]) -> str:
    """`Retired`, `Future (Notice Ends 12/31/2025)`, `Notice Ended 07/12/2025`."""
    note = text_in(cells, "note", 100)
    if note.startswith("("):
        return note.strip("()")
    return re.sub(r"(?<=\w)\(", " (", note)


def _contractors(line: int, cells: dict[str, str]) -> Iterator[ContractorRow]:
    """`Name\\n(MAC - Part A, MAC - Part B)`, one after the other with a blank line between."""
    for block in re.split(r"\n\s*\n", cells["contractor_name_type"].strip()):
        name, _, kinds = one_line(block).partition(" (MAC")
        if not kinds:
            name, _, kinds = one_line(block).rpartition(" (")
        else:
            kinds = f"MAC{kinds}"
        if not name:
            name, kinds = one_line(block), ""
        if not 0 < len(name) <= 150:
            raise BadCell(f"contractor_name_type is {block[:60]!r}; expected a contractor's name")
        yield ContractorRow(
            line=line,
            number=number_in(cells, "document_id"),
            version=number_in(cells, "document_version"),
            contractor_number="",
            name=name,
            contractor_type=kinds.removesuffix(")")[:100],
            states=[],
            regions=[],
        )
