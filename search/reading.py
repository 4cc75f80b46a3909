"""How what was typed may be read: words as they stand, corrected, spelled out, or still begun."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.index.part import Part
from search.results import Correction, Expansion
from search.words import stems, words

MOST_WORDS = 24
MOST_READINGS = 6
SHORTEST_CORRECTED = 4  # letters
MOST_BEGUN = 12  # words that a beginning may stand for
SHORTEST_TERM_BEGUN = 5  # letters
LONGEST_TERM = 5  # words of an abbreviation or lay term
_CORRECTED = 0.8  # how well a corrected word serves beside one that was typed so
_BEGUN = 0.9
_SPELLED_OUT = 0.95
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass
class Slot:
    """A place of a reading: the stems that may stand there, with how well each serves (0 to 1)."""

    stems: dict[str, float]


@dataclass
class Reading:
    """One way to read what was asked: its slots, its words for the model, and how sure it is."""

    slots: list[Slot]
    text: str
    trust: float = 1.0
    vector: np.ndarray | None = field(default=None, repr=False)


@dataclass
class Understood:
    """The readings, the likeliest first, and what was changed to come to them."""

    readings: list[Reading]
    corrections: list[Correction] = field(default_factory=list)
    expansions: list[Expansion] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def understand(
    text: str,
    parts: Sequence[Part],
    terms: dict[str, list[str]],
    *,
    is_begun: bool = False,
    corrects: bool = True,
) -> Understood:
    """The readings of a text. `terms` are abbreviations and lay words in small letters, each with
    what it may mean. With `is_begun` the last word may be the beginning of one.
    """
    typed = words(text)[:MOST_WORDS]
    if not typed:
        return Understood([])
    spans = _terms_in(typed, _with_begun(typed, terms) if is_begun else terms)
    plain, corrections, unknown = _plain(typed, parts, spans, is_begun, corrects)
    readings = [plain]
    expansions = []
    if spans:
        expansions = [Expansion(" ".join(typed[a:b]), meanings) for a, b, meanings in spans]
        readings = [*_spelled_out(typed, spans, parts, corrects), plain]
        plain.trust = 0.85 if any(b - a == 1 for a, b, _ in spans) else 0.95
    return Understood(readings[:MOST_READINGS], corrections, expansions, unknown)


def nearest_words(text: str, parts: Sequence[Part], most: int = 5) -> list[str]:
    """The words of the index that look most like those of a text that found nothing."""
    found: list[str] = []
    for word in words(text)[:MOST_WORDS]:
        for part in parts:
            found += [near for near, _ in _near(word, part, most=2, further=1)]
    return list(dict.fromkeys(found))[:most]


def _plain(typed, parts, spans, is_begun, corrects):
    slots, text, corrections, unknown = [], [], [], []
    in_term = {place for first, beyond, _ in spans for place in range(first, beyond)}
    for place, word in enumerate(typed):
        last = place == len(typed) - 1
        stem = stems(word)
        served = dict.fromkeys(stem, 1.0)
        if is_begun and last and len(word) > 1:
            for part in parts:
                for at, begun in enumerate(part.words_begun(word, MOST_BEGUN)):
                    for item in stems(begun):
                        served.setdefault(item, _BEGUN - 0.03 * at)
        is_known = any(part.has_word(word) or part.has_stem(stem) for part in parts)
        if not is_known and len(served) == len(stem) and place not in in_term:
            near = _corrections(word, parts) if corrects else []
            if near:
                best = near[0][0]
                corrections.append(Correction(word, best))
                served = {}
                for found, quality in near:
                    for item in stems(found):
                        served[item] = max(served.get(item, 0.0), quality)
                word = best
            elif not word.isdigit():
                unknown.append(word)
        slots.append(Slot(served))
        text.append(word)
    return Reading(slots, " ".join(text)), corrections, unknown


def _with_begun(typed: list[str], terms: dict[str, list[str]]) -> dict[str, list[str]]:
    """The terms, and what was typed as one if it begins some: as the shortest of these."""
    text = " ".join(typed)
    if len(text) < SHORTEST_TERM_BEGUN or text in terms:
        return terms
    begun = min((term for term in terms if term.startswith(text)), key=len, default="")
    return {**terms, text: terms[begun]} if begun else terms


def _terms_in(typed: list[str], terms: dict[str, list[str]]) -> list[tuple[int, int, list[str]]]:
    """The longest terms of the table in the words, none over another: (first, beyond, meanings)."""
    found, place = [], 0
    while place < len(typed):
        for length in range(min(LONGEST_TERM, len(typed) - place), 0, -1):
            meanings = terms.get(" ".join(typed[place : place + length]))
            if meanings:
                found.append((place, place + length, meanings))
                place += length
                break
        else:
            place += 1
    return found


def _spelled_out(typed, spans, parts, corrects) -> list[Reading]:
    """A reading for each meaning of the term with most of them, the others as they first mean."""
    most = max(spans, key=lambda span: len(span[2]))
    readings = []
    for number, meaning in enumerate(most[2][:4]):
        pieces, place = [], 0
        for first, beyond, meanings in spans:
            pieces += typed[place:first]
            chosen = meaning if (first, beyond) == most[:2] else meanings[0]
            pieces += words(chosen)
            place = beyond
        pieces += typed[place:]
        reading, _, _ = _plain(pieces, parts, [], False, corrects)
        reading.trust = 1.0 if number == 0 else 0.97
        readings.append(reading)
    return readings


def _corrections(word: str, parts: Sequence[Part]) -> list[tuple[str, float]]:
    """Up to three words of the index that were likely meant, with how well each serves."""
    if len(word) < SHORTEST_CORRECTED or any(letter.isdigit() for letter in word):
        return []
    found: dict[str, float] = {}
    for part in parts:
        for near, score in _near(word, part, most=3):
            found[near] = max(found.get(near, 0.0), score)
    ordered = sorted(found.items(), key=lambda item: -item[1])[:3]
    if not ordered:
        return []
    best = ordered[0][1]
    return [
        (near, _CORRECTED * (1.0 if score == best else 0.75))
        for near, score in ordered
        if score > best - 0.12
    ]


def _near(word: str, part: Part, most: int, further: int = 0) -> list[tuple[str, float]]:
    """Words at a small distance, with a likelihood: near ones first, then frequent ones."""
    allowed = (1 if len(word) < 6 else 2 if len(word) < 11 else 3) + further
    near = process.extract(word, part.words, scorer=OSA.distance, score_cutoff=allowed, limit=24)
    scored = []
    for other, distance, place in near:
        if other.isdigit():
            continue
        count = float(part.word_count[place])
        same_start = 0.05 if other[:1] == word[:1] else 0.0
        likely = 1 - distance / max(len(word), 4) + same_start + min(np.log10(count + 1), 4) * 0.03
        scored.append((other, likely))
    scored.sort(key=lambda item: -item[1])
    return scored[:most]
