"""The codes and groups that go with a code."""

from datetime import date

import pytest
from django.utils.html import escape

from codes.importers.pipeline import import_paths
from codes.models import CodeConversion, CodeSystem, HcpcsRecord, Release, Source
from codes.queries.crosswalks import (
    crosswalks_count,
    crosswalks_in_full,
    crosswalks_of,
    icd_9_printed,
)
from codes.queries.crosswalks_table import crosswalks_table
from tests.codes.diagnosis_samples import DAY, load, order_file, page_of
from tests.codes.importers.layouts import SAMPLES
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_release,
    make_user,
    make_views,
)

pytestmark = pytest.mark.django_db

ICD = CodeSystem.ICD_10_CM


def of_diagnosis(value: str):
    return crosswalks_of(page_of(ICD, value))


def test_a_diagnosis_counts_in_risk_models_the_newest_version_first():
    order_file("E1140")
    load("hcc-2027")
    hcc = of_diagnosis("E1140").hcc
    assert [(m.name, [(c.category, c.label) for c in m.categories]) for m in hcc.models] == [
        ("CMS-HCC Model V28", [(37, "Sugar of V28")]),
        ("CMS-HCC Model V24", [(18, "Sugar, with trouble")]),
        ("CMS-HCC ESRD Model V24", [(18, "Sugar in kidney care")]),
        ("RxHCC Model V08", [(30, "Sugar drugs")]),
    ]
    assert hcc.release.name == "Payment year 2027"


def test_counting_in_no_model_is_a_fact_of_billable_codes_only():
    order_file("Z451", headers=("Z45",))
    assert crosswalks_count(page_of(ICD, "Z451")) == 0
    load("hcc-2027")
    assert crosswalks_count(page_of(ICD, "Z451")) == 1
    assert of_diagnosis("Z451").hcc.models == []
    assert crosswalks_count(page_of(ICD, "Z45")) == 0


def test_equivalents_tell_single_codes_and_combinations_apart():
    order_file("E1140", "S72001A", "T509")
    load("gems-2018")
    icd_9 = of_diagnosis("E1140").icd_9
    assert [(item.codes, item.sentence) for item in icd_9.equivalents] == [
        (["250.60"], "Approximate: the two do not mean exactly the same."),
        (["250.60", "357.2 or 357.3"], "Needed together: one code of each, as listed."),
    ]
    [exact] = of_diagnosis("S72001A").icd_9.equivalents
    assert (exact.codes, exact.is_approximate) == (["820.8"], False)
    assert of_diagnosis("T509").icd_9.is_without_map


@pytest.mark.parametrize(
    ("value", "printed"),
    [("25060", "250.60"), ("001", "001"), ("E8490", "E849.0"), ("V453", "V45.3")],
)
def test_icd_9_codes_are_printed_with_their_dot(value, printed):
    assert icd_9_printed(value) == printed


def make_conversion(value: str, previous: str, values: list[str], year: int = 2021) -> None:
    release = make_release_once(Source.ICD_10_CM_CONVERSION, "FY 2027", date(2026, 10, 1))
    CodeConversion.objects.create(
        release=release,
        value=value,
        effective_date=date(year, 10, 1),
        previous_text=previous,
        previous_values=values,
    )


def make_release_once(source: str, name: str, valid_from: date):
    found = Release.objects.filter(source=source, name=name).first()
    return found or make_release(source=source, name=name, valid_from=valid_from)


def test_earlier_and_later_codes_are_linked_with_their_text():
    order_file("C563", "C561")
    make_conversion("C563", "C56.1 and C56.2", ["C561", "C562"])
    conversion = of_diagnosis("C563").conversion
    [change] = conversion.earlier
    assert [(link.printed, link.text, link.is_known) for link in change.codes] == [
        ("C56.1", "Long official description of C56.1", True),
        ("C56.2", "", False),
    ]
    assert (change.effective_date, change.text) == (date(2021, 10, 1), "C56.1 and C56.2")
    [later] = of_diagnosis("C561").conversion.later
    assert [link.printed for link in later.codes] == ["C56.3"]
    assert crosswalks_count(page_of(ICD, "C561")) == 1


def test_one_earlier_code_needs_no_words_and_no_code_no_links():
    order_file("A0471", "M048")
    make_conversion("A0471", "A04.7", ["A047"])
    make_conversion("M048", "None", [])
    assert of_diagnosis("A0471").conversion.earlier[0].text == ""
    [none] = of_diagnosis("M048").conversion.earlier
    assert (none.codes, none.text) == ([], "None")


def make_record(value: str, references: list[str], **fields) -> None:
    release = make_release_once(Source.HCPCS_LEVEL_II, "October 2026", date(2026, 10, 1))
    code = make_code(value)
    make_description(code, release=release, **fields)
    HcpcsRecord.objects.create(code=code, release=release, cross_reference_codes=references)


def test_cross_references_lead_both_ways_and_to_cpt_numbers():
    make_record("C9027", ["J9271", "77065"])
    make_record("J9271", [])
    plain = make_code("77065", system=CodeSystem.CPT)
    make_plain_description(plain, title="Picture of the breast")
    ended = crosswalks_of(page_of(CodeSystem.HCPCS, "C9027"))
    assert [(link.url, link.text) for link in ended.references.to] == [
        ("/codes/hcpcs/J9271/", "Long official description of J9271"),
        ("/codes/cpt/77065/", "Picture of the breast"),
    ]
    assert crosswalks_count(page_of(CodeSystem.HCPCS, "C9027")) == 1
    successor = crosswalks_of(page_of(CodeSystem.HCPCS, "J9271"))
    assert [link.printed for link in successor.references.come_from] == ["C9027"]


def test_the_kind_of_care_is_that_of_the_date():
    make_code("99213", system=CodeSystem.CPT)
    load("rbcs.csv")
    families = {
        day: crosswalks_of(page_of(CodeSystem.CPT, "99213", day)).rbcs.family
        for day in (date(2015, 6, 1), date(2016, 1, 1), DAY)
    }
    assert list(families.values()) == ["", "Known patients", "Known patients"]
    assert crosswalks_count(page_of(CodeSystem.CPT, "99213")) == 1


def test_a_code_without_crosswalks_has_no_section():
    load("rbcs.csv")
    make_code("99214", system=CodeSystem.CPT)
    page = page_of(CodeSystem.CPT, "99214")
    assert (crosswalks_count(page), bool(crosswalks_of(page))) == (0, False)


def test_the_section_downloads_as_a_table(client):
    order_file("E1140")
    load("hcc-2027", "gems-2018")
    header, rows = crosswalks_table(of_diagnosis("E1140"))
    assert header == ["crosswalk", "to", "text", "note", "source", "release"]
    assert rows[0] == [
        "HCC", "37", "Sugar of V28", "CMS-HCC Model V28", "HCC mappings", "Payment year 2027",
    ]  # fmt: skip
    assert rows[-1][:3] == ["ICD-9-CM", "250.60 and 357.2 or 357.3", ""]
    user = make_user()
    make_views("icd-10-cm:E11.40", user=user)
    client.force_login(user)
    answer = client.get("/codes/icd-10-cm/E11.40/crosswalks/?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "HCC,37,Sugar of V28,CMS-HCC Model V28,HCC mappings,Payment year 2027" in text
    page = client.get("/codes/icd-10-cm/E11.40/").text
    assert "Sugar of V28" in page
    assert "250.60 + 357.2 or 357.3" in page


def test_articles_lead_from_a_procedure_to_diagnoses_with_their_paragraphs(client):
    assert not import_paths([SAMPLES / "mcd" / "current_article_csv"]).problem
    make_code("96522", system=CodeSystem.CPT)
    client.force_login(make_user(is_staff=True))
    section = client.get("/codes/cpt/96522/?date=2026-08-01").text
    crosswalks = section.split('id="crosswalks"')[1].split("</section>")[0]
    assert "Through Medicare coverage documents" in crosswalks
    assert "A90001" in crosswalks
    assert "<details" not in crosswalks
    full = client.get("/codes/cpt/96522/crosswalks/?date=2026-08-01").text
    page = page_of(CodeSystem.CPT, "96522", date(2026, 8, 1))
    groups = crosswalks_in_full(page, {}).articles[0].groups
    assert groups
    assert all(escape(group.paragraph.split("\n")[0]) in full for group in groups)
    assert all(item.printed in full for group in groups for item in group.codes)
