"""From what a phrase names to the code that the note supports, and what is missing to be specific.

A phrase often leads to a category, or to the code for "unspecified". The words of the note choose
among what stands below: the side, the type. Where they do not, the reader does.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from codes.models import CodeSystem, OfficialDescription, Release
from codes.queries.relatives import CodeForms
from codes.queries.releases import published_releases, source_of
from search.folding import aspects_that_vary, family_of
from search.notes.context import negated_stems
from search.notes.mentions import SITES
from search.notes.stemming import told
from search.words import WEAK_STEMS, stems

FULL_LENGTH = 7
MOST_CHOICES = 24
_DIABETES = frozenset({"E08", "E09", "E10", "E11", "E13"})
_SIDE = re.compile(r"\b(right|left|bilateral)\b", re.I)
_PLAIN_ONE = re.compile(
    r"\bunspecified\b|\bwithout\b|\buncomplicated\b|\bNOS\b|\bnot intractable"
    r"|\basymptomatic\b|\bnot having achieved remission|\bin other .*classified elsewhere",
    re.I,
)
_ENCOUNTER = re.compile(r"\b(?:encounter|sequela)\b", re.I)
_SEX = re.compile(r"\b(?:fe)?male\b", re.I)
# Says itself that there is nothing further, as E11.9: no question is left open.
_NOTHING_FURTHER = re.compile(r"\bwithout complications?\b|\buncomplicated\b", re.I)
_OPEN = re.compile(r"\bunspecified\b|\bNOS\b", re.I)
_PLAIN_STEMS = frozenset(stems("unspecified without uncomplicated complication"))
_COMPLICATION = frozenset(stems("complication"))
# Words of a code's text that a note hardly says with the rest: "lumbar region".
_FILLING = frozenset(stems("region site part stage"))
# What the guidelines take for granted of a fracture (I.C.19.c).
_PRESUMED = frozenset(stems("displaced closed"))
# What a note need not say: "(severe)", "with unspecified severity".
_NOT_ASKED = re.compile(
    r"\b(?:(?:unspecified|not specified) as [^,]+|unspecified (?:severity|stage))|\([^)]*\)", re.I
)
# Of the hip and the knee; below each stand those of both sides (0) and of one (1).
_ARTHROSES = ("M16", "M169", "M17", "M179")
_OF_OTHER_KINDS = frozenset(stems("secondary traumatic posttraumatic dysplasia"))
# Left and right heart failure are types, no sides.
_OF_NO_SIDE = ("I50",)
_NEGATORS = frozenset({"no", "not", "without"})


@dataclass(frozen=True)
class Choice(CodeForms):
    """A code that a reader may choose, and the words that tell it from the others."""

    system: CodeSystem
    value: str
    text: str
    words: str = ""


@dataclass(frozen=True)
class Specific:
    """The code that the words reach, its text, and what they leave open: `missing` names it
    ('side', 'encounter', 'type'), `choices` are the codes that settle it.
    """

    value: str
    text: str
    is_billable: bool
    missing: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass
class Diagnoses:
    """The diagnoses of some categories as the release in force has them: text and billable by
    stored value.
    """

    rows: dict[str, tuple[str, bool]] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)

    def parent(self, value: str) -> str:
        """The next code above; '' for a category."""
        for length in range(len(value) - 1, 2, -1):
            if value[:length] in self.rows:
                return value[:length]
        return ""


MOST_KEPT = 300  # categories
_kept: dict[int, dict[str, Diagnoses]] = {}  # by the release's key, then by category


def diagnoses_of(values: Iterable[str], date_of_service: date) -> Diagnoses:
    """All codes in the categories of some diagnoses, in one query at most: what was read of the
    release last asked is kept.
    """
    release = published_releases().shown(source_of(CodeSystem.ICD_10_CM), date_of_service)
    found = Diagnoses()
    if release is None:
        return found
    categories = {value[:3] for value in values}
    kept = _kept.get(release.pk, {})
    if missing := categories - kept.keys():
        if len(kept) > MOST_KEPT:
            kept = {category: kept[category] for category in categories & kept.keys()}
        kept = kept | _categories(release, missing)
        _kept.clear()
        _kept[release.pk] = kept
    for category in categories:
        found.rows |= kept[category].rows
        found.below |= kept[category].below
    return found


def _categories(release: Release, categories: Iterable[str]) -> dict[str, Diagnoses]:
    """The diagnoses of each of some categories; none of one that is not there."""
    found = {category: Diagnoses() for category in sorted(categories)}
    wanted = Q()
    for category in found:
        wanted |= Q(code__value__gte=category, code__value__lt=f"{category}~")
    rows = (
        OfficialDescription.objects.filter(
            wanted, release=release, code__system=CodeSystem.ICD_10_CM
        )
        .order_by("code__value")
        .values_list("code__value", "long", "short", "is_billable")
    )
    for value, long, short, is_billable in rows:
        diagnoses = found[value[:3]]
        diagnoses.rows[value] = (long or short, is_billable)
        if parent := diagnoses.parent(value):
            diagnoses.below.setdefault(parent, []).append(value)
    return found


def specific(
    value: str, diagnoses: Diagnoses, said: frozenset[str], side: str, sex: str = ""
) -> Specific | None:
    """What the words of the note make of a diagnosis. `said` are the stems of the sentences that
    name it, `side` is 'right', 'left', 'bilateral' or '', `sex` the patient's, 'female', 'male' or
    ''. None for a code that is not there.
    """
    if value not in diagnoses.rows:
        return None
    value = _primary(value, diagnoses, said, side)
    value = _above_unsided(_above_unspecified(value, diagnoses, said), diagnoses)
    missing: list[str] = []
    choices: list[str] = []
    while below := _possible(diagnoses.below.get(value, []), diagnoses, said, sex):
        if _is_of_encounter(below, diagnoses):
            missing.append("encounter")
            choices = choices or below
            break
        text = diagnoses.rows[value][0]
        chosen = _by_side(below, diagnoses, said, side)
        if chosen is None and side and _varies_by_side(below, diagnoses):
            missing.append("side")
        elif chosen is None and _varies_by_side(below, diagnoses):
            missing.append("side")
            choices = choices or below
        if chosen is None:
            chosen = _by_words(text, below, diagnoses, said)
        if chosen is None:
            chosen = _plain_one(below, diagnoses, said)
            if not _is_whole(chosen, diagnoses):
                if "side" not in missing:
                    missing.append("type")
                choices = choices or below
        if chosen is None:
            break
        value = chosen
    text, billable = diagnoses.rows[value]
    leaves = _leaves(choices, diagnoses)
    return Specific(
        value,
        text,
        billable,
        tuple(dict.fromkeys(missing)),
        tuple(
            Choice(CodeSystem.ICD_10_CM, item, diagnoses.rows[item][0], _told(item, diagnoses))
            for item in leaves[:MOST_CHOICES]
        ),
    )


def _is_of_encounter(values: list[str], diagnoses: Diagnoses) -> bool:
    """Whether the codes differ in the encounter, and not in an eye or a stage."""
    return all(
        len(value) == FULL_LENGTH and _ENCOUNTER.search(diagnoses.rows[value][0])
        for value in values
    )


def _possible(values, diagnoses: Diagnoses, said: frozenset[str], sex: str) -> list[str]:
    """Without the codes of the other sex, and those without what the note says there is."""
    found = []
    for value in values:
        text = diagnoses.rows[value][0]
        sexes = {name.lower() for name in _SEX.findall(text)}
        absent = negated_stems(text) - WEAK_STEMS
        is_there = absent and absent <= said and not said & _NEGATORS
        if not is_there and (not sex or not sexes or sex in sexes):
            found.append(value)
    return found or list(values)


def _primary(value: str, diagnoses: Diagnoses, said: frozenset[str], side: str) -> str:
    """For an arthrosis that is of no kind but of a side, that of the primary one, which is what
    one that is not specified is taken for (Coding Clinic, fourth quarter of 2016).
    """
    if value not in _ARTHROSES or not side or said & _OF_OTHER_KINDS:
        return value
    primary = f"{value[:3]}{0 if side == 'bilateral' else 1}"
    return primary if primary in diagnoses.rows else value


def _above_unspecified(value: str, diagnoses: Diagnoses, said: frozenset[str]) -> str:
    """Another code of the category that the words of the note reach from a code above one for what
    is not specified: lumbar radiculopathy has a code beside that of an unspecified site.
    """
    place = value
    while _OPEN.search(diagnoses.rows[place][0]) and (parent := diagnoses.parent(place)):
        others = [item for item in diagnoses.below[parent] if item != place]
        chosen = _by_words(diagnoses.rows[value][0], others, diagnoses, said)
        if chosen and not _OPEN.search(diagnoses.rows[chosen][0]):
            return chosen
        place = parent
    return value


def _is_whole(value: str | None, diagnoses: Diagnoses) -> bool:
    text = diagnoses.rows[value][0] if value else ""
    return bool(_NOTHING_FURTHER.search(text)) and not _OPEN.search(text)


def _above_unsided(value: str, diagnoses: Diagnoses) -> str:
    """The code above one for an unspecified side, where the others beside it are its sides."""
    parent = diagnoses.parent(value)
    text = diagnoses.rows[value][0]
    if parent and "unspecified" in text.lower():
        beside = diagnoses.below.get(parent, [])
        if _varies_by_side(beside, diagnoses) and any(
            _family(value, text) == _family(item, diagnoses.rows[item][0])
            for item in beside
            if item != value
        ):
            return parent
    return value


def _family(value: str, text: str) -> str:
    return family_of(CodeSystem.ICD_10_CM, value, text)


def _varies_by_side(values: list[str], diagnoses: Diagnoses) -> bool:
    if values[0].startswith(_OF_NO_SIDE):
        return False
    texts = [diagnoses.rows[value][0] for value in values]
    return "side" in aspects_that_vary(CodeSystem.ICD_10_CM, texts)


def _by_side(
    values: list[str], diagnoses: Diagnoses, said: frozenset[str], side: str
) -> str | None:
    """The one code among some that is of a side; of no side named, None."""
    if not side or not _varies_by_side(values, diagnoses):
        return None
    having = [
        value
        for value in values
        if {found.lower() for found in _SIDE.findall(diagnoses.rows[value][0])} == {side}
    ]
    if len(having) > 1:
        # A hand is not known to be the other one (I.C.6.a); a fracture is displaced (I.C.19.c).
        presumed = _PRESUMED | frozenset(stems("dominant" if side == "right" else "nondominant"))
        more = {value: _asserted(diagnoses.rows[value][0]) - said - presumed for value in having}
        fewest = min(map(len, more.values()))
        if not fewest:
            having = [value for value in having if not more[value]]
    if len(having) > 1:
        plain = [value for value in having if "unspecified" in diagnoses.rows[value][0].lower()]
        having = plain[:1] or having
    return having[0] if len(having) == 1 else None


def _by_words(text, values, diagnoses: Diagnoses, said: frozenset[str]) -> str | None:
    """The code whose further words the note says, if one has more of them than any other."""
    own = told(text)
    scored = []
    for value in values:
        more = (
            told(_NOT_ASKED.sub("", diagnoses.rows[value][0]))
            - negated_stems(diagnoses.rows[value][0])
            - own - WEAK_STEMS - _PLAIN_STEMS - _FILLING - _PRESUMED
        )  # fmt: skip
        if value[:3] in _DIABETES:
            more -= SITES  # an organ beside it in the note is no complication of it
        if more and more <= said:
            scored.append((len(more), value))
    scored.sort(reverse=True)
    if scored and (len(scored) == 1 or scored[0][0] > scored[1][0]):
        return scored[0][1]
    return None


def _plain_one(values, diagnoses: Diagnoses, said: frozenset[str]) -> str | None:
    """The code for what is not said further: "unspecified", "without complications"."""
    plain = [value for value in values if _PLAIN_ONE.search(diagnoses.rows[value][0])]
    if len(plain) > 1:
        # The plainest says least that the note does not: F32.A, not F32.9; E11.9, J45.909.
        plain.sort(
            key=lambda value: (
                bool(said & _NEGATORS) and not negated_stems(diagnoses.rows[value][0]),
                len(_asserted(diagnoses.rows[value][0]) - said),
                "female" not in diagnoses.rows[value][0].lower()
                and bool(_SEX.search(diagnoses.rows[value][0])),
                not _OPEN.search(diagnoses.rows[value][0]),
                "9" not in value[3:],
                len(diagnoses.rows[value][0]),
            )
        )
    if plain:
        return plain[0]
    # Of codes none of which is for what is not told, that for what the others are not.
    others = [value for value in values if diagnoses.rows[value][0].startswith("Other ")]
    if len(values) == 1 or (len(others) == 1 and len(values) == 2):
        return (others or values)[0]
    return None


def _asserted(text: str) -> set[str]:
    """The stems of what a code's text says there is."""
    text = _NOT_ASKED.sub("", text)
    return (
        told(text)
        - negated_stems(text)
        - (_PLAIN_STEMS - _COMPLICATION)
        - WEAK_STEMS
        - _FILLING
        - _NEGATORS
    )


def _leaves(values: list[str], diagnoses: Diagnoses) -> list[str]:
    """The codes and, of those that are not complete, what completes them while few do."""
    found = []
    for value in values:
        below = diagnoses.below.get(value, [])
        if below and len(values) <= 4 and not diagnoses.rows[value][1]:
            found += below
        else:
            found.append(value)
    return found if len(found) <= MOST_CHOICES else values


def _told(value: str, diagnoses: Diagnoses) -> str:
    """The words that a code's text adds to that of the code above."""
    text = diagnoses.rows[value][0]
    above = diagnoses.rows.get(diagnoses.parent(value), ("",))[0]
    return text.removeprefix(above).lstrip(", ") if above else text
