"""Modifiers that a claim lacks, or says twice, and those whose need is to be shown."""

import pytest

from codes.models import HcpcsModifier, Source
from tests.codes.claim_check.rules_data import check, kinds, make_add_ons, make_fee
from tests.factories import make_release

pytestmark = pytest.mark.django_db

MISSING, WRONG = "missing-modifier", "modifier-not-applicable"


def told(*lines: str, **fields) -> list[tuple[str, str]]:
    """(kind, codes) of what is found on modifiers."""
    found = kinds(check(*lines, **fields))
    asked = (MISSING, WRONG, "needs-documentation")
    return [(kind, codes) for kind, _, codes in found if kind in asked]


def sentences(*lines: str, **fields) -> str:
    return " ".join(item.sentence for item in check(*lines, **fields).findings)


# Both sides


@pytest.mark.parametrize(
    ("indicator", "lines", "kind"),
    [
        ("1", ["69436", "69436"], MISSING),
        ("1", ["69436x2"], MISSING),
        ("1", ["69436-RT", "69436-LT"], MISSING),
        ("1", ["69436-RT,LT"], MISSING),
        ("1", ["69436"], None),
        ("1", ["69436-RT"], None),
        ("1", ["69436-50"], None),
        ("1", ["69436x3"], None),
        ("1", ["69436", "69436-XS"], None),
        ("1", ["69436-76", "69436"], None),
        ("1", ["69436-RT", "69436-LT,59"], None),
        ("1", ["69436-50x2"], WRONG),
        ("1", ["69436-50,RT"], WRONG),
        ("2", ["69436-RT", "69436-LT"], WRONG),
        ("0", ["69436-RT", "69436-LT"], WRONG),
        ("0", ["69436x2"], None),
        ("3", ["69436-RT", "69436-LT"], None),
        ("3", ["69436x2"], None),
        ("9", ["69436-RT", "69436-LT"], None),
    ],
)
def test_both_sides_are_one_line_with_50(indicator, lines, kind):
    make_fee("69436", bilateral=indicator)
    assert told(*lines) == ([(kind, "69436")] if kind else [])
    assert not [item for item in told(*lines, setting="hospital") if "50" not in " ".join(lines)]


def test_units_of_an_add_on_code_need_not_be_sides():
    make_fee("64484", bilateral="1", global_days="ZZZ")
    make_fee("64494", bilateral="1")
    make_add_ons(("64494", "64493", 1))
    assert not told("64484x2", "64494x2")


def test_a_code_without_payment_is_not_asked_for_its_sides():
    make_fee("69436", bilateral="1", status="N")
    assert not told("69436x2")


# Several procedures


@pytest.mark.parametrize(
    ("lines", "is_told"),
    [
        (["11042-51", "11730"], True),
        (["11042-51", "11730-51"], True),
        (["11042", "11730-51"], False),
        (["11042", "11730"], False),
        (["11042-51"], False),
        (["11042-51", "99213"], False),
        (["11042-51,80", "11730"], False),
    ],
)
def test_51_does_not_go_on_the_highest_fee(lines, is_told):
    make_fee("11042", "200.00", multiple_procedure="2", assistant="2")
    make_fee("11730", "100.00", multiple_procedure="2")
    make_fee("99213", "90.00", global_days="XXX")
    found = [item for item in told(*lines) if item[0] == WRONG]
    assert found == ([(WRONG, "11042")] if is_told else [])


def test_an_add_on_code_has_no_51():
    make_fee("22552", global_days="ZZZ")
    make_fee("97814", global_days="XXX")
    make_add_ons(("97814", "97813", 1))
    assert told("22552-51", "97814-51") == [(WRONG, "22552"), (WRONG, "97814")]


# Assistants, co-surgeons, teams


@pytest.mark.parametrize(
    ("line", "fields", "is_told"),
    [
        ("27447-80", {"assistant": "0"}, True),
        ("27447-AS", {"assistant": "0"}, True),
        ("27447-80", {"assistant": "2"}, False),
        ("27447-62", {"co_surgeon": "1"}, True),
        ("27447-62", {"co_surgeon": "2"}, False),
        ("27447-66", {"team": "1"}, True),
        ("27447-66", {"team": "2"}, False),
        ("27447-80", {"assistant": "0", "status": "C"}, False),
        ("27447-80", {"assistant": "0", "global_days": "XXX"}, False),
        ("27447", {"assistant": "0", "co_surgeon": "1", "team": "1"}, False),
    ],
)
def test_what_only_the_record_can_show_is_told(line, fields, is_told):
    make_fee("27447", **fields)
    assert told(line) == ([("needs-documentation", "27447")] if is_told else [])


# Settings, anesthesia, therapy


@pytest.mark.parametrize(
    ("line", "setting", "is_wrong"),
    [
        ("45378-53", "hospital", True),
        ("45378-73", "hospital", False),
        ("45378-53", "practitioner", False),
        ("45378-74", "practitioner", True),
        ("45378-27", "practitioner", True),
    ],
)
def test_a_stopped_procedure_is_said_in_the_words_of_the_setting(line, setting, is_wrong):
    make_fee("45378")
    assert told(line, setting=setting) == ([(WRONG, "45378")] if is_wrong else [])


def test_anesthesia_needs_who_gave_it():
    make_fee("00840", status="J", global_days="XXX")
    make_fee("01996", status="J", global_days="XXX")
    assert told("00840", "01996") == [(MISSING, "00840")]
    assert not told("00840-QZ")
    assert not told("00840", setting="hospital")


def test_therapy_needs_whose_plan_it_follows():
    make_fee("97110", multiple_procedure="5", global_days="XXX")
    assert told("97110") == told("97110", setting="hospital") == [(MISSING, "97110")]
    assert not told("97110-GP")


# Global periods


@pytest.fixture
def _procedures():
    make_fee("99213", global_days="XXX")
    make_fee("99291", global_days="XXX")
    make_fee("99417", global_days="ZZZ")
    make_fee("20610", global_days="000")
    make_fee("11400", global_days="010")
    make_fee("27447", global_days="090", assistant="2", intraoperative="0.7")
    make_fee("71046", global_days="XXX")


@pytest.mark.usefixtures("_procedures")
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["99213", "20610"], "25"),
        (["99213", "11400"], "25"),
        (["99213-57", "11400"], "25"),
        (["99213-24", "11400"], "25"),
        (["99213-25", "11400"], None),
        (["99213", "27447"], "57"),
        (["99213-57", "27447"], None),
        (["99213-25", "27447"], None),
        (["99213-57", "27447", "20610"], None),
        (["99213", "27447-80"], None),
        (["99213", "71046"], None),
        (["99417", "20610"], None),
        (["99213", "27447~2026-08-02"], "57"),
        (["99213", "20610~2026-08-02"], None),
        (["99213", "27447~2026-08-03"], None),
        (["11400", "99213~2026-08-11"], "24"),
        (["11400", "99213~2026-08-12"], None),
        (["11400", "99213-24~2026-08-11"], None),
        (["11400", "99291-FT~2026-08-11"], None),
        (["20610", "99213~2026-08-02"], None),
        (["27447", "99213~2026-10-30"], "24"),
        (["27447-54", "99213~2026-08-11"], None),
        (["27447-55", "99213~2026-08-11"], None),
        (["27447", "11400~2026-08-11"], "58"),
        (["27447", "11400-79~2026-08-11"], None),
        (["27447", "71046~2026-08-11"], None),
    ],
)
def test_what_a_procedures_payment_takes_in_needs_a_modifier(lines, expected):
    release = make_release(source=Source.HCPCS_LEVEL_II)
    HcpcsModifier.objects.create(release=release, value="FT", long="Unrelated critical care")
    found = [item for item in check(*lines).findings if item.kind == MISSING]
    assert len(found) == (1 if expected else 0), [item.sentence for item in found]
    for item in found:
        assert f" {expected}" in item.sentence
        assert item.severity == "warning"
        assert "chapter 12" in item.detail
        assert len(item.lines) == 2
    assert not [item for item in told(*lines, setting="hospital") if item[0] == MISSING]


@pytest.mark.usefixtures("_procedures")
def test_a_57_for_a_small_procedure_is_told_to_be_wrong():
    assert "57 is for procedures with 90 global days." in sentences("99213-57", "11400")


@pytest.mark.usefixtures("_procedures")
def test_modifiers_of_visits_and_of_procedures_are_not_exchanged():
    assert told("11400-25") == [(WRONG, "11400")]
    assert told("99213-79") == [(WRONG, "99213")]
    assert not told("99213-25") + told("11400-79")
