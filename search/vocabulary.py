"""The table of terms as it is looked up: terms as they are written, and looser forms of them.

A term of several words is found in any order, in other forms of its words, and with little words
between them: "a hole in my eardrum" and "eardrum hole" both name "hole in eardrum".
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property

from search.words import stems, words

LONGEST_TERM = 5  # words
LONGEST_SPAN = 7  # words among which those of a term may stand
SHORTEST_PLURAL = 5  # letters of a word that is looked up without its s
# Words that may stand between those of a term. "No" and "had" may not: they change what is said.
_BETWEEN = """
a an and are at by for from her his i in is it its me my of on our the their to was with your
"""
BETWEEN = frozenset(_BETWEEN.split())
# These may, and are kept beside what the term means.
SIDES = frozenset({"left", "right", "lt", "rt", "bilateral"})
# After a number these are measures, not what they abbreviate elsewhere.
UNITS = frozenset({"mg", "mcg", "ml", "cc", "g", "gm", "iu", "mm", "cm", "in", "ft", "lb", "lbs"})
# Forms that no stemmer brings together, by their stems.
_SAME = {
    "broke": "broken",
    "break": "broken",
    "fell": "fall",
    "fallen": "fall",
    "tore": "torn",
    "tear": "torn",
    "swell": "swollen",
    "bit": "bite",
    "bitten": "bite",
    "stung": "sting",
    "bled": "bleed",
    "burnt": "burn",
    "froze": "frozen",
    "threw": "throw",
    "thrown": "throw",
    "ran": "run",
    "feet": "foot",
    "teeth": "tooth",
}
_LOOSE = "~"  # begins what no reader can type as a word


class Terms(dict[str, list[str]]):
    """What each term may mean, by its key and by its loose key."""

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self)

    def beginning_with(self, text: str) -> list[str]:
        """The terms that begin so, in order."""
        ordered = self._ordered
        return ordered[bisect_left(ordered, text) : bisect_left(ordered, f"{text}\U0010ffff")]


def term_key(term: str) -> str:
    """The form in which a term is looked up as it is written."""
    return " ".join(words(term))


def loose_key(typed: Sequence[str], stemmed: Sequence[str]) -> str:
    """The form in which words, with their stems, are looked up in any order; '' for fewer than two
    that count.
    """
    counting = [
        _SAME.get(stem, stem)
        for word, stem in zip(typed, stemmed, strict=True)
        if word not in BETWEEN and word not in SIDES
    ]
    return _LOOSE + " ".join(sorted(counting)) if len(counting) > 1 else ""


def with_loose(terms: Mapping[str, list[str]]) -> Terms:
    """The terms by their keys, and by their loose keys where these are theirs alone or first."""
    found = Terms(terms)
    for term, meanings in terms.items():
        key = loose_key(words(term), stems(term))
        if key:
            found.setdefault(key, meanings)
    return found


def terms_in(typed: Sequence[str], terms: Terms) -> list[tuple[int, int, list[str]]]:
    """The longest terms in the words, none over another: (first, beyond, meanings)."""
    stemmed = stems(" ".join(typed))
    found, place = [], 0
    while place < len(typed):
        for length in range(min(LONGEST_SPAN, len(typed) - place), 0, -1):
            beyond = place + length
            meanings = _meanings(typed[place:beyond], stemmed[place:beyond], terms)
            is_measure = place and typed[place] in UNITS and typed[place - 1][-1:].isdigit()
            if meanings and not is_measure:
                found.append((place, beyond, meanings))
                place = beyond
                break
        else:
            place += 1
    return found


def _meanings(typed, stemmed, terms) -> list[str] | None:
    if len(typed) <= LONGEST_TERM:
        meanings = terms.get(" ".join(typed))
        if meanings:
            return meanings
    if len(typed) == 1:
        word = typed[0]
        is_plural = len(word) >= SHORTEST_PLURAL and word.endswith("s")
        return terms.get(word[:-1]) if is_plural else None
    if {typed[0], typed[-1]} & (BETWEEN | SIDES):
        return None
    key = loose_key(typed, stemmed)
    return terms.get(key) if key else None
