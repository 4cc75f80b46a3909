"""What a model writes stays only where the facts bear it out."""

import re

import pytest

from assistant.language_model.verifier import check

FACTS = {
    1: "96522 may not be billed with 36561 on the same day: column one 36561, column two 96522, "
    "modifier indicator 1 (a modifier may be used), effective 1 Jan 1996. NCCI PTP 2026 Q3.",
    2: "At most 3 units of 96522 a day (MUE 3, adjudication indicator 2). NCCI MUE 2026 Q3.",
    3: "Medicare pays $125.25 for 96522 in an office and $60.10 in a facility. "
    "Physician fee schedule 2026 C, from 1 Jul 2026.",
    4: "Medicare pays $1,300.00 for 36561 in an office. Physician fee schedule 2026 C.",
    5: "Z45.1 is valid from October 1, 2015. It needs no seventh character.",
    7: "Units above 1 are denied for 96365. More is paid only where it was correctly coded.",
    8: "36561 and 96522 are a pair of column one and two. Neither is billed twice on a day.",
    9: "96522 is column two of 36561, so Medicare pays 36561 and denies 96522 on the same day.",
    10: "Relative values of 99213: work 1.30, non-facility practice expense 1.46, facility "
    "practice expense 0.33, malpractice 0.09; total 2.85 non-facility and 1.72 facility.",
    6: "Modifiers LT, RT and 50 may apply to 36561. The share is 62.7 percent.",
}

BORNE_OUT = [
    "96522 and 36561 may not be billed together on the same day [1].",
    "They may not be billed together unless a modifier is used: the modifier indicator is 1 [1].",
    "At most 3 units a day [2].",
    "At most three units of 96522 are counted a day. [2]",
    "In an office Medicare pays $125.25, and in a facility $60.10 [3].",
    "36561 pays 1,300 dollars in an office, and 96522 pays $125.25 [3][4].",
    "The fees hold from July 1, 2026 [3].",
    "The fees hold from 2026-07-01 [3].",
    "The edit is in force since January 1996 [1].",
    "The release is 2026 Q3 [1, 2].",
    "Z451 needs no seventh character [5].",
    "Modifier 50 may apply to 36561 [6].",
    "- Modifiers LT and RT may apply [6].",
    "The share is 62.7% [6].",
    "36561 is column one, 96522 is column two: Medicare pays 36561 and denies 96522 [9].",
    "The work value is 1.30, the facility practice expense 0.33 and malpractice 0.09 [10].",
    "Its total is 1.72 in a facility [10].",
    "The MUE is 3, and the adjudication indicator 2 [2].",
    "More is paid only where it was correctly coded [7].",
]

NOT_BORNE_OUT = {
    "a wrong figure": "At most 4 units of 96522 a day [2].",
    "a wrong figure in words": "At most four units of 96522 a day [2].",
    "a wrong one": "At most one unit of 96522 a day [2].",
    "a figure of another meaning": "At most 2 units of 96522 a day [2].",
    "a wrong fee": "Medicare pays $125.52 in an office [3].",
    "the facility's fee for the office": "Medicare pays $60.10 in an office [3].",
    "the fee of another code": "96522 pays $1,300.00 in an office [3][4].",
    "two fees exchanged": "36561 pays $125.25, and 96522 pays $1,300.00 [3][4].",
    "an invented code": "96522 may not be billed with 36560 [1].",
    "an invented diagnosis": "Z45.2 needs no seventh character [5].",
    "a wrong date": "The edit is in force since 1 Jan 1997 [1].",
    "a wrong day": "The fees hold from July 2, 2026 [3].",
    "a wrong month": "The fees hold from August 2026 [3].",
    "a wrong year": "The fees are those of 2025 [3].",
    "a wrong quarter": "The release is 2026 Q2 [1].",
    "a modifier the fact has not": "Modifier 59 may not be used for 96522 [1].",
    "a modifier of letters": "Modifiers LT and XU may apply to 36561 [6].",
    "a modifier in small letters": "Use modifier xu, which may apply to 36561 [6].",
    "a wrong indicator": "The modifier indicator is 0, so they may not be billed together [1].",
    "the opposite": "96522 may be billed with 36561 on the same day [1].",
    "the opposite under a condition": "96522 may be billed with 36561 unless it is late [1].",
    "the opposite without a modifier": "96522 may be billed with 36561 without a modifier [1].",
    "permission from a fact that names both codes": "36561 may be billed with 96522 [8].",
    "the columns exchanged": "36561 is column two of 96522, which is not paid [9].",
    "what is paid and what is denied exchanged": "Medicare pays 96522 and denies 36561 [9].",
    "the expense of the other place": "The facility practice expense is 1.46 [10].",
    "work for malpractice": "The malpractice value is 1.30 [10].",
    "a total for the other place": "The total is 2.85 in a facility [10].",
    "a code where units stand": "At most 96522 units a day [2].",
    "an indicator where the MUE stands": "The MUE is 2 [2].",
    "a denial of what is affirmed": "Medicare does not pay $125.25 for 96522 in an office [3].",
    "a percentage": "The share is 72.6% [6].",
    "no fact named": "At most 3 units of 96522 a day.",
    "a fact there is not": "At most 3 units of 96522 a day [9].",
    "another fact than the one that says it": "At most 3 units of 96522 a day [4].",
    "a bare yes": "Yes.",
    "an address": "See https://example.org for 96522 [3].",
    "markup": "Medicare pays <b>$125.25</b> in an office [3].",
}


@pytest.mark.parametrize("sentence", BORNE_OUT)
def test_what_the_facts_say_stays(sentence):
    checked = check(sentence, FACTS)

    assert checked.removed == []
    assert checked.sentence_count >= 1


@pytest.mark.parametrize("sentence", NOT_BORNE_OUT.values(), ids=NOT_BORNE_OUT)
def test_what_they_do_not_say_is_removed(sentence):
    checked = check(sentence, FACTS)

    assert checked.sentence_count == 0
    assert len(checked.removed) == 1


def test_a_sentence_keeps_the_numbers_of_its_facts_and_loses_the_brackets():
    checked = check("At most 3 units a day [2]. Medicare pays $60.10 in a facility. [3]", FACTS)

    (paragraph,) = checked.paragraphs
    assert [(sentence.text, sentence.marks) for sentence in paragraph.sentences] == [
        ("At most 3 units a day.", (2,)),
        ("Medicare pays $60.10 in a facility.", (3,)),
    ]


def test_lists_and_paragraphs_are_told_apart():
    checked = check("Two things hold for it.\n\n- At most 3 units a day [2].\n- Z45.1 [5].", FACTS)

    assert [paragraph.is_bullet for paragraph in checked.paragraphs] == [True, True]
    assert [sentence for sentence, _ in checked.removed] == ["Two things hold for it."]


def test_one_wrong_sentence_among_right_ones_is_taken_out_alone():
    text = "At most 3 units a day [2]. Medicare pays $99.99 [3]. Modifier 50 may apply [6]."

    checked = check(text, FACTS)

    assert checked.sentence_count == 2
    assert checked.removed == [("Medicare pays $99.99.", "says usd:99.99")]
    assert checked.is_good


def test_an_answer_that_lost_as_much_as_it_kept_is_no_answer():
    checked = check("At most 3 units a day [2]. Medicare pays $99.99 [3].", FACTS)

    assert not checked.is_good


def test_nothing_is_no_answer():
    assert not check("", FACTS).is_good


FIGURE = re.compile(r"(?<![\w.$,-])\$?\d(?:[\d,]*\d)?(?:\.\d+)?(?![\w-])")


def replaced(text: str, figures: set[str]) -> list[str]:
    """The text with each of its figures, one at a time, replaced by each of the others."""
    found = []
    for match in FIGURE.finditer(text):
        for figure in sorted(figures - {match[0]}):
            found.append(text[: match.start()] + figure + text[match.end() :])
    return found


@pytest.mark.parametrize("number", FACTS)
def test_a_fact_told_word_for_word_stays_and_with_any_other_figure_does_not(number):
    fact = FACTS[number]
    told = re.split(r"(?<=\.)\s+(?=[A-Z])", fact)
    for sentence in told:
        assert check(f"{sentence} [{number}]", FACTS).removed == [], sentence
        for wrong in replaced(sentence, {"7", "4,711.00", "$98.76", "96529", "0123T"}):
            assert check(f"{wrong} [{number}]", FACTS).sentence_count == 0, wrong


@pytest.mark.parametrize("number", [1, 2, 3, 10])
def test_no_figure_of_a_fact_may_stand_for_another(number):
    fact = FACTS[number]
    figures = {match for match in FIGURE.findall(fact) if len(match) != 5 and "20" not in match}
    swapped = 0
    for match in FIGURE.finditer(fact):
        if match[0] not in figures:
            continue
        for figure in figures - {match[0]}:
            wrong = fact[: match.start()] + figure + fact[match.end() :]
            kept = check(f"{wrong} [{number}]", FACTS)
            assert kept.removed, wrong
            swapped += 1
    assert swapped or number == 1
