"""Codes, ranges and modifiers in a question."""

import re
from dataclasses import dataclass, field

from codes.queries.code_forms import stored_value

MOST_CODES = 12
# What has the form of a code beyond doubt: five characters of CPT or HCPCS, or a dotted diagnosis.
_CERTAIN = r"(?:\d{5}|\d{4}[A-Zftum]|[A-Va-v]\d{4}|[A-TV-Za-tv-z]\d[0-9A-Za-z]\.[0-9A-Za-z]{1,4})"
# What may be one: a diagnosis without its dot, a category, a code of ICD-10-PCS.
_POSSIBLE = (
    r"(?:[A-TV-Z]\d[0-9A-Z][0-9A-Z]{0,4}|[A-TV-Za-tv-z]\d{2}[0-9A-Za-z]{1,4}|[0-9A-HJ-NP-Z]{7})"
)
_RANGE = re.compile(
    rf"(?<![\w.])({_CERTAIN}|{_POSSIBLE})\s*(?:-|–|—|\bto\b|\bthrough\b|\bthru\b)\s*"
    rf"({_CERTAIN}|{_POSSIBLE})(?![\w])"
)
_WITH_MODIFIER = re.compile(r"(?<![\w.])(\d{5}|\d{4}[A-Z]|[A-V]\d{4})-([0-9A-Z]{2})(?![\w-])")
_CODE = re.compile(rf"(?<![\w.])({_CERTAIN}|{_POSSIBLE})(?![\w])(?!\.\w)")
_IS_CERTAIN = re.compile(rf"{_CERTAIN}")
_NOT_A_CODE = re.compile(r"\b(?:hcc|version|model)\s*$", re.I)
# 59, XS, LT: named as modifiers, or put behind a code with a hyphen.
_MODIFIERS = re.compile(
    r"\b(?:modifiers?|mods?|-)\s*((?:[0-9A-Za-z]{2}\b(?:\s*(?:,|and|or|/|&)\s*)?){1,4})", re.I
)
_MODIFIER_ALONE = re.compile(
    r"\b(?:an?|the|with|append|add|needs?|use)\s+(2[2-7]|3[23]|5[0-9]|6[26]|7[36-9]|8[0-2]|9[0-25]|TC|LT|RT|AS|X[EPSU])"
    r"\b(?!\s*(?:units?|days?|min|times|percent|%|years?|mg|ml|codes?|other))"
)
_MODIFIER_BEHIND = re.compile(r"\b([0-9]{2}|[A-Z][A-Z0-9])\s+modifier\b")
_NOT_MODIFIERS = {
    "is",
    "to",
    "be",
    "in",
    "on",
    "or",
    "do",
    "of",
    "an",
    "it",
    "at",
    "as",
    "if",
    "so",
    "no",
    "go",
    "we",
    "my",
    "by",
    "me",
    "us",
    "up",
}


@dataclass(frozen=True)
class NamedCodes:
    """What a question names. `values` are as written, upper case; `doubtful` those that only the
    record can tell from other words; `ranges` are pairs of values.
    """

    values: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    ranges: list[tuple[str, str]] = field(default_factory=list)
    modifiers: list[str] = field(default_factory=list)


def read_codes(text: str) -> tuple[NamedCodes, str]:
    """The codes a text names, and the text without them."""
    modifiers, ranges, values, doubtful = [], [], [], []

    def take_pair(found: re.Match) -> str:
        values.append(found[1].upper())
        modifiers.append(found[2].upper())
        return " "

    def take_range(found: re.Match) -> str:
        first, last = found[1].upper(), found[2].upper()
        if len(stored_value(first)) != len(stored_value(last)) or stored_value(first) >= (
            stored_value(last)
        ):
            return found[0]
        ranges.append((first, last))
        return " "

    def take_code(found: re.Match) -> str:
        if _NOT_A_CODE.search(found.string[: found.start()]):
            return found[0]
        value = found[1]
        if _IS_CERTAIN.fullmatch(value):
            values.append(value.upper())
        elif len(value) == 7 and not re.search(r"\d", value):
            return found[0]  # a word of seven capitals
        else:
            doubtful.append(value.upper())
        return " "

    rest = _RANGE.sub(take_range, text)
    rest = _WITH_MODIFIER.sub(take_pair, rest)
    rest = _CODE.sub(take_code, rest)
    rest = _take_modifiers(rest, modifiers)
    found = NamedCodes(
        list(dict.fromkeys(values))[:MOST_CODES],
        list(dict.fromkeys(doubtful))[:MOST_CODES],
        list(dict.fromkeys(ranges))[:4],
        list(dict.fromkeys(modifiers))[:4],
    )
    return found, rest


def _take_modifiers(text: str, modifiers: list[str]) -> str:
    for found in _MODIFIERS.finditer(text):
        for value in re.findall(r"[0-9A-Za-z]{2}\b", found[1]):
            # GO is a modifier, "which modifiers go" is none.
            if (value.isupper() or value.lower() not in _NOT_MODIFIERS) and re.fullmatch(
                r"\d\d|[A-Za-z][A-Za-z0-9]", value
            ):
                modifiers.append(value.upper())
    modifiers += [found[1] for found in _MODIFIER_BEHIND.finditer(text)]
    modifiers += [found[1] for found in _MODIFIER_ALONE.finditer(text)]
    return text
