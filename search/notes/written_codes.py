"""Codes that a note gives itself: "Essential hypertension (I10)"."""

import re
from collections.abc import Iterator, Sequence

from search.notes.sentences import Sentence

_DIAGNOSIS = re.compile(
    r"\b[A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4}\b"
    r"|(?<=[(\[])[A-TV-Z]\d[0-9AB](?:[0-9A-Z]{1,4})?(?=[)\]])"
    r"|(?:(?<=[-–:#,] )|(?<=ICD[- ]10 )|(?<=ICD[- ]10: ))[A-TV-Z]\d\d\b(?=\s*(?:[,;.)]|$))",
    re.M,
)
_ITEM = re.compile(r"\b[A-CEGHJ-V]\d{4}\b")


def diagnoses_in(text: str, sentences: Sequence[Sentence]) -> Iterator[tuple[int, int, int, str]]:
    """The sentence, the place and the stored value of what has the form of a diagnosis code."""
    yield from _found(_DIAGNOSIS, text, sentences)


def items_in(text: str, sentences: Sequence[Sentence]) -> Iterator[tuple[int, int, int, str]]:
    """The same of what has the form of a HCPCS Level II code."""
    yield from _found(_ITEM, text, sentences)


def _found(form: re.Pattern, text: str, sentences: Sequence[Sentence]):
    for number, sentence in enumerate(sentences):
        for found in form.finditer(text, sentence.start, sentence.end):
            yield number, found.start(), found.end(), found[0].replace(".", "")
