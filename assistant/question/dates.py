"""The date of service in a question, in the forms people write dates."""

import re
from datetime import date, timedelta

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_FORMS = [
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<number>\d{1,2})-(?P<day>\d{1,2})\b"),
    re.compile(rf"\b(?P<number>\d{{1,2}})/(?P<day>\d{{1,2}})/{_YEAR}\b"),
    re.compile(r"(?<![\d/])(?P<number>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d\d)(?![\d/])"),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}\b", re.I),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}\b", re.I),
    re.compile(rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b", re.I),
    re.compile(rf"\b(?P<number>\d{{1,2}})/{_YEAR}\b"),
    re.compile(rf"\bq(?P<quarter>[1-4])\s*(?:of\s+)?{_YEAR}\b", re.I),
    re.compile(rf"\b{_YEAR}\s*q(?P<quarter>[1-4])\b", re.I),
    re.compile(rf"\b(?P<ordinal>first|second|third|fourth)\s+quarter\s+(?:of\s+)?{_YEAR}\b", re.I),
    re.compile(rf"\b(?:in|of|for|during|since|back in|as of|year|cy|fy)\s+{_YEAR}\b", re.I),
]
_ORDINALS = ["first", "second", "third", "fourth"]


def read_date(text: str, today: date) -> tuple[date | None, str]:
    """The date a question names and the text without it; None where it names none.

    A month or quarter stands for its first day, a year for its first day unless that is this
    year, which stands for today.
    """
    for form in _FORMS:
        for match in form.finditer(text):
            found = _date_of(match, today)
            if found:
                return found, f"{text[: match.start()]} {text[match.end() :]}"
    return _relative(text, today)


def _date_of(match: re.Match, today: date) -> date | None:
    parts = match.groupdict()
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    day = int(parts.get("day") or 1)
    if parts.get("month"):
        month = _MONTHS.index(parts["month"][:3].lower()) + 1
    elif parts.get("number"):
        month = int(parts["number"])
    elif parts.get("quarter"):
        month = int(parts["quarter"]) * 3 - 2
    elif parts.get("ordinal"):
        month = _ORDINALS.index(parts["ordinal"].lower()) * 3 + 1
    elif year == today.year:
        return today
    else:
        month = 1
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _relative(text: str, today: date) -> tuple[date | None, str]:
    for words, found in (
        (r"\byesterday\b", today - timedelta(days=1)),
        (r"\b(?:today|now|currently|this year)\b", today),
        (r"\blast month\b", (today.replace(day=1) - timedelta(days=1)).replace(day=1)),
        (r"\blast year\b", date(today.year - 1, today.month, min(today.day, 28))),
        (r"\bnext year\b", date(today.year + 1, 1, 1)),
    ):
        rest, count = re.subn(words, " ", text, count=1, flags=re.I)
        if count:
            return found, rest
    return None, text
