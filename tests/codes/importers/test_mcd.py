"""The Medicare Coverage Database's exports: whole, cut down, zipped in zips, and broken."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from codes.importers import mcd_articles, mcd_lcds
from codes.importers.found_files import FoundFiles
from codes.importers.importer_list import importer_of
from codes.importers.outcomes import Options, State
from codes.importers.pipeline import import_paths
from codes.models import (
    Code,
    CoverageCode,
    CoverageContractor,
    CoverageDocument,
    CoverageGroup,
    CoverageList,
    CoverageRelation,
    RejectedRow,
    Release,
    Source,
)
from tests.codes.importers.layouts import SAMPLES, zipped

pytestmark = pytest.mark.django_db

MCD = SAMPLES / "mcd"
ARTICLES = MCD / "current_article_csv"


def run(*paths: Path, **options):
    return import_paths(paths, Options(**options))


def copy_of(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ARTICLES, tmp_path / "current_article_csv"))


def with_row(folder: Path, table: str, row: str) -> Path:
    file = folder / f"{table}.csv"
    file.write_bytes(file.read_bytes() + f"{row}\r\n".encode())
    return folder


def refusal(report) -> str:
    assert report.outcomes[0].state == State.REFUSED
    assert not Release.objects.filter(state=Release.State.PUBLISHED).exists()
    return report.problem


def test_an_export_is_one_release_of_the_day_of_its_newest_update():
    report = run(ARTICLES)
    assert not report.problem
    [release] = Release.objects.all()
    assert (release.source, release.name) == (Source.MCD_ARTICLES, "9 Jul 2026")
    assert (release.valid_from, release.rejected_count) == (date(2026, 7, 9), 0)
    versions = CoverageDocument.objects.order_by("number", "version")
    assert [(item.number, item.version) for item in versions] == [
        (90001, 3), (90001, 4), (90002, 7),
    ]  # fmt: skip
    [first, _, last] = versions
    assert first.title == "Billing and Coding: Pump Refills"
    assert (first.effective_date, first.retired_date) == (date(2024, 1, 1), None)
    assert last.retired_date == date(2026, 8, 31)


def test_groups_codes_and_contractors_are_stored_as_the_publisher_lists_them():
    run(ARTICLES)
    counts = {
        code_list: CoverageCode.objects.filter(code_list=code_list).count()
        for code_list in CoverageList
    }
    assert counts == {
        CoverageList.PROCEDURES: 4,
        CoverageList.COVERED: 5,
        CoverageList.NONCOVERED: 1,
        CoverageList.PCS: 0,
        CoverageList.MODIFIERS: 1,
    }
    group = CoverageGroup.objects.get(code_list=CoverageList.PROCEDURES)
    assert group.paragraph == "These pumps:\n• implanted\n• not < 20 ml"
    group = CoverageGroup.objects.get(code_list=CoverageList.COVERED, group=2)
    assert group.paragraph == "With a code of Group 1 only."
    assert group.asterisk_paragraph == "Only after other treatment failed."
    end = CoverageCode.objects.get(value="G894")
    assert (end.range_mark, end.has_asterisk, end.group) == ("E", True, 2)
    kentucky = CoverageContractor.objects.filter(number=90001, version=4).get()
    assert (kentucky.name, kentucky.contractor_number) == ("Sample Contractors, Inc.", "15101")
    assert (kentucky.contractor_type, kentucky.states) == ("A and B MAC", ["KY", "OH"])
    west = CoverageContractor.objects.get(number=90002)
    assert (west.states, west.regions) == (["CA", "NV"], ["Northern California"])
    relation = CoverageRelation.objects.get()
    assert (relation.related_kind, relation.related_number) == ("lcd", 80001)


def test_no_licensed_word_of_an_export_is_stored():
    run(ARTICLES, MCD / "current_lcd_csv")
    for model in (CoverageDocument, CoverageCode, CoverageGroup, CoverageContractor):
        for row in model.objects.values_list():
            assert "LICENSED" not in " ".join(map(str, row))


def test_rows_that_are_no_codes_of_ours_are_told_but_not_counted():
    [outcome] = run(ARTICLES).outcomes
    assert "1 rows of documents that article.csv does not list" in outcome.note
    assert not CoverageCode.objects.filter(value="XX000").exists()
    assert {str(code) for code in Code.objects.all()} == {"CPT® 96521", "CPT® 96522"}


def test_a_zip_in_a_zip_and_a_folder_of_both_exports_are_told_apart(tmp_path):
    inner = zipped(tmp_path / "current_article_csv.zip", *sorted(ARTICLES.glob("*.csv")))
    outer = zipped(tmp_path / "exports" / "current_article.zip", inner)
    lcds = zipped(
        tmp_path / "exports" / "current_lcd.zip", *sorted((MCD / "current_lcd_csv").glob("*.csv"))
    )
    report = run(outer, lcds)
    assert not report.problem
    assert [item.state for item in report.outcomes] == [State.PUBLISHED] * 2
    assert set(Release.objects.values_list("source", "row_count")) == {
        (Source.MCD_ARTICLES, 17),
        (Source.MCD_LCDS, 2),
    }
    assert CoverageContractor.objects.filter(number=80001, states=["KY", "OH"]).exists()
    again = run(outer)
    assert [item.state for item in again.outcomes] == [State.ALREADY_LOADED]


def test_a_lookup_table_goes_with_the_table_of_documents_beside_it(tmp_path):
    shutil.copy(ARTICLES / "state_lookup.csv", tmp_path / "state_lookup.csv")
    with FoundFiles([ARTICLES, MCD / "current_lcd_csv", tmp_path]) as found:
        importers = {file.title: importer_of(file) for _, file in found if "state" in file.title}
        alone = [importer_of(file) for path, file in found if path == tmp_path]
    assert set(importers.values()) <= {mcd_articles, mcd_lcds, None}
    assert alone == [None]


def test_a_cut_down_table_asks_for_its_day(tmp_path):
    folder = copy_of(tmp_path)
    (folder / "article.csv").write_text(
        "article_id,article_version,title\n90001,4,Billing and Coding: Pump Refills\n"
    )
    assert "add --release or --valid-from" in refusal(run(folder))
    report = run(folder, valid_from=date(2026, 7, 1))
    assert not report.problem
    assert Release.objects.get().name == "1 Jul 2026"
    assert CoverageDocument.objects.get().display_id == "A90001"


@pytest.mark.parametrize("table", ["article", "article_x_hcpc_code"])
def test_an_export_without_one_of_its_main_tables_is_refused(table, tmp_path):
    folder = copy_of(tmp_path)
    (folder / f"{table}.csv").unlink()
    report = run(folder, valid_from=date(2026, 7, 1))
    assert f"the export is not whole; {table}.csv is missing" in refusal(report)


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("article", "90001,4,6,Twice,,,,,A,2026-07-09,,,A90001", "90001 4 stands on line"),
        ("article", "abc,4,6,No number,,,,,A,2026-07-09,,,A1", "article_id is 'abc'"),
        ("article", "90003,1,6,Bad day,,31/31/2026,,,A,2026-07-09,,,A3", "article_eff_date is"),
        ("article_x_hcpc_code", "90001,4,96,1,1,N,,,", "hcpc_code_id is '96'"),
        ("article_x_hcpc_code", "90001,4,96522,1", "4 cells; expected 9"),
        ("article_x_icd10_covered", "90001,4,11111,1,1,N,,1,x,N", "icd10_code_id is '11111'"),
        ("article_x_hcpc_modifier", "90001,4,KXX,1,1,x,2026-07-09", "expected a modifier"),
    ],
)
def test_a_bad_row_is_listed_with_its_reason(table, row, reason, tmp_path):
    report = run(with_row(copy_of(tmp_path), table, row))
    assert not report.problem
    assert reason in RejectedRow.objects.get().reason


def test_a_shifted_table_is_refused_and_leaves_the_published_release_alone(tmp_path):
    run(ARTICLES)
    folder = copy_of(tmp_path)
    codes = folder / "article_x_icd10_covered.csv"
    lines = codes.read_text("utf-8-sig").splitlines()
    rows = ["90001,4," + line.split(",", 2)[1] + ",1,1,N,,1,x,N" for line in lines[1:]] * 4
    codes.write_text("\n".join([lines[0], *rows]))
    report = run(folder, valid_from=date(2026, 7, 16))
    assert "rows cannot be taken, so the layout is not the expected one" in report.problem
    assert Release.objects.get(state=Release.State.PUBLISHED).name == "9 Jul 2026"
    assert CoverageCode.objects.count() == 11


def test_tables_of_two_weeks_do_not_become_one_release(tmp_path):
    other = with_row(copy_of(tmp_path), "article_x_contractor", "90001,4,12,9,1,2026-07-09")
    report = run(ARTICLES, other)
    assert "are the same table of two exports; import them one by one" in report.problem


def test_the_list_of_documents_names_contractors_without_states():
    report = run(MCD / "documents_latest.csv")
    assert not report.problem
    release = Release.objects.get()
    assert (release.source, release.name) == (Source.MCD_DOCUMENTS, "8 Jul 2026")
    assert release.row_count == 2
    future = CoverageDocument.objects.get(number=90009)
    assert future.note == "Future (Notice Ends 12/31/2026)"
    assert future.url.endswith("/article.aspx?articleid=90009&ver=2")
    contractors = CoverageContractor.objects.filter(number=90009).order_by("name")
    assert list(contractors.values_list("name", "contractor_type", "states")) == [
        ("Sample Contractors, Inc.", "MAC - Part A, MAC - Part B", []),
        ("Western Sample Contractors", "DME MAC", []),
    ]
    ended = CoverageDocument.objects.get(number=80002)
    assert (ended.note, ended.retired_date) == ("Notice Ended 07/12/2025", date(2026, 4, 10))


def test_ncds_are_known_by_the_section_of_their_manual():
    assert not run(MCD / "ncd_trkg.csv").problem
    old, new = CoverageDocument.objects.order_by("version")
    assert (new.kind, new.display_id) == ("ncd", "280.14")
    assert old.retired_date == date(2004, 12, 16)
    assert new.url.endswith("/ncd.aspx?ncdid=223&ncdver=2")


@pytest.mark.real_data
def test_the_publishers_files_give_their_known_figures(real_data: Path):
    folder = real_data / "coverage"
    report = run(folder / "coverage-documents-2025-08.zip")
    assert not report.problem
    documents = CoverageDocument.objects.filter(release__source=Source.MCD_DOCUMENTS)
    assert documents.count() == 3133
    assert documents.filter(kind="lcd").count() == 972
    assert documents.filter(kind="article").count() == 2161
    report = run(folder / "current_article_csv.sample.zip", valid_from=date(2025, 8, 1))
    assert not report.problem
    codes = CoverageCode.objects.all()
    assert codes.filter(code_list=CoverageList.PROCEDURES).count() == 9
    assert codes.filter(code_list=CoverageList.COVERED).count() == 264
    assert CoverageGroup.objects.count() == 4
    assert CoverageDocument.objects.filter(release__source=Source.MCD_ARTICLES).count() == 3
    assert RejectedRow.objects.count() == 0
