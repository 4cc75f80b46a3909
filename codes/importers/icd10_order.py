"""The order-file layout that ICD-10-CM and ICD-10-PCS share.

Columns 1-5 order number, 7-13 code without its dot, 15 a 0 for a header or a 1 for a billable
code, 17-76 short description, from 78 the long one.
"""

import re
from collections.abc import Iterator

from codes.importers.official_file import OfficialFile, one_line, text_of
from codes.importers.release_names import ReleaseName, icd10_release
from codes.importers.rows import CodeRow, LeftOut, Rejected, Row
from codes.models import CodeSystem, has_form_of

_LINE = re.compile(r"\d{5} ([A-Z0-9]{3,7}) *(?<=^.{13}) ([01]) (?=.{60} \S)")
# Looser, so that a file whose columns have shifted is told so instead of being unknown.
_LIKE_A_LINE = re.compile(r"\s?\d{4,5}\s+([A-Z0-9]{3,7})\s+([01])\s+\S")
_EXPECTED = (
    "expected an order number in columns 1-5, a code in 7-13, 0 or 1 in 15, the short "
    "description in 17-76 and the long one from 78"
)
_SHOWN = 40
_PCS_SECTIONS = "0123456789BCDFGHX"
_CM_START = re.compile(r"[A-Z](?:\d|[A-Z]\d)")


def head_codes(file: OfficialFile) -> list[tuple[str, str]]:
    """Code and flag of the file's first lines; [] unless most are like an order file's."""
    lines = [line for line in file.head_lines if line.strip()]
    found = [(match[1], match[2]) for line in lines if (match := _LIKE_A_LINE.match(line))]
    return found if len(found) * 2 > len(lines) else []


def is_pcs(codes: list[tuple[str, str]]) -> bool:
    """Whether most codes are ICD-10-PCS's: tables of three characters and codes of seven.

    ICD-10-CM has such codes too, but there headers of four to six characters stand between a
    category and a code of seven, every code begins with a letter, and most chapters' letters are no
    sections of ICD-10-PCS.
    """
    like_pcs = sum(
        code[0] in _PCS_SECTIONS and len(code) == (7 if flag == "1" else 3) for code, flag in codes
    )
    only_cm_has = sum(len(code) in (4, 5, 6) for code, _ in codes)
    only_pcs_has = sum(len(code) == 7 or not _CM_START.match(code) for code, _ in codes)
    return like_pcs * 10 > len(codes) * 9 and only_cm_has * 10 < len(codes) and only_pcs_has > 0


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the names of the file and its zips: the lines do not tell their fiscal year."""
    found = [release for name in file.names if (release := icd10_release(name))]
    update = [release for release in found if release.valid_from.month == 4]
    return next(iter(update or found), None)


def read(file: OfficialFile, system: CodeSystem, form_said: str) -> Iterator[Row]:
    """The rows of an order file of a system; `form_said` says what its codes look like."""
    for number, raw in file.lines():
        line = text_of(raw)
        found = _LINE.match(line)
        if not found:
            if line.strip():
                yield Rejected(number, f"{line[:_SHOWN]!r}: {_EXPECTED}.")
            else:
                yield LeftOut(number)
            continue
        value = found[1]
        if not has_form_of(system, value):
            yield Rejected(number, f"{value}: {form_said}.")
            continue
        if "\ufffd" in line:
            yield Rejected(number, f"{value}: a character is not Windows-1252 or UTF-8.")
            continue
        yield CodeRow(
            number,
            value,
            one_line(line[16:76]),
            "",
            one_line(line[77:]),
            "",
            found[2] == "1",
        )
