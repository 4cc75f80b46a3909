"""Which words are taken for misspelt, and what was likely meant."""

import numpy as np
import pytest

from search.index.part import Part
from search.spelling import nearest, sound


class Words:
    """A part of an index, as far as spelling looks at it."""

    def __init__(self, **counts: int):
        self.words = sorted(counts)
        self.word_number = {word: number for number, word in enumerate(self.words)}
        self.word_count = np.array([counts[word] for word in self.words])

    words_by_length = Part.words_by_length
    count_of = Part.count_of


PARTS = [Words(eczema=40, cast=900, gout=60, except_=5, pneumonia=300, ankle=800, tool=12, other=9)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("excema", "eczema"), ("gaut", "gout"), ("newmonia", "pneumonia"), ("akle", "ankle")],
)
def test_what_sounds_or_looks_alike_is_meant(typed, meant):
    assert nearest(typed, PARTS)[0] == (meant, 1.0)


@pytest.mark.parametrize("typed", ["cant", "took", "othre", "abc", "e11x"])
def test_a_short_word_with_another_consonant_is_another_word(typed):
    assert nearest(typed, PARTS) == []


def test_words_that_sound_the_same_have_one_sound():
    assert sound("eczema") == sound("excema")
    assert sound("pneumonia") == sound("newmonia")
    assert sound("asthma") == sound("astma")
    assert sound("psoriasis") == sound("soriasis")
    assert sound("cast") != sound("cant")
