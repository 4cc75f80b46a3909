"""What coverage documents say of a code: by date, state and diagnosis, and on its pages."""

import csv
import io
from datetime import date

import pytest
from django.core.cache import cache

from codes.importers.outcomes import Options
from codes.importers.pipeline import import_paths
from codes.models import Code, CodeSystem, CoverageList, HcpcsRecord, Source
from codes.queries.coverage import documents_naming
from codes.queries.coverage_check import Verdict, diagnosis_check
from codes.queries.coverage_section import diagnoses_through_articles
from codes.queries.releases import published_releases
from tests.codes.importers.layouts import SAMPLES
from tests.factories import make_code, make_description, make_release, make_user

pytestmark = pytest.mark.django_db

MCD = SAMPLES / "mcd"
DAY = date(2026, 8, 1)
PROCEDURES = (CoverageList.PROCEDURES,)


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def articles(db):
    assert not import_paths([MCD / "current_article_csv"]).problem


def names(day: date, value: str = "96522", lists=PROCEDURES) -> list[str]:
    found = documents_naming([value], lists, day, published_releases())
    return [f"{item.display_id}.{item.version}" for item in found.get(value, [])]


def check(diagnosis: str, state: str = "", day: date = DAY, procedure: str = "96522"):
    return diagnosis_check(procedure, diagnosis, state, day, published_releases())


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2019, 12, 31), []),
        (date(2023, 12, 31), ["A90002.7"]),
        (date(2026, 6, 30), ["A90001.3", "A90002.7"]),
        (date(2026, 7, 1), ["A90001.4", "A90002.7"]),
        (date(2026, 8, 31), ["A90001.4", "A90002.7"]),
        (date(2026, 9, 1), ["A90001.4"]),
    ],
)
def test_the_version_in_force_on_the_date_counts(articles, day, expected):
    assert names(day) == expected


def test_a_diagnosis_finds_the_documents_that_list_it(articles):
    lists = (CoverageList.COVERED, CoverageList.NONCOVERED)
    assert names(DAY, "Z451", lists) == ["A90001.4"]
    assert names(DAY, "E119", lists) == ["A90002.7"]
    assert names(DAY, "E119", PROCEDURES) == []


def test_the_answer_quotes_the_group_and_its_paragraph(articles):
    answer = check("Z451", "KY")
    assert answer.verdict == Verdict.COVERED
    [listing] = answer.listings
    assert (listing.document.display_id, listing.group) == ("A90001", 1)
    assert listing.paragraph == "Report one code of Group 1 with one of Group 2."


def test_a_state_decides_which_documents_are_asked(articles):
    assert check("Z451", "NV").verdict == Verdict.NOT_LISTED
    assert check("C7951", "NV").verdict == Verdict.COVERED
    assert check("E119", "NV").verdict == Verdict.NONCOVERED
    assert check("E119", "KY").verdict == Verdict.NOT_LISTED
    assert check("Z451", "TX").verdict == Verdict.NO_DOCUMENT
    everywhere = check("Z451")
    assert everywhere.verdict == Verdict.COVERED
    assert [item.display_id for item in everywhere.silent] == ["A90002"]


def test_a_code_within_a_listed_range_is_found_with_the_range(articles):
    [listing] = check("G8922", "KY").listings
    assert (listing.group, listing.range) == (2, ("G890", "G894"))
    [end] = check("G894", "KY").listings
    assert end.has_asterisk
    assert end.asterisk_paragraph == "Only after other treatment failed."
    assert check("G895", "KY").verdict == Verdict.NOT_LISTED


def test_not_loaded_and_not_named_are_different_answers():
    assert check("Z451").verdict == Verdict.NOT_LOADED
    import_paths([MCD / "current_article_csv"])
    assert check("Z451", procedure="99213").verdict == Verdict.NO_DOCUMENT


def test_the_list_of_documents_lends_a_contractor_where_the_export_has_none(tmp_path):
    (tmp_path / "article.csv").write_text("article_id,article_version,title\n90009,1,Drills\n")
    (tmp_path / "article_x_hcpc_code.csv").write_text(
        "article_id,article_version,hcpc_code_id,hcpc_code_group\n90009,1,96522,1\n"
    )
    import_paths([tmp_path], Options(valid_from=DAY))
    import_paths([MCD / "documents_latest.csv"])
    [document] = documents_naming(["96522"], PROCEDURES, DAY, published_releases())["96522"]
    assert document.contractor_names == ["Sample Contractors, Inc.", "Western Sample Contractors"]
    assert document.is_listed_by.source == Source.MCD_DOCUMENTS
    assert document.states == []
    assert document.may_apply_in("KY")


def test_crosswalks_lead_both_ways_through_the_documents(articles):
    code = Code.objects.get(value="96522")
    [kentucky, west] = diagnoses_through_articles(code, DAY, published_releases(), in_full=True)
    assert [(group.code_list, group.number) for group in west.groups] == [
        (CoverageList.COVERED, 1), (CoverageList.NONCOVERED, 1),
    ]  # fmt: skip
    assert [item.printed for item in kentucky.groups[1].codes] == ["G89.0", "G89.4"]
    diagnosis = make_code("Z451", system=CodeSystem.ICD_10_CM)
    [view] = diagnoses_through_articles(diagnosis, DAY, published_releases(), in_full=True)
    assert [item.value for item in view.groups[0].codes] == ["96521", "96522"]


@pytest.fixture
def member(client, articles):
    client.force_login(make_user(is_staff=True))
    return client


def section(client, query: str = "", code: str = "cpt/96522"):
    return client.get(f"/codes/{code}/medicare-coverage/?date=2026-08-01{query}")


def test_the_code_page_lists_the_documents_in_short(member):
    text = member.get("/codes/cpt/96522/?date=2026-08-01").text
    assert 'id="medicare-coverage" class="gated" data-state="open"' in text
    assert "Billing and Coding: Pump Refills" in text
    assert "Medicare Coverage Database, articles, 9 Jul 2026" in text
    assert "Report one code of Group 1" not in text


def test_a_guest_without_views_gets_none_of_it(client, articles, settings):
    settings.GUEST_VIEWS = 0
    for address in ("/codes/cpt/96522/", "/codes/cpt/96522/medicare-coverage/?dx=Z45.1"):
        text = client.get(address).text
        assert 'id="medicare-coverage" class="gated" data-state="locked"' in text
        assert "Pump Refills" not in text
        assert "diagnosis-answer" not in text


def test_the_section_shows_groups_with_paragraphs_and_asterisks(member):
    text = section(member).text
    assert "Report one code of Group 1 with one of Group 2." in text
    assert "* Only after other treatment failed." in text
    assert "G89.4*" in text
    assert "groups of different lists do not belong together" in text


def test_the_section_is_filtered_by_state(member):
    text = section(member, "&state=NV").text
    assert "A90002" in text
    assert "A90001" not in text
    assert "A90001" in section(member, "&state=TX").text  # no such state here: no filter


def test_a_diagnosis_is_checked_on_the_spot(member):
    text = section(member, "&dx=z45.1&state=KY").text
    assert 'data-verdict="covered"' in text
    assert 'data-verdict="noncovered"' in section(member, "&dx=E11.9&state=NV").text
    text = section(member, "&dx=<b>").text
    assert "“&lt;b&gt;” is not an ICD-10-CM code" in text


def test_a_group_is_shown_alone_with_all_its_codes(member):
    text = section(member, "&document=90001&group=covered-2").text
    assert "G89.0" in text
    assert "A90002" not in text
    assert section(member, "&document=1&group=covered-x").status_code == 200
    for page in ("9" * 5000, "-1", "²", "%00"):
        assert section(member, f"&document=90001&group=covered-2&page={page}").status_code == 200


def test_the_documents_download_as_csv(member):
    answer = section(member, "&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["document"] for row in rows] == ["A90001", "A90002"]
    assert (rows[0]["states"], rows[1]["noncovered_diagnoses"]) == ("KY OH", "1")


def test_that_no_document_names_a_code_is_said_with_the_release(member):
    make_code("99213", system=CodeSystem.CPT)
    text = section(member, code="cpt/99213").text
    assert "No document loaded here and in force on 1 Aug 2026 names this code." in text
    assert "9 Jul 2026" in text


def test_a_hcpcs_code_names_its_national_determination(member):
    import_paths([MCD / "ncd_trkg.csv"])
    release = make_release(source=Source.HCPCS_LEVEL_II)
    code = make_code("E0782")
    make_description(code, release=release)
    HcpcsRecord.objects.create(
        release=release, code=code, coverage_code="D", cim_references=["280.14", "60-14"]
    )
    text = section(member, code="hcpcs/E0782").text
    assert "Special coverage instructions apply." in text
    assert "NCD 280.14, Infusion Pumps of the Sample" in text
    assert "ncdid=223&amp;ncdver=2" in text
    assert "Section 60-14 of the former Coverage Issues Manual." in text
