"""What is checked on a code."""

from datetime import date

import pytest

from codes.models import Code, CodeSystem, FeeScheduleRow, MueValue, SectionSlug, Source
from codes.queries.compliance import compliance_count, compliance_of
from codes.queries.documentation import checklist_of
from tests.codes.diagnosis_samples import DAY, load, order_file, page_of
from tests.factories import make_code, make_release, make_section_text, make_user, make_views

pytestmark = pytest.mark.django_db

ICD, CPT = CodeSystem.ICD_10_CM, CodeSystem.CPT
TABULAR = "icd10cm-xml-2027/icd10cm_tabular_2027.xml"


def facts_on(system: str, value: str) -> list[tuple]:
    content = compliance_of(page_of(system, value))
    return [(fact.name, fact.text, fact.origin, fact.release.name) for fact in content.facts]


def test_a_billable_diagnosis_is_exempt_or_not():
    order_file("E1140", "E119", headers=("E11",))
    assert compliance_count(page_of(ICD, "E1140")) == 0
    load("POAexemptCodesFY27.txt")
    [exempt] = facts_on(ICD, "E1140")
    assert exempt[1:] == ("Exempt: no indicator is reported on an inpatient claim.", "", "FY 2027")
    [not_exempt] = facts_on(ICD, "E119")
    assert not_exempt[1].startswith("Not exempt")
    assert compliance_count(page_of(ICD, "E119")) == 1
    assert (facts_on(ICD, "E11"), compliance_count(page_of(ICD, "E11"))) == ([], 0)


def test_the_seventh_character_is_told_where_the_list_asks_for_one():
    order_file("S720XXA", "E1140", headers=("S72", "S720"))
    load(TABULAR)
    assert facts_on(ICD, "S720XXA") == [
        (
            "7th character",
            "A: first visit, closed. The record must show it.",
            "From category S72.",
            "FY 2027",
        )
    ]
    [(_, required, origin, _)] = facts_on(ICD, "S72")
    assert required.startswith("Required: a claim needs one of A, B, S.")
    assert origin == ""
    assert compliance_count(page_of(ICD, "S720")) > 0
    assert compliance_count(page_of(ICD, "E1140")) == 0


def test_who_a_code_is_for_is_told_only_in_the_words_of_the_list():
    order_file("O24410", "E1140")
    load(TABULAR)
    assert facts_on(ICD, "O24410") == [
        (
            "Age or sex",
            "For use on maternal records only",
            "From chapter 15, Pregnancy (O00-O9A).",
            "FY 2027",
        )
    ]
    assert facts_on(ICD, "E1140") == []


def make_fee_row(value: str, **fields) -> None:
    release = make_release(
        source=Source.PHYSICIAN_FEE_SCHEDULE, name="October 2026", valid_from=date(2026, 10, 1)
    )
    figures = {
        field.name: 0
        for field in FeeScheduleRow._meta.concrete_fields
        if field.get_internal_type() == "DecimalField"
    }
    make_code(value, system=CPT)
    FeeScheduleRow.objects.create(release=release, hcpcs=value, status="A", **(figures | fields))


@pytest.mark.parametrize(
    ("global_days", "days"),
    [
        ("090", [date(2026, 10, 31), DAY, date(2026, 11, 2)]),
        ("010", [DAY, date(2026, 11, 2)]),
        ("000", [DAY]),
    ],
)
def test_the_global_period_is_a_line_of_days(global_days, days):
    make_fee_row("27447", global_days=global_days, supervision="09")
    page = page_of(CPT, "27447")
    period = compliance_of(page).global_period
    assert [step.first for step in period.steps] == days
    assert compliance_count(page) == 1
    lasts = {"090": date(2027, 1, 30), "010": date(2026, 11, 11), "000": DAY}
    assert period.steps[-1].last == lasts[global_days]


def test_a_code_without_period_or_supervision_has_no_section():
    make_fee_row("99499", global_days="XXX", supervision="09")
    page = page_of(CPT, "99499")
    assert (compliance_count(page), bool(compliance_of(page))) == (0, False)


def test_a_checklist_alone_opens_no_section():
    make_fee_row("99213", global_days="XXX", supervision="09")
    assert compliance_count(page_of(CPT, "99213")) == 0


def test_the_level_of_supervision_is_told_in_words():
    make_fee_row("93015", global_days="XXX", supervision="02")
    [(name, text, _, release)] = facts_on(CPT, "93015")
    assert (name, release) == ("Supervision", "October 2026")
    assert text.startswith("Direct (02).")


def test_units_above_the_edit_are_denied():
    make_code("96522", system=CPT)
    release = make_release(
        source=Source.NCCI_MUE_PRACTITIONER, name="2026 Q4", valid_from=date(2026, 10, 1)
    )
    MueValue.objects.create(release=release, code="96522", units=1, adjudication_indicator=3)
    [(name, text, _, _)] = facts_on(CPT, "96522")
    assert name == "Units, practitioner"
    assert text.startswith("Units above 1 are denied. Checked on the day’s total")


def test_what_two_settings_say_alike_is_said_once():
    make_code("96522", system=CPT)
    for source, units in [
        (Source.NCCI_MUE_PRACTITIONER, 1),
        (Source.NCCI_MUE_HOSPITAL, 1),
        (Source.NCCI_MUE_DME, 2),
    ]:
        release = make_release(source=source, name="2026 Q4", valid_from=date(2026, 10, 1))
        MueValue.objects.create(
            release=release, code="96522", units=units, adjudication_indicator=3
        )
    both, suppliers = compliance_of(page_of(CPT, "96522")).facts
    assert both.name == "Units, practitioner and outpatient hospital"
    assert [item.source for item in (both.release, *both.more_releases)] == [
        Source.NCCI_MUE_PRACTITIONER,
        Source.NCCI_MUE_HOSPITAL,
    ]
    assert suppliers.name == "Units, DME supplier"


@pytest.mark.parametrize(
    ("value", "fields", "family"),
    [
        ("00740", {}, "Anesthesia"),
        ("99213", {}, "Office visit"),
        ("99211", {}, None),
        ("96413", {}, "Injection or infusion"),
        ("96522", {}, None),
        ("97110", {}, "Timed therapy"),
        ("97161", {}, None),
        ("27447", {"global_days": "090"}, "Surgery with a global period"),
        ("93306", {"pctc": "1"}, "Diagnostic test"),
        ("80053", {}, "Laboratory test"),
        ("71046", {"pctc": "1"}, "Imaging"),
        ("76937", {"global_days": "ZZZ"}, "Imaging"),
        ("77067", {"pctc": "1"}, "Imaging"),
        ("77427", {"pctc": "0"}, None),
        ("78815", {"pctc": "1"}, "Imaging"),
        ("90471", {}, "Vaccine or its administration"),
        ("90686", {}, "Vaccine or its administration"),
        ("90785", {"global_days": "ZZZ"}, None),
        ("90371", {}, None),
        ("99499", {}, None),
    ],
)
def test_the_documentation_of_a_family_is_listed_with_its_sources(value, fields, family):
    make_fee_row(value, **{"global_days": "XXX", "supervision": "09", "pctc": "0"} | fields)
    checklist = compliance_of(page_of(CPT, value)).checklist
    assert (checklist and checklist.family) == family
    assert checklist is None or (checklist.items and checklist.sources)


@pytest.mark.parametrize(
    ("value", "family"),
    [
        ("J9271", "Drug"),
        ("E0601", "Durable medical equipment"),
        ("E0783", None),
        ("A4217", None),
        ("G0008", "Vaccine or its administration"),
        ("Q2037", "Vaccine or its administration"),
        ("G0011", None),
    ],
)
def test_equipment_drugs_and_vaccines_have_lists_of_their_own(value, family):
    checklist = checklist_of(CodeSystem.HCPCS, value, None)
    assert (checklist and checklist.family) == family


def test_editors_text_takes_the_place_of_the_built_in_list(client):
    make_fee_row("99213", global_days="XXX", supervision="02")
    code = Code.objects.get(system=CPT, value="99213")
    user = make_user()
    make_views("cpt:99213", user=user)
    client.force_login(user)
    address = "/codes/cpt/99213/compliance/"
    assert "Documentation: office visit" in client.get(address).text
    make_section_text(code, SectionSlug.COMPLIANCE)
    text = client.get(address).text
    assert "Documentation: office visit" not in text
    assert "Direct (02)." in text


def test_the_page_shows_the_facts_with_their_release(client):
    order_file("E1140")
    load("POAexemptCodesFY27.txt")
    user = make_user()
    make_views("icd-10-cm:E11.40", user=user)
    client.force_login(user)
    text = client.get("/codes/icd-10-cm/E11.40/compliance/").text
    assert "Exempt: no indicator is reported" in text
    assert "Present on admission exempt list, FY 2027." in text
