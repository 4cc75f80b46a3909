"""Files are known by what they hold, whatever they are called."""

from pathlib import Path

import pytest

from codes.importers import (
    cpt_descriptors,
    hcpcs_fixed_width,
    hcpcs_xlsx,
    icd10cm_order,
    icd10pcs_order,
)
from codes.importers.found_files import FoundFiles
from codes.importers.importer_list import importer_of
from codes.importers.rows import FileProblem
from tests.codes.importers.layouts import (
    SAMPLES,
    hcpcs_fields,
    order_file,
    order_line,
    workbook,
    write,
)

LISTS_OF_CODES = (
    cpt_descriptors,
    hcpcs_fixed_width,
    hcpcs_xlsx,
    icd10cm_order,
    icd10pcs_order,
)


def importers_below(path: Path) -> list:
    with FoundFiles([path]) as found:
        return [importer_of(file) for _, file in found]


def importer_for(path: Path):
    return importers_below(path)[0]


@pytest.mark.parametrize(
    ("sample", "importer"),
    [
        ("HCPC2026_OCT_ANWEB.txt", hcpcs_fixed_width),
        ("icd10cm_order_2027.txt", icd10cm_order),
        ("icd10pcs_order_2027.txt", icd10pcs_order),
        ("cpt-2027/LONGULT.txt", cpt_descriptors),
        ("cpt-2027/MEDU.txt", cpt_descriptors),
        ("cpt-2027/SHORTU.txt", cpt_descriptors),
        ("cpt-2027/Consumer Friendly Descriptors/ConsumerDescriptor.txt", cpt_descriptors),
    ],
)
def test_a_sample_is_recognized_under_any_name(sample, importer, tmp_path):
    misnamed = tmp_path / "icd10cm_order_2026.pdf"
    misnamed.write_bytes((SAMPLES / sample).read_bytes())
    assert importer_for(misnamed) is importer


def test_a_hcpcs_spreadsheet_is_recognized_whatever_its_name(tmp_path):
    assert importer_for(workbook(tmp_path / "LONGULT.txt", [hcpcs_fields("A0021")])) is hcpcs_xlsx


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("LONGULT", "SHORTU.txt"),
        ("MEDU", "LONGULT.txt"),
        ("ConsumerDescriptor", "MEDU.txt"),
    ],
)
def test_the_parts_of_a_cpt_bundle_are_told_apart_by_content(part, name, tmp_path):
    sample = next((SAMPLES / "cpt-2027").rglob(f"{part}.txt"))
    (tmp_path / name).write_bytes(sample.read_bytes())
    with FoundFiles([tmp_path / name]) as found:
        [(_, file)] = found
        assert cpt_descriptors.part_of(file) == part


def test_the_capital_twin_of_the_long_descriptors_is_not_taken(tmp_path):
    text = (SAMPLES / "cpt-2027" / "LONGULT.txt").read_text().upper()
    (tmp_path / "LONGULT.txt").write_text(text)
    assert importer_for(tmp_path / "LONGULT.txt") is None


def test_pcs_codes_that_begin_with_letters_are_not_taken_for_icd_10_cm(tmp_path):
    path = order_file(tmp_path / "order.txt", ["B00", "B0000ZZ", "B0001ZZ"])
    assert importer_for(path) is icd10pcs_order


def test_icd_10_cm_codes_with_a_letter_second_are_recognized(tmp_path):
    path = order_file(tmp_path / "order.txt", ["QA0", "QA01", "QA011", "QA0101"])
    assert importer_for(path) is icd10cm_order


@pytest.mark.parametrize(
    "lines",
    [
        ["Add:         1 B8801   Infestation by mites                   Infestation by mites"],
        ["A000    Cholera by a biovar", "A001    Cholera by another biovar"],
        ['"Column 1","Column 2"', "0001A\t0591T\t\t20201211\t*\t1\tMisuse of codes"],  # NCCI
        ["HCPCS,MOD,DESCRIPTION,STATUS", "99213,,,A"],
        ["AL35004101120500"],
        [],
    ],
)
def test_other_files_of_the_publishers_are_not_taken_for_lists_of_codes(lines, tmp_path):
    path = write(tmp_path / "HCPC2026_JUL_ANWEB.txt", *lines)
    assert importer_for(path) not in LISTS_OF_CODES


def test_a_transaction_report_is_not_taken_for_the_hcpcs_file(tmp_path):
    columns = ("HCPC", "ACTION CD", "SHORT DESCRIPTION", "LONG DESCRIPTION")
    path = workbook(tmp_path / "a.xlsx", [hcpcs_fields("A0021")], columns=columns)
    assert importer_for(path) is None


def test_utf_16_is_refused_with_what_was_expected(tmp_path):
    path = write(tmp_path / "order.txt", order_line(1, "A00", billable=False), encoding="utf-16")
    with pytest.raises(FileProblem, match="UTF-16; expected the encoding the publisher uses"):
        importer_for(path)
