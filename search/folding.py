"""Results that differ only in side, encounter or the like, brought together under the best.

ICD-10-CM spells one injury in up to 53 codes: three sides, and a 7th character for the encounter.
Their texts are the same but for these words. ICD-10-PCS does so with devices and approaches.
"""

import re
from collections.abc import Hashable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from codes.models import CodeSystem

CATEGORY_LENGTH = 3  # characters; of ICD-10-PCS the table

# The words of a diagnosis that tell one of its variants from the next.
_VARYING = re.compile(
    r"\b(?:initial|subsequent) encounter\b.*"
    r"|\bsequela$"
    r"|\b(?:right|left|bilateral|unilateral|unspecified)\b(?: (?:side|ear|eye)\b)?"
    r"|\b(?:fe)?male(?= breast)"
    r"|\b(?:mild|moderate|severe|indeterminate) stage\b|\bstage unspecified\b"
    r"|\b(?:first|second|third) trimester\b|\btrimester\b"
    r"|\bnot applicable or\b|\b(?:other )?fetus(?: \d)?$",
    re.IGNORECASE,
)
# What the words tell, for those whose texts differ in it.
_ASPECTS = {
    "side": re.compile(r"\b(?:right|left|bilateral|unilateral)\b", re.I),
    "encounter": re.compile(r"\b(?:initial|subsequent) encounter\b.*|\bsequela$", re.I),
    "sex": re.compile(r"\b(?:fe)?male(?= breast)", re.I),
    "stage": re.compile(r"\b\w+ stage\b|\bstage unspecified\b", re.I),
    "trimester": re.compile(r"\b\w+ trimester\b", re.I),
    "fetus": re.compile(r"\bfetus \d\b", re.I),
}
_PROCEDURE_ASPECTS = {
    "side": _ASPECTS["side"],
    "device": re.compile(r"\bwith\b[^,]*", re.I),
    "approach": re.compile(r"[\w ]*\bapproach\b", re.I),
}
# Where the device, the approach and the qualifier of a procedure begin.
_VARYING_PROCEDURE = re.compile(r",? (?:with|using)\b.*|, .*|\b(?:right|left|bilateral)\b", re.I)
# Who says one of these wants a certain encounter; who says none wants the first, and a fracture not
# said to be open is closed (ICD-10-CM guidelines, I.C.19.c).
_ENCOUNTER_ASKED = re.compile(
    r"\b(?:sequela|late|subsequent|aftercare|follow|heal|open|nonunion|malunion|delayed|routine)",
    re.IGNORECASE,
)
_INITIAL = "A"
FULL_LENGTH = 7  # characters of a diagnosis whose last tells the encounter
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


def family_of(system: str, value: str, text: str) -> str:
    """What variants of one another have in common: their category, and their text without the
    words that vary. Codes of other systems are each a family.
    """
    varying = _varying(system) if text else None
    if varying is None:
        return f"{system}:{value}"
    words = _BETWEEN_WORDS.split(varying.sub(" ", text.lower()))
    # Bilateral codes name legs where the others name a leg.
    same = " ".join(word.removesuffix("s") for word in words if word)
    return f"{system}:{value[:CATEGORY_LENGTH]}:{same}"


def folded(codes: Sequence[tuple[str, str, str]]) -> list[list[int]]:
    """The places of codes (system, stored value, text), by family, where its first one stands."""
    return brought_together(
        [family_of(*code) for code in codes], [aspects_in(code[0], code[2]) for code in codes]
    )


def brought_together(names: Sequence[Hashable], aspects: Sequence[Hashable]) -> list[list[int]]:
    """The places of codes with the names of their families, each family where its first member
    stands.

    A header and its unspecified code, which differ in nothing that is told, are rows of their own:
    the one code that a claim may carry would be hidden under the one that it may not.
    """
    found: dict[Hashable, list[int]] = {}
    is_split = False
    for place, name in enumerate(names):
        found.setdefault(name, []).append(place)
    families = []
    for family in found.values():
        if len(family) == 1 or len({aspects[place] for place in family}) > 1:
            families.append(family)
        else:
            is_split = True
            families += [[place] for place in family]
    return sorted(families) if is_split else families


def asks_for_encounter(text: str) -> bool:
    """Whether a question speaks of the encounter, or of what its 7th character tells beside it."""
    return _ENCOUNTER_ASKED.search(text) is not None


def with_initial_first(values: Sequence[str]) -> list[int]:
    """The places of a family's stored values, in order but for the first: where it is one for a
    later encounter, or an open fracture, the same code for the first leads.
    """
    places = list(range(len(values)))
    if len(values[0]) == FULL_LENGTH and values[0][:-1] + _INITIAL in values:
        lead = values.index(values[0][:-1] + _INITIAL)
        places.remove(lead)
        places.insert(0, lead)
    return places


def with_varying_words(system: str, text: str) -> SafeString:
    """A text as HTML, the words that tell it from its variants in `<b>`."""
    varying = _varying(system)
    if varying is None:
        return escape(text)
    parts, end = [], 0
    for found in varying.finditer(text):
        parts += [escape(text[end : found.start()]), f"<b>{escape(found[0])}</b>"]
        end = found.end()
    return mark_safe("".join([*parts, escape(text[end:])]))  # noqa: S308 - all parts are escaped


def aspects_that_vary(system: str, texts: Sequence[str]) -> list[str]:
    """What tells variants from each other: 'side', 'encounter' ...; [] where nothing known does."""
    told = zip(*(aspects_in(system, text) for text in texts), strict=True)
    return [name for name, words in zip(_aspects(system), told, strict=True) if len(set(words)) > 1]


def aspects_in(system: str, text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a text that tell the side, the encounter and so on, aspect by aspect."""
    text = text.lower()
    return tuple(tuple(words.findall(text)) for words in _aspects(system).values())


def _aspects(system: str) -> dict[str, re.Pattern]:
    return _PROCEDURE_ASPECTS if system == CodeSystem.ICD_10_PCS else _ASPECTS


def _varying(system: str) -> re.Pattern | None:
    patterns = {CodeSystem.ICD_10_CM: _VARYING, CodeSystem.ICD_10_PCS: _VARYING_PROCEDURE}
    return patterns.get(system)
