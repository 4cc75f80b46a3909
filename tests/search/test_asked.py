"""What the look-up box understands."""

import pytest

from codes.models import CodeSystem
from search.asked import LONGEST_TEXT, MOST_CODES, clean, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("96522", "96522"),
        (" z45.1 ", "Z451"),
        ("Z45.", "Z45"),
        ("e06", "E06"),
        ("965", "965"),
        ("0sr", "0SR"),
        ("j", "J"),
        ("1036f", "1036F"),
        ("\x0096522\n", "96522"),
    ],
)
def test_a_code_or_its_beginning_is_looked_for_as_one(text, value):
    assert read(text).beginning == value


@pytest.mark.parametrize(
    "text",
    ["infusion pump", "type 2 diabetes", "pain", "diabetes", "96522 pump", "1-2", "a.b", "", "-"],
)
def test_words_are_no_codes(text):
    asked = read(text)

    assert not asked.is_code
    assert asked.words == text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("96521-96523", "96521", "96523"),
        ("96521 – 96523", "96521", "96523"),
        ("96521..96523", "96521", "96523"),
        ("z45.0 to z45.9", "Z450", "Z459"),
        ("J9000 through J9200", "J9000", "J9200"),
    ],
)
def test_a_range_has_two_ends(text, first, last):
    asked = read(text)

    assert (asked.first, asked.last) == (first, last)


@pytest.mark.parametrize("text", ["96523-96521", "96521-Z45.1", "96521-"])
def test_what_only_looks_like_a_range_is_none(text):
    assert not read(text).first


def test_several_codes_are_looked_for_together_and_each_once():
    assert read("J9190, j9200;J9190 z45.1").whole == ["J9190", "J9200", "Z451"]


def test_no_more_than_fifty_codes_are_looked_for_together():
    assert LONGEST_TEXT >= MOST_CODES * 4
    assert len(read(" ".join(f"A{n:02}" for n in range(90))).whole) == MOST_CODES


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("CPT 96522", CodeSystem.CPT),
        ("CPT® 96522", CodeSystem.CPT),
        ("icd-10-cm Z45.1", CodeSystem.ICD_10_CM),
        ("ICD10 z451", CodeSystem.ICD_10_CM),
        ("icd-10-pcs 041", CodeSystem.ICD_10_PCS),
    ],
)
def test_a_system_before_a_code_says_where_to_look(text, system):
    asked = read(text)

    assert asked.system == system
    assert asked.is_code


def test_a_system_before_words_is_a_word():
    assert read("cpt code for infusion").words == "cpt code for infusion"


def test_long_text_is_cut_and_control_characters_go():
    assert clean("a\x00b\tc  d\x7f") == "a b c d"
    assert len(clean("x" * 100_000)) == LONGEST_TEXT
