"""CMS's general equivalence mappings of diagnoses, ICD-10-CM to ICD-9-CM and back: two files.

A line has a source code, a target code and five digits: approximate, no map, combination,
scenario, choice list. Where there is no map the target is NoDx. One target of 2018 is written in
small letters (v5889). That release, of fiscal year 2018, is the last; its codes are of that year.
The mappings of procedures have the same layout and other codes, and are not read.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from codes.importers.official_file import OfficialFile, text_of
from codes.importers.release_names import ReleaseName, fiscal, fiscal_on
from codes.importers.rows import FileProblem, LeftOut, Rejected
from codes.models import CodeSystem, GeneralEquivalence, Source, has_form_of

SOURCE = Source.GENERAL_EQUIVALENCE
FORMAT = "mappings of diagnoses"
IS_SET = True

Direction = GeneralEquivalence.Direction

_LINE = re.compile(r"([0-9A-Z]{3,7})\s+([0-9A-Z]{3,7}|NODX)\s+([01])([01])([01])(\d)(\d)\s*")
_NO_CODE = "NODX"
_ICD_9 = re.compile(r"\d{3,5}|E\d{3,4}|V\d{2,4}")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_EXPECTED = "expected a code, the code it maps to or NoDx, and five digits"


class EquivalenceRow(NamedTuple):
    """A mapping; columns as in `codes.models.GeneralEquivalence`."""

    line: int
    direction: str
    value: str
    target: str
    is_approximate: bool
    is_combination: bool
    scenario: int
    choice_list: int


TABLES = {EquivalenceRow: GeneralEquivalence}
release_on = fiscal_on


def recognizes(file: OfficialFile) -> bool:
    return direction_of(file) is not None


def direction_of(file: OfficialFile) -> GeneralEquivalence.Direction | None:
    """The direction in which a file maps, by its first lines; None where it is another's."""
    lines = [line for line in file.head_lines if line.strip()]
    found = [match for line in lines if (match := _LINE.fullmatch(line.upper()))]
    if not found or len(found) * 10 < len(lines) * 9:
        return None
    from_10 = sum(_is_pair(match[1], match[2]) for match in found)
    from_9 = sum(_is_pair(match[2], match[1]) for match in found)
    if max(from_10, from_9) * 10 < len(found) * 9 or from_10 == from_9:
        return None
    return Direction.TO_ICD_9_CM if from_10 > from_9 else Direction.TO_ICD_10_CM


def _is_pair(icd_10: str, icd_9: str) -> bool:
    """Whether the two may be codes of ICD-10-CM and ICD-9-CM; NoDx may stand for either."""
    return (icd_10 == _NO_CODE or has_form_of(CodeSystem.ICD_10_CM, icd_10)) and (
        icd_9 == _NO_CODE or _ICD_9.fullmatch(icd_9) is not None
    )


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the year in the names: 2018_I10gem.txt is fiscal year 2018's."""
    year = next((found for name in file.names if (found := _YEAR.search(name))), None)
    return fiscal(int(year[1])) if year else None


def read(*files: OfficialFile) -> Iterator[EquivalenceRow | Rejected | LeftOut]:
    by_direction = {direction_of(file): file for file in files}
    if len(by_direction) < 2 or len({file.sha256 for file in files}) > 2:
        raise FileProblem(
            f"{', '.join(file.title for file in files)}: expected the two mappings of a release, "
            "one from ICD-10-CM to ICD-9-CM and one back, and nothing else. Give both."
        )
    for direction, file in by_direction.items():
        for number, raw in file.lines():
            line = text_of(raw)
            if not line.strip():
                yield LeftOut(number)
            else:
                yield _row(number, line, direction)


def _row(number: int, line: str, direction: Direction) -> EquivalenceRow | Rejected:
    found = _LINE.fullmatch(line.upper())
    if not found:
        return Rejected(number, f"{line[:40]!r}: {_EXPECTED}.")
    value, target, approximate, no_map, combination, scenario, choice_list = found.groups()
    is_no_map = target == _NO_CODE
    pair = (value, target) if direction == Direction.TO_ICD_9_CM else (target, value)
    if not _is_pair(*pair) or value == _NO_CODE:
        return Rejected(number, f"{value} to {target}: the codes are not of the file's systems.")
    if is_no_map != (no_map == "1"):
        return Rejected(number, f"{value} to {target}: the flag for no map says the contrary.")
    return EquivalenceRow(
        number,
        str(direction),
        value,
        "" if is_no_map else target,
        approximate == "1",
        combination == "1",
        int(scenario),
        int(choice_list),
    )
