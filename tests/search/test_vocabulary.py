"""The table of terms: the files that fill it, and how terms are found in what is typed."""

from pathlib import Path

import pytest

from search import vocabulary
from search.models import Term
from search.vocabulary import term_key, terms_in, with_loose
from search.words import words

FOLDER = Path(vocabulary.__file__).parent / "terms"
LINES = [
    (file.name, number, line)
    for file in sorted(FOLDER.glob("*.txt"))
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    if not line.startswith("#")
]
TERMS = with_loose(
    {
        "hole in eardrum": ["perforation of tympanic membrane"],
        "broken ankle": ["fracture of ankle"],
        "ankle": ["ankle joint"],
        "cavity": ["dental caries"],
        "no spleen": ["acquired absence of spleen"],
        "the runs": ["diarrhea"],
        "im": ["intramuscular"],
        "in": ["indeed"],
    }
)


def meant(text: str) -> list[tuple[str, str]]:
    typed = words(text)
    found = terms_in(typed, TERMS)
    return [(" ".join(typed[first:beyond]), meanings[0]) for first, beyond, meanings in found]


def test_every_line_of_the_files_is_a_term_with_what_it_means():
    longest = Term._meta.get_field("term").max_length
    for name, number, line in LINES:
        term, sign, meanings = line.partition(" = ")
        assert sign, f"{name}:{number} has no ' = '"
        assert term == " ".join(term.lower().split()), f"{name}:{number} is not in small letters"
        assert 0 < len(term) <= longest, f"{name}:{number} is too long"
        assert all(part.strip() for part in meanings.split("|")), f"{name}:{number} means nothing"


def test_a_term_is_found_in_any_order_and_with_little_words_between():
    for text in (
        "hole in eardrum",
        "a hole in my eardrum",
        "eardrum hole",
        "holes in the eardrums",
    ):
        assert [meaning for _, meaning in meant(text)] == ["perforation of tympanic membrane"], text


def test_the_longest_term_wins_and_none_lies_over_another():
    assert meant("broken ankle") == [("broken ankle", "fracture of ankle")]
    assert meant("ankle hurts broken ankle") == [
        ("ankle", "ankle joint"),
        ("broken ankle", "fracture of ankle"),
    ]


def test_a_word_that_changes_the_sense_is_never_passed_over():
    assert meant("spleen") == []
    assert meant("spleen removed") == []
    assert meant("no spleen") == [("no spleen", "acquired absence of spleen")]


def test_a_side_may_stand_within_a_term():
    assert meant("broken left ankle") == [("broken left ankle", "fracture of ankle")]


def test_one_word_is_found_as_it_is_written_or_in_the_plural():
    assert meant("cavitys") == [("cavitys", "dental caries")]
    assert meant("run") == []


def test_a_measure_is_no_abbreviation():
    assert meant("60 mg im") == [("im", "intramuscular")]
    assert meant("5 in") == []


@pytest.mark.parametrize("text", ["", "~", "~ankle broken", "a the of", "my my my"])
def test_text_without_a_term_has_none(text):
    found = terms_in(words(text), TERMS)
    assert all(meanings != ["the"] for *_, meanings in found)
    assert term_key("~") == ""
