"""How the files of Medicare payment name their releases.

The quarter stands in the banner or in the name of the zip (`rvu26c.zip` is July 2026: a to d for
January, April, July and October). A file that tells no more than its calendar year holds from
1 January; the same file goes into the zips of later quarters.
"""

import calendar
import re
from datetime import date

from codes.importers.official_file import OfficialFile
from codes.importers.release_names import ReleaseName, monthly

_QUARTERS = {"a": 1, "b": 4, "c": 7, "d": 10}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_YEAR = r"(?<!\d)(20\d\d)(?!\d)"
_RVU_ZIP = re.compile(r"rvu[-_ ]?(?:20)?(\d\d)[-_ ]?([a-d])r?(?![a-z0-9])")
_RVU_FILE = re.compile(r"pprrvu(?:20)?(\d\d)[-_ ]?([a-z]{3})")


def calendar_year(year: int) -> ReleaseName:
    """A yearly publication, valid from 1 January."""
    return ReleaseName(f"CY {year}", date(year, 1, 1))


def month_told(text: str) -> ReleaseName | None:
    """The month a text tells with its year: `July 2026`, `july-2026-opps-addendum-b`."""
    text = text.lower()
    year = re.search(_YEAR, text)
    named = [word for word in re.findall(r"[a-z]+", text) if word in _MONTHS]
    return monthly(int(year[1]), _MONTHS[named[0]]) if year and named else None


def rvu_quarter(file: OfficialFile) -> ReleaseName | None:
    """The quarter that the names of the file, its zip and its folders tell, nearest first."""
    for name in file.names:
        text = name.lower()
        if found := _RVU_ZIP.search(text):
            return monthly(2000 + int(found[1]), _QUARTERS[found[2]])
        if (found := _RVU_FILE.search(text)) and found[2] in _MONTHS:
            return monthly(2000 + int(found[1]), _MONTHS[found[2]])
    return None


def rvu_quarter_or_year(file: OfficialFile, title: str) -> ReleaseName | None:
    """The quarter by the names, else the calendar year in the title, or in the file's own name."""
    quarter = rvu_quarter(file)
    if quarter:
        return quarter
    for text in (title, *file.names):
        if found := re.search(_YEAR, re.sub(r"([a-z])(?=20\d\d)", r"\1 ", text.lower())):
            return calendar_year(int(found[1]))
    return None
