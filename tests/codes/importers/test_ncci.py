"""NCCI's files: parts of one release, units, add-on codes, and quarters that take over."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from codes.importers import publishing
from codes.importers.outcomes import Options, State
from codes.importers.pipeline import import_paths
from codes.models import (
    AddOnEdit,
    Code,
    MueValue,
    PtpEdit,
    PtpRationale,
    RejectedRow,
    Release,
    Source,
)
from tests.codes.importers.layouts import SAMPLES, zipped

pytestmark = pytest.mark.django_db

NCCI = SAMPLES / "ncci"
HEADER = (NCCI / "ccipra-v322r0-f1.txt").read_bytes().splitlines(keepends=True)[:6]


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch):
    monkeypatch.setattr(publishing, "GRACE_SECONDS", 0)


def run(*paths: Path, **options):
    return import_paths(paths, Options(**options))


def edit(one: str, two: str, deletion: str = "*", modifier: str = "1", **fields: str) -> str:
    cells = {"mark": "", "effective": "20200101", "why": "Standards of practice", **fields}
    return "\t".join(
        [one, two, cells["mark"], cells["effective"], deletion, modifier, cells["why"]]
    )


def part(path: Path, *lines: str, header: list[bytes] = HEADER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(header) + "".join(f"{line}\r\n" for line in lines).encode())
    return path


def whole(folder: Path, name: str = "ccipra-v322r0-f1.txt", *more: str) -> Path:
    """A release in one part: from a code that begins with 0 to a HCPCS code."""
    return part(folder / name, edit("0708T", "96522"), *more, edit("E0782", "96522"))


def ptp_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'codes_ptpedit'::regclass"
        )
        return [name for (name,) in cursor.fetchall()]


def test_the_parts_of_a_release_make_one_release():
    report = run(NCCI / "ccipra-v322r0-f1.txt", NCCI / "ccipra-v322r0-f2.txt")
    assert not report.problem
    release = Release.objects.get()
    assert (release.source, release.name, release.valid_from, release.row_count) == (
        Source.NCCI_PTP_PRACTITIONER,
        "2026 Q3",
        date(2026, 7, 1),
        8,
    )
    ended = PtpEdit.objects.get(column_one="36260", column_two="96523")
    assert (ended.effective_date, ended.deletion_date) == (date(1996, 1, 1), date(2023, 12, 31))
    assert (ended.modifier_indicator, ended.existed_before_1996) == (0, True)
    assert ended.release_id == release.pk
    rationales = dict(PtpRationale.objects.values_list("number", "text"))
    assert rationales[ended.rationale_number] == "Misuse of the column two code"
    assert sorted(rationales.values()) == [
        "Coding instruction",
        "Misuse of the column two code",
        "Standards of practice",
    ]


def test_codes_of_edits_get_pages_of_their_system():
    run(NCCI)
    assert Code.objects.filter(system="cpt", value="0708T").exists()
    assert Code.objects.filter(system="hcpcs", value="E0782").exists()
    assert not Code.objects.filter(system="cpt", value="E0782").exists()


def test_a_folder_of_everything_is_imported_source_by_source():
    report = run(NCCI)
    assert not report.problem
    assert [(item.source, item.release, item.rows) for item in report.outcomes] == [
        (Source.NCCI_PTP_PRACTITIONER.label, "2026 Q3", "8"),
        (Source.NCCI_PTP_HOSPITAL.label, "2026 Q3", "2"),
        (Source.NCCI_MUE_PRACTITIONER.label, "2026 Q3", "3"),
        (Source.NCCI_ADD_ON.label, "2026 Q3", "5"),
    ]
    assert [item.state for item in run(NCCI).outcomes] == [State.ALREADY_LOADED] * 4


def test_the_zips_of_the_publisher_tell_setting_quarter_and_part(tmp_path):
    shutil.copy(NCCI / "ccipra-v322r0-f1.txt", tmp_path / "edits-1.txt")
    shutil.copy(NCCI / "ccipra-v322r0-f2.txt", tmp_path / "edits-2.txt")
    base = "medicare-ncci-2026q3-practitioner-ptp-edits-ccipra-v322r0"
    zips = [
        zipped(tmp_path / "zips" / f"{base}-f{n}.zip", tmp_path / f"edits-{n}.txt") for n in (2, 1)
    ]
    assert not run(*zips).problem
    assert Release.objects.get().row_count == 8


def test_a_part_that_is_given_twice_counts_once(tmp_path):
    shutil.copy(NCCI / "ccipra-v322r0-f1.txt", tmp_path / "ccipra-v322r0-f1.txt")
    report = run(tmp_path, NCCI / "ccipra-v322r0-f1.txt", NCCI / "ccipra-v322r0-f2.txt")
    assert not report.problem
    assert Release.objects.get().row_count == 8


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([1], "f2 is missing; f1 ends with 96522, and a whole release goes on to the HCPCS"),
        ([2], "f1 is missing; given are f2."),
        ([1, 3], "f2 is missing; given are f1, f3."),
    ],
)
def test_a_missing_part_is_named_and_nothing_is_imported(tmp_path, given, sentence):
    for number in given:
        source = NCCI / f"ccipra-v322r0-f{min(number, 2)}.txt"
        shutil.copy(source, tmp_path / f"ccipra-v322r0-f{number}.txt")
    report = run(tmp_path)
    assert report.problem.startswith("NCCI PTP edits, practitioner services, 2026 Q3: ")
    assert sentence in report.problem
    assert "Import all parts together" in report.problem
    assert not Release.objects.exists()
    assert not ptp_tables()


def test_the_operator_may_say_that_the_parts_are_all_there_are():
    report = run(NCCI / "ccipra-v322r0-f1.txt", all_parts=True)
    assert not report.problem
    assert Release.objects.get().row_count == 4


def test_parts_of_two_releases_under_one_name_are_refused(tmp_path):
    shutil.copy(NCCI / "ccipra-v322r0-f2.txt", tmp_path / "ccipra-v322r0-f1.txt")
    shutil.copy(NCCI / "ccipra-v322r0-f1.txt", tmp_path / "ccipra-v322r0-f2.txt")
    problem = run(tmp_path).problem
    assert "begins with 0708T, but the part before it ends with E0782" in problem
    part(tmp_path / "b" / "ccipra-v322r0-f1.txt", edit("00100", "96522"))
    assert "are both part f1 of one release, and they differ" in run(tmp_path).problem


def test_edits_without_a_setting_in_any_name_are_refused(tmp_path):
    problem = run(whole(tmp_path, "edits-2026q3-f1.txt")).problem
    assert problem.startswith("edits-2026q3-f1.txt holds NCCI edits, but neither its name nor")
    assert "ccipra (practitioners) or ccioph (outpatient hospitals)" in problem


def test_a_header_with_shifted_columns_is_refused(tmp_path):
    header = [line.replace(b"*=in existence\tEffective", b"Effective") for line in HEADER]
    path = part(
        tmp_path / "ccipra-v322r0-f1.txt", edit("00100", "E0782"), edit("E0782", "96522"),
        header=header,
    )  # fmt: skip
    problem = run(path).problem
    assert problem.startswith("ccipra-v322r0-f1.txt, line 7: the header above it is not that of")
    assert "Deletion Date, Modifier and PTP Edit Rationale, separated by tabs" in problem


def test_rows_that_cannot_be_taken_are_listed_with_their_lines(tmp_path):
    bad = [
        edit("96522", "3659"),
        edit("96522", "36591", deletion="20261301"),
        edit("96522", "36592", modifier="2"),
        edit("96522", "36593", effective="*"),
        "96522\t36594\t20200101\t*\t1",
        edit("96522", "36595", mark="x"),
        edit("96522", "36596"),
        edit("96522", "36596"),
    ]
    good = [edit("96522", f"3660{number}") for number in range(6)]
    assert not run(whole(tmp_path, "ccipra-v322r0-f1.txt", *bad, *good)).problem
    assert Release.objects.get().row_count == 9
    assert list(RejectedRow.objects.values_list("line_number", "reason")) == [
        (8, "'3659' is not a CPT or HCPCS code of 5 characters."),
        (9, "'20261301' is not a date; expected YYYYMMDD, * for none."),
        (10, "modifier indicator '2' and mark ''; expected 0, 1 or 9, and * or nothing."),
        (11, "'*' is not a date; expected YYYYMMDD, * for none."),
        (12, "5 columns; expected 7, separated by tabs."),
        (13, "modifier indicator '1' and mark 'x'; expected 0, 1 or 9, and * or nothing."),
        (15, "96522 with 36596 is in force by line 14 already."),
    ]


def test_a_pair_may_come_again_after_it_has_ended(tmp_path):
    again = [
        edit("96522", "36591", deletion="20211231"),
        edit("96522", "36591", effective="20230101"),
    ]
    assert not run(whole(tmp_path, "ccipra-v322r0-f1.txt", *again)).problem
    assert PtpEdit.objects.filter(column_two="36591").count() == 2


def test_a_new_quarter_takes_the_place_of_the_old_one(tmp_path):
    old = whole(tmp_path, "ccipra-v321r0-f1.txt", edit("96522", "36591"))
    run(old)
    [old_table] = ptp_tables()
    run(whole(tmp_path / "b", "ccipra-v322r0-f1.txt", edit("96522", "36592")))
    assert [release.name for release in Release.objects.all()] == ["2026 Q3"]
    [table] = ptp_tables()
    assert table != old_table
    assert PtpEdit.objects.count() == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [old_table])
        assert cursor.fetchone()[0]
    [outcome] = run(old).outcomes
    assert (outcome.state, outcome.note) == (
        State.REPLACED,
        "2026 Q3 is published, and carries the history of earlier releases.",
    )
    assert PtpEdit.objects.count() == 3


def test_of_two_quarters_in_one_folder_only_the_newest_is_loaded(tmp_path):
    whole(tmp_path, "ccipra-v320r0-f1.txt")
    whole(tmp_path, "ccipra-v322r0-f1.txt", edit("96522", "36592"))
    report = run(tmp_path)
    assert [(item.release, item.state) for item in report.outcomes] == [
        ("2026 Q3", State.PUBLISHED),
        ("2026 Q1", State.REPLACED),
    ]


def test_rows_left_by_a_killed_import_are_removed_by_the_next(tmp_path, monkeypatch):
    run(whole(tmp_path, "ccipra-v320r0-f1.txt"))
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "remove_replaced", lambda *arguments: None)
        run(whole(tmp_path, "ccipra-v321r0-f1.txt", edit("96522", "36592")))
    assert len(ptp_tables()) == 2
    newest = whole(tmp_path, "ccipra-v322r0-f1.txt", edit("96522", "36593"))
    run(newest)
    assert len(ptp_tables()) == 1
    assert [release.name for release in Release.objects.all()] == ["2026 Q3"]


def test_a_corrected_part_replaces_the_quarter_when_asked(tmp_path):
    run(whole(tmp_path, "ccipra-v322r0-f1.txt"))
    corrected = whole(tmp_path / "b", "ccipra-v322r1-f1.txt", edit("96522", "36592"))
    assert "add --replace to put it in its place" in run(corrected).problem
    assert PtpEdit.objects.count() == 2
    assert not run(corrected, replace=True).problem
    assert Release.objects.get().row_count == PtpEdit.objects.count() == 3
    assert len(ptp_tables()) == 1


def test_a_quarter_with_far_fewer_rows_is_refused(tmp_path):
    run(whole(tmp_path, "ccipra-v321r0-f1.txt", *(edit("96522", f"3659{n}") for n in range(8))))
    fewer = whole(tmp_path / "b", "ccipra-v322r0-f1.txt")
    assert run(fewer).problem == (
        "ccipra-v322r0-f1.txt has 2 rows, 2026 Q2 has 10: a fall of more than 20%. Is the file "
        "whole? If it is, add --allow-fall."
    )
    assert PtpEdit.objects.count() == 10
    assert not run(fewer, allow_fall=True).problem


def test_withdrawing_and_publishing_again_keeps_the_rows(tmp_path):
    run(whole(tmp_path, "ccipra-v322r0-f1.txt"))
    release = Release.objects.get()
    publishing.withdraw(release)
    publishing.publish(release)
    assert (release.state, release.new_count) == (Release.State.PUBLISHED, None)
    assert PtpEdit.objects.count() == 2


def test_units_are_read_with_their_indicators():
    run(NCCI / "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv")
    release = Release.objects.get()
    assert (release.source, release.name) == (Source.NCCI_MUE_PRACTITIONER, "2026 Q3")
    rows = MueValue.objects.values_list("code", "units", "adjudication_indicator", "rationale")
    assert sorted(rows) == [
        ("36591", 2, 2, "CMS Policy"),
        ("96522", 1, 3, "Clinical: Data"),
        ("E0782", 1, 1, "Nature of Equipment"),
    ]


@pytest.mark.parametrize(
    ("services", "source"),
    [
        ("Practitioner Services", Source.NCCI_MUE_PRACTITIONER),
        ("Outpatient Hospital Services", Source.NCCI_MUE_HOSPITAL),
        ("DME Supplier Services", Source.NCCI_MUE_DME),
    ],
)
def test_the_header_tells_whose_units_they_are(tmp_path, services, source):
    path = tmp_path / "table_Eff_10-01-2025.csv"
    path.write_text(
        f'"HCPCS/\nCPT Code",{services} MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
        "96522,1,3 Date of Service Edit: Clinical,Clinical: Data\n"
    )
    assert not run(path).problem
    assert (Release.objects.get().source, Release.objects.get().name) == (source, "2025 Q4")


def test_units_that_cannot_be_read_or_come_twice_are_rejected(tmp_path):
    path = tmp_path / "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
    good = (NCCI / path.name).read_text()
    path.write_text(
        good + "9652,1,1 Line Edit,x\n96521,some,1 Line Edit,x\n96521,1,4 New,x\n96522,9,1 Line,x\n"
    )
    report = run(path)
    assert "4 of 7 rows cannot be taken" in report.problem
    many = "".join(f"{n:05},1,1 Line Edit,x\n" for n in range(11000, 11400))
    path.write_text(good + many + "9652,1,1 Line Edit,x\n96522,9,1 Line,x\n")
    assert not run(path).problem
    assert list(RejectedRow.objects.values_list("reason", flat=True)) == [
        "'9652' is not a CPT or HCPCS code of 5 characters.",
        "96522 stands on line 6 already.",
    ]


def test_add_on_codes_are_read_with_their_dates():
    run(NCCI / "AOC_V2026Q3-MCR.txt")
    assert Release.objects.get().name == "2026 Q3"
    ended = AddOnEdit.objects.get(primary_code="96521")
    assert (ended.effective_date, ended.deletion_date) == (date(2013, 4, 1), date(2025, 12, 31))
    assert AddOnEdit.objects.get(add_on_code="0054T").primary_code == ""
    assert AddOnEdit.objects.get(add_on_code="11045", primary_code="11042").note.startswith("See")


def test_an_add_on_row_with_an_impossible_date_is_rejected(tmp_path):
    path = tmp_path / "AOC_V2026Q3-MCR.txt"
    text = (NCCI / path.name).read_text()
    path.write_text(f"{text}1\t96523\t\t96520\t\t2013366\t\t\r\n1\t96523\t\t96519\t\t\t\t\r\n")
    assert not run(path).problem
    assert list(RejectedRow.objects.values_list("line_number", "reason")) == [
        (8, "AOC_EDIT_EFFDT is '2013366'; expected a date YYYYDDD."),
        (9, "AOC_EDIT_EFFDT is empty; expected a date YYYYDDD."),
    ]
