"""ICD-10-CM codes named in the words of a note: which they are, and which codes they cover.

The tabular list writes a code (`A18.32`), one with a dash for all below it (`Z22.-`, `C79.8-`), a
range (`J00-J22`, `S06.1- to S06.6-`), and may narrow them (`T36-T50 with fifth or sixth character
5`, `F10-F19 with .21`, `I69. with final characters -23`; FY 2021).
"""

import re
from dataclasses import dataclass

from codes.models import stored_value

_CODE = r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)(?:\.[0-9A-Z]{1,4})?"
_OPEN = r"\.?-(?![A-Z0-9])"
_REFERENCE = re.compile(
    rf"(?<![\w.])(?:(?P<first>{_CODE})(?:(?:\.?-)?\s+to\s+|-)(?P<last>{_CODE})(?:{_OPEN})?"
    rf"|(?P<one>{_CODE})(?:{_OPEN})?)(?!\w)"
)
_NARROWED = re.compile(r"[.\s-]*with\s+([^()]+)")
_AFTER_THE_POINT = re.compile(r"\.(\w+)(?:-\.?(\w+))?-?")
_FINAL = re.compile(r"final characters? -?(\w+)")
_ORDINAL = r"(?:fourth|fifth|sixth|seventh|4th|5th|6th|7th)"
_AT_A_PLACE = re.compile(
    rf"({_ORDINAL})(?:(?: (or|to)) ({_ORDINAL}))?[ -]characters? (\w+(?:-\w)?(?:(?:,| or) \w)*)"
)
_PLACES = {
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
    "sixth": 5,
    "6th": 5,
    "seventh": 6,
    "7th": 6,
}


@dataclass(frozen=True)
class CodeReference:
    """A code or range in a text, from `start` to `end`. Values are stored ones.

    `narrowed_to` are the words that narrow it, '' where there are none.
    """

    first: str
    last: str
    start: int
    end: int
    narrowed_to: str = ""

    def covers(self, value: str) -> bool:
        """Whether it means the stored value or a header above it. A narrowing whose words are not
        understood covers nothing: better no answer than a wrong one.
        """
        first, last = self.first, self.last
        return (
            first <= value[: len(first)]
            and value[: len(last)] <= last
            and len(value) >= max(len(first), len(last))
            and _is_narrowed(self.narrowed_to, value)
        )


@dataclass(frozen=True)
class TextPiece:
    """A run of a note's words; `value` is the stored code it names, or ''."""

    text: str
    value: str = ""


def references_in(text: str) -> list[CodeReference]:
    """The codes and ranges a text names, in its order."""
    found = []
    for match in _REFERENCE.finditer(text):
        first = stored_value(match["first"] or match["one"])
        last = stored_value(match["last"] or match["one"])
        found.append(
            CodeReference(first, last, match.start(), match.end(), _narrowing(text, match.end()))
        )
    return found


def _narrowing(text: str, end: int) -> str:
    """The words that narrow the codes before `end`: up to the closing parenthesis, and also those
    that follow other codes in between (`I21.0, I22.- with ...` narrows both).
    """
    rest = text[end:]
    while further := re.match(rf"\s*,\s*{_REFERENCE.pattern}", rest):
        rest = rest[further.end() :]
    found = _NARROWED.match(rest)
    return found[1].strip() if found else ""


def excluded_by(text: str) -> list[CodeReference]:
    """The codes an Excludes note rules out: those in parentheses, else those in its words.

    `any condition in I51.4-I51.9 due to hypertension (I11.-)` rules out I11.- alone.
    """
    references = references_in(text)
    inside = [item for item in references if _is_in_parentheses(text, item.start)]
    return inside or references


def _is_in_parentheses(text: str, position: int) -> bool:
    before = text[:position]
    return before.count("(") > before.count(")")


def pieces_of(text: str) -> list[TextPiece]:
    """The text in pieces, each code it names in one of its own; of a range both ends."""
    pieces, done = [], 0
    for match in _REFERENCE.finditer(text):
        for name in ("first", "last", "one"):
            if match[name]:
                if match.start(name) > done:
                    pieces.append(TextPiece(text[done : match.start(name)]))
                pieces.append(TextPiece(match[name], stored_value(match[name])))
                done = match.end(name)
    if done < len(text):
        pieces.append(TextPiece(text[done:]))
    return pieces


def _is_narrowed(words: str, value: str) -> bool:
    """Whether a code has the characters that the words after `with` ask for."""
    if not words:
        return True
    if found := _AFTER_THE_POINT.fullmatch(words):
        first, last = found[1], found[2] or found[1]
        return first <= value[3 : 3 + len(first)] and value[3 : 3 + len(last)] <= last
    if found := _FINAL.fullmatch(words):
        return value.endswith(found[1])
    if found := _AT_A_PLACE.fullmatch(words):
        place, joined, other, characters = found.groups()
        if joined == "to":
            return value[_PLACES[place] : _PLACES[other] + 1] == characters
        places = [_PLACES[name] for name in (place, other) if name]
        return any(value[at : at + 1] in _listed(characters) for at in places if at < len(value))
    return False


def _listed(words: str) -> set[str]:
    """The characters of a list: `1-4 or 6` are 1, 2, 3, 4 and 6."""
    characters = set()
    for part in re.split(r", | or ", words):
        first, _, last = part.partition("-")
        characters |= {chr(number) for number in range(ord(first[0]), ord((last or first)[0]) + 1)}
    return characters
