"""CMS's HCPCS Level II file as text: records of 320 bytes, long descriptions over several lines.

Oddities seen in HCPC2019_CONTR_ANWEB.txt: eight banner lines (the disclaimers of the
spreadsheet, with its tabs) stand before the first record; no-break spaces in Windows-1252; one
continuation record is 316 bytes long.
"""

import re
from collections.abc import Iterator

from codes.importers.hcpcs_record import (
    FIRST_OF_CODE,
    FIRST_OF_MODIFIER,
    MORE_OF_CODE,
    MORE_OF_MODIFIER,
    POSITIONS,
    row_of,
)
from codes.importers.official_file import OfficialFile, text_of
from codes.importers.release_names import ReleaseName, hcpcs_release, monthly_on
from codes.importers.rows import LeftOut, Rejected, Row
from codes.models import Source

SOURCE = Source.HCPCS_LEVEL_II
FORMAT = "HCPCS record, 320 bytes"

_RECORD = re.compile(r"(?:[A-Z0-9]{5}| {3}[A-Z0-9]{2})\d{5}[3478]")
# Looser, so that a file whose columns have shifted is told so instead of being unknown.
_LIKE_A_RECORD = re.compile(r"\s?(?:[A-Z]\d{4}\d{4,5}[34]|\s{3}[A-Z0-9]{2}\d{4,5}[78])\S")
_LENGTH = 320
_LAST_FILLED = POSITIONS["ACTION CD"][1]
_SLICES = {name: slice(first - 1, last) for name, (first, last) in POSITIONS.items()}
_LONG = _SLICES["LONG DESCRIPTION"]
_CONTINUES = {FIRST_OF_CODE: MORE_OF_CODE, FIRST_OF_MODIFIER: MORE_OF_MODIFIER}


def recognizes(file: OfficialFile) -> bool:
    """Whether most lines begin like records; their columns are checked in reading."""
    lines = [line for line in file.head_lines if line.strip()]
    return sum(bool(_LIKE_A_RECORD.match(line)) for line in lines) * 2 > len(lines)


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the names of the file and its zip: the records do not tell their release."""
    return next((found for name in file.names if (found := hcpcs_release(name))), None)


release_on = monthly_on


def read(file: OfficialFile) -> Iterator[Row]:
    first: tuple[int, str] | None = None
    parts: list[str] = []
    broken = ""
    for number, raw in file.lines():
        line = text_of(raw)
        if not _RECORD.match(line):
            if not line.strip() or (first is None and not parts) or line[0] in "*\t\xa0":
                yield LeftOut(number)
            else:
                yield Rejected(
                    number,
                    "Expected a HCPCS record: code in columns 1-5, sequence number in 6-10, "
                    "record id 3, 4, 7 or 8 in column 11.",
                )
            continue
        if line[10] in _CONTINUES:
            if first:
                yield _finished(*first, parts, broken)
            first, parts, broken = (number, line), [], ""
        elif first is None or line[:5] != first[1][:5] or line[10] != _CONTINUES[first[1][10]]:
            yield Rejected(number, f"{line[:5].strip()}: a continuation without its first record.")
        else:
            expected = 100 * (len(parts) + 2)
            if int(line[5:10]) != expected and not broken:
                broken = (
                    f"continuation {line[5:10]} on line {number}; expected {expected:05}, "
                    "so a part of the description is missing"
                )
            parts.append(line[_LONG])
    if first:
        yield _finished(*first, parts, broken)


def _finished(number: int, line: str, parts: list[str], broken: str) -> Row:
    if not _LAST_FILLED <= len(line) <= _LENGTH:
        broken = f"the record has {len(line)} characters; expected {_LENGTH}"
    if broken:
        return Rejected(number, f"{line[:5].strip()}: {broken}.")
    return row_of(number, {name: line[where] for name, where in _SLICES.items()}, parts)
