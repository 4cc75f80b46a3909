"""What Medicare would allow for the lines of a claim, with its arithmetic."""

from decimal import Decimal

import pytest

from codes.models import OppsRow, Source
from codes.queries.claim_check.estimate import Estimate
from tests.codes.claim_check.rules_data import check, make_codes, make_fee
from tests.codes.payment_data import JULY, load
from tests.factories import make_release

pytestmark = pytest.mark.django_db


def estimate(*lines: str, **fields) -> Estimate:
    [found] = check(*lines, **fields).estimates
    return found


def amounts(*lines: str, **fields) -> list[str]:
    return [str(item.amount) for item in estimate(*lines, **fields).lines]


@pytest.mark.parametrize(
    ("line", "fields", "amount", "step"),
    [
        ("10000", {}, "200.00", "200.00 non-facility fee"),
        ("10000x3", {}, "600.00", "× 3 units"),
        ("10000-50", {"bilateral": "1"}, "300.00", "× 150% for both sides"),
        ("10000-50", {"bilateral": "3"}, "400.00", "× 100% for each side"),
        ("10000-50", {"bilateral": "2"}, "200.00", None),
        ("10000-80", {"assistant": "2"}, "32.00", "× 16% for an assistant"),
        ("10000-AS", {"assistant": "0"}, "27.20", "× 13.6% for an assistant"),
        ("10000-80", {"assistant": "1"}, "0.00", "× 0%: no assistant is paid"),
        ("10000-50,80", {"bilateral": "1", "assistant": "2"}, "48.00", None),
        ("10000-62", {"co_surgeon": "1"}, "125.00", "× 62.5% for a co-surgeon"),
        ("10000-62", {"co_surgeon": "0"}, "200.00", None),
        (
            "10000-54",
            {"preoperative": "0.10", "intraoperative": "0.70", "postoperative": "0.20"},
            "160.00",
            "× 80% without the aftercare",
        ),
        ("10000-55", {"postoperative": "0.20"}, "40.00", "× 20% for the aftercare"),
        ("10000-78", {"intraoperative": "0.70"}, "140.00", "× 70% for the surgery alone"),
    ],
)
def test_a_modifier_changes_the_fee_of_its_line(line, fields, amount, step):
    make_fee("10000", "200.00", **fields)
    [found] = estimate(line).lines
    assert str(found.amount) == amount
    assert step is None or step in found.steps


def test_several_procedures_are_paid_in_full_once_and_by_half_then():
    for place, amount in enumerate(("300", "500", "100", "400", "200", "50"), start=1):
        make_fee(f"1000{place}", amount, multiple_procedure="2")
    make_fee("10009", "70", multiple_procedure="0")
    lines = [f"1000{place}" for place in range(1, 7)]
    assert amounts(*lines, "10009") == [
        "150.00", "500.00", "50.00", "200.00", "100.00", "25.00", "70.00",
    ]  # fmt: skip
    last = estimate(*lines).lines[5]
    assert "from the sixth on by report" in last.steps[-1]


def test_units_of_a_reduced_procedure_are_ranked_one_by_one():
    make_fee("10001", "300", multiple_procedure="2")
    make_fee("10002", "400", multiple_procedure="2")
    assert amounts("10001x2", "10002") == ["300.00", "400.00"]
    first = estimate("10001x2").lines[0]
    assert str(first.amount) == "450.00"
    assert first.steps[-1] == "= 300.00 + 150.00, unit by unit"


def test_the_reduction_follows_the_day_and_the_both_sided_fee():
    make_fee("10001", "300", multiple_procedure="2", bilateral="1")
    make_fee("10002", "400", multiple_procedure="2")
    assert amounts("10001-50", "10002") == ["450.00", "200.00"]
    days = check("10001", "10002~2026-08-02").estimates
    assert [str(day.total) for day in days] == ["300.00", "400.00"]


def test_endoscopies_of_a_family_are_paid_above_their_base():
    make_fee("43235", "200", multiple_procedure="2")
    make_fee("43239", "250", multiple_procedure="3", endoscopic_base="43235")
    make_fee("43255", "400", multiple_procedure="3", endoscopic_base="43235")
    make_fee("10001", "300", multiple_procedure="2")
    assert amounts("43239", "43255") == ["50.00", "400.00"]
    assert amounts("43235", "43239", "43255") == ["0.00", "50.00", "400.00"]
    assert amounts("43239") == ["250.00"]
    # The family ranks by its sum, 450: the other procedure is the lesser one.
    assert amounts("43239", "43255", "10001") == ["50.00", "400.00", "150.00"]


def make_test(code: str, technical: str, professional: str, indicator: str):
    total = Decimal(technical) + Decimal(professional)
    make_fee(code, str(total), multiple_procedure=indicator, pctc="1")
    make_fee(code, technical, modifier="TC", multiple_procedure=indicator, pctc="1")
    make_fee(code, professional, modifier="26", multiple_procedure=indicator, pctc="1")


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [("4", "145.00"), ("6", "175.00"), ("7", "180.00"), ("0", "200.00")],
)
def test_parts_of_further_tests_of_a_day_are_reduced(indicator, expected):
    make_test("70551", "100", "100", indicator)
    make_test("70552", "200", "150", indicator)
    assert amounts("70551", "70552") == [expected, "350.00"]


def test_a_part_billed_alone_is_reduced_as_that_part():
    make_test("70551", "100", "100", "4")
    make_test("70552", "200", "150", "4")
    assert amounts("70551-26", "70552-TC") == ["100.00", "200.00"]
    assert amounts("70551-TC", "70552") == ["50.00", "350.00"]


def test_medicare_pays_a_therapist_assistant_85_percent_of_its_share():
    make_fee("97110", "40", multiple_procedure="5")  # practice expense 20
    make_fee("97140", "32.50", multiple_procedure="5")
    by_therapist, by_assistant = estimate("97110-GP", "97110-GP,CQx2").lines
    assert str(by_therapist.amount) == "40.00"
    assert str(by_assistant.amount) == "52.80"  # of twice 30, 20 percent and 85 percent of 80
    assert by_assistant.steps[-2] == "× 2 units"
    assert by_assistant.steps[-1].startswith("then × 88% for a therapist assistant (CQ)")
    assert amounts("97140-GO,CO") == ["28.60"]
    before = estimate("97110-GP,CQ", date="2021-12-31").lines
    assert [str(item.amount) for item in before] == ["40.00"]


def test_units_of_therapy_lose_half_their_practice_expense():
    make_fee("97110", "40", multiple_procedure="5")  # practice expense 20
    make_fee("97140", "30", multiple_procedure="5")  # practice expense 15
    assert amounts("97110x2", "97140") == ["70.00", "22.50"]


@pytest.mark.parametrize(
    ("line", "fields", "reason"),
    [
        ("10000-66", {}, "team surgery is priced by report"),
        ("10000-53", {}, "a discontinued procedure is priced by report"),
        ("10000-CQ", {}, "Medicare returns CQ without GP"),
        ("10000-GP,CO", {}, "Medicare returns CO without GO"),
        ("10000-FX", {}, "what film takes off the technical part is not estimated"),
        ("10000-GY", {}, "Medicare pays nothing for what the law excludes"),
        ("10000-PB", {}, "Medicare pays nothing for a wrong surgery"),
        ("10000", {"status": "J"}, "anesthesia is paid by time"),
        ("10000", {"status": "B"}, "the fee schedule has no amount for it outside a facility"),
        ("10000~pos22", {"facility_na": True}, "no amount for it in a facility"),
    ],
)
def test_what_cannot_be_reckoned_says_why(line, fields, reason):
    make_fee("10000", **fields)
    found = estimate(line)
    assert found.lines[0].amount is None
    assert reason in found.lines[0].reason
    assert found.is_partial
    assert not found.has_amounts


def test_a_code_without_a_row_has_no_amount_and_the_others_keep_theirs():
    make_fee("10000", "80")
    make_codes("J1740")
    found = estimate("10000", "J1740")
    assert [item.amount for item in found.lines] == [Decimal("80.00"), None]
    assert found.total == Decimal("80.00")


def test_the_locality_and_the_place_of_service_decide_on_the_fee():
    load()
    assert amounts("99213", day=JULY, zip="94110") == ["117.58"]
    assert amounts("99213", day=JULY, zip="94110", pos="21") == ["64.37"]
    assert amounts("96522", day=JULY) == ["125.25"]


def test_hospitals_are_told_the_national_rate():
    make_codes("96522")
    release = make_release(source=Source.OPPS_ADDENDUM_B)
    OppsRow.objects.create(
        release=release, hcpcs="96522", status_indicator="T", payment_rate=Decimal("200.17")
    )
    [found] = estimate("96522x2", setting="hospital").lines
    assert str(found.amount) == "400.34"
    assert found.steps == ("200.17 national rate, status T", "× 2 units")
