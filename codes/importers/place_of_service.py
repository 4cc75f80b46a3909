"""CMS's place-of-service codes, as a CSV of code, type, name and description.

CMS publishes the list on a page, free to use without restriction; this CSV of it has the columns
pos_code, pos_type, pos_name and pos_description and tells no date. What it tells is the newest
code it has: a list with an assigned 66 was made once that code was in effect.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from codes.importers.delimited import (
    BadCell,
    CellReader,
    column_names,
    head_of,
    header_place,
    table_rows,
)
from codes.importers.official_file import OfficialFile
from codes.importers.payment_releases import month_told
from codes.importers.release_names import ReleaseName, monthly_on
from codes.importers.rows import LeftOut, Rejected
from codes.models import PlaceOfService, Source

SOURCE = Source.PLACE_OF_SERVICE
FORMAT = "list of codes"


class PlaceRow(NamedTuple):
    """A place of service; `rate` says which fee it is paid at."""

    line: int
    value: str
    rate: str
    name: str
    description: str


TABLES = {PlaceRow: PlaceOfService}
KEYS = {PlaceRow: ("value",)}
_COLUMNS = ["POS_CODE", "POS_TYPE", "POS_NAME", "POS_DESCRIPTION"]
_RATES = {choice.label.upper(): choice.value for choice in PlaceOfService.Rate}
# When CMS's page says that the code took effect, newest first.
_SINCE = {"66": date(2024, 8, 1), "27": date(2023, 10, 1), "10": date(2022, 1, 1)}


def recognizes(file: OfficialFile) -> bool:
    return header_place(head_of(file), _is_header) is not None


def release_of(file: OfficialFile) -> ReleaseName | None:
    """The month by the names; else the day from which the newest code it has holds."""
    told = month_told(file.names[0])
    if told:
        return told
    assigned = {row.value for row in read(file) if isinstance(row, PlaceRow) and row.rate != _NONE}
    since = next((day for value, day in _SINCE.items() if value in assigned), None)
    return ReleaseName(f"{since:%B %Y} or later", since) if since else None


release_on = monthly_on
_NONE = PlaceOfService.Rate.UNASSIGNED.value


def _is_header(cells: list[str]) -> bool:
    return bool(cells) and column_names(cells)[:4] == _COLUMNS


def read(file: OfficialFile) -> Iterator[PlaceRow | Rejected | LeftOut]:
    return table_rows(file, _is_header, _COLUMNS, _row)


def _row(line: int, cells: CellReader) -> PlaceRow | Rejected:
    try:
        rate = _RATES.get(cells.text("POS_TYPE").upper())
        if rate is None:
            raise BadCell(
                f"POS_TYPE is {cells.text('POS_TYPE')[:20]!r}; expected Facility, Non-Facility or "
                "Unassigned"
            )
        return PlaceRow(
            line,
            cells.like("POS_CODE", r"\d{2}", "two digits"),
            rate,
            cells.text("POS_NAME", 200),
            cells.text("POS_DESCRIPTION") if rate != _NONE else "",
        )
    except BadCell as problem:
        return Rejected(line, f"{problem}.")
