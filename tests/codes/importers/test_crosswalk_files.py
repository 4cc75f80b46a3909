"""Conversion table, POA exempt list, equivalence mappings, HCC, RBCS and processing notes."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from codes.importers import (
    gems,
    hcc,
    hcpcs_processing_notes,
    icd10cm_conversion,
    poa_exempt,
    poa_exempt_xlsx,
    rbcs,
)
from codes.importers.found_files import FoundFiles
from codes.importers.importer_list import importer_of
from codes.importers.rows import FileProblem, LeftOut, Rejected
from tests.codes.importers.layouts import SAMPLES, write


def read(*paths: Path) -> list:
    """The rows of one set of files, without those that hold nothing."""
    with FoundFiles(paths) as found:
        files = [file for _, file in found]
        [importer] = {importer_of(file) for file in files}
        return [row for row in importer.read(*files) if not isinstance(row, LeftOut)]


def looked_at(path: Path) -> tuple:
    """The importer of a file, and the name of the release it tells."""
    with FoundFiles([path]) as found:
        [(_, file)] = found
        importer = importer_of(file)
        told = importer.release_of(file) if importer else None
        return importer, told and tuple(told)


def sheet(path: Path, *rows: tuple) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


CONVERSION = [
    ("New codes, which will become effective October 1, 2026.",),
    ("Current code assignment", "Effective", "Previous Code(s) Assignment"),
]


def test_the_conversion_table_tells_since_when_and_what_was_before(tmp_path):
    path = sheet(
        tmp_path / "table.xlsx",
        *CONVERSION,
        ("C56.3", 2021, "C56.1 and C56.2"),
        ("U07.1 ", datetime(2020, 4, 1), "B97.29"),
        ("W453XXA", 2025, "W45.8XXA"),
        ("H02.151", 2018, "H02.101-H02.106; H02.109"),
        ("W44.8XXD", 2023, "Codes in Categories T15-T19"),
        ("M04.8", 2016, "None"),
        (" ", None, None),
    )
    assert looked_at(path) == (icd10cm_conversion, ("FY 2027", date(2026, 10, 1)))
    assert [row[1:] for row in read(path)] == [
        ("C563", date(2021, 10, 1), "C56.1 and C56.2", ["C561", "C562"]),
        ("U071", date(2020, 4, 1), "B97.29", ["B9729"]),
        ("W453XXA", date(2025, 10, 1), "W45.8XXA", ["W458XXA"]),
        ("H02151", date(2018, 10, 1), "H02.101-H02.106; H02.109", ["H02109"]),
        ("W448XXD", date(2023, 10, 1), "Codes in Categories T15-T19", []),
        ("M048", date(2016, 10, 1), "None", []),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("sugar", 2021, "E11"), "'sugar' is not an ICD-10-CM code."),
        (("E11.9", "soon", "E11"), "E119: 'soon' is neither a year nor a day."),
        (("E11.9", 21, "E11"), "E119: '21' is neither a year nor a day."),
        (("E11.9", 2021, None), "E119: the previous code is missing."),
    ],
)
def test_a_bad_row_of_the_conversion_table_is_rejected(row, reason, tmp_path):
    assert read(sheet(tmp_path / "t.xlsx", *CONVERSION, row)) == [Rejected(3, reason)]


def test_the_exempt_list_comes_as_text_and_as_workbook(tmp_path):
    text = SAMPLES / "POAexemptCodesFY27.txt"
    rows = [line.split("\t") for line in text.read_text().splitlines()]
    book = sheet(tmp_path / "POAexemptCodesFY27.xlsx", *rows)
    assert looked_at(text) == (poa_exempt, ("FY 2027", date(2026, 10, 1)))
    assert looked_at(book) == (poa_exempt_xlsx, ("FY 2027", date(2026, 10, 1)))
    assert [row.value for row in read(text)] == ["E1140", "Z451"]
    assert read(text) == read(book)


@pytest.mark.parametrize("name", ["POAexemptAddCodesFY27", "POAexemptDeleteCodesFY27"])
def test_the_lists_of_changes_are_not_taken_for_the_list(name, tmp_path):
    path = write(tmp_path / f"{name}.txt", "Order27\tPOAexemptCode\tDescription", "1\tE11.40\tX")
    assert looked_at(path) == (None, None)


def test_a_bad_line_of_the_exempt_list_is_rejected(tmp_path):
    header = "Order27\tPOAexemptCode\tDescription"
    rows = read(write(tmp_path / "list.txt", header, "1\tE11.40\tX", "2 Z45.1 X", "3\t4511\tX"))
    assert [row.reason for row in rows if isinstance(row, Rejected)] == [
        "'2 Z45.1 X': expected order number, code and description.",
        "'4511' is not an ICD-10-CM code.",
    ]


GEMS = SAMPLES / "gems-2018"


def test_both_directions_of_the_mappings_make_one_release():
    paths = [GEMS / "2018_I10gem.txt", GEMS / "2018_I9gem.txt"]
    assert {looked_at(path) for path in paths} == {(gems, ("FY 2018", date(2017, 10, 1)))}
    assert [row[1:] for row in read(*paths)] == [
        ("10-to-9", "E1140", "25060", True, False, 0, 0),
        ("10-to-9", "E1140", "25060", True, True, 1, 1),
        ("10-to-9", "E1140", "3572", True, True, 1, 2),
        ("10-to-9", "E1140", "3573", True, True, 1, 2),
        ("10-to-9", "S72001A", "8208", False, False, 0, 0),
        ("10-to-9", "T509", "", True, False, 0, 0),
        ("9-to-10", "25060", "E1140", True, False, 0, 0),
        ("9-to-10", "3652", "", True, False, 0, 0),
    ]


def test_one_direction_alone_is_refused():
    with pytest.raises(FileProblem, match="expected the two mappings of a release"):
        read(GEMS / "2018_I10gem.txt")


def test_mappings_of_procedures_are_not_taken_for_those_of_diagnoses(tmp_path):
    path = write(tmp_path / "gem_pcsi9.txt", "0016070 0234  10000", "0016071 0234  10000")
    assert looked_at(path)[0] is None


def test_a_mapping_that_contradicts_itself_is_rejected(tmp_path):
    good = [f"E11{n:02}   25060 10000" for n in range(20)]
    lines = [*good, "E1140   25060 11000", "E1140   NoDx  10000", "E1140 25060"]
    write(tmp_path / "2018_I10gem.txt", *lines)
    write(tmp_path / "2018_I9gem.txt", "25060 E1140   10000")
    rows = read(tmp_path / "2018_I10gem.txt", tmp_path / "2018_I9gem.txt")
    assert [row.line for row in rows if isinstance(row, Rejected)] == [21, 22, 23]


HCC = SAMPLES / "hcc-2027"


def test_a_diagnosis_gets_the_labels_of_its_models():
    paths = [HCC / "ra_dx_to_cc_2027.csv", HCC / "ra_labels_2027.csv"]
    told = {looked_at(path) for path in paths}
    assert told == {(hcc, ("Payment year 2027", date(2026, 1, 1)))}
    assert [row[1:] for row in read(*paths)] == [
        ("E1140", "CMS-HCC ESRD Model V24", 18, "Sugar in kidney care"),
        ("E1140", "CMS-HCC Model V24", 18, "Sugar, with trouble"),
        ("E1140", "CMS-HCC Model V28", 37, "Sugar of V28"),
        ("E1140", "RxHCC Model V08", 30, "Sugar drugs"),
    ]


def test_mappings_without_their_labels_are_refused():
    with pytest.raises(FileProblem, match="one of labels"):
        read(HCC / "ra_dx_to_cc_2027.csv")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("E1140,18", "expected diagnosis_code,cc,model_name"),
        ("sugar,18,CMS-HCC Model V28", "'sugar' is not an ICD-10-CM code"),
        ("E1140,x,CMS-HCC Model V28", "category 'x'; expected a number"),
        ("E1140,18,My model", "expected one such as 'CMS-HCC Model V28'"),
    ],
)
def test_a_bad_mapping_is_rejected(line, reason, tmp_path):
    path = write(tmp_path / "dx_2027.csv", "diagnosis_code,cc,model_name", line)
    [rejected] = read(path, HCC / "ra_labels_2027.csv")
    assert (rejected.line, reason in rejected.reason) == (2, True)


def test_a_kind_of_care_holds_from_its_day_on():
    path = SAMPLES / "rbcs.csv"
    assert looked_at(path) == (rbcs, ("April 2026", date(2026, 4, 1)))
    rows = read(path)
    assert [(row.value, row.family, row.effective_date.year) for row in rows] == [
        ("99213", "", 2014),
        ("99213", "Known patients", 2016),
        ("J9271", "Infused", 2014),
    ]
    assert (rows[0].added_date, rows[0].ended_date) == (date(1992, 1, 1), None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("99213,a,b,c,d,1992-01-01,9999-12-31", "7 cells; expected 8"),
        ("E11.4,a,b,c,d,1992-01-01,9999-12-31,2014-01-01", "neither a CPT nor a HCPCS code"),
        ("99213,a,b,c,d,1992,9999-12-31,2014-01-01", "expected days as YYYY-MM-DD"),
        ("99213,a,b,c,d,1992-01-01,9999-12-31,9999-12-31", "the day from which it holds"),
    ],
)
def test_a_bad_assignment_is_rejected(line, reason, tmp_path):
    header = (SAMPLES / "rbcs.csv").read_text().splitlines()[0]
    [rejected] = read(write(tmp_path / "rbcs.csv", header, line))
    assert (rejected.line, reason in rejected.reason) == (2, True)


def test_a_processing_note_goes_on_in_the_lines_below():
    path = SAMPLES / "proc_notes_2027.txt"
    assert looked_at(path) == (hcpcs_processing_notes, ("January 2027", date(2027, 1, 1)))
    assert [row[1:] for row in read(path)] == [
        ("0001", "THIS PROCESSING NOTE DELETED 1/1/97."),
        ("0002", "OUR WORDS ON A DRUG (J9271) THAT GO ON BELOW."),
    ]


def test_the_notes_of_a_quarter_name_their_month(tmp_path):
    copy = tmp_path / "proc_notes_OCT2026.txt"
    copy.write_bytes((SAMPLES / "proc_notes_2027.txt").read_bytes())
    assert looked_at(copy)[1] == ("October 2026", date(2026, 10, 1))
