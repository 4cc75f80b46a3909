"""How the files of Medicare's NCCI name their releases, settings and parts.

Names seen: `medicare-ncci-2024q3-practitioner-ptp-edits-ccipra-v302r0-f1.zip` with
`ccipra-v302r0-f1.txt` in it, `ccioph-...` for outpatient hospitals,
`MCR_MUE_PractitionerServices_Eff_07-01-2024.csv`, `AOC_V2024Q2-MCR.txt`.
"""

import re
from datetime import date

from codes.importers.official_file import OfficialFile
from codes.importers.release_names import ReleaseName
from codes.models import CodeSystem, has_form_of

_QUARTER = re.compile(r"(?<!\d)(20\d\d)[-_ ]?q([1-4])(?!\d)")
_EFFECTIVE = re.compile(r"eff[-_ ](\d\d)-(\d\d)-(20\d\d)")
# Versions count quarters: v302 is the third of 2024, v310 the first of 2025.
_VERSION = re.compile(r"cci(?:pra|oph)-v(\d\d)(\d)r\d")
_VERSION_OF_2024 = 30
_PART = re.compile(r"-f(\d{1,2})(?!\d)")


def quarterly(year: int, quarter: int) -> ReleaseName:
    """A quarterly release, named as CMS names NCCI's: `2024 Q3`."""
    return ReleaseName(f"{year} Q{quarter}", date(year, 3 * quarter - 2, 1))


def quarterly_on(day: date) -> ReleaseName:
    """The name of a quarterly release by the day it begins."""
    regular = quarterly(day.year, (day.month + 2) // 3)
    if regular.valid_from == day:
        return regular
    return ReleaseName(f"{regular.name}, from {day.day} {day:%b %Y}", day)


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the names of the file and its zips: the files do not tell their quarter."""
    for name in file.names:
        text = name.lower()
        if found := _QUARTER.search(text):
            return quarterly(int(found[1]), int(found[2]))
        if found := _EFFECTIVE.search(text):
            return _on_day(int(found[3]), int(found[1]), int(found[2]))
        if (found := _VERSION.search(text)) and int(found[2]) < 4:
            return quarterly(2024 + int(found[1]) - _VERSION_OF_2024, int(found[2]) + 1)
    return None


def _on_day(year: int, month: int, day: int) -> ReleaseName | None:
    try:
        return quarterly_on(date(year, month, day))
    except ValueError:
        return None


def part_of(file: OfficialFile) -> int | None:
    """The number of the part that the nearest name tells, `...-f2`; None where none does."""
    return next((int(found[1]) for name in file.names if (found := _PART.search(name))), None)


def is_named(file: OfficialFile, *marks: str) -> bool:
    """Whether the nearest name that holds any of NCCI's settings holds one of these marks."""
    for name in file.names:
        text = name.lower()
        if any(mark in text for mark in (*PRACTITIONER, *HOSPITAL)):
            return any(mark in text for mark in marks)
    return False


PRACTITIONER = ("ccipra", "practitioner")
HOSPITAL = ("ccioph", "hospital")


def system_of(value: str) -> CodeSystem | None:
    """The system of a stored code by its form; None where it is neither CPT nor HCPCS."""
    system = CodeSystem.CPT if value[:1].isdigit() else CodeSystem.HCPCS
    return system if has_form_of(system, value) else None
