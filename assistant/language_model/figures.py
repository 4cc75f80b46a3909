"""What of a text can be checked against the record: codes, figures, dates, modifiers.

Each is told in one form however it is written: `date:2026-07-01`, `month:2026-07`, `num:3`,
`usd:90.12`, `word:96522`, `word:LT`. The same reading serves the model's sentences and the
record's, so that "three units", "3 units" and "3" meet.
"""

import re
from decimal import Decimal, InvalidOperation

MONTHS = {
    name: number
    for number, names in enumerate(
        [
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ],
        start=1,
    )
    for name in names
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        f"{_ONES} fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000, "million": 1000000,
    "dozen": 12, "half": "0.5", "twice": 2, "double": 2, "thrice": 3, "triple": 3,
}  # fmt: skip
# "one" is also a pronoun, and "column one" a name: it counts only before what can be counted.
_COUNTED = "(?:units?|days?|times?|visits?|lines?|claims?|sessions?|hours?|minutes?|months?|years?)"
_ONE = re.compile(rf"\bone\s+(?={_COUNTED}\b)|\bonce\b", re.I)

_ICD = re.compile(r"\bICD-(?:9|10)(?:-(?:CM|PCS))?")  # a name, no figure
_TH = "(?:st|nd|rd|th)?"
_DATE_FORMS = [
    (re.compile(rf"\b(\d{{1,2}}){_TH}\s+(?:of\s+)?({_MONTH})\.?,?\s+(\d{{4}})\b", re.I), "dmy"),
    (re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.I), "mdy"),
    (re.compile(r"(?<!=)\b(\d{4})-(\d{2})-(\d{2})\b"), "iso"),
    (re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b"), "us"),
    (re.compile(rf"\b({_MONTH})\.?,?\s+(?:of\s+)?(\d{{4}})\b", re.I), "my"),
    (re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b", re.I), "md"),
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b", re.I), "dm"),
    (re.compile(r"\b(\d{4})\s*Q([1-4])\b", re.I), "yq"),
    (re.compile(r"\bQ([1-4])\s*(?:of\s+)?(\d{4})\b", re.I), "qy"),
    (re.compile(r"\b(first|second|third|fourth)\s+quarter\s+(?:of\s+)?(\d{4})\b", re.I), "wq"),
]  # fmt: skip
_MONEY = re.compile(
    r"(?:\$|\bUSD\s?)(\d[\d,]*(?:\.\d+)?)|\b(\d[\d,]*(?:\.\d+)?)\s?(?:dollars?|USD)\b", re.I
)
_PERCENT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s?(?:%|percent\b)", re.I)
_MODIFIER = re.compile(r"\bmodifiers?\s+[“\"']?-?([A-Za-z0-9]{2})\b(?![-–])", re.I)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,]*[A-Za-z0-9]|[A-Za-z0-9]")
# The field's own abbreviations stand for nothing that could be wrong.
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\w+",
        "CPT HCPCS ICD CM PCS NCCI PTP MUE MUES MAI RVU RVUS CMS MAC MACS LCD LCDS NCD NCDS AMA US "
        "USA OPPS APC GPCI POA HCC RBCS GEM GEMS PE MP EM QP ID OK CF MPFS FY CY II I A IT",
    )
)
_NOT_MODIFIERS = frozenset(
    re.findall(r"\w+", "is or of to as on in it if be by no do an at so up we may can")
)


def plainly(text: str) -> str:
    """The text with each date as one word, ⟦date=2026-07-01⟧, that no comma divides, "one" as a
    figure where it counts something, and no figure in the name of ICD-10-CM.
    """
    text = _ICD.sub("ICD", _ONE.sub("1 ", text))
    for pattern, form in _DATE_FORMS:
        text = pattern.sub(lambda found, form=form: _date_token(found, form), text)
    return text


def _date_token(found: re.Match, form: str) -> str:
    parts = found.groups()
    if form in ("md", "dm") and "may" in parts:
        return found[0]  # "may 2 units be billed" names no day
    if form in ("dmy", "dm"):
        parts = (parts[1], parts[0], *parts[2:])
    if form in ("dmy", "mdy"):
        month, day, year = MONTHS[parts[0].lower()], int(parts[1]), parts[2]
        return f"⟦date={year}-{month:02}-{day:02}⟧"
    if form == "iso":
        return f"⟦date={parts[0]}-{parts[1]}-{parts[2]}⟧"
    if form == "us":
        return f"⟦date={parts[2]}-{int(parts[0]):02}-{int(parts[1]):02}⟧"
    if form == "my":
        return f"⟦month={parts[1]}-{MONTHS[parts[0].lower()]:02}⟧"
    if form in ("md", "dm"):
        return f"⟦day={MONTHS[parts[0].lower()]:02}-{int(parts[1]):02}⟧"
    if form == "yq":
        return f"⟦quarter={parts[0]}-{parts[1]}⟧"
    quarter = _QUARTERS.get(parts[0].lower(), parts[0])
    return f"⟦quarter={parts[1]}-{quarter}⟧"


_MARKED = re.compile(r"⟦(\w+)=([\d-]+)⟧")


def claims_of(text: str) -> set[str]:
    """What a sentence of the model claims and the record must hold."""
    text = plainly(text)
    found = {f"{kind}:{value}" for kind, value in _MARKED.findall(text)}
    text = _MARKED.sub(" ", text)
    for pattern, kind in ((_MONEY, "usd"), (_PERCENT, "pct")):
        for match in pattern.finditer(text):
            found.add(f"{kind}:{_plain(next(filter(None, match.groups())))}")
        text = pattern.sub(" ", text)
    for match in _MODIFIER.finditer(text):
        if match[1].lower() not in _NOT_MODIFIERS:
            found.add(_word_token(match[1].upper()))
    for word in _WORD.findall(text):
        if any(char.isdigit() for char in word):
            found.add(_word_token(word))
        elif len(word) > 1 and word.isupper() and word not in _ABBREVIATIONS:
            found.add(f"word:{word}")
    return found | _spelled(text)


def held_by(text: str) -> set[str]:
    """What a text of the record bears out: all it claims, and the less exact forms of it."""
    found = claims_of(text)
    for token in list(found):
        kind, _, value = token.partition(":")
        if kind == "date":
            year, month, day = value.split("-")
            found |= {f"month:{year}-{month}", f"day:{month}-{day}", f"num:{int(year)}"}
        elif kind in ("month", "quarter"):
            found.add(f"num:{int(value.split('-')[0])}")
        elif kind in ("usd", "pct"):
            found.add(f"num:{value}")
    # A table's column may name the dollars that its cells do not.
    for word in _WORD.findall(_MARKED.sub(" ", plainly(text))):
        if re.fullmatch(r"\d[\d,]*\.\d\d", word):
            found.add(f"usd:{_plain(word)}")
    return found


def _word_token(word: str) -> str:
    """A figure by its value; what has letters, a code or a modifier, by its characters."""
    word = word.strip(".,")
    value = _plain(word)
    if value is not None and not (word.isdigit() and len(word) == 5):
        return f"num:{value}"
    return f"word:{word.replace('.', '').upper()}"


def _plain(figure: str) -> str | None:
    """A figure without commas and idle zeros; None for what is no figure."""
    try:
        return f"{Decimal(figure.replace(',', '')).normalize():f}"
    except InvalidOperation:
        return None


def _spelled(text: str) -> set[str]:
    """Figures written as words."""
    found = set()
    text = re.sub(r"\bcolumns?\s+(?:one|two)\b", " ", text, flags=re.I)
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in NUMBER_WORDS and word != "one":
            found.add(f"num:{NUMBER_WORDS[word]}")
    return found
