"""Stems of what notes and codes say, an inflammation told from the organ that is inflamed.

The stem of esophagitis is that of the esophagus: reflux of the one is not yet the other.
"""

import re
from functools import lru_cache

from search.words import stems, words

INFLAMED = "itis"
_LIMB = re.compile(r"\b(lower|upper) (?:limb|extremit(?:y|ies))\b", re.I)


@lru_cache(maxsize=50_000)
def told(text: str) -> frozenset[str]:
    """The stems of a text, but words for an inflammation whole, and limbs as notes call them."""
    text = _LIMB.sub(lambda found: " leg" if found[1].lower() == "lower" else " arm", text)
    return frozenset(
        word if word.endswith(INFLAMED) else stem
        for word, stem in zip(words(text), stems(text), strict=False)
    )
