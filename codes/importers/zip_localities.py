"""CMS's ZIP codes with their contractor and payment locality (ZIP5), in records of 80 bytes.

Positions as in CMS's ZIP5lyout.txt: state 1-2, ZIP code 3-7, carrier 8-12, locality 13-14, rural
indicator 15, laboratory bid area 16-17, plus-four flag 21, and the quarter as YYYYQ in 76-80,
which every record repeats.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from codes.importers.official_file import OfficialFile, text_of
from codes.importers.release_names import ReleaseName, monthly, monthly_on
from codes.importers.rows import FileProblem, LeftOut, Rejected
from codes.models import Source, ZipLocality

SOURCE = Source.ZIP_LOCALITIES
FORMAT = "ZIP5 records, 80 bytes"


class ZipRow(NamedTuple):
    """A ZIP code's place."""

    line: int
    zip_code: str
    state: str
    contractor: str
    locality: str
    rural: str
    has_plus_four: bool


TABLES = {ZipRow: ZipLocality}
KEYS = {ZipRow: ("zip_code",)}
_RECORD = re.compile(r"([A-Z]{2})(\d{5})(\d{5})(\d{2})([ RB])..(?:.){3}([01]).{54}(20\d\d[1-4])")
_LIKE_A_RECORD = re.compile(r"\s?[A-Z]{2}\d{5}\s?\d{5}\s?\d{2}[ RB\d].{30,70}20\d\d[1-4]\s*")
_EXPECTED = (
    "expected a record of 80 characters: state in 1-2, ZIP code in 3-7, carrier in 8-12, locality "
    "in 13-14, the plus-four flag in 21 and the quarter in 76-80"
)
_SHOWN = 24


def recognizes(file: OfficialFile) -> bool:
    lines = [line for line in file.head_lines if line.strip()]
    return sum(bool(_LIKE_A_RECORD.fullmatch(line)) for line in lines) * 2 > len(lines)


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the quarter in the first record."""
    found = next((match for line in file.head_lines if (match := _RECORD.fullmatch(line))), None)
    return _quarter(found[7]) if found else None


release_on = monthly_on


def _quarter(text: str) -> ReleaseName:
    return monthly(int(text[:4]), int(text[4]) * 3 - 2)


def read(file: OfficialFile) -> Iterator[ZipRow | Rejected | LeftOut]:
    quarter = ""
    for line, raw in file.lines():
        text = text_of(raw)
        if not text.strip():
            yield LeftOut(line)
            continue
        found = _RECORD.fullmatch(text)
        if not found:
            yield Rejected(line, f"{text[:_SHOWN]!r}: {_EXPECTED}.")
            continue
        state, zip_code, contractor, locality, rural, plus_four, told = found.groups()
        quarter = quarter or told
        if told != quarter:
            raise FileProblem(
                f"{file.title}, line {line}: the record is of the quarter {told}; expected "
                f"{quarter}, as the records before it."
            )
        yield ZipRow(line, zip_code, state, contractor, locality, rural.strip(), plus_four == "1")
