"""CMS's HCPCS Level II file, as text and as a spreadsheet."""

from datetime import date
from pathlib import Path

import pytest

from codes.importers.found_files import FoundFiles
from codes.importers.importer_list import importer_of
from codes.importers.rows import CodeRow, FileProblem, LeftOut, ModifierRow, Rejected
from tests.codes.importers.layouts import (
    SAMPLES,
    fixed_width,
    hcpcs_continuation,
    hcpcs_fields,
    hcpcs_line,
    workbook,
    write,
)

TEXT = "HCPC2026_JUL_ANWEB.txt"


def rows_of(path: Path) -> list:
    with FoundFiles([path]) as found:
        [(_, file)] = found
        return list(importer_of(file).read(file))


def codes_of(rows: list) -> list[str]:
    return [row.value for row in rows if isinstance(row, CodeRow)]


def rejected(rows: list) -> list[Rejected]:
    return [row for row in rows if isinstance(row, Rejected)]


def test_the_sample_gives_every_field_of_the_record():
    rows = rows_of(SAMPLES / "HCPC2026_OCT_ANWEB.txt")
    assert codes_of(rows) == ["E0782", "K0001", "E0783"]
    pump, ended, new = [row for row in rows if isinstance(row, CodeRow)]
    assert pump.line == 6
    assert pump.short == "Non-programmable pump"
    assert pump.hcpcs.pricing_indicators == ["32"]
    assert pump.hcpcs.multiple_pricing_indicator == "A"
    assert pump.hcpcs.cim_references == ["60-14"]
    assert pump.hcpcs.betos == "D1E"
    assert pump.hcpcs.coverage_code == "D"
    assert pump.hcpcs.asc_payment_group == "YY"
    assert pump.hcpcs.asc_payment_date == date(2010, 1, 1)
    assert pump.hcpcs.anesthesia_base_units == 0
    assert ended.termination_date == date(2025, 12, 31)
    assert ended.hcpcs.cross_reference_codes == ["E0783"]
    assert ended.action_code == "D"
    assert new.added_date == date(2026, 1, 1)
    assert new.hcpcs.types_of_service == ["P", "R"]


def test_a_long_description_goes_on_over_its_continuation_records():
    pump = rows_of(SAMPLES / "HCPC2026_OCT_ANWEB.txt")[5]
    assert pump.long == (
        "Pump for infusion, to be implanted, that cannot be programmed, with all its parts, for "
        "example the pump itself, its catheter and what joins the two"
    )


def test_modifiers_and_banner_lines_are_told_apart():
    rows = rows_of(SAMPLES / "HCPC2026_OCT_ANWEB.txt")
    assert [row.value for row in rows if isinstance(row, ModifierRow)] == ["A1", "JW"]
    assert [row.line for row in rows if isinstance(row, LeftOut)] == [1, 2, 3, 11]
    assert not rejected(rows)


def test_windows_1252_characters_survive(tmp_path):
    path = write(tmp_path / TEXT, hcpcs_line("A0021", "Men\u2019s garment, 5 \xb5g\xa0pack"))
    assert rows_of(path)[0].long == "Men\u2019s garment, 5 \xb5g pack"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (hcpcs_line("A0021")[:200], "has 200 characters; expected 320"),
        (hcpcs_line("A0021") + "X", "has 321 characters; expected 320"),
        (hcpcs_line("A0021", **{"TERM DT": "20261332"}), "TERM DT is '20261332'; expected a day"),
        (hcpcs_line("A0021", **{"ADD DT": "2026"}), "ADD DT is '2026'; expected a day"),
        (hcpcs_line("A0021", **{"ACTION CD": "7"}), "ACTION CD is '7'; expected one letter"),
        (hcpcs_line("A0021", ANEST_BU="x"), "ANEST_BU is 'x'; expected a whole number"),
        (hcpcs_line("W0021"), "a letter from A to V and four digits"),
        (fixed_width({**hcpcs_fields("A0021"), "LONG DESCRIPTION": ""}), "description is empty"),
        ("A line that is no record at all", "Expected a HCPCS record: code in columns 1-5"),
        (hcpcs_continuation("A0099", 200, "lost"), "a continuation without its first record"),
    ],
)
def test_a_bad_record_is_rejected_with_its_line_and_the_reason(line, reason, tmp_path):
    path = write(tmp_path / TEXT, hcpcs_line("A0001"), line, hcpcs_line("A0002"))
    rows = rows_of(path)
    assert codes_of(rows) == ["A0001", "A0002"]
    [row] = rejected(rows)
    assert row.line == 2
    assert reason in row.reason


def test_a_missing_continuation_rejects_the_whole_description(tmp_path):
    lines = [hcpcs_line("A0021", "One"), hcpcs_continuation("A0021", 300, "three")]
    [row] = rows_of(write(tmp_path / TEXT, *lines))
    assert row == Rejected(
        1,
        "A0021: continuation 00300 on line 2; expected 00200, so a part of the description is "
        "missing.",
    )


def test_a_byte_outside_windows_1252_is_rejected_not_guessed(tmp_path):
    line = hcpcs_line("A0021", "A?B").encode().replace(b"?", b"\x81")
    path = tmp_path / TEXT
    path.write_bytes(hcpcs_line("A0001").encode() + b"\r\n" + line)
    assert "not Windows-1252" in rejected(rows_of(path))[0].reason


def test_dental_codes_and_cpt_codes_are_left_out(tmp_path):
    lines = [hcpcs_line("D0120"), hcpcs_line("A0021"), hcpcs_line("99213"), hcpcs_line("22")]
    rows = rows_of(write(tmp_path / TEXT, *lines))
    assert codes_of(rows) == ["A0021"]
    assert [row.what for row in rows if isinstance(row, LeftOut)] == [
        "dental codes (ADA)",
        "CPT codes and modifiers (AMA)",
        "CPT codes and modifiers (AMA)",
    ]
    assert not rejected(rows)


def test_the_spreadsheet_and_the_record_give_the_same_rows(tmp_path):
    ended = {"TERM DT": "20251231", "XREF1": "A0002", "PRICE1": "51", "TOS1": "1", "TOS2": "P"}
    lines = [hcpcs_line("A1"), hcpcs_line("A0021", **ended)]
    table = [hcpcs_fields("A1"), hcpcs_fields("A0021", **ended)]
    from_text = rows_of(write(tmp_path / TEXT, *lines))
    from_sheet = rows_of(workbook(tmp_path / "a.xlsx", table))
    assert [row._replace(line=0) for row in from_text] == [
        row._replace(line=0) for row in from_sheet
    ]


def test_the_header_of_a_spreadsheet_is_found_below_its_disclaimers(tmp_path):
    banner = ("***Disclaimers", "*A listing says nothing of coverage.")
    rows = rows_of(workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0021")], banner=banner))
    assert rows[:2] == [LeftOut(1), LeftOut(2)]
    assert rows[2].line == 4


def test_columns_are_found_by_name_in_any_order(tmp_path):
    from codes.importers.hcpcs_record import COLUMNS

    path = workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0021")], columns=COLUMNS[::-1])
    assert rows_of(path)[0].value == "A0021"


def test_numbers_instead_of_text_are_read(tmp_path):
    row = hcpcs_fields("A0021") | {"RECID": 3, "ADD DT": 20260701, "ANEST_BU": 0, "PRICE1": 13}
    [code] = rows_of(workbook(tmp_path / "a.xlsx", [row]))
    assert code.added_date == date(2026, 7, 1)
    assert code.hcpcs.anesthesia_base_units == 0
    assert code.hcpcs.pricing_indicators == ["13"]


def test_a_continuation_row_of_a_spreadsheet_is_joined(tmp_path):
    more = {"HCPC": "A0021", "SEQNUM": "0020", "RECID": "4", "LONG DESCRIPTION": "second part"}
    path = workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0021", "First and"), more])
    assert rows_of(path)[0].long == "First and second part"


def test_a_missing_column_refuses_the_file_by_name(tmp_path):
    from codes.importers.hcpcs_record import COLUMNS

    columns = tuple(name for name in COLUMNS if name not in ("TERM DT", "XREF1"))
    path = workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0021")], columns=columns)
    with pytest.raises(FileProblem, match=r"a.xlsx, row 1: the header lacks XREF1, TERM DT"):
        rows_of(path)


@pytest.mark.parametrize("column", ["HCPC", "LONG DESCRIPTION", "TERM DT"])
def test_a_formula_refuses_the_file(column, tmp_path):
    bad = hcpcs_fields("A0021") | {column: '=HYPERLINK("http://example.org")'}
    path = workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0001"), bad])
    with pytest.raises(FileProblem, match=rf"row 3, column {column} holds the formula =HYPERLINK"):
        rows_of(path)


def test_a_row_whose_cells_have_shifted_is_rejected(tmp_path):
    good = hcpcs_fields("A0021")
    shifted = dict(zip(list(good)[1:], list(good.values())[:-1], strict=True))
    rows = rows_of(workbook(tmp_path / "a.xlsx", [good, shifted]))
    assert "RECID is '00100'; expected 3, 4, 7 or 8" in rejected(rows)[0].reason
