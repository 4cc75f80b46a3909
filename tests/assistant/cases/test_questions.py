"""The questions of a mail, answered one by one."""

from datetime import date

import pytest

from assistant.answer import AnswerKind
from assistant.cases import PartKind, answer_case, masked_case, parts_of
from assistant.reading import Reader
from tests.codes.claim_check.rules_data import make_codes, make_mues
from tests.factories import make_code, make_description, make_user

DAY = date(2026, 8, 3)


@pytest.fixture
def reader(db) -> Reader:
    return Reader.of_member(make_user(is_staff=True))


def test_what_identifies_a_person_is_masked_and_counted():
    found = masked_case("Patient John Smith, 555-123-4567: what is J9271?")

    assert found.text == "Patient [name], [phone]: what is J9271?"
    assert found.counts == {"name": 1, "phone": 1}


def test_several_questions_are_told_apart_and_the_rest_of_a_mail_is_nobody_s_question():
    text = (
        "Hi team,\n\nhope you are well. How many units of J9271 a day? And for J9299?\n\n"
        "Thanks,\nJane\nLouisville, KY 40202"
    )

    assert [(part.kind, part.text) for part in parts_of(text)] == [
        (PartKind.QUESTION, "How many units of J9271 a day?"),
        (PartKind.QUESTION, "And for J9299?"),
    ]


def test_nothing_asked_is_no_part(reader):
    assert parts_of("Hello,\n\nthank you so much!\n\nBest regards,\nJane") == []
    assert answer_case(" \n", reader, date_of_service=DAY) == []


def test_a_date_told_before_the_questions_holds_for_each(reader):
    for value in ("J9271", "J9299"):
        make_description(value, long=f"Injection {value}", is_billable=True)

    found = answer_case(
        "Seen in the office on 3 Aug 2026. What is J9271? What is J9299?",
        reader,
        date_of_service=date(2026, 11, 1),
    )

    assert [item.answer.date_of_service for item in found] == [DAY, DAY]
    assert ["J9271" in found[0].answer.to_text(), "J9299" in found[1].answer.to_text()] == [1, 1]


def test_a_question_goes_on_from_those_before_it_in_the_thread(reader):
    make_description("J9271", long="Injection of one drug", is_billable=True)
    make_description("J9299", long="Injection of another drug", is_billable=True)

    (found,) = answer_case(
        "And J9299?", reader, earlier=["Hello,\n\nwhat is J9271?\n\nThanks"], date_of_service=DAY
    )

    assert "another drug" in found.answer.to_text()
    assert found.engine == "planner" and found.is_sure


@pytest.mark.parametrize(
    ("text", "kind", "is_sure"),
    [
        ("What is J9271?", AnswerKind.ANSWERED, True),
        ("What is J9999?", AnswerKind.NOT_KNOWN, False),
        ("My claim was denied?", AnswerKind.ASKS_BACK, False),
        ("Does J9271 need prior authorization?", AnswerKind.ANSWERED, False),
        ("Why was J9271 denied?", AnswerKind.ANSWERED, False),
        ("Is J9271 kosher?", AnswerKind.ANSWERED, False),
        ("Write me a poem about coding, please?", AnswerKind.OUT_OF_SCOPE, True),
        ("Which code is for a zeppelin?", AnswerKind.ASKS_BACK, True),
    ],
)
def test_a_person_is_asked_only_for_what_the_record_cannot_answer(reader, text, kind, is_sure):
    make_code("J9271")

    (found,) = answer_case(text, reader, date_of_service=DAY)

    assert (found.answer.kind, found.is_sure) == (kind, is_sure)


def test_asking_back_a_second_time_in_a_thread_is_for_a_person(reader):
    before = ["Which code is for a zeppelin?"]

    (found,) = answer_case(
        "Which code is for an airship?", reader, earlier=before, date_of_service=DAY
    )

    assert found.answer.kind == AnswerKind.ASKS_BACK
    assert not found.is_sure


def test_what_another_payer_covers_is_for_a_person(reader):
    make_description("J9271", long="Injection of one drug", is_billable=True)

    (of_medicare,) = answer_case("What is J9271?", reader, date_of_service=DAY)
    (of_aetna,) = answer_case(
        "The patient has Aetna. What is paid for J9271?", reader, date_of_service=DAY
    )

    assert of_medicare.is_sure and not of_aetna.is_sure


def test_more_questions_than_one_mail_may_hold_are_asked_for_again(reader):
    text = "\n".join(f"{number}. What is J{9000 + number}?" for number in range(1, 16))

    found = answer_case(text, reader, date_of_service=DAY)

    assert len(found) == 13
    assert "first 12 questions are answered above" in found[-1].answer.to_text()
    assert "What is J9015?" in found[-1].part.text


@pytest.mark.django_db
def test_a_page_is_opened_once_for_all_questions_of_a_mail(settings):
    settings.GUEST_VIEWS, settings.MEMBER_EXTRA_VIEWS = 0, 1
    make_mues(("96522", 1, 3))
    make_codes("96522", "36561")
    reader = Reader.of_member(make_user())

    one, again, other = answer_case(
        "MUE of 96522? And in the hospital? How many units of 36561?", reader, date_of_service=DAY
    )

    assert reader.opened == ["96522"]
    assert "at most 1 unit" in one.answer.to_text()
    assert again.answer.kind != AnswerKind.LOCKED
    assert (other.answer.kind, other.is_sure) == (AnswerKind.LOCKED, True)


@pytest.mark.parametrize(
    "text",
    ["?" * 70_000, "1) a " * 9000, "\0\ud800\u2028 hi", "99213\n" * 9000, "(" * 60_000, "> > >\n>"],
)
def test_no_text_is_too_odd_to_be_read(text):
    assert len(parts_of(text)) <= 1
