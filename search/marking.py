"""Texts as HTML, with the words that were asked for in `<mark>`."""

import re
from collections.abc import Collection

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.words import stems

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def marked(text: str, wanted: Collection[str]) -> SafeString:
    """A text as HTML, the words whose stems are wanted in `<mark>`."""
    pieces, end = [], 0
    for found in _WORD.finditer(text):
        if any(stem in wanted for stem in stems(found[0])):
            pieces += [escape(text[end : found.start()]), f"<mark>{escape(found[0])}</mark>"]
            end = found.end()
    return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 - all is escaped
