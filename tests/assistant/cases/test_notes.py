"""A clinical note in a mail is coded, as on /case2code/note/."""

from datetime import date

import pytest

from assistant.answer import AnswerKind
from assistant.cases import PartKind, answer_case
from assistant.reading import Reader
from codes.models import CodeSystem, Release, Source
from search.index import current, kept
from search.models import Term
from search.notes import review
from tests.factories import make_code, make_description, make_release, make_user

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 8, 3)
NOTE = """CC: Knee and ankle pain

HPI: 62-year-old woman twisted her right ankle yesterday and has pain in the knee.
She denies chest pain. Her mother had diabetes.

ASSESSMENT
Right ankle sprain
Knee pain
Possible gout
Hyperlipidemia

PLAN
She will use crutches."""


@pytest.fixture
def no_index(tmp_path, settings, monkeypatch):
    settings.SEARCH_DIR = tmp_path / "search"
    settings.SEARCH_MODEL_DIR = tmp_path / "no-model"
    settings.SEARCH_FOLLOW_SECONDS = 0.001
    monkeypatch.setattr(current, "start_maker", lambda: None)
    current.forget()
    yield
    current.forget()


@pytest.fixture
def index(no_index):
    release = make_release(
        source=Source.ICD_10_CM_ORDER, name="FY 2026", valid_from=date(2025, 10, 1)
    )
    make_release(source=Source.ICD_10_CM_TABULAR, name="FY 2026", valid_from=date(2025, 10, 1))
    Term.objects.all().delete()
    for value, text in [
        ("E785", "Hyperlipidemia, unspecified"),
        ("R079", "Chest pain, unspecified"),
        ("M109", "Gout, unspecified"),
        ("M2556", "Pain in knee"),
        ("M25561", "Pain in right knee"),
        ("M25562", "Pain in left knee"),
        ("M25569", "Pain in unspecified knee"),
        ("S93", "Dislocation and sprain of joints at ankle level"),
        ("S934", "Sprain of ankle"),
        ("S93401", "Sprain of unspecified ligament of right ankle"),
        ("S93401A", "Sprain of unspecified ligament of right ankle, initial encounter"),
        ("S93401D", "Sprain of unspecified ligament of right ankle, subsequent encounter"),
        ("S93401S", "Sprain of unspecified ligament of right ankle, sequela"),
    ]:
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        is_billable = value not in ("M2556", "S93", "S934", "S93401")
        make_description(code, release=release, long=text, is_billable=is_billable)
    for value in ("E0110", "E0114"):
        make_description(value, long=f"Crutches underarm, {value}", is_billable=True)
    kept.make()


def answered(text: str):
    return answer_case(text, Reader.of_member(make_user()), date_of_service=DAY)


def test_the_codes_of_a_note_come_with_the_words_that_support_them(index):
    (found,) = answered(f"Please code this note.\n\n{NOTE}\n\nThanks,\nKim")

    table = found.answer.blocks[1]
    assert found.part.kind == PartKind.NOTE and found.is_sure
    assert table.columns == ("Code", "Official text", "Support", "Words of the note")
    sprain, *_ = [row for row in table.rows if row[0] == "S93.401A"]
    assert sprain[1] == "Sprain of unspecified ligament of right ankle, initial encounter"
    assert sprain[2].startswith("well supported") and "“ankle sprain”" in sprain[3].lower()
    assert table.citation.release == "ICD-10-CM order file, FY 2026"


def test_what_is_missing_and_what_was_set_aside_is_told_with_the_reason(index):
    (found,) = answered(NOTE)

    text = found.answer.to_text()
    assert "E0110: the note does not say which make or model. It would be one of E0114" in text
    assert "M10.9 Gout, unspecified: uncertain (“Possible”)" in text
    assert "R07.9 Chest pain, unspecified: denied" in text
    assert "Outpatient coding reports no uncertain diagnosis" in text


def test_a_link_takes_the_codes_to_the_claim_check(index, client):
    (found,) = answered(NOTE)

    (link,) = [item.url for item in found.answer.citations if "these codes" in item.title]
    assert "dx=S93.401A" in link and "line=E0110" in link
    page = client.get(link).text
    assert "S93.401A" in page


def test_diagnoses_that_exclude_each_other_are_told(index, monkeypatch):
    release = Release.objects.get(source=Source.ICD_10_CM_TABULAR)
    monkeypatch.setattr(review, "excludes1_conflicts", lambda values, day: [_Conflict(release)])

    (found,) = answered(NOTE)

    assert "Excludes1: S93.401A and E78.5 are not reported together" in found.answer.to_text()
    assert "ICD-10-CM tabular list" in " ".join(found.answer.releases)


class _Conflict:
    value, excluded, note = "S93401A", "E785", "another disorder"

    def __init__(self, release):
        self.release = release
        self.place = type("Place", (), {"name": "S93"})


def test_without_an_index_it_says_so_and_a_person_is_asked(no_index):
    (found,) = answered(NOTE)

    assert found.answer.kind == AnswerKind.NOT_KNOWN
    assert "The search index is not ready yet" in found.answer.to_text()
    assert not found.is_sure


def test_a_note_that_supports_nothing_is_for_a_person(index):
    (found,) = answered(
        "CC: none\n\nHPI: Feels well today.\n\nROS: Denies chest pain.\n\nPLAN: Go on."
    )

    assert found.part.kind == PartKind.NOTE
    assert found.answer.kind == AnswerKind.NOT_KNOWN
    assert not found.is_sure


def test_the_date_of_service_of_the_note_goes_before_the_mail_s(index):
    (found,) = answered(f"Date of service: 2026-07-02\n\n{NOTE}")

    assert found.answer.date_of_service == date(2026, 7, 2)
    assert "date=2026-07-02" in found.answer.citations[-1].url


def test_a_question_and_a_note_are_answered_both(index):
    question, note = answered(f"What is E0114?\n\n{NOTE}")

    assert (question.part.kind, note.part.kind) == (PartKind.QUESTION, PartKind.NOTE)
    assert "Crutches underarm" in question.answer.to_text()
