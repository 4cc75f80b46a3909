"""With a language model on loopback the questions of a case are worded as CasePilot's are."""

import pytest

from assistant.cases import answer_case
from assistant.reading import Reader
from tests.assistant.scripted_model import says
from tests.assistant.test_language_model import GOOD, NOTHING_MORE
from tests.codes.claim_check.rules_data import DAY, make_codes, make_pairs
from tests.factories import make_user

pytestmark = pytest.mark.django_db
QUESTION = "Can 96522 be billed with 36561 on the same day?"


@pytest.fixture(autouse=True)
def record():
    make_pairs(("36561", "96522", 1))
    make_codes("36561", "96522")


def answered(text: str):
    return answer_case(text, Reader.of_member(make_user(is_staff=True)), date_of_service=DAY)


def test_a_good_answer_of_the_model_stands(model):
    model.script = [NOTHING_MORE, GOOD]

    (found,) = answered(QUESTION)

    assert (found.engine, found.model_name, found.is_sure) == ("model", "scripted", True)
    assert "unless a modifier is used." in found.answer.to_text()


def test_what_the_record_does_not_bear_out_leaves_the_planner_s(model):
    model.script = [NOTHING_MORE, says("It is always paid at 912.34 USD [1].")]

    (found,) = answered(QUESTION)

    assert (found.engine, found.model_name) == ("planner", "")
    assert "912.34" not in found.answer.to_text()


def test_the_model_reads_what_is_said_beside_the_question(model):
    model.script = [NOTHING_MORE, GOOD]

    answered(f"The patient lives in Ohio. {QUESTION}")

    assert "The patient lives in Ohio." in str(model.requests[0])


def test_a_model_that_makes_a_case_wait_is_not_asked_again(model, settings):
    settings.ASSISTANT_MAX_SECONDS = 0
    model.script = [NOTHING_MORE, GOOD]

    found = answered(f"{QUESTION} And what is 36561?")

    assert [item.engine for item in found] == ["planner", "planner"]
    assert model.requests == []


def test_codes_and_notes_are_not_the_model_s(model):
    (found,) = answered("36561-RT\n96522 x2")

    assert found.engine == "planner" and model.requests == []
