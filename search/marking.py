"""Texts as HTML, with the words that were asked for in `<mark>`."""

import re
from collections.abc import Collection
from html import escape

from django.utils.safestring import SafeString, mark_safe

from search.words import stems_in

_WORD = re.compile(r"[^\W_]+")


def marked(text: str, wanted: Collection[str]) -> SafeString:
    """A text as HTML, the words whose stems are wanted in `<mark>`."""
    found = list(_WORD.finditer(text))
    its_stems = stems_in(text)
    if len(its_stems) != len(found):
        # Of a word that is too long for one there is no stem.
        its_stems = ["".join(stems_in(word[0])) for word in found]
    pieces, end = [], 0
    for word, stem in zip(found, its_stems, strict=True):
        if stem in wanted:
            pieces += [escape(text[end : word.start()]), f"<mark>{escape(word[0])}</mark>"]
            end = word.end()
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 - all is escaped
