"""The files of Medicare payment: fee schedule, indices, localities, OPPS, places of service."""

import csv
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from codes.importers import (
    anesthesia_factors,
    gpci,
    locality_counties,
    opps_addendum_b,
    opps_cap,
    pfs,
    pfs_qp,
    place_of_service,
    zip_localities,
)
from codes.importers.found_files import FoundFiles
from codes.importers.importer_list import importer_of
from codes.importers.outcomes import Options, State
from codes.importers.pipeline import import_paths
from codes.importers.rows import FileProblem, LeftOut, Rejected
from codes.models import (
    AnesthesiaFactor,
    Code,
    FeeScheduleRow,
    GeographicIndex,
    LocalityCounties,
    OppsRow,
    PlaceOfService,
    Release,
    Source,
    ZipLocality,
)
from tests.codes.importers.layouts import SAMPLES

SCHEDULE = "rvu26c/PPRRVU2026_Jul_nonQPP.csv"
ADDENDUM = "2025 Addendum B.txt"
HEADER_LINES = 8  # of the schedule's sample: three banners and five rows of the header


def cells_of(sample: str) -> list[list[str]]:
    with (SAMPLES / sample).open(newline="") as stream:
        return list(csv.reader(stream))


def write_csv(path, rows):
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def read(path) -> list:
    """What the importer that recognizes the file reads from it, without lines that hold no row."""
    with FoundFiles([path]) as files:
        _, file = next(iter(files))
        rows = list(importer_of(file).read(file))
    return [row for row in rows if not isinstance(row, LeftOut)]


def release_of(path, within=None):
    """The release a file tells; `within` is the folder that was given to the import."""
    with FoundFiles([within or path]) as files:
        file = next(file for _, file in files if file.path.name == path.name or not within)
        return importer_of(file).release_of(file)


@pytest.mark.parametrize(
    ("sample", "importer"),
    [
        (SCHEDULE, pfs),
        ("rvu25d/PPRRVU2025_Oct.csv", pfs),
        ("rvu26c/PPRRVU2026_Jul_QPP.csv", pfs_qp),
        ("rvu26c/GPCI2026.csv", gpci),
        ("rvu25d/ANES2025.csv", anesthesia_factors),
        ("rvu25d/25LOCCO.csv", locality_counties),
        ("rvu25d/OPPSCAP_Oct.csv", opps_cap),
        ("ZIP5_OCT2025.txt", zip_localities),
        (ADDENDUM, opps_addendum_b),
        ("pos_codes.csv", place_of_service),
    ],
)
def test_a_file_of_medicare_payment_is_recognized_under_any_name(sample, importer, tmp_path):
    misnamed = tmp_path / "HCPC2026_OCT_ANWEB.dat"
    misnamed.write_bytes((SAMPLES / sample).read_bytes())
    with FoundFiles([misnamed]) as files:
        assert [importer_of(file) for _, file in files] == [importer]


@pytest.mark.parametrize(
    ("sample", "name", "day"),
    [
        (SCHEDULE, "July 2026", date(2026, 7, 1)),
        ("rvu25d/PPRRVU2025_Oct.csv", "October 2025", date(2025, 10, 1)),
        ("rvu26c/GPCI2026.csv", "July 2026", date(2026, 7, 1)),
        ("rvu25d/ANES2025.csv", "October 2025", date(2025, 10, 1)),
        ("rvu25d/25LOCCO.csv", "October 2025", date(2025, 10, 1)),
        ("rvu25d/OPPSCAP_Oct.csv", "October 2025", date(2025, 10, 1)),
        ("ZIP5_OCT2025.txt", "October 2025", date(2025, 10, 1)),
        (ADDENDUM, "CY 2025", date(2025, 1, 1)),
        ("pos_codes.csv", "August 2024 or later", date(2024, 8, 1)),
    ],
)
def test_a_release_is_told_by_the_banner_the_zip_or_the_rows(sample, name, day):
    path = SAMPLES / sample
    within = None if path.parent == SAMPLES else path.parent
    assert release_of(path, within) == (name, day)


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        ("rvu26c/GPCI2026.csv", "CY 2026"),
        ("rvu25d/25LOCCO.csv", "CY 2025"),
        ("rvu25d/ANES2025.csv", "CY 2025"),
    ],
)
def test_without_its_zip_a_yearly_file_holds_from_january(sample, name, tmp_path):
    alone = tmp_path / (SAMPLES / sample).name
    alone.write_bytes((SAMPLES / sample).read_bytes())
    assert release_of(alone) == (name, date(int(name[-4:]), 1, 1))


@pytest.mark.parametrize(
    ("zip_name", "name"),
    [
        ("rvu26b-updated-03-10-2026.zip", "April 2026"),
        ("RVU25AR.zip", "January 2025"),
        ("rvu26d.zip", "October 2026"),
    ],
)
def test_the_letter_of_the_zip_is_the_quarter(zip_name, name, tmp_path):
    path = tmp_path / zip_name
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(SAMPLES / "rvu25d/OPPSCAP_Oct.csv", "OPPSCAP.csv")
    assert release_of(path).name == name


def test_the_month_of_an_addendum_stands_in_its_name(tmp_path):
    path = tmp_path / "july-2026-opps-addendum-b.txt"
    path.write_bytes((SAMPLES / ADDENDUM).read_bytes())
    assert release_of(path).name == "July 2026"


@pytest.mark.django_db
def test_all_samples_become_releases_rows_and_codes():
    names = ["rvu26c", "rvu25d", "ZIP5_OCT2025.txt", ADDENDUM, "pos_codes.csv"]
    report = import_paths([SAMPLES / name for name in names])

    assert not report.problem
    assert {outcome.state for outcome in report.outcomes} == {State.PUBLISHED}
    counts = {
        (release.source, release.name): (release.row_count, release.rejected_count)
        for release in Release.objects.all()
    }
    assert counts == {
        (Source.PHYSICIAN_FEE_SCHEDULE, "July 2026"): (12, 0),
        (Source.PHYSICIAN_FEE_SCHEDULE, "October 2025"): (11, 0),
        (Source.PHYSICIAN_FEE_SCHEDULE_QP, "July 2026"): (12, 0),
        (Source.GPCI, "July 2026"): (4, 0),
        (Source.ANESTHESIA_FACTORS, "October 2025"): (3, 0),
        (Source.LOCALITY_COUNTIES, "October 2025"): (4, 0),
        (Source.OPPS_CAP, "October 2025"): (2, 0),
        (Source.ZIP_LOCALITIES, "October 2025"): (3, 0),
        (Source.OPPS_ADDENDUM_B, "CY 2025"): (5, 1),
        (Source.PLACE_OF_SERVICE, "August 2024 or later"): (5, 0),
    }
    codes = set(Code.objects.values_list("system", "value"))
    assert ("cpt", "99213") in codes
    assert ("hcpcs", "A4220") in codes
    assert ("hcpcs", "J9271") in codes
    assert not [value for _, value in codes if value == "GXXX1"]


@pytest.mark.django_db
def test_what_is_published_is_what_the_tables_hold():
    import_paths([SAMPLES / "rvu26c", SAMPLES / "rvu25d", SAMPLES / "ZIP5_OCT2025.txt"])
    import_paths([SAMPLES / ADDENDUM, SAMPLES / "pos_codes.csv"])

    row = FeeScheduleRow.objects.get(
        hcpcs="96522",
        release__name="July 2026",
        release__source=Source.PHYSICIAN_FEE_SCHEDULE,
    )
    assert (row.work_rvu, row.nonfacility_pe_rvu, row.mp_rvu) == (
        Decimal("0.21"),
        Decimal("3.47"),
        Decimal("0.07"),
    )
    assert (row.nonfacility_na, row.facility_na, row.status, row.pctc) == (False, True, "A", "5")
    assert row.conversion_factor == Decimal("33.4009")
    montana = GeographicIndex.objects.get(contractor="03202")
    assert (montana.name, montana.mark, montana.malpractice) == ("MONTANA", "**", Decimal("0.998"))
    assert AnesthesiaFactor.objects.get(contractor="").factor == Decimal("20.3178")
    california = LocalityCounties.objects.get(contractor="01112", locality="05")
    assert california.state_name == "California"
    assert california.counties == "SAN FRANCISCO, ALAMEDA, CONTRA COSTA, SAN MATEO"
    assert LocalityCounties.objects.get(locality="54").state_name == "California"
    kansas = ZipLocality.objects.get(zip_code="67701")
    assert (kansas.state, kansas.contractor, kansas.rural, kansas.has_plus_four) == (
        "WK",
        "05202",
        "B",
        True,
    )
    drug = OppsRow.objects.get(hcpcs="J9271")
    assert (drug.payment_rate, drug.coinsurance_percent, drug.national_copayment) == (
        Decimal("57.439"),
        Decimal("20"),
        None,
    )
    assert OppsRow.objects.get(hcpcs="96522").status_indicator == "S"
    assert PlaceOfService.objects.get(value="22").rate == PlaceOfService.Rate.FACILITY


@pytest.mark.parametrize("first,second", [(5, 10), (6, 8), (13, 14), (18, 22)])
def test_columns_that_change_places_are_read_by_their_names(first, second, tmp_path):
    rows = cells_of(SCHEDULE)
    for row in rows[3:]:
        row[first], row[second] = row[second], row[first]

    assert read(write_csv(tmp_path / "moved.csv", rows)) == read(SAMPLES / SCHEDULE)


def test_descriptors_are_not_read_where_a_file_has_them(tmp_path):
    rows = cells_of(SCHEDULE)
    for row in rows[HEADER_LINES:]:
        row[2] = "Words of another publisher"

    assert read(write_csv(tmp_path / "worded.csv", rows)) == read(SAMPLES / SCHEDULE)


@pytest.mark.parametrize(
    ("sample", "header_line", "column", "told"),
    [
        (SCHEDULE, 8, 5, "WORK RVU"),
        (SCHEDULE, 8, 31, "MP USED FOR OPPS PAYMENT AMOUNT"),
        ("rvu26c/GPCI2026.csv", 3, 3, "LOCALITY NAME"),
        ("rvu25d/OPPSCAP_Oct.csv", 1, 6, "NON-FACILITY PRICE"),
    ],
)
def test_a_missing_column_is_named(sample, header_line, column, told, tmp_path):
    rows = cells_of(sample)
    for row in rows[:header_line]:
        row[column] = ""
    path = write_csv(tmp_path / "lacking.csv", rows)

    with pytest.raises(FileProblem) as problem:
        read(path)
    assert f"line {header_line}: the header lacks {told}" in str(problem.value)


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        (5, "=1+1", "WORK RVU is '=1+1'; expected a figure"),
        (5, "-0.21", "WORK RVU is '-0.21'; expected a figure"),
        (5, "9.99", "is not the sum of work, practice expense and malpractice"),
        (0, "9921", "HCPCS is '9921'; expected a code of five characters"),
        (3, "AA", "STATUS CODE is 'AA'; expected a letter"),
        (14, "12", "GLOB DAYS is '12'; expected 000, 010, 090, MMM, XXX, YYY or ZZZ"),
        (9, "NO", "FACILITY NA INDICATOR is 'NO'; expected NA or nothing"),
        (25, "33.40099", "CONV FACTOR is '33.40099'"),
    ],
)
def test_a_cell_of_another_kind_is_rejected_with_its_line(column, text, told, tmp_path):
    rows = cells_of(SCHEDULE)
    rows[-4][column] = text
    got = [row for row in read(write_csv(tmp_path / "f.csv", rows)) if isinstance(row, Rejected)]

    assert [row.line for row in got] == [len(rows) - 3]
    assert told in got[0].reason


@pytest.mark.django_db
def test_a_shifted_column_refuses_the_file_and_leaves_the_published_one(tmp_path):
    import_paths([SAMPLES / SCHEDULE])
    rows = cells_of(SCHEDULE)
    shifted = [[*row[:6], "0.00", *row[6:]] for row in rows[HEADER_LINES:]] * 2
    path = write_csv(tmp_path / "PPRRVU2026_Oct_nonQPP.csv", [*rows[:HEADER_LINES], *shifted])

    report = import_paths([path], Options(replace=True))

    assert "so the layout is not the expected one. The first is on line 9." in report.problem
    assert Release.objects.get().state == Release.State.PUBLISHED
    assert FeeScheduleRow.objects.count() == 12


@pytest.mark.django_db
def test_a_row_that_stands_twice_is_rejected(tmp_path):
    rows = cells_of(SCHEDULE)
    path = write_csv(tmp_path / "PPRRVU2026_Jul_nonQPP.csv", [*rows, rows[-4]])

    [outcome] = import_paths([path]).outcomes

    assert [row.reason for row in outcome.rejected] == ["99213 stands on line 17 already."]


def test_zip_codes_of_two_quarters_in_one_file_are_refused(tmp_path):
    text = (SAMPLES / "ZIP5_OCT2025.txt").read_text()
    path = tmp_path / "zip.txt"
    path.write_text(text + text.splitlines()[0].replace("99501", "99502")[:-1] + "3\r\n")

    with pytest.raises(FileProblem, match="line 4: the record is of the quarter 20253"):
        read(path)


def test_a_shifted_zip_record_is_rejected(tmp_path):
    lines = (SAMPLES / "ZIP5_OCT2025.txt").read_text().splitlines()
    path = tmp_path / "zip.txt"
    path.write_text("\n".join([*lines, " " + lines[0]]) + "\n")

    [rejected] = [row for row in read(path) if isinstance(row, Rejected)]
    assert rejected.line == 4
    assert "expected a record of 80 characters" in rejected.reason


def test_anesthesia_factors_of_two_kinds_are_told_apart(tmp_path):
    path = write_csv(
        tmp_path / "ANES2026.csv",
        [
            [
                "Contractor",
                "Locality",
                "Locality Name",
                "Qualifying APM CF of 20.6000",
                "Non-qualifying APM CF of 20.4976",
            ],
            ["01112", "05", "SAN FRANCISCO", "22.10", "21.99"],
        ],
    )
    national, here = read(path)

    assert (national.factor, national.qp_factor) == (Decimal("20.4976"), Decimal("20.6"))
    assert (here.factor, here.qp_factor) == (Decimal("21.99"), Decimal("22.10"))


def test_an_addendum_comes_as_a_spreadsheet_too(tmp_path):
    book = openpyxl.Workbook()
    for line in (SAMPLES / ADDENDUM).read_bytes().decode("cp1252").splitlines():
        book.active.append(line.split("\t"))
    book.save(tmp_path / "addendum.xlsx")

    def facts(path):
        return [row[1:] for row in read(path) if not isinstance(row, Rejected)]

    assert facts(tmp_path / "addendum.xlsx") == facts(SAMPLES / ADDENDUM)


def test_an_unknown_kind_of_place_is_rejected(tmp_path):
    path = tmp_path / "pos.csv"
    path.write_text((SAMPLES / "pos_codes.csv").read_text() + "98,Ship,Ship,A ship.\n")

    [rejected] = [row for row in read(path) if isinstance(row, Rejected)]
    assert "POS_TYPE is 'Ship'; expected Facility, Non-Facility or Unassigned" in rejected.reason
