"""How far a pregnancy of a note is: its weeks, and the trimester that codes ask for.

Trimesters are counted from the first day of the last period: less than 14 weeks, less than 28
weeks, and from then on (ICD-10-CM, chapter 15).
"""

import re
from dataclasses import dataclass

from search.words import stems

_PREGNANT = re.compile(
    r"\b(?:pregnan\w+|gestation\w*|prenatal|antenatal|obstetric\w*|G\d ?P\d\w*|IUP|EGA)\b", re.I
)
_WEEKS = re.compile(r"\b(\d{1,2})(?:\s?\+\s?\d|\s?w\s?\d\s?d?\b|[ -]?(?:weeks?|wks?)\b)", re.I)
_OTHER_WEEKS = re.compile(
    r"\s*(?:ago|postpartum|post|after|later|old|follow|from now|of (?:age|life))", re.I
)
_IN_WEEKS = re.compile(r"\b(?:in|for|every|x|times|over|next|last|past) $", re.I)
_TRIMESTER = re.compile(r"\b(first|second|third|1st|2nd|3rd) trimester\b", re.I)
_NAMES = {"1st": "first", "2nd": "second", "3rd": "third"}
LEAST, MOST = 4, 42


@dataclass(frozen=True)
class Gestation:
    """The weeks of a pregnancy (0 where the note tells none), where it tells them, and the name of
    the trimester: 'first', 'second', 'third' or ''.
    """

    weeks: int
    start: int
    end: int
    trimester: str

    @property
    def code(self) -> str:
        """The stored value of the code for the weeks; '' for none."""
        if not self.weeks:
            return ""
        return "Z3A01" if self.weeks < 8 else f"Z3A{self.weeks:02}"

    @property
    def stems(self) -> frozenset[str]:
        """The words that codes of pregnancy say of it."""
        return frozenset(stems(f"pregnancy {self.trimester and f'{self.trimester} trimester'}"))


def gestation_of(text: str) -> Gestation | None:
    """How far the pregnancy is that a note speaks of; None where it speaks of none."""
    if not _PREGNANT.search(text):
        return None
    for found in _WEEKS.finditer(text):
        weeks = int(found[1])
        before, after = text[max(0, found.start() - 12) : found.start()], text[found.end() :][:16]
        if LEAST <= weeks <= MOST and not (_OTHER_WEEKS.match(after) or _IN_WEEKS.search(before)):
            trimester = "first" if weeks < 14 else "second" if weeks < 28 else "third"
            return Gestation(weeks, found.start(), found.end(), trimester)
    named = {name.lower() for name in _TRIMESTER.findall(text)}
    trimester = _NAMES.get(name := named.pop(), name) if len(named) == 1 else ""
    return Gestation(0, 0, 0, trimester)
