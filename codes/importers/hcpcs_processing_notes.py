"""CMS's processing notes: what the numbers in the field PROCNOTE of the HCPCS file stand for.

A text file. Each note begins with its number and two dashes (`0018--CODE ...`) and goes on in the
lines below; an asterisk ends most lines. Notes that were taken back stay, saying so.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from codes.importers.official_file import OfficialFile, one_line, text_of
from codes.importers.release_names import ReleaseName, hcpcs_release, monthly_on
from codes.importers.rows import LeftOut, Rejected
from codes.models import HcpcsProcessingNote, Source

SOURCE = Source.HCPCS_PROCESSING_NOTES
FORMAT = "processing notes"

_NOTE = re.compile(r"\s*(\d{4})--\s*(.*)")
_NAME = re.compile(r"proc.?notes.?(?:([a-z]{3}).?)?(20\d\d)", re.IGNORECASE)


class NoteRow(NamedTuple):
    """A note; columns as in `codes.models.HcpcsProcessingNote`."""

    line: int
    number: str
    text: str


TABLES = {NoteRow: HcpcsProcessingNote}
KEYS = {NoteRow: ("number",)}
release_on = monthly_on


def recognizes(file: OfficialFile) -> bool:
    has_title = any("PROCESSING NOTES" in line.upper() for line in file.head_lines[:10])
    return has_title and any(_NOTE.match(line) for line in file.head_lines)


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the names: proc_notes_JAN2026.txt, proc_notes_2019.txt (January's), or the zip's."""
    for name in file.names:
        found = _NAME.search(name)
        if found:
            return hcpcs_release(f"hcpc{found[2]}_{found[1]}_" if found[1] else f"hcpc{found[2]}")
    return next((found for name in file.names if (found := hcpcs_release(name))), None)


def read(file: OfficialFile) -> Iterator[NoteRow | Rejected | LeftOut]:
    note: NoteRow | None = None
    for number, raw in file.lines():
        text = one_line(text_of(raw).rstrip().removesuffix("*"))
        begins = _NOTE.match(text)
        if begins:
            if note:
                yield note
            note = NoteRow(number, begins[1], begins[2])
        elif note and text:
            note = note._replace(text=f"{note.text} {text}")
        elif text and text.strip("_ ") and "PROCESSING NOTES" not in text.upper():
            yield Rejected(number, f"{text[:40]!r} stands before the first note.")
        else:
            yield LeftOut(number)
    if note:
        yield note
