"""A list of codes in a mail is checked as a claim, as on /claim-check/."""

from datetime import date

import pytest

from assistant.answer import AnswerKind
from assistant.cases import PartKind, answer_case
from assistant.reading import Reader
from assistant.stored_answer import as_values, from_values
from tests.codes.claim_check.rules_data import DAY, make_codes, make_fee, make_mues, make_pairs
from tests.factories import make_plan, make_user

pytestmark = pytest.mark.django_db
MAIL = "Please check, seen in the office on 1 Aug 2026:\n\n36561-RT\n96522 x5\n\nThanks\nAnn"


@pytest.fixture
def member():
    return make_user()


@pytest.fixture
def rules():
    make_codes("36561", "96522")
    make_pairs(("36561", "96522", 1))
    make_mues(("96522", 1, 3))
    make_fee("36561", "813.30")
    make_fee("96522", "95.94")


def answered(text: str, member, **fields):
    fields.setdefault("date_of_service", date(2026, 11, 1))
    return answer_case(text, Reader.of_member(member), **fields)


def test_findings_are_told_with_their_lines_their_severity_and_where_they_stand(rules, member):
    (found,) = answered(MAIL, member)

    text = found.answer.to_text()
    assert found.part.kind == PartKind.CODES and found.is_sure
    assert found.answer.kind == AnswerKind.ANSWERED and found.engine == "planner"
    assert "Checked 2 lines for 1 Aug 2026, practitioner, place of service 11" in text
    assert "Check (lines 1, 2): Medicare pays 36561, not 96522" in text
    assert "Error (line 2): 96522" in text
    assert "NCCI PTP edits, practitioner services, 2026 Q3" in found.answer.releases
    assert "NCCI MUE table, practitioner services, 2026 Q3" in found.answer.releases


def test_its_link_makes_the_same_check_on_the_site(rules, member, client):
    (found,) = answered(MAIL, member)

    link = found.answer.citations[0].url
    assert link == (
        "/claim-check/?date=2026-08-01&setting=practitioner&line=36561-RT&line=96522x5&pos=11"
    )
    client.force_login(member)
    assert 'data-codes="36561 96522"' in client.get(link).text


def test_the_estimate_comes_where_a_place_is_named(rules, member):
    (without,) = answered(MAIL, member)
    (of_a_state,) = answered(f"{MAIL.replace('office', 'office in Ohio')}", member)

    assert "Estimated payment" not in without.answer.to_text()
    text = of_a_state.answer.to_text()
    assert "national amounts" in text and "1 | 36561-RT | 813.30" in text
    assert "state=OH" in of_a_state.answer.citations[0].url


def test_a_locality_is_kept_in_the_link(rules, member):
    (found,) = answered(f"{MAIL[:-10]}\nlocality 15202-00", member)

    assert "locality=15202-00" in found.answer.citations[0].url


def test_no_view_of_a_page_is_spent(rules, member):
    reader = Reader.of_member(member)

    answer_case(MAIL, reader, date_of_service=DAY)

    assert reader.opened == [] and reader.note == ""


def test_a_question_after_the_codes_is_about_them(rules):
    codes, question = answered(
        f"{MAIL[:-11]}\nWhich one needs a modifier?", make_user(is_staff=True)
    )

    assert codes.part.kind == PartKind.CODES
    assert question.part.kind == PartKind.QUESTION
    assert "96522 is column two of 36561" in question.answer.to_text()
    assert question.answer.date_of_service == DAY


def test_so_is_a_question_before_them(rules):
    question, codes = answered(
        "Which one needs a modifier?\n\n36561-RT\n96522 x5", make_user(is_staff=True),
        date_of_service=DAY,
    )  # fmt: skip

    assert "96522 is column two of 36561" in question.answer.to_text()
    assert codes.part.kind == PartKind.CODES


def test_a_plan_s_allowance_of_codes_is_told_politely(rules):
    member = make_user(plan=make_plan(claim_check_codes=1))

    (found,) = answered(MAIL, member)

    text = found.answer.to_text()
    assert found.answer.kind == AnswerKind.LOCKED and found.is_sure
    assert "your plan checks up to 1 code" in text and "smaller lists" in text
    assert "Medicare pays" not in text


def test_a_list_that_cannot_be_read_is_asked_back_for_once(rules, member):
    wrong = "36561\n96522 2/30/2026"

    (first,) = answered(wrong, member)
    (second,) = answered(wrong, member, earlier=[wrong])

    assert "“2026-02-30” is not a date of service" in first.answer.to_text()
    assert (first.answer.kind, first.is_sure) == (AnswerKind.ASKS_BACK, True)
    assert (second.answer.kind, second.is_sure) == (AnswerKind.ASKS_BACK, False)


def test_codes_that_no_release_has_are_for_a_person(rules, member):
    (found,) = answered("J9998\nJ9997", member)

    assert found.answer.kind == AnswerKind.NOT_KNOWN
    assert not found.is_sure


def test_without_any_release_a_person_is_asked(member):
    make_codes("36561", "96522")

    (found,) = answered(MAIL, member)

    assert "no release is loaded, so what it says was not checked" in found.answer.to_text()
    assert not found.is_sure


def test_another_payer_may_have_other_rules(rules, member):
    (found,) = answered(f"{MAIL[:-11]}\nThe payer is Aetna.", member)

    assert "Aetna may follow others" in found.answer.to_text()


def test_what_was_answered_is_kept_as_plain_values(rules, member):
    (found,) = answered(MAIL.replace("office", "office in Ohio"), member)

    again = from_values(as_values(found.answer))
    assert again.to_text() == found.answer.to_text()
    assert again.to_html() == found.answer.to_html()


def test_pairs_without_an_edit_are_named_one_by_one(rules, member):
    make_codes("J3301", "J1030")

    (found,) = answered("36561\nJ3301\nJ1030", member)

    text = found.answer.to_text()
    pairs = "36561 with J1030; 36561 with J3301; J1030 with J3301"
    told = text.partition("Note: no NCCI edit is in force for ")[2].partition(".")[0]
    assert sorted(sorted(pair.split(" with ")) for pair in told.split("; ")) == [
        pair.split(" with ") for pair in pairs.split("; ")
    ]
