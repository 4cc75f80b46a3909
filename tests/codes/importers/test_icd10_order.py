"""The order files of ICD-10-CM and ICD-10-PCS."""

from pathlib import Path

import pytest

from codes.importers.found_files import FoundFiles
from codes.importers.importer_list import importer_of
from codes.importers.rows import CodeRow, LeftOut, Rejected
from tests.codes.importers.layouts import SAMPLES, order_file, order_line, write


def rows_of(path: Path) -> list:
    with FoundFiles([path]) as found:
        [(_, file)] = found
        return list(importer_of(file).read(file))


def test_the_icd_10_cm_sample_tells_headers_from_billable_codes():
    rows = rows_of(SAMPLES / "icd10cm_order_2027.txt")
    assert [(row.value, row.is_billable) for row in rows] == [
        ("Z45", False),
        ("Z451", True),
        ("Z454", False),
        ("Z4541", True),
    ]
    assert rows[1] == CodeRow(
        line=2,
        value="Z451",
        short="Short of Z451",
        long="Visit to adjust or look after an infusion pump",
    )


def test_the_icd_10_pcs_sample_tells_tables_from_codes():
    rows = rows_of(SAMPLES / "icd10pcs_order_2027.txt")
    assert [(row.value, row.is_billable) for row in rows] == [
        ("0JH", False),
        ("0JH60VZ", True),
        ("0JH63VZ", True),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f" {order_line(2, 'A001')}", "expected an order number in columns 1-5"),
        (order_line(2, "A001").replace(" 1 ", " 2 "), "0 or 1 in 15"),
        ("00002 A001    1 Short only", "the long one from 78"),
        (order_line(2, "1A01"), "expected an ICD-10-CM code"),
        (order_line(2, "A001", long="Cholera \x00 bad"), "not Windows-1252 or UTF-8"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number(line, reason, tmp_path):
    good = [order_line(number, f"A00{number}") for number in range(1, 9) if number != 2]
    rows = rows_of(write(tmp_path / "order.txt", good[0], line, *good[1:]))
    [row] = [row for row in rows if isinstance(row, Rejected)]
    assert row.line == 2
    assert reason in row.reason
    assert sum(isinstance(row, CodeRow) for row in rows) == 7


def test_an_o_in_a_pcs_code_is_rejected(tmp_path):
    codes = ["001", "0016070", "0016071", "0016072", "001607O"]
    *_, bad = rows_of(order_file(tmp_path / "order.txt", codes))
    assert bad.line == 5
    assert "without I and O" in bad.reason


def test_blank_lines_are_left_out(tmp_path):
    path = write(tmp_path / "order.txt", order_line(1, "A000"), "", order_line(2, "A001"), "\x1a")
    assert [type(row) for row in rows_of(path)] == [CodeRow, LeftOut, CodeRow, LeftOut]


def test_accents_are_read_in_either_encoding(tmp_path):
    line = order_line(1, "H810", long="Ménière's disease")
    for encoding in ("utf-8", "cp1252"):
        path = write(tmp_path / f"{encoding}.txt", line, encoding=encoding)
        assert rows_of(path)[0].long == "Ménière's disease"
