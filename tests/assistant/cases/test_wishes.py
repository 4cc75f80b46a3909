"""Several wishes of one sentence are answered one by one where each stands for itself."""

from datetime import date

import pytest

from assistant.cases import answer_case, parts_of
from assistant.reading import Reader
from tests.codes.claim_check.rules_data import make_codes, make_pairs
from tests.factories import make_description, make_user


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (
            "What is A4206 and may E0100 be billed with K0001?",
            ["What is A4206", "May E0100 be billed with K0001?"],
        ),
        (
            "How many units of J9271 are allowed, and what is the fee for 99214?",
            ["How many units of J9271 are allowed", "What is the fee for 99214?"],
        ),
        (
            "Can you tell me what J9271 is, is 36561 bundled with 96522 and what does 99213 pay?",
            [
                "Can you tell me what J9271 is",
                "Is 36561 bundled with 96522",
                "What does 99213 pay?",
            ],
        ),
        (
            "Does 36561 have global days; how many units of A4253 are allowed",
            ["Does 36561 have global days", "how many units of A4253 are allowed"],
        ),
        (
            "Can 99213 be billed with 36415 and can 99214 be billed with 36416?",
            ["Can 99213 be billed with 36415", "Can 99214 be billed with 36416?"],
        ),
    ],
)
def test_wishes_with_codes_of_their_own_are_apart(text, wishes):
    assert [part.text for part in parts_of(text)] == wishes


@pytest.mark.parametrize(
    "text",
    [
        "Can 20610 be billed with 99213 and if yes what modifier is required on the E/M?",
        "What is A4206 and can it be billed with K0001?",
        "What is A4206 and can E0100 be billed with that?",
        "Is A4206 bundled and may E0100 be billed?",
        "What is A4206 and what is E0100?",
        "Is g0008 payable with 90662 and do i need a modifier",
        "Can 11042 and 97597 be billed together?",
        "What is A4206 and how much does Medicare pay?",
        "We billed 36561 and what is 96522?",
    ],
)
def test_a_sentence_stays_whole_where_one_wish_may_hang_on_another(text):
    assert [part.text for part in parts_of(text)] == [text]


def test_when_and_where_hold_for_each_of_them():
    parts = parts_of("What is A4206 and what does Medicare pay for E0100 in Ohio on 3 Aug 2026?")

    assert len(parts) == 2
    assert all("in Ohio on 3 Aug 2026" in f"{part.text} {part.context}" for part in parts)


@pytest.mark.django_db
def test_each_wish_has_its_answer():
    make_codes("36561", "96522")
    make_pairs(("36561", "96522", 1))
    make_description("A4206", long="Syringe with needle", is_billable=True)

    one, two = answer_case(
        "What is A4206 and may 36561 be billed with 96522?",
        Reader.of_member(make_user(is_staff=True)),
        date_of_service=date(2026, 8, 3),
    )

    assert "Syringe with needle" in one.answer.to_text()
    assert "96522 is column two of 36561" in two.answer.to_text()
    assert "A4206" not in two.answer.to_text()
