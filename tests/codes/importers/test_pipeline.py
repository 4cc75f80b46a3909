"""Files into releases: whole or not at all, once, and in any order."""

from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from codes.importers.outcomes import Options, State
from codes.importers.pipeline import import_paths
from codes.models import (
    Code,
    HcpcsModifier,
    HcpcsRecord,
    LicenseAcceptance,
    OfficialDescription,
    RejectedRow,
    Release,
    Source,
)
from tests.codes.importers.layouts import (
    SAMPLES,
    cpt_set,
    hcpcs_fields,
    hcpcs_line,
    order_file,
    workbook,
    write,
    zipped,
)
from tests.factories import make_code, make_description, make_plain_description, make_release

pytestmark = pytest.mark.django_db

CPT_TEXTS = {"96521": "Portable pump looked after", "96522": "Implanted pump looked after"}


def run(*paths: Path, **options):
    return import_paths(paths, Options(**options))


def states(report) -> list[str]:
    return [outcome.state for outcome in report.outcomes]


def hcpcs_file(folder: Path, *codes: str, month: str = "JUL", year: int = 2026, **fields) -> Path:
    lines = [hcpcs_line(code, **fields) for code in codes]
    return write(folder / f"HCPC{year}_{month}_ANWEB.txt", *lines)


def published() -> list[str]:
    releases = Release.objects.filter(state=Release.State.PUBLISHED)
    return [f"{item.source} {item.name}" for item in releases.order_by("source", "valid_from")]


def test_the_hcpcs_sample_fills_every_table():
    report = run(SAMPLES / "HCPC2026_OCT_ANWEB.txt")
    assert states(report) == [State.PUBLISHED]
    assert not report.problem
    release = Release.objects.get()
    assert (release.source, release.name, release.valid_from) == (
        Source.HCPCS_LEVEL_II,
        "October 2026",
        date(2026, 10, 1),
    )
    assert (release.row_count, release.rejected_count) == (5, 0)
    assert len(release.sha256) == 64
    pump = OfficialDescription.objects.get(code__system="hcpcs", code__value="E0782")
    assert pump.short == "Non-programmable pump"
    record = HcpcsRecord.objects.get(code__value="K0001")
    assert record.cross_reference_codes == ["E0783"]
    assert sorted(HcpcsModifier.objects.values_list("value", flat=True)) == ["A1", "JW"]


def test_a_folder_is_imported_source_by_source_oldest_first(tmp_path):
    order_file(tmp_path / "icd10cm_order_2026.txt", ["A00", "A000"])
    order_file(tmp_path / "b" / "icd10cm_order_2025.txt", ["A00", "A001"])
    order_file(tmp_path / "icd10pcs_order_2026.txt", ["001", "0016070"])
    hcpcs_file(tmp_path, "A0021")
    report = run(tmp_path)
    assert [outcome.release for outcome in report.outcomes] == [
        "July 2026",
        "FY 2025",
        "FY 2026",
        "FY 2026",
    ]
    assert published() == [
        "hcpcs-level-ii July 2026",
        "icd-10-cm-order FY 2025",
        "icd-10-cm-order FY 2026",
        "icd-10-pcs-order FY 2026",
    ]


def test_importing_again_does_nothing(tmp_path):
    hcpcs_file(tmp_path, "A0021")
    run(tmp_path)
    before = list(Release.objects.values())
    report = run(tmp_path)
    assert states(report) == [State.ALREADY_LOADED]
    assert not report.problem
    assert list(Release.objects.values()) == before
    assert OfficialDescription.objects.count() == 1


def test_the_same_file_in_a_zip_under_another_name_is_known(tmp_path):
    path = hcpcs_file(tmp_path, "A0021")
    run(path)
    path.rename(tmp_path / "renamed.txt")
    assert states(run(zipped(tmp_path / "a.zip", tmp_path / "renamed.txt"))) == [
        State.ALREADY_LOADED
    ]


def test_a_withdrawn_release_is_imported_anew_from_its_file(tmp_path):
    path = hcpcs_file(tmp_path, "A0021")
    run(path)
    Release.objects.update(state=Release.State.WITHDRAWN)
    assert states(run(path)) == [State.PUBLISHED]
    assert Release.objects.get().state == Release.State.PUBLISHED
    assert OfficialDescription.objects.count() == 1


def test_another_file_for_a_published_release_is_refused_naming_both(tmp_path):
    run(hcpcs_file(tmp_path / "a", "A0021"))
    corrected = write(tmp_path / "HCPC2026_JUL_ANWEB_v2.txt", hcpcs_line("A0021", "Corrected"))
    report = run(corrected)
    assert states(report) == [State.REFUSED]
    assert report.problem == (
        "HCPC2026_JUL_ANWEB_v2.txt differs from HCPC2026_JUL_ANWEB.txt, which is published as "
        "HCPCS Level II July 2026; add --replace to put it in its place."
    )
    assert OfficialDescription.objects.get().long == "What A0021 stands for"


def test_replace_publishes_the_other_file_and_keeps_the_first_withdrawn(tmp_path):
    first = hcpcs_file(tmp_path / "a", "A0021")
    run(first)
    corrected = write(tmp_path / "HCPC2026_JUL_ANWEB_v2.txt", hcpcs_line("A0021", "Corrected"))
    assert states(run(corrected, replace=True)) == [State.PUBLISHED]
    newest = Release.objects.get(state=Release.State.PUBLISHED)
    assert newest.file_name == "HCPC2026_JUL_ANWEB_v2.txt"
    assert Release.objects.get(state=Release.State.WITHDRAWN).replaced_by == newest
    # Both files in one folder, imported again: nothing happens.
    assert states(run(first, corrected)) == [State.ALREADY_LOADED, State.REPLACED]
    assert Release.objects.get(state=Release.State.PUBLISHED) == newest


def test_a_file_without_a_date_fails_an_import_only_where_it_is_named_or_alone(tmp_path):
    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder in (good, bad):
        folder.mkdir()
    hcpcs_file(good, "A0001", "A0002")
    nameless = write(bad / "codes.txt", hcpcs_line("A0001"), hcpcs_line("A0003"))
    assert "--valid-from" in run(bad).problem
    report = run(tmp_path)
    assert states(report) == [State.PUBLISHED, State.REFUSED]
    assert report.problem == ""
    assert "--valid-from" in run(good, nameless).problem


def test_a_fall_of_more_than_a_fifth_is_refused_unless_allowed(tmp_path):
    run(hcpcs_file(tmp_path, *(f"A{n:04}" for n in range(10)), month="APR"))
    path = hcpcs_file(tmp_path, *(f"A{n:04}" for n in range(7)))
    report = run(path)
    assert report.problem == (
        "HCPC2026_JUL_ANWEB.txt has 7 codes, April 2026 has 10: a fall of more than 20%. Is the "
        "file whole? If it is, add --allow-fall."
    )
    assert published() == ["hcpcs-level-ii April 2026"]
    assert states(run(path, allow_fall=True)) == [State.PUBLISHED]


def test_a_fall_of_a_fifth_is_taken(tmp_path):
    run(hcpcs_file(tmp_path, *(f"A{n:04}" for n in range(10)), month="APR"))
    assert states(run(hcpcs_file(tmp_path, *(f"A{n:04}" for n in range(8))))) == [State.PUBLISHED]


def test_an_older_release_may_come_later_and_the_changes_are_counted_anew(tmp_path):
    run(hcpcs_file(tmp_path, "A0001", "A0002", "A0003"))
    assert Release.objects.get().new_count is None
    older = write(
        tmp_path / "HCPC2026_APR_ANWEB.txt",
        hcpcs_line("A0001", "Other words"),
        hcpcs_line("A0002"),
        hcpcs_line("A0009"),
    )
    run(older)
    newer = Release.objects.get(name="July 2026")
    assert (newer.new_count, newer.revised_count, newer.ended_count) == (1, 1, 1)


def test_a_code_that_got_its_termination_date_counts_as_ended(tmp_path):
    run(hcpcs_file(tmp_path, "A0001", "A0002", month="APR"))
    lines = [hcpcs_line("A0001"), hcpcs_line("A0002", **{"TERM DT": "20260630"})]
    run(write(tmp_path / "HCPC2026_JUL_ANWEB.txt", *lines))
    assert Release.objects.get(name="July 2026").ended_count == 1


def test_of_one_release_in_two_formats_the_record_is_imported(tmp_path):
    day = {"ACT EFF DT": "20190101"}
    text = hcpcs_file(tmp_path, "A0021", month="CONTR", year=2019, **day)
    rows = [hcpcs_fields("A0021", **day)]
    sheet = workbook(tmp_path / "HCPC2019_CONTR_ANWEB.xlsx", rows, sheet="A")
    path = zipped(tmp_path / "zip" / "2019-Alpha-Numeric-HCPCS-File.zip", text, sheet)
    report = run(path)
    assert [(item.file.split(": ")[1], item.state) for item in report.outcomes] == [
        ("HCPC2019_CONTR_ANWEB.txt", State.PUBLISHED),
        ("HCPC2019_CONTR_ANWEB.xlsx", State.SAME_RELEASE),
    ]
    assert not report.problem
    assert published() == ["hcpcs-level-ii January 2019"]
    assert states(run(path)) == [State.ALREADY_LOADED, State.SAME_RELEASE]


def test_the_twin_that_is_loaded_already_stays(tmp_path):
    sheet = workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0021")])
    run(sheet)
    text = hcpcs_file(tmp_path, "A0021")
    report = run(sheet, text)
    assert states(report) == [State.ALREADY_LOADED, State.SAME_RELEASE]


def test_the_twin_steps_in_for_a_damaged_record(tmp_path):
    bad = [hcpcs_line("A0021")[:250]] * 3
    text = write(tmp_path / "HCPC2026_JUL_ANWEB.txt", *bad)
    sheet = workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0021")])
    assert sorted(states(run(text, sheet))) == [State.PUBLISHED, State.REFUSED]


def test_rejected_rows_are_counted_and_listed_with_their_lines(tmp_path):
    lines = [hcpcs_line(f"A{n:04}") for n in range(5)]
    lines.insert(2, hcpcs_line("A0099", **{"ADD DT": "yesterda"}))
    lines.append(lines[0])
    report = run(write(tmp_path / "HCPC2026_JUL_ANWEB.txt", *lines))
    [outcome] = report.outcomes
    assert (outcome.code_count, outcome.rejected_count) == (5, 2)
    assert Release.objects.get().rejected_count == 2
    assert list(RejectedRow.objects.values_list("line_number", "reason")) == [
        (3, "A0099: ADD DT is 'yesterda'; expected a day as YYYYMMDD."),
        (7, "A0000 stands on line 1 already."),
    ]


def test_many_rejected_rows_refuse_the_file_and_leave_nothing(tmp_path):
    lines = [hcpcs_line(f"A{n:04}") for n in range(20)]
    lines += [f" {hcpcs_line(f'B{n:04}')}" for n in range(11)]
    report = run(write(tmp_path / "HCPC2026_JUL_ANWEB.txt", *lines))
    assert report.problem.startswith(
        "HCPC2026_JUL_ANWEB.txt: 11 of 31 rows cannot be taken, so the layout is not the expected "
        "one. The first is on line 21. Expected a HCPCS record"
    )
    for model in (Release, Code, OfficialDescription, HcpcsRecord, RejectedRow):
        assert not model.objects.exists()


def test_a_shifted_order_file_is_refused_with_line_and_layout(tmp_path):
    path = order_file(tmp_path / "icd10cm_order_2026.txt", ["A00", "A000", "A001"])
    path.write_text("\n".join(f" {line}" for line in path.read_text().splitlines()))
    report = run(path)
    assert states(report) == [State.REFUSED]
    assert "The first is on line 1." in report.problem
    assert "expected an order number in columns 1-5" in report.problem


def test_a_bad_file_leaves_the_published_release_alone(tmp_path):
    run(hcpcs_file(tmp_path, "A0021"))
    before = list(OfficialDescription.objects.values())
    bad = hcpcs_fields("A0021") | {"HCPC": "=A1"}
    report = run(workbook(tmp_path / "b.xlsx", [bad], sheet="HCPC2026_OCT_contr"))
    assert "holds the formula =A1" in report.problem
    assert list(OfficialDescription.objects.values()) == before
    assert published() == ["hcpcs-level-ii July 2026"]


def test_a_good_file_is_imported_beside_a_bad_one(tmp_path):
    order_file(tmp_path / "icd10cm_order_2026.txt", ["A00", "A000"])
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 nothing more")
    report = run(tmp_path)
    assert sorted(states(report)) == [State.PUBLISHED, State.REFUSED]
    assert "broken.zip is damaged or cut off" in report.problem


def test_unrecognized_files_are_listed_and_do_no_harm(tmp_path):
    hcpcs_file(tmp_path, "A0021")
    (tmp_path / "notes.txt").write_text("Processing notes")
    (tmp_path / "layout.pdf").write_bytes(b"%PDF-1.7\x00\xff")
    report = run(tmp_path)
    assert [(item.file, item.state) for item in report.outcomes] == [
        ("HCPC2026_JUL_ANWEB.txt", State.PUBLISHED),
        ("layout.pdf", State.NOT_RECOGNIZED),
        ("notes.txt", State.NOT_RECOGNIZED),
    ]
    assert not report.problem


def test_a_named_file_that_nobody_recognizes_is_a_problem(tmp_path):
    hcpcs_file(tmp_path, "A0021")
    notes = tmp_path / "notes.txt"
    notes.write_text("Processing notes")
    assert "notes.txt is not recognized; expected a file of" in run(notes).problem
    assert "notes.txt is not recognized" in run(tmp_path / "HCPC2026_JUL_ANWEB.txt", notes).problem


def test_nothing_recognized_at_all_is_a_problem(tmp_path):
    (tmp_path / "notes.txt").write_text("Processing notes")
    assert run(tmp_path).problem.startswith("Nothing was imported")


def test_a_file_that_does_not_tell_its_release_asks_for_it(tmp_path):
    path = write(tmp_path / "download.txt", hcpcs_line("A0021"))
    assert run(path).problem == (
        "download.txt is a file of HCPCS Level II (HCPCS record, 320 bytes), but neither it nor "
        "its name tells which release; add --release or --valid-from."
    )
    assert states(run(path, release="April 2026")) == [State.PUBLISHED]
    assert Release.objects.get().valid_from == date(2026, 4, 1)


def test_one_release_name_for_several_files_is_refused(tmp_path):
    order_file(tmp_path / "a.txt", ["A00", "A000"])
    order_file(tmp_path / "b.txt", ["A00", "A001"])
    report = run(tmp_path, release="FY 2026")
    assert states(report) == [State.REFUSED, State.REFUSED]
    assert "name one release, but 2 files that could be meant are given" in report.problem


def test_a_release_named_against_its_content_is_refused(tmp_path):
    path = hcpcs_file(tmp_path, "A0021", year=2019, month="JAN")  # changed on 1 Jan 2026
    assert "its newest change took effect on 1 Jan 2026, so it is not the release" in (
        run(path).problem
    )
    assert published() == []


def test_an_update_of_april_stands_beside_the_year_it_belongs_to(tmp_path):
    run(order_file(tmp_path / "icd10cm_order_2026.txt", ["A00", "A000"]))
    update = order_file(tmp_path / "b" / "icd10cm_order_2026.txt", ["A00", "A000", "A001"])
    report = run(zipped(tmp_path / "april-1-2026-code-descriptions-tabular-order.zip", update))
    assert states(report) == [State.PUBLISHED]
    assert list(Release.objects.order_by("valid_from").values_list("name", "valid_from")) == [
        ("FY 2026", date(2025, 10, 1)),
        ("FY 2026, April update", date(2026, 4, 1)),
    ]


def test_demonstration_data_make_way_for_a_real_release(tmp_path):
    demonstration = make_release(is_demonstration=True)
    make_description("A0021", release=demonstration)
    other = make_release(source=Source.ICD_10_CM_ORDER, is_demonstration=True)
    run(hcpcs_file(tmp_path, "A0021"))
    demonstration.refresh_from_db()
    other.refresh_from_db()
    assert demonstration.state == Release.State.WITHDRAWN
    assert other.state == Release.State.PUBLISHED
    assert Release.objects.get(is_demonstration=False).new_count is None


def test_codes_that_are_there_keep_their_identity(tmp_path):
    code = make_code("A0021")
    run(hcpcs_file(tmp_path, "A0021", "A0022"))
    assert OfficialDescription.objects.get(code__value="A0021").code_id == code.id
    assert Code.objects.count() == 2


def test_dental_codes_are_not_imported_and_the_report_says_so(tmp_path):
    report = run(hcpcs_file(tmp_path, "A0021", "D0120", "D0140"))
    assert report.outcomes[0].note == "Not imported: 2 dental codes (ADA)."
    assert list(Code.objects.values_list("value", flat=True)) == ["A0021"]


def test_cpt_files_wait_for_the_license(tmp_path):
    folder = cpt_set(tmp_path / "cpt", CPT_TEXTS)
    hcpcs_file(tmp_path, "A0021")
    report = run(tmp_path)
    assert states(report) == [State.PUBLISHED, State.REFUSED]
    assert "need the American Medical Association's license" in report.problem
    assert "--accept-ama-license" in report.problem
    assert published() == ["hcpcs-level-ii July 2026"]
    LicenseAcceptance.objects.create(license="ama-cpt", accepted_by="the operator")
    assert states(run(folder)) == [State.PUBLISHED]
    description = OfficialDescription.objects.get(code__system="cpt", code__value="96522")
    assert description.long == "Implanted pump looked after"
    assert description.consumer == "In plain words: Implanted pump looked after"
    assert description.release.name == "CPT 2027"
    assert states(run(folder)) == [State.ALREADY_LOADED]


def test_the_parts_of_a_cpt_edition_are_one_release_also_in_a_zip(tmp_path):
    LicenseAcceptance.objects.create(license="ama-cpt", accepted_by="the operator")
    folder = cpt_set(tmp_path / "cpt", CPT_TEXTS)
    files = list(folder.rglob("*.txt"))
    [outcome] = run(zipped(tmp_path / "bundle.zip", *files, root=folder)).outcomes
    assert outcome.state == State.PUBLISHED
    assert outcome.file.endswith("and 3 more")
    assert outcome.code_count == 2


def test_two_cpt_editions_in_one_folder_are_two_releases(tmp_path):
    LicenseAcceptance.objects.create(license="ama-cpt", accepted_by="the operator")
    license = ("CPT © 2026 American Medical Association.", "")
    cpt_set(tmp_path / "old", CPT_TEXTS, license=license)
    cpt_set(tmp_path / "new", {**CPT_TEXTS, "96523": "Device flushed"})
    run(tmp_path)
    assert published() == ["cpt-descriptors CPT 2026", "cpt-descriptors CPT 2027"]


def test_an_editors_text_is_not_touched(tmp_path):
    text = make_plain_description(make_code("A0021"))
    before = text.published_html
    run(hcpcs_file(tmp_path, "A0021"))
    text.refresh_from_db()
    assert text.published_html == before


def test_a_large_file_after_a_small_one_does_not_read_the_codes_for_every_row(tmp_path):
    def check_references() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    small = [f"A00{n}" for n in range(10)]
    for year in (2020, 2021):
        run(order_file(tmp_path / f"icd10cm_order_{year}.txt", small, A000=f"In {year}"))
        check_references()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE codes_code")
    many = [f"B{n // 1000}{n % 1000:03}" for n in range(2000)]
    run(order_file(tmp_path / "icd10cm_order_2022.txt", [*small, *many]))
    check_references()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'codes_code'"
        )
        assert cursor.fetchone()[0] < 20 * len(many)
