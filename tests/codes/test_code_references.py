"""Codes named in the words of notes."""

import pytest

from codes.queries.code_references import excluded_by, pieces_of, references_in


def covered(text: str, *values: str) -> list[str]:
    return [value for value in values if any(item.covers(value) for item in references_in(text))]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("fever (A18.32)", ["A1832"], ["A1831", "A183"]),
        ("carrier (Z22.-)", ["Z22", "Z220", "Z2231"], ["Z23"]),
        ("tumor (C79.8-)", ["C798", "C7982"], ["C79", "C799"]),
        ("cold (J00-J22)", ["J00", "J09X1", "J22", "J229"], ["J23", "I99"]),
        ("lids (H02.101-H02.106)", ["H02101", "H02106"], ["H02107", "H02109", "H0210"]),
        ("skull (S06.1- to S06.6-)", ["S061X0A", "S066"], ["S060X0A", "S069"]),
        ("both (C43.2-,C44.2-)", ["C432", "C44209"], ["C433"]),
        ("neoplasm (C00-C96)", ["C7A1", "C96Z"], ["D00"]),
        ("drug (T36-T50 with fifth or sixth character 5)", ["T360X5A", "T50905A"], ["T360X1A"]),
        ("toxin (T36-T65 with fifth or sixth character 1-4 or 6)", ["T360X1A"], ["T360X5A"]),
        ("use (F10-F19 with .21)", ["F1021", "F1921"], ["F1020", "F10"]),
        ("use (F10-F19 with .51-.52)", ["F1051", "F10520"], ["F1053", "F1050"]),
        ("stutter (I69. with final characters -23)", ["I69023", "I69323"], ["I69021"]),
        ("skater (V01-V09 with 5th character 9)", ["V0109", "V0919"], ["V0101"]),
        ("leukemia (C91.0-C95.9 with 5th character 1)", ["C9101"], ["C9100"]),
        ("coma (E08-E10, E13 with ketoacidosis)", [], ["E08", "E1310"]),
    ],
)
def test_a_reference_covers_the_codes_it_means(text, inside, outside):
    assert covered(text, *inside, *outside) == inside


@pytest.mark.parametrize("text", ["CD30-positive cells", "influenza A/H1N1", "type 2 (HPV)"])
def test_words_that_only_look_like_codes_are_none(text):
    assert references_in(text) == []


def test_an_excludes_note_rules_out_what_its_parentheses_name():
    note = "any condition in I51.4-I51.9 due to hypertension (I11.-)"
    assert [item.first for item in excluded_by(note)] == ["I11"]
    assert [item.first for item in excluded_by("carcinoma in situ of nose NOS D09.8")] == ["D098"]
    unclosed = "loss of the joint (Z89.52-"
    assert [item.first for item in excluded_by(unclosed)] == ["Z8952"]


def test_the_pieces_of_a_text_are_the_text():
    text = "see (J00-J22), Z22.- or A18.32 (not B12)"
    pieces = pieces_of(text)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.value for piece in pieces if piece.value] == ["J00", "J22", "Z22", "A1832", "B12"]
