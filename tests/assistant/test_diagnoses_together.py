"""Whether diagnoses may be reported together, as the Excludes1 notes say."""

import pytest

from assistant.answer import Answer, AnswerKind
from assistant.planner import answer
from assistant.reading import Reader
from tests.accounts.readers import request_of
from tests.codes.diagnosis_samples import DAY, load, order_file
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tabular():
    load("icd10cm-xml-2027/icd10cm_tabular_2027.xml")


@pytest.fixture(autouse=True)
def codes():
    order_file("E1140", "E109", "Z794")


def ask(question: str, user=None) -> Answer:
    reader = Reader(request_of(user or make_user(is_staff=True)))
    *_, found = answer(question, reader, date_of_service=DAY)
    return found


def test_a_note_that_rules_two_out_is_told_with_its_place(tabular):
    found = ask("Can E11.40 and E10.9 be coded together?")

    text = found.to_text()
    assert "E11.40 and E10.9 are not reported together, unless they are unrelated" in text
    assert "type 1 (E10.-)" in text
    assert found.citations[0].url.startswith("/codes/icd-10-cm/E11.40/guidelines/")
    assert "FY 2027" in found.releases[0]


def test_that_no_note_rules_them_out_is_told_too(tabular):
    text = ask("Can E11.40 and Z79.4 be reported together?").to_text()

    assert "keeps E11.40 and Z79.4 from being reported together" in text


def test_without_a_tabular_list_nothing_is_told():
    found = ask("Are E11.40 and E10.9 allowed on the same claim?")

    assert found.kind == AnswerKind.NOT_KNOWN
    assert "No tabular list of ICD-10-CM is loaded" in found.to_text()


def test_it_stands_behind_the_meter(tabular, settings):
    settings.GUEST_VIEWS, settings.MEMBER_EXTRA_VIEWS = 0, 0

    found = ask("Can E11.40 and E10.9 be coded together?", make_user())

    assert found.kind == AnswerKind.LOCKED
    assert "type 1" not in found.to_text()
