"""What the rules find on a claim, one rule at a time."""

from datetime import date

import pytest

from codes.importers.pipeline import import_paths
from codes.models import CodeSystem, HcpcsModifier, HcpcsRecord, OppsRow, Source
from tests.codes import diagnosis_samples
from tests.codes.claim_check.rules_data import (
    check,
    kinds,
    make_add_ons,
    make_codes,
    make_fee,
    make_mues,
    make_pairs,
)
from tests.codes.diagnosis_samples import load
from tests.codes.importers.layouts import SAMPLES
from tests.factories import make_code, make_description, make_release

pytestmark = pytest.mark.django_db

PAIR = ("36561", "96522")


def test_a_pair_conflicts_unless_a_modifier_separates_it():
    make_pairs((*PAIR, 1))
    make_codes(*PAIR)
    conflict = ("ptp-conflict", "error", "36561 96522")
    bypassed = ("ptp-bypassed", "warning", "36561 96522")
    only_pairs = {"without": ("not-loaded", "modifier-not-applicable")}
    for lines, expected in [
        (["96522", "36561"], conflict),
        (["96522-51", "36561"], conflict),
        (["96522-59", "36561"], bypassed),
        (["96522", "36561-XS"], bypassed),
        (["96522-RT", "36561-LT"], bypassed),
        (["96522-RT", "36561-RT"], conflict),
        (["96522-RT,59", "36561-RT"], bypassed),
        (["96522-59", "96522", "36561"], conflict),
        (["96522-59", "96522-XU", "36561"], bypassed),
    ]:
        assert kinds(check(*lines), **only_pairs) == [expected], lines


def test_no_modifier_separates_a_pair_of_indicator_0():
    make_pairs((*PAIR, 0))
    make_codes(*PAIR)
    [found] = [item for item in check("96522-59", "36561").findings if item.codes == PAIR]
    assert (found.kind, found.severity) == ("ptp-conflict", "error")
    assert "96522 (column two)" in found.sentence
    assert found.lines == (1, 2)
    assert found.detail == "Rationale: Standards of practice."


def test_59_on_column_one_counts_since_july_2019():
    make_pairs((*PAIR, 1))
    make_codes(*PAIR)
    for day, kind in [(date(2019, 6, 30), "ptp-conflict"), (date(2019, 7, 1), "ptp-bypassed")]:
        assert [item[0] for item in kinds(check("96522", "36561-59", day=day))] == [kind]
        assert [item[0] for item in kinds(check("96522-59", "36561", day=day))] == ["ptp-bypassed"]


def test_a_pair_without_an_edit_in_force_is_said_with_its_release():
    release = make_pairs((*PAIR, 1, date(2026, 6, 30)))
    make_codes(*PAIR)
    [found] = check("96522", "36561").without_edit
    assert (found.kind, found.severity, found.release) == ("no-edit", "info", release)
    assert set(found.codes) == set(PAIR)
    assert not check("96522", "36561", day=date(2026, 6, 30)).without_edit


def test_lines_of_different_days_make_no_pair():
    make_pairs((*PAIR, 0))
    make_mues(("96522", 1, 3))
    make_codes(*PAIR)
    found = check("96522", "36561~2026-08-02", "96522~2026-08-03")
    assert kinds(found) == []
    assert not found.without_edit


def test_settings_have_their_own_edits():
    make_pairs((*PAIR, 0))
    make_pairs(source=Source.NCCI_PTP_HOSPITAL)
    make_codes(*PAIR)
    assert kinds(check("96522", "36561"))
    assert not kinds(check("96522", "36561", setting="hospital"))


@pytest.mark.parametrize(
    ("indicator", "lines", "expected"),
    [
        (1, ["96522x3", "96522-76x2"], [(1,)]),
        (1, ["96522x2", "96522-76x2"], []),
        (2, ["96522x2", "96522-76"], [(1, 2)]),
        (3, ["96522x3"], [(1,)]),
        (3, ["96522", "96522-76"], []),
    ],
)
def test_units_are_counted_by_the_line_or_by_the_day(indicator, lines, expected):
    make_mues(("96522", 2, indicator))
    make_codes("96522")
    found = [item for item in check(*lines).findings if item.kind == "mue-exceeded"]
    assert [item.lines for item in found] == expected
    assert all(f"MAI {indicator}" in item.sentence for item in found)


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (["22552"], "error"),
        (["22552", "22551"], None),
        (["22552", "99213"], "error"),
        (["22552", "22551~2026-08-02"], "error"),
        (["0076T"], "error"),  # the contractor defines its primaries, and there is none at all
        (["0076T", "99213"], "warning"),
        (["0076T", "22552", "22551"], "warning"),
        (["37185"], "error"),
        (["37185", "99213"], "warning"),
        (["37185", "37184"], None),
    ],
)
def test_an_add_on_code_needs_its_primary_on_the_day(lines, severity):
    make_add_ons(("22552", "22551", 1), ("0076T", "", 2), ("37185", "37184", 3), ("37185", "", 3))
    make_codes("22551", "22552", "99213", "0076T", "37184", "37185")
    found = [item for item in check(*lines).findings if item.kind == "addon-without-primary"]
    assert [str(item.severity) for item in found] == ([severity] if severity else [])


def test_an_unknown_code_and_one_of_no_form_are_told():
    make_fee("96522")
    assert kinds(check("96522", "96599", "ABCDE")) == [
        ("unknown-code", "error", "96599"),
        ("unknown-code", "error", "ABCDE"),
    ]


def test_a_code_is_judged_on_its_own_date():
    release = make_release(source=Source.HCPCS_LEVEL_II, valid_from=date(2026, 1, 1))
    make_description("A4220", release=release, termination_date=date(2026, 6, 30))
    make_description("A4221", release=release, added_date=date(2026, 8, 2))
    assert kinds(check("A4220", "A4221")) == [
        ("not-valid-on-date", "error", "A4220"),
        ("not-valid-on-date", "error", "A4221"),
    ]
    assert not kinds(check("A4220~2026-06-30", "A4221~2026-08-02"))


def make_diagnoses(valid_from=date(2025, 10, 1), **billable: bool):
    release = make_release(source=Source.ICD_10_CM_ORDER, name="FY 2026", valid_from=valid_from)
    for value, is_billable in billable.items():
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=release, is_billable=is_billable)


def test_a_header_an_ended_and_an_unknown_diagnosis_are_told():
    make_diagnoses(Z45=False, Z451=True)
    make_diagnoses(date(2026, 10, 1), Z45=False, Z451=True, Z459=True)
    make_codes("96522")
    assert kinds(check("96522", dx=["Z45.1", "Z45", "Z45.9", "Z99.99"])) == [
        ("header-diagnosis", "error", "Z45"),
        ("not-valid-on-date", "error", "Z45.9"),
        ("unknown-code", "error", "Z99.99"),
    ]


def test_a_header_is_told_before_the_oldest_release_too():
    make_diagnoses(Z45=False, Z451=True)
    make_codes("96522")
    found = check("96522", dx=["Z45", "Z45.1"], day=date(2024, 7, 1))
    assert ("header-diagnosis", "error", "Z45") in kinds(found)
    assert any(item.kind == "not-loaded" and item.codes == ("Z45.1",) for item in found.findings)


def test_data_that_are_not_loaded_are_warned_of_one_by_one():
    make_codes("96522", "36561")
    found = check("96522", "36561", dx=["Z45.1"])
    sentences = " ".join(item.sentence for item in found.findings if item.kind == "not-loaded")
    for name in ("NCCI PTP edits", "NCCI MUE", "add-on", "fee schedule", "tabular", "Coverage"):
        assert name in sentences
    assert not found.without_edit


@pytest.mark.parametrize(
    ("line", "fields", "is_ruled_out"),
    [
        ("96522-26", {"pctc": "0"}, True),
        ("96522-26", {"pctc": "9"}, False),
        ("96522-26", {"pctc": "1"}, False),
        ("96522-50", {"bilateral": "0"}, True),
        ("96522-50", {"bilateral": "2"}, True),
        ("96522-50", {"bilateral": "1"}, False),
        ("96522-50", {"bilateral": "9"}, True),
        ("96522-50", {"bilateral": "9", "status": "C"}, False),
        ("96522-51", {"global_days": "ZZZ"}, True),
        ("96522-51", {"global_days": "000"}, False),
        ("96522-62", {"co_surgeon": "0"}, True),
        ("96522-62", {"co_surgeon": "1"}, False),
        ("96522-62", {"co_surgeon": "9"}, True),
        ("96522-66", {"team": "0"}, True),
        ("96522-66", {"team": "9"}, True),
        ("96522-80", {"assistant": "9"}, True),
        ("96522-80", {"assistant": "1"}, True),
        ("96522-AS", {"assistant": "2"}, False),
        ("96522-54", {"global_days": "000"}, True),
        ("96522-54", {"global_days": "090"}, False),
        ("96522-QQ", {}, True),
    ],
)
def test_modifiers_are_held_against_the_codes_indicators(line, fields, is_ruled_out):
    make_fee("96522", **fields)
    release = make_release(source=Source.HCPCS_LEVEL_II)
    HcpcsModifier.objects.create(release=release, value="AS", long="Assistant")
    found = [item for item in kinds(check(line)) if item[0] == "modifier-not-applicable"]
    expected = [("modifier-not-applicable", "error", "96522")] if is_ruled_out else []
    assert found == expected


def test_a_modifier_with_a_row_of_its_own_applies():
    make_fee("93000", pctc="1")
    make_fee("93000", "20.00", modifier="26", pctc="1")
    assert not kinds(check("93000-26"))


@pytest.mark.parametrize(
    ("line", "place", "kind"),
    [
        ("93306", "22", "missing-modifier"),
        ("93306-TC", "21", "not-payable"),
        ("93306-26", "22", None),
        ("93306", "11", None),
        ("93306", "24", None),
    ],
)
def test_only_the_professional_part_of_a_test_is_paid_at_a_hospital(line, place, kind):
    make_fee("93306", pctc="1")
    make_fee("93306", "60.00", modifier="26", pctc="1")
    make_fee("93306", "40.00", modifier="TC", pctc="1")
    found = check(line, pos=place)
    assert kinds(found) == ([(kind, "error", "93306")] if kind else [])
    assert all("PC/TC 1" in item.sentence for item in found.findings if item.kind == kind)


@pytest.mark.parametrize(
    ("status", "severity"),
    [("A", None), ("B", "error"), ("I", "error"), ("N", "error"), ("X", "info"), ("C", "info")],
)
def test_a_status_that_is_not_paid_is_told(status, severity):
    make_fee("96522", status=status)
    expected = [("not-payable", severity, "96522")] if severity else []
    assert kinds(check("96522")) == expected


def test_what_is_incident_to_a_physician_is_not_paid_in_a_facility():
    make_fee("96522", pctc="5")
    assert kinds(check("96522", pos="22")) == [("not-payable", "error", "96522")]
    assert not kinds(check("96522", pos="11"))


def test_the_coverage_code_of_a_hcpcs_code_counts():
    release = make_release(source=Source.HCPCS_LEVEL_II)
    make_description("A9270", release=release)
    HcpcsRecord.objects.create(release=release, code=make_code("A9270"), coverage_code="S")
    assert kinds(check("A9270")) == [("not-payable", "error", "A9270")]


@pytest.mark.parametrize(("indicator", "severity"), [("C", "error"), ("N", "info"), ("T", None)])
def test_the_status_under_opps_counts_for_hospitals(indicator, severity):
    make_codes("96522")
    release = make_release(source=Source.OPPS_ADDENDUM_B)
    OppsRow.objects.create(release=release, hcpcs="96522", status_indicator=indicator)
    expected = [("not-payable", severity, "96522")] if severity else []
    assert kinds(check("96522", setting="hospital")) == expected


def test_equal_lines_of_a_day_are_denied_as_duplicates():
    make_codes("96522")
    assert kinds(check("96522", "96522-76", "96522")) == [("repeated-line", "warning", "96522")]
    assert not kinds(check("96522-LT", "96522-RT"))


@pytest.fixture
def articles(db):
    assert not import_paths([SAMPLES / "mcd" / "current_article_csv"]).problem


def coverage(*lines: str, **fields) -> list[tuple[str, str, str]]:
    return [item for item in kinds(check(*lines, **fields)) if "covered" in item[0]]


def test_the_article_of_the_claims_state_decides_on_its_diagnoses(articles):
    covered = ("covered", "info", "96522 Z45.1")
    assert coverage("96522", dx=["Z45.1"], state="KY") == [covered]
    assert coverage("96522", dx=["E11.9", "Z45.1"], state="KY") == [covered]
    assert coverage("96522~dx1", dx=["E11.9", "Z45.1"], state="KY") == [
        ("not-covered", "error", "96522 E11.9")
    ]
    assert coverage("96522", dx=["E11.9"], state="NV") == [("not-covered", "error", "96522 E11.9")]
    assert coverage("96522", dx=["E11.9"], state="TX") == []
    assert coverage("96522", state="KY") == [("not-covered", "error", "96522")]


def test_without_a_state_every_article_is_told_as_one_that_may_hold(articles):
    assert coverage("96522", dx=["Z45.1"]) == [
        ("not-covered", "warning", "96522 Z45.1"),
        ("covered", "info", "96522 Z45.1"),
    ]


def test_a_covered_diagnosis_comes_with_the_condition_of_its_group(articles):
    [found] = [item for item in check("96522", dx=["Z45.1"], state="KY").findings
               if item.kind == "covered"]  # fmt: skip
    assert "Report one code of Group 1 with one of Group 2." in found.detail
    assert found.url.endswith("articleid=90001&ver=4")


def test_diagnoses_that_exclude_each_other_are_told():
    load("icd10cm-xml-2027/icd10cm_tabular_2027.xml")
    found = check(dx=["E11.40", "E10.9"], day=diagnosis_samples.DAY)
    assert ("excludes1", "warning", "E11.40 E10.9") in kinds(found)
    [item] = [item for item in found.findings if item.kind == "excludes1"]
    assert item.detail == "Excludes1: type 1 (E10.-)"
