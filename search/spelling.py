"""Words that were likely meant by one that no text has: small distances, and like sounds."""

import re
from collections.abc import Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.index.part import Part
from search.words import WEAK

SHORTEST = 4  # letters of a word that is corrected
SHORT = 5  # so many letters leave little to go by
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:pn|kn|gn)", "n"),
        (r"^ps", "s"),
        (r"^rh", "r"),
        (r"^x", "s"),
        (r"ph", "f"),
        (r"gh(?=t)", ""),
        (r"ough", "of"),
        (r"sch", "sk"),
        (r"c(?=[eiy])", "s"),
        (r"ch", "k"),
        (r"ck|c|q", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"dge", "j"),
        (r"h", ""),
        (r"[aeiouyw]", ""),
    )
]
_DOUBLED = re.compile(r"(.)\1+")


def sound(word: str) -> str:
    """The consonants of a word as they sound in English: eczema and excema, both ksm."""
    heard = word
    for pattern, said in _SOUNDS:
        heard = pattern.sub(said, heard)
    heard = _DOUBLED.sub(r"\1", heard)
    return heard if word[0] not in "aeiou" else f"a{heard}"


def nearest(word: str, parts: Sequence[Part]) -> list[tuple[str, float]]:
    """Up to three words of the index that were likely meant, each with its share (1 or less)."""
    if len(word) < SHORTEST or any(letter.isdigit() for letter in word):
        return []
    found: dict[str, float] = {}
    for part in parts:
        for near, likely in near_words(word, part, most=3):
            if near not in WEAK and not (len(word) <= SHORT and _is_another_word(word, near)):
                found[near] = max(found.get(near, 0.0), likely)
    ordered = sorted(found.items(), key=lambda item: -item[1])[:3]
    if not ordered:
        return []
    best = ordered[0][1]
    return [
        (near, 1.0 if likely == best else 0.75) for near, likely in ordered if likely > best - 0.12
    ]


def _is_another_word(word: str, other: str) -> bool:
    """Whether one letter stands for another that sounds unlike it: cant is no cast."""
    return len(word) == len(other) and sorted(word) != sorted(other) and sound(word) != sound(other)


def near_words(word: str, part: Part, most: int, further: int = 0) -> list[tuple[str, float]]:
    """Words at a small distance, with a likelihood: near ones first, those that sound the same,
    then frequent ones.
    """
    allowed = (1 if len(word) < 6 else 2 if len(word) < 11 else 3) + further
    words = part.words_by_length
    lengths = range(len(word) - allowed, len(word) + allowed + 1)
    near = process.extract(
        word,
        [other for length in lengths for other in words.get(length, ())],
        scorer=OSA.distance,
        score_cutoff=allowed,
        limit=24,
    )
    heard = sound(word)
    scored = []
    for other, distance, _ in near:
        if other.isdigit():
            continue
        count = part.count_of(other)
        likely = 1 - distance / max(len(word), 4) + min(np.log10(count + 1), 4) * 0.03
        likely += 0.05 if other[:1] == word[:1] else 0.0
        likely += 0.15 if sound(other) == heard else 0.0
        scored.append((other, likely))
    scored.sort(key=lambda item: -item[1])
    return scored[:most]
