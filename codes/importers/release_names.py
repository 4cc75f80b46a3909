"""How publishers name their releases, and from which day each holds."""

import calendar
import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from codes.importers.rows import FileProblem

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_YEAR = r"(?<!\d)(20\d\d)(?!\d)"


class ReleaseName(NamedTuple):
    """A release as people call it, and the first day it holds: the publisher's date."""

    name: str
    valid_from: date


def monthly(year: int, month: int) -> ReleaseName:
    """A quarterly release, named after the month it begins in: `July 2026`."""
    return ReleaseName(f"{calendar.month_name[month]} {year}", date(year, month, 1))


def fiscal(year: int) -> ReleaseName:
    """An ICD-10 release: fiscal year 2026 begins on 1 October 2025."""
    return ReleaseName(f"FY {year}", date(year - 1, 10, 1))


def fiscal_april(year: int) -> ReleaseName:
    """The update that CMS and NCHS publish within a fiscal year, valid from 1 April."""
    return ReleaseName(f"FY {year}, April update", date(year, 4, 1))


def edition(year: int) -> ReleaseName:
    """A CPT edition, which begins on 1 January."""
    return ReleaseName(f"CPT {year}", date(year, 1, 1))


def hcpcs_release(text: str) -> ReleaseName | None:
    """The HCPCS release a file, sheet or zip name tells; None where it tells none.

    `HCPC2026_JUL_ANWEB.xlsx`, `october-2026-alpha-numeric-hcpcs-file.zip`. Until 2019 the file
    was yearly and its name has no month: `HCPC2019_CONTR_ANWEB.txt` is January's.
    """
    text = text.lower().replace("_", "-")
    short = re.search(r"hcpc(20\d\d)(?:-([a-z]{3})(?![a-z]))?", text)
    if short and (short[2] is None or short[2] in _MONTHS):
        return monthly(int(short[1]), _MONTHS.get(short[2], 1))
    if "hcpc" not in text and "alpha-numeric" not in text:
        return None
    year = re.search(_YEAR, text)
    named = [name for name in re.findall(r"[a-z]+", text) if name in _MONTHS]
    return monthly(int(year[1]), _MONTHS[named[0]] if named else 1) if year else None


def icd10_release(text: str) -> ReleaseName | None:
    """The ICD-10 release a file or zip name tells; None where it tells none.

    `icd10cm_order_2026.txt` is fiscal year 2026. The April update has the same member name; only
    its zip says so: `april-1-2026-code-descriptions-tabular-order.zip`.
    """
    text = text.lower().replace("_", "-")
    april = re.search(rf"\bapril-(?:0?1-)?{_YEAR}", text)
    if april:
        return fiscal_april(int(april[1]))
    if not re.search(r"icd|cms|pcs|order|code|fy", text):
        return None
    year = re.search(_YEAR, text)
    return fiscal(int(year[1])) if year else None


def named_by_operator(
    name: str,
    valid_from: date | None,
    guess: ReleaseName | None,
    from_date: Callable[[date], ReleaseName],
) -> ReleaseName | None:
    """The release as the operator's `--release` and `--valid-from` say it, else the guess.

    One of the two is enough where the other follows: `July 2026`, `FY 2026` and `CPT 2026` tell
    the day, and `from_date` (the importer's) names a release by its day.
    """
    if name and valid_from:
        return ReleaseName(name, valid_from)
    if name:
        day = _day_of(name)
        if day is None and guess and guess.name == name:
            day = guess.valid_from
        if day is None:
            raise FileProblem(
                f"The release name {name!r} does not tell from which day it is valid; "
                "add --valid-from YYYY-MM-DD."
            )
        return ReleaseName(name, day)
    if valid_from:
        return from_date(valid_from)
    return guess


def _day_of(name: str) -> date | None:
    quarter = re.fullmatch(r"(20\d\d)\s*q([1-4])", name.strip().lower())
    if quarter:
        return date(int(quarter[1]), 3 * int(quarter[2]) - 2, 1)
    found = re.fullmatch(r"([a-z]+)\s+(20\d\d)", name.strip().lower())
    if not found:
        return None
    word, year = found[1], int(found[2])
    if word == "fy":
        return fiscal(year).valid_from
    if word == "cpt":
        return edition(year).valid_from
    return date(year, _MONTHS[word], 1) if word in _MONTHS else None


def monthly_on(day: date) -> ReleaseName:
    """The name of a quarterly release by the day it begins."""
    return ReleaseName(f"{calendar.month_name[day.month]} {day.year}", day)


def fiscal_on(day: date) -> ReleaseName:
    """The name of an ICD-10 release by the day it begins."""
    if day.month >= 10:
        return ReleaseName(f"FY {day.year + 1}", day)
    if (day.month, day.day) == (4, 1):
        return fiscal_april(day.year)
    return ReleaseName(f"FY {day.year}, from {day.day} {day:%b %Y}", day)


def edition_on(day: date) -> ReleaseName:
    """The name of a CPT edition by the day it begins."""
    if (day.month, day.day) == (1, 1):
        return edition(day.year)
    return ReleaseName(f"CPT {day.year}, from {day.day} {day:%b %Y}", day)
