"""What is read in mails as people write them."""

import pytest

from assistant.cases import parts_of
from tests.assistant.cases.mails import HELD_OUT, SEEN


def read_as_wanted(text: str, wanted: list[str]) -> bool:
    found = parts_of(text)
    return len(found) == len(wanted) and all(map(_is_as, found, wanted))


def _is_as(part, wanted: str) -> bool:
    words, _, context = wanted[2:].partition(" < ")
    kind = {"Q": "question", "N": "note", "C": "codes"}[wanted[0]]
    return part.kind == kind and words in part.text and context in part.context


@pytest.mark.parametrize(("text", "wanted"), SEEN + HELD_OUT)
def test_a_mail_has_these_parts(text, wanted):
    assert read_as_wanted(text, wanted), parts_of(text)
