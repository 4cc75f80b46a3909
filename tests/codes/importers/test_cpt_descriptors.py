"""The AMA's descriptor files: a set of four, in a layout with a license text above the data."""

from datetime import date
from pathlib import Path

import pytest

from codes.importers import cpt_descriptors
from codes.importers.found_files import FoundFiles
from codes.importers.rows import CodeRow, FileProblem, Rejected
from tests.codes.importers.layouts import LICENSE, SAMPLES, cpt_set, write

TEXTS = {"96521": "Portable pump looked after", "96522": "Implanted pump looked after"}


def rows_of(folder: Path) -> list:
    with FoundFiles([folder]) as found:
        return list(cpt_descriptors.read(*(file for _, file in found)))


def release_told(path: Path):
    with FoundFiles([path]) as found:
        return cpt_descriptors.release_of(next(iter(found))[1])


def rejected(rows: list) -> list[Rejected]:
    return [row for row in rows if isinstance(row, Rejected)]


def test_the_four_files_make_one_row_for_each_code():
    rows = rows_of(SAMPLES / "cpt-2027")
    assert [row.value for row in rows] == ["96521", "96522", "0001F"]
    assert rows[1] == CodeRow(
        line=7,
        value="96522",
        short="IMPLANTED PUMP LOOKED AFTER,",
        medium="IMPLANTED PUMP LOOKED AFTER, OWN SAMPLE WORDING",
        long="Implanted pump looked after, own sample wording",
        consumer="In plain words: Implanted pump looked after, own sample wording",
    )


@pytest.mark.parametrize(
    ("notice", "year"),
    [
        ("CPT © 2027 American Medical Association. All rights reserved.", 2027),
        ("copyright 1966, 1970, 1983-2026 American Medical Association.", 2026),
        ("CPT® 2026 Data Files. © 2025 American Medical Association.", 2026),
    ],
)
def test_the_license_text_tells_the_edition(notice, year, tmp_path):
    path = write(tmp_path / "a.txt", notice, "", "96521\tA pump looked after")
    assert release_told(path) == (f"CPT {year}", date(year, 1, 1))


def test_the_name_of_the_folder_tells_the_edition_where_the_license_does_not(tmp_path):
    folder = cpt_set(tmp_path / "CPT 2026 files", TEXTS, license=("A license.", ""))
    assert release_told(folder).name == "CPT 2026"


def test_license_and_folder_that_differ_are_put_to_the_operator(tmp_path):
    folder = cpt_set(tmp_path / "CPT 2028", TEXTS)
    with pytest.raises(FileProblem, match=r"names 2027, its name or folder 2028; say which"):
        release_told(folder)


def test_blank_lines_in_the_license_text_are_no_data(tmp_path):
    license = ("First.", "", "60611 Chicago, where the publisher sits, reads like a code.", "", "")
    cpt_set(tmp_path, TEXTS, license=(*license, *LICENSE))
    assert [row.value for row in rows_of(tmp_path)] == ["96521", "96522"]


def test_a_blank_line_within_the_data_loses_no_row(tmp_path):
    lines = [*LICENSE, "96521\tA pump looked after", "", "96522\tAnother pump looked after"]
    write(tmp_path / "LONGULT.txt", *lines)
    assert [row.value for row in rows_of(tmp_path)] == ["96521", "96522"]


def test_long_descriptors_alone_are_enough(tmp_path):
    cpt_set(tmp_path, TEXTS, without=("MEDU", "SHORTU", "ConsumerDescriptor"))
    assert [(row.long, row.short) for row in rows_of(tmp_path)] == [
        ("Portable pump looked after", ""),
        ("Implanted pump looked after", ""),
    ]


def test_a_set_without_the_long_descriptors_is_refused(tmp_path):
    cpt_set(tmp_path, TEXTS, without=("LONGULT",))
    with pytest.raises(FileProblem, match=r"LONGULT.txt of the same edition is missing"):
        rows_of(tmp_path)


def test_lengths_of_different_codes_are_reported_and_what_is_there_is_taken(tmp_path):
    cpt_set(tmp_path, TEXTS)
    write(tmp_path / "MEDU.txt", *LICENSE, "96521 PUMP OF MEDIUM LENGTH, LONGER THAN SHORT ONES")
    write(tmp_path / "SHORTU.txt", *LICENSE, *(f"{code} SHORT" for code in [*TEXTS, "96523"]))
    rows = rows_of(tmp_path)
    assert [(row.value, row.medium != "") for row in rows if isinstance(row, CodeRow)] == [
        ("96521", True),
        ("96522", False),
    ]
    assert [row.reason for row in rejected(rows)] == [
        "MEDU: 96522 is missing, which LONGULT has.",
        "SHORTU: 96523 is not in LONGULT.",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("96523", "expected code, tab, long descriptor"),
        ("9652\tA pump", "'9652' is not a CPT code"),
        ("J9200\tA drug", "'J9200' is not a CPT code"),
        ("96522\tAgain", "96522 stands on line 6 already"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number(line, reason, tmp_path):
    data = [f"{code}\t{text}" for code, text in TEXTS.items()]
    write(tmp_path / "LONGULT.txt", *LICENSE, *data, line)
    [row] = rejected(rows_of(tmp_path))
    assert row.line == 7
    assert reason in row.reason


def test_texts_in_windows_1252_are_read(tmp_path):
    write(tmp_path / "LONGULT.txt", *LICENSE, "96521\tMénière's pump", encoding="cp1252")
    assert rows_of(tmp_path)[0].long == "Ménière's pump"


def test_two_different_files_of_one_part_are_refused(tmp_path):
    cpt_set(tmp_path / "one", TEXTS)
    cpt_set(tmp_path / "two", {"96521": "A pump with other words"})
    with pytest.raises(FileProblem, match=r"are both LONGULT of one edition, but differ"):
        rows_of(tmp_path)
