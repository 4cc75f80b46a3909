"""Identifiers of people in what readers write: found by their form, and masked.

Nobody is asked for any; what slips in is masked before a text is stored, shown or leaves the
machine. Codes, ZIP codes, figures and dates of service have other forms and stay, and so do
diseases named after people. The kinds follow the identifiers of HIPAA's safe harbor (45 CFR
164.514(b)(2)) as far as a form tells them.
"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

_NAME = r"[A-Z](?:[A-Za-z-]|['’](?!s\b))*[a-z]\b"
_INITIAL = r"[A-Z]\."
_PARTICLES = r"(?:(?:van|von|de|der|den|del|della|di|da|dos|la|le|al|el|bin) ){0,3}"
_CAPITALS = r"[A-Z](?:[A-Z-]|['’](?!S\b))+\b"
# What ends a name that stands in capitals after a label: the line, a gap, the next label.
_ENDED = (
    r"(?=[ \t]*(?:$|[|;(])|[ \t]{2,}"
    r"|,? (?:DOB|D\.O\.B|MRN|AGE|SEX|M\.?D|D\.?O|N\.?P|P\.?A|R\.?N)\b)"
)
_LABELED = (
    r"(?:[Pp]rovider|[Aa]ttending(?: physician)?|[Pp]hysician|[Ss]urgeon|[Rr]eferring"
    r"(?: (?:physician|provider))?|PCP|[Aa]uthor|[Dd]ictated by|[Ss]igned by|[Ee]mergency contact"
    r"|[Nn]ext of kin|[Gg]uardian|[Ss]pouse|[Gg]uarantor|[Ss]ubscriber|[Rr]esponsible party|Pt)"
)
_CREDENTIALS = r"(?:M\.?D|D\.?O|N\.?P|P\.?A(?:-C)?|R\.?N|APRN|FNP(?:-C|-BC)?|D\.?P\.?M|PhD)\b"
# Who is of an age without being named.
_NOT_NAMED = (
    r"(?!(?:Patient|Pt|She|He|They|It|This|That|The|Who|Child|Infant|Baby|Mother|Father|Client"
    r"|Resident|Veteran|Gentleman|Lady|Woman|Man|Girl|Boy|Female|Male)\b)"
)
_IN_SMALL = (
    r"(?!(?:is|was|and|or|has|had|who|appointment|office|visit|said|says|note|to|of|in|for)\b)"
)
_FULL_NAME = rf"{_NAME}(?: {_INITIAL})?(?: {_NAME}){{1,2}}"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATE = (
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}} {_MONTH},? \d{{4}})"
)
_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Circle|Cir|Place"
    r"|Pl|Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Way|Square|Trail|Trl)"
)
# Written so, a surname is a disease, an operation, a sign or a device, and nobody's.
_EPONYM = (
    r"(?!(?:['’]s?)? (?i:disease|syndrome|palsy|fracture|contracture|phenomenon|test|sign|score"
    r"|scale|procedure|operation|tumor|sarcoma|lymphoma|deformity|nodes?|catheter|criteria)\b)"
)


@dataclass(frozen=True)
class Identifier:
    """What was found: its kind, its words, and what stands in their place."""

    kind: str
    words: str
    mark: str


@dataclass(frozen=True)
class Masked:
    """A text with its identifiers masked, and how many of each kind there were: 'name': 2.

    `found` are the identifiers themselves, each once; they are to be shown to their writer alone.
    """

    text: str
    counts: dict[str, int] = field(default_factory=dict)
    found: tuple[Identifier, ...] = ()

    @property
    def count(self) -> int:
        return sum(self.counts.values())


# The kind, its form, and what stands in its place. The order matters: a date of birth before a
# number.
_FORMS = [
    ("e-mail", re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "[e-mail]"),
    ("web address", re.compile(r"\b(?:https?://|www\.)[^\s<>\"]+", re.I), "[web address]"),
    (
        "date of birth",
        re.compile(
            rf"\b(DOB|D\.O\.B\.|date of birth|birth ?date|born(?: on)?)(\s*[:=]?\s*)(?:{_DATE})",
            re.I,
        ),
        r"\1\2[date]",
    ),
    # Social security numbers; Medicare beneficiary identifiers (CMS: 11 characters, position 1 a
    # digit, 2, 5, 8 and 9 letters), printed with or without dashes.
    ("number", re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"), "[number]"),
    (
        "number",
        re.compile(
            r"\b((?:SSN|social security(?: (?:number|no\.?|#))?)\s*[:=#]?\s*)"
            r"\d{3} ?\d{2} ?\d{4}\b",
            re.I,
        ),
        r"\1[number]",
    ),
    (
        "number",
        re.compile(r"\b[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}\b", re.I),
        "[number]",
    ),
    (
        "phone",
        re.compile(r"(?<![\d.$,])(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}\b"),
        "[phone]",
    ),
    (
        "number",
        re.compile(
            r"\b(MRN|MR ?(?=#)|acct\.?|DEA|medical record(?: number)?|(?:member|patient|policy"
            r"|account|acct|claim|subscriber|group|encounter|license|certificate|insurance|chart|card|visit)"
            r"(?: ?(?:id|no\.?|number|#))+)([\s:=#]{0,4})(?=[A-Z0-9-]*\d)[A-Z0-9-]{4,}",
            re.I,
        ),
        r"\1\2[number]",
    ),
    ("number", re.compile(r"(?<![\d.$,])\d{8,}(?![\d.])"), "[number]"),
    (
        "phone",
        re.compile(
            r"\b((?:phone|telephone|tel|cell|mobile|fax|pager|call)\.?[:#]? ?)\d{3}[-. ]\d{4}\b",
            re.I,
        ),
        r"\1[phone]",
    ),
    (
        "address",
        re.compile(
            rf"\b\d{{1,6}} (?:[NSEW]\.? )?(?:{_NAME} |\d{{1,3}}(?:st|nd|rd|th) ){{1,3}}{_STREET}"
            r"\b\.?(?:,? (?:Apt|Apartment|Suite|Ste|Unit|#)\.? ?[A-Z0-9-]{1,6})?"
            rf"(?:,? {_NAME}(?: {_NAME})?,? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?)?"
        ),
        "[address]",
    ),
    ("address", re.compile(r"\bP\.? ?O\.? Box \d{1,6}\b", re.I), "[address]"),
    (
        "name",
        re.compile(
            rf"\b(Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\b\.? (?:{_INITIAL} ?)?{_PARTICLES}{_NAME}"
            rf"(?: {_INITIAL})?"
            rf"(?: (?!Hospital|Clinic|Center){_NAME})?{_EPONYM}"
        ),
        r"\1. [name]",
    ),
    (
        "name",
        re.compile(
            rf"\b(DR|MRS|Dr|Mr|Mrs)\b\.? (?:{_INITIAL} ?)?{_CAPITALS}(?: {_INITIAL})?{_EPONYM}"
        ),
        r"\1. [name]",
    ),
    (
        "name",
        re.compile(
            rf"\b(MR|MS)\.? {_CAPITALS}(?=,| (?:IS|WAS|HAS|RETURN|PRESENT|COME|REPORT|DENIE|STATE)"
            r"[A-Z]*\b|['’]S\b)"
        ),
        r"\1. [name]",
    ),
    (
        "name",
        re.compile(rf"\b(mr|mrs|dr|prof)\. {_IN_SMALL}[a-z][a-z'’-]+\b{_EPONYM}"),
        r"\1. [name]",
    ),
    (
        "name",
        re.compile(
            r"\b((?:(?:PATIENT|PT)(?: NAME)?|NAME|(?:Patient|Pt)(?: Name)?|Name):[ \t]*)"
            rf"{_CAPITALS}, {_CAPITALS}(?: [A-Z]\b\.?)?{_ENDED}",
            re.M,
        ),
        r"\1[name]",
    ),
    (
        "name",
        re.compile(
            rf"\b((?:NAME|Name):[ \t]*){_CAPITALS}(?: [A-Z]\.)? {_CAPITALS}{_ENDED}", re.M
        ),
        r"\1[name]",
    ),
    (
        "name",
        re.compile(rf"\b{_CAPITALS}(?: [A-Z]\.)? {_CAPITALS}(?=, {_CREDENTIALS})"),
        "[name]",
    ),
    (
        "name",
        re.compile(
            rf"\b({_LABELED}[ \t]*:[ \t]*){_NAME}(?:,? {_INITIAL})?,? {_NAME}"
            rf"(?: {_INITIAL}| {_NAME})?"
        ),
        r"\1[name]",
    ),
    ("name", re.compile(rf"\bDoctor (?:{_NAME})(?: {_NAME})?{_EPONYM}"), "Doctor [name]"),
    (
        "name",
        re.compile(rf"\b([Pp]atient(?:'s|’s)?(?: [Nn]ame)?(?: is| named)?:? )"
                       rf"{_NAME}(?:,? {_INITIAL})?,? {_NAME}"),
        r"\1[name]",
    ),
    (
        "name",
        re.compile(rf"\b([Nn]ame(?:d| is)?:[ \t]*|[Nn]ame(?:d| is)? )"
                       rf"{_NAME}(?:,? {_INITIAL})?,? {_NAME}"),
        r"\1[name]",
    ),
    (
        "name",
        re.compile(
            rf"\b(?:{_FULL_NAME}|{_NAME}, {_NAME}(?: {_INITIAL})?|{_NOT_NAMED}{_NAME}"
            r"(?= (?:is|was) an? \d{1,3}[ -](?:year|yr|y\.?/?o)))"
            rf"(?=,? (?:is|was) (?:an?|the) (?:[\w-]+ ){{0,3}}\d{{1,3}}[ -]"
            r"(?:year|month|week|day|yr|y\.?o)|,? (?:an? )?\d{1,3}[ -]?(?:year|yr|y/?o))"
        ),
        "[name]",
    ),
    (
        "name",
        re.compile(
            rf"\b{_NAME}(?: {_INITIAL})? {_NAME}"
            rf"(?=, {_CREDENTIALS}| (?:MD|DO|NP|PA-C|RN|APRN|FNP)\b)"
        ),
        "[name]",
    ),
]  # fmt: skip
_IN_NAME = re.compile(r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Doctor|[Nn]amed?|is|[Pp]atient)\b\W*)*"
                      r"(?P<words>.*)", re.S)  # fmt: skip


def mask(text: str) -> str:
    """The text with what looks like a person's name, number, address or birthday masked."""
    return masked(text).text


def masked(text: str, *, known: Collection[str] = (), but: Collection[str] = ()) -> Masked:
    """The same with what was found, by kind. Names found once are masked wherever they recur.

    `known` names, numbers and addresses are no patient's and stay; so do the kinds in `but`.
    """
    counts: Counter = Counter()
    names: dict[str, None] = {}
    identifiers: dict[Identifier, None] = {}
    for kind, form, mark in _FORMS:
        if kind in but:
            continue

        def replace(found: re.Match, kind=kind, mark=mark) -> str:
            if known and (found[0] in known or _name_in(found[0]) in known):
                return found[0]
            counts[kind] += 1
            identifiers[Identifier(kind, found[0], found.expand(mark))] = None
            if kind == "name":
                names.update(dict.fromkeys(_words_of(found[0])))
            return found.expand(mark)

        text = form.sub(replace, text)
    if names:
        every = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        # In capitals as in a heading, too; but not the small word that reads the same.
        recurring = re.compile(rf"\b(?:{every})\b{_EPONYM}")
        text, count = recurring.subn("[name]", text)
        if count:
            counts["name"] += count
            text = re.sub(r"\[name\](?: \[name\])+", "[name]", text)
    return Masked(text, dict(counts), tuple(identifiers))


def _name_in(words: str) -> str:
    """A name without the label, the title and the like before it."""
    return _IN_NAME.fullmatch(words.rpartition(":")[2].strip())["words"].strip()


def _words_of(name: str) -> list[str]:
    """The words of a name that recur alone: longer ones, which begin no sentence by chance."""
    words = re.findall(rf"{_NAME}|{_CAPITALS}", _name_in(name))
    return [word for word in words if len(word) >= 4 and word.title() not in _ORDINARY]


# Surnames and first names that are words of notes as well, and are masked only where they are
# surely names.
_ORDINARY_WORDS = """
    Patient Name Hill Hand Foot Head Long Short Small Young Black White Brown Green Gray Grey
    Rose Will Mark Grant Bell Cook Reed Wood Woods Stone Rice Page Price Love Hope Faith Grace Joy
    April June Summer Autumn Dawn Iris Daisy Lily Violet Ruby Pearl Amber Crystal Sandy Rusty
    Baker Carpenter Barrett Crohn Parkinson Wilson Graves Bell Down Turner Hodgkin Alzheimer
    Paget Cushing Addison Raynaud Still Chance Early Good Best Rich Strong Sharp Hardy
    Burns Cross Case Chest Church Fields Forest Frost Lane Major Minor Moody
    Singer Snow Spring Winter Wise Bone Skin Back Will Rash Gates Pain Plan None
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
