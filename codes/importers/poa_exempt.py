"""CMS's list of ICD-10-CM codes exempt from present-on-admission reporting, tab-separated.

Columns: `Order<year>` (the code's number in the order file), `POAexemptCode`, `Description`. The
list of additions of the same zip has the same columns: only its name tells it (FY 2026). The
lists of deletions and revisions have others. The descriptions are those of the order file.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from codes.importers.official_file import OfficialFile, text_of
from codes.importers.release_names import ReleaseName, fiscal, fiscal_on
from codes.importers.rows import LeftOut, Rejected
from codes.models import CodeSystem, PoaExemption, Source, has_form_of, stored_value

SOURCE = Source.POA_EXEMPT_LIST
FORMAT = "tab-separated list"

_ORDER = re.compile(r"order(\d\d)", re.IGNORECASE)
_NOT_THE_LIST = re.compile(r"add|delet|revis", re.IGNORECASE)


class ExemptRow(NamedTuple):
    """An exempt code; columns as in `codes.models.PoaExemption`."""

    line: int
    value: str


TABLES = {ExemptRow: PoaExemption}
KEYS = {ExemptRow: ("value",)}
release_on = fiscal_on


def recognizes(file: OfficialFile) -> bool:
    return bool(_year_of_list(file))


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the name of the first column: Order26 is that of fiscal year 2026."""
    return fiscal(_year_of_list(file))


def _year_of_list(file: OfficialFile) -> int:
    return year_of(file, file.head_lines[0].split("\t")) if file.head_lines else 0


def year_of(file: OfficialFile, header: list[str]) -> int:
    """The fiscal year a header row tells; 0 where it is not that of the whole list."""
    names = [name.strip() for name in header]
    order = _ORDER.fullmatch(names[0]) if names else None
    is_list = order and [name.lower() for name in names[1:]] == ["poaexemptcode", "description"]
    if not is_list or _NOT_THE_LIST.search(file.names[0]):
        return 0
    return 2000 + int(order[1])


def read(file: OfficialFile) -> Iterator[ExemptRow | Rejected | LeftOut]:
    for number, raw in file.lines():
        cells = text_of(raw).split("\t")
        yield LeftOut(number) if number == 1 else row_of(number, cells)


def row_of(number: int, cells: list[str]) -> ExemptRow | Rejected | LeftOut:
    """The row of the cells of a line: order number, code, description."""
    if not any(cell.strip() for cell in cells):
        return LeftOut(number)
    if len(cells) < 2:
        return Rejected(number, f"{cells[0][:40]!r}: expected order number, code and description.")
    value = stored_value(cells[1])
    if not has_form_of(CodeSystem.ICD_10_CM, value):
        return Rejected(number, f"{cells[1][:20]!r} is not an ICD-10-CM code.")
    return ExemptRow(number, value)
