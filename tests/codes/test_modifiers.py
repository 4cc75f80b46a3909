"""Which modifiers may go with a code: derived from the indicators, and from nothing else."""

from datetime import date
from decimal import Decimal

import pytest

from codes.models import FeeScheduleRow, HcpcsModifier, Source
from codes.queries.fees import CodePayment
from codes.queries.modifiers import modifier_section, modifier_table
from codes.queries.releases import published_releases
from tests.codes.payment_data import JULY, load, payment_of
from tests.factories import make_code, make_release

pytestmark = pytest.mark.django_db

SURGERY = {
    "global_days": "090",
    "pctc": "0",
    "multiple_procedure": "2",
    "bilateral": "1",
    "assistant": "2",
    "co_surgeon": "1",
    "team": "2",
    "preoperative": Decimal("0.10"),
    "intraoperative": Decimal("0.69"),
    "postoperative": Decimal("0.21"),
}


def make_fee_row(value="27447", modifier="", release=None, **fields) -> FeeScheduleRow:
    release = release or make_release(source=Source.PHYSICIAN_FEE_SCHEDULE)
    zero = Decimal(0)
    names = [
        field.attname
        for field in FeeScheduleRow._meta.concrete_fields
        if field.get_internal_type() == "DecimalField"
    ]
    defaults = {
        **dict.fromkeys(names, zero),
        "status": "A",
        "global_days": "XXX",
        "multiple_procedure": "9",
        "bilateral": "9",
        "assistant": "9",
        "co_surgeon": "9",
        "team": "9",
        "pctc": "9",
    }
    return FeeScheduleRow.objects.create(
        release=release, hcpcs=value, modifier=modifier, **{**defaults, **fields}
    )


def make_level_ii(*values: str):
    release = make_release(source=Source.HCPCS_LEVEL_II)
    for value in values:
        HcpcsModifier.objects.create(release=release, value=value, long=f"CMS's words for {value}")


def section_of(value="27447"):
    system = "cpt" if value[0].isdigit() else "hcpcs"
    code = make_code(value, system=system)
    return modifier_section(CodePayment(code, published_releases(), JULY))


def values(facts) -> set[str]:
    return {fact.value for fact in facts}


def reason(section, value: str) -> str:
    return next(fact.reason for fact in section.facts if fact.value == value)


def test_a_surgery_may_have_what_its_indicators_allow():
    make_level_ii("LT", "RT", "AS", "XE")
    make_fee_row(**SURGERY)
    section = section_of()

    assert values(section.applying) == {
        "50", "LT", "RT", "51", "62", "66", "80", "81", "82", "AS", "54", "55", "56", "58", "78",
        "79",
    }  # fmt: skip
    assert values(section.on_visits) == {"24", "57"}
    assert values(section.not_applying) == {"26", "TC"}


def test_the_shares_of_the_global_fee_are_those_of_the_row():
    make_fee_row(**SURGERY)
    section = section_of()

    assert "pays 79 percent" in reason(section, "54")
    assert "pays 21 percent" in reason(section, "55")
    assert "share is 10 percent" in reason(section, "56")
    assert "pays 69 percent" in reason(section, "78")


@pytest.mark.parametrize(
    ("indicator", "value", "applying", "excluded"),
    [
        ("bilateral", "0", set(), {"50"}),
        ("bilateral", "1", {"50", "LT", "RT"}, set()),
        ("bilateral", "2", set(), {"50"}),
        ("bilateral", "3", {"50", "LT", "RT"}, set()),
        ("multiple_procedure", "0", set(), {"51"}),
        ("multiple_procedure", "2", {"51"}, set()),
        ("multiple_procedure", "3", {"51"}, set()),
        ("multiple_procedure", "4", set(), set()),
        ("co_surgeon", "0", set(), {"62"}),
        ("co_surgeon", "1", {"62"}, set()),
        ("co_surgeon", "2", {"62"}, set()),
        ("team", "0", set(), {"66"}),
        ("team", "1", {"66"}, set()),
        ("team", "2", {"66"}, set()),
        ("assistant", "0", {"80", "81", "82", "AS"}, set()),
        ("assistant", "1", set(), {"80", "81", "82", "AS"}),
        ("assistant", "2", {"80", "81", "82", "AS"}, set()),
    ],
)
def test_each_indicator_decides_its_own_modifiers(indicator, value, applying, excluded):
    make_level_ii("LT", "RT", "AS")
    make_fee_row(global_days="YYY", **{indicator: value})
    section = section_of()

    assert values(section.applying) == applying
    assert values(section.not_applying) == excluded
    names = {fact.basis.rsplit(" ", 1)[1] for fact in section.facts}
    assert names <= {value}


@pytest.mark.parametrize(
    ("days", "on_visits"), [("000", {"25"}), ("010", {"24", "25"}), ("090", {"24", "57"})]
)
def test_the_global_period_says_what_a_visit_beside_it_carries(days, on_visits):
    make_fee_row(global_days=days)
    assert values(section_of().on_visits) == on_visits


@pytest.mark.parametrize("days", ["XXX", "YYY", "MMM"])
def test_without_a_global_period_nothing_is_said_around_surgery(days):
    make_fee_row(global_days=days)
    assert section_of().facts == []


def test_a_test_with_two_components_has_both():
    release = make_release(source=Source.PHYSICIAN_FEE_SCHEDULE)
    for modifier in ("", "26", "TC"):
        make_fee_row("70496", modifier, release, pctc="1")
    section = section_of("70496")

    assert [fact.value for fact in section.applying] == ["26", "TC"]
    assert section.applying[0].basis == "PC/TC 1"


def test_a_laboratory_interpretation_has_no_technical_component():
    release = make_release(source=Source.PHYSICIAN_FEE_SCHEDULE)
    make_fee_row("86153", "26", release, pctc="6")
    section = section_of("86153")

    assert values(section.applying) == {"26"}
    assert values(section.not_applying) == {"TC"}


def test_a_row_for_stopping_gives_53():
    release = make_release(source=Source.PHYSICIAN_FEE_SCHEDULE)
    make_fee_row("44388", "", release)
    make_fee_row("44388", "53", release)
    assert values(section_of("44388").applying) == {"53"}


def test_an_add_on_is_not_reduced_whatever_its_other_indicator_says():
    make_fee_row(global_days="ZZZ", multiple_procedure="2")
    assert values(section_of().not_applying) == {"51"}


def test_a_visit_carries_what_sets_it_apart_from_a_procedure():
    load("rvu26c")
    section = modifier_section(payment_of("99213"))

    assert values(section.applying) == {"24", "25", "57"}
    assert values(section.not_applying) == {"26", "TC", "50", "51"}


def test_anesthesia_says_who_gave_it_in_cmss_words():
    make_level_ii("AA", "QK", "QX", "QY", "QZ", "LT")
    make_fee_row("00100", status="J")
    section = section_of("00100")

    assert [fact.value for fact in section.applying] == ["AA", "QK", "QX", "QY", "QZ"]
    assert section.applying[0].text == "CMS's words for AA"
    assert [release.source for release in section.others] == [Source.HCPCS_LEVEL_II]


def test_therapy_says_whose_plan_of_care_it_follows():
    make_level_ii("GP", "GO", "GN", "CQ", "LT")
    make_fee_row("97110", multiple_procedure="5", bilateral="0")
    section = section_of("97110")

    assert [fact.value for fact in section.applying] == ["GP", "GO", "GN", "CQ"]
    assert "required" in reason(section, "GP")
    assert section.applying[0].basis == "Multiple procedures 5"
    assert section.applying[0].text == "CMS's words for GP"


def test_level_ii_modifiers_that_no_release_lists_are_not_named():
    make_fee_row(**SURGERY)
    section = section_of()
    assert not values(section.facts) & {"LT", "RT", "AS"}
    assert section.others == []


def test_a_modifier_that_has_ended_is_not_named():
    make_level_ii("LT", "RT")
    HcpcsModifier.objects.filter(value="LT").update(termination_date=date(2026, 6, 30))
    make_fee_row(bilateral="1", global_days="YYY")
    assert values(section_of().applying) == {"50", "RT"}


def test_a_code_without_a_row_has_no_section():
    make_release(source=Source.PHYSICIAN_FEE_SCHEDULE)
    assert section_of("27447") is None


def test_the_download_names_indicator_and_release():
    make_fee_row(bilateral="1")
    header, rows = modifier_table(section_of())

    assert header[0] == "modifier"
    assert rows == [
        [
            "50", "yes", "this code", "Done on both sides; paid at 150 percent.", "Bilateral 1",
            "150 percent", "July 2026",
        ]
    ]  # fmt: skip
