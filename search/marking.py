"""Texts as HTML, with the words that were asked for in `<mark>`."""

import re
from collections.abc import Collection, Iterator
from html import escape

from django.utils.safestring import SafeString

from search.words import stems_in

_WORD = re.compile(r"[^\W_]+")


def marked(text: str, wanted: Collection[str]) -> SafeString:
    """A text as HTML, the words whose stems are wanted in `<mark>`."""
    pieces, end = [], 0
    for word, stem in _words(text):
        if stem in wanted:
            pieces += [escape(text[end : word.start()]), f"<mark>{escape(word[0])}</mark>"]
            end = word.end()
    return SafeString("".join([*pieces, escape(text[end:])]))  # all is escaped


def excerpt(text: str, wanted: Collection[str], *, most: int) -> str:
    """Of a text with more than `most` characters, so many about the first word that is wanted.

    It is cut between words, and says so by "…".
    """
    if len(text) <= most:
        return text
    first = next((word.start() for word, stem in _words(text) if stem in wanted), 0)
    start = 0
    if first > most // 2:
        start = text.rfind(" ", 0, first - most // 4) + 1
    piece = text[start : start + most]
    if start + most < len(text):
        piece = (piece[: piece.rfind(" ")] if " " in piece else piece).rstrip(" ,;:") + "…"
    return f"…{piece}" if start else piece


def _words(text: str) -> Iterator[tuple[re.Match, str]]:
    """The words of a text where they stand, with their stems."""
    found = list(_WORD.finditer(text))
    its_stems = stems_in(text)
    if len(its_stems) != len(found):
        # Of a word that is too long for one there is no stem.
        its_stems = ["".join(stems_in(word[0])) for word in found]
    return zip(found, its_stems, strict=True)
