"""Stems of what notes and codes say, an inflammation told from the organ that is inflamed.

The stem of esophagitis is that of the esophagus: reflux of the one is not yet the other.
"""

from functools import lru_cache

from search.words import stems, words

INFLAMED = "itis"


@lru_cache(maxsize=50_000)
def told(text: str) -> frozenset[str]:
    """The stems of a text, but words for an inflammation whole."""
    return frozenset(
        word if word.endswith(INFLAMED) else stem
        for word, stem in zip(words(text), stems(text), strict=False)
    )
