"""An editors' text of a code's section, passage by passage."""

import re
from collections.abc import Iterator

from django.utils.text import Truncator

from codes.queries.editorial import words_of

_BLOCK = re.compile(r"<(h[3-6]|li|p|tr)>(.*?)</\1>", re.DOTALL)


def passages(html: str) -> Iterator[str]:
    """The paragraphs, points and rows of a published text as plain text, each with the heading it
    stands under: "96522 in column two. Indicator 1: 36561."
    """
    heading = ""
    for tag, inner in _BLOCK.findall(html):
        if "<th" in inner:
            continue
        text = words_of(inner.replace("</td>", "; ")).strip("; ")
        if tag.startswith("h"):
            ends = text.endswith((":", ".", "?"))
            heading = text if ends else f"{text}{'.' if ':' in text else ':'}"
        elif text:
            yield f"{heading} {text}".strip()


def beginning(html: str, characters: int) -> list[str]:
    """The first passages, as many as stand within so many characters; the first in any case."""
    told: list[str] = []
    for text in passages(html):
        if told and sum(map(len, told)) + len(text) > characters:
            break
        told.append(Truncator(text).chars(characters))
    return told
