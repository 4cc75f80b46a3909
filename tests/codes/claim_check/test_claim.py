"""A claim and its address, and claims as people write them."""

from datetime import date

import pytest
from django.http import QueryDict

from codes.queries.claim_check.claim import Claim, read_claim
from codes.queries.claim_check.written_claim import MOST_BYTES, read_csv, read_text
from codes.queries.ncci import Setting

TODAY = date(2026, 7, 1)


def read(query: str) -> Claim:
    return read_claim(QueryDict(query), TODAY)


def test_an_address_says_the_whole_claim():
    claim = read(
        "date=2024-07-01&setting=hospital&line=96522&line=36561-59,RTx2~pos22~dx2~2024-07-02"
        "&dx=Z45.1&dx=E11.9&state=ky&zip=40202&pos=11"
    )
    assert not claim.problems
    assert (claim.date_of_service, claim.setting) == (date(2024, 7, 1), Setting.HOSPITAL)
    assert (claim.state, claim.zip_code, claim.diagnoses) == ("KY", "40202", ("Z451", "E119"))
    first, second = claim.lines
    assert (first.value, first.modifiers, first.units, first.place) == ("96522", (), 1, "11")
    assert (second.modifiers, second.units, second.place) == (("59", "RT"), 2, "22")
    assert second.date_of_service == date(2024, 7, 2)
    assert claim.diagnoses_of(first) == ["Z451", "E119"]
    assert claim.diagnoses_of(second) == ["E119"]


@pytest.mark.parametrize(
    "query",
    [
        "date=2024-07-01&setting=practitioner&line=96522&line=36561-59x2&dx=Z45.1",
        "date=2026-07-01&setting=hospital&line=J1740x12~pos22~dx1,2&dx=Z45.1&dx=C79.51&state=KY",
        "date=2026-07-01&setting=practitioner&line=0295T-26,59,RTx3~2026-07-03&zip=40202&pos=11",
        "date=2026-07-01&setting=practitioner",
    ],
)
def test_the_address_of_a_claim_reproduces_it(query):
    claim = read(query)
    assert not claim.problems
    assert claim.query == query
    assert read(claim.query) == claim


def test_blanks_and_small_letters_are_read():
    [line] = read("line=%2096522%20-%2059%20x%202").lines
    assert (line.value, line.modifiers, line.units) == ("96522", ("59",), 2)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("line=9", "expected a code"),
        ("line=96522-5", "expected a code"),
        ("line=96522x0", "units are a whole number from 1"),
        ("line=96522-11,12,13,14,15", "5 modifiers; a line has 4 at most"),
        ("line=96522~dx2&dx=Z45.1", "points to diagnosis 2; the claim has 1"),
        ("line=96522~dx0&dx=Z45.1", "points to diagnosis 0"),
        ("line=96522~2026-13-01", "is not a date of service"),
        ("line=96522~what", "is not understood"),
        ("line=96522&date=tomorrow", "“tomorrow” is not a date of service"),
        ("line=96522&setting=dme", "is not a setting"),
        ("line=96522&state=XX", "is not a state"),
        ("line=96522&zip=4020", "is not a ZIP code"),
        ("line=96522&pos=eleven", "is not a place of service"),
        ("line=96522&dx=Z451234567", "is not a diagnosis"),
        ("&".join(["line=96522"] * 51), "51 lines; at most 50"),
        ("&".join(f"dx=A{n:02}" for n in range(13)), "13 diagnoses; a claim has 12"),
        (
            "&".join(f"line=96522~2026-07-{day:02}" for day in range(2, 10)),
            "8 dates of service; at most 7",
        ),
        ("line=%00", "expected a code"),
    ],
)
def test_what_cannot_be_read_is_named(query, problem):
    [found] = read(query).problems
    assert problem in found


def test_pasted_text_becomes_lines_and_diagnoses():
    claim = read_text(
        "dx: Z45.1, E11.9\n\n96522\n36561-59 RT x2 pos 22 2026-07-02 E119\nG0463 2 units\nC79.51\n"
        "99213\t25\t1\tZ45.1\n"
    )
    assert not claim.problems
    assert claim.diagnoses == ["Z451", "E119", "C7951"]
    assert claim.lines == [
        "96522", "36561-59,RTx2~pos22~dx2~2026-07-02", "G0463x2", "99213-25~dx1",
    ]  # fmt: skip


def test_text_is_read_as_people_paste_it():
    claim = read_text(
        "Code Mod Units Dx\n1. 36561-59, 96522 and J1644 x 10\nCPT: 20610 mod RT 8/3/2026\n"
        "- HCPCS J3301 units: 4 $12.50\nLine 5: 99213\nICD-10 codes: Z45.2, M17.11 and E11.9\n"
    )
    [problem] = claim.problems
    assert "Row 4: “$12.50” is not understood" in problem
    assert claim.lines == [
        "36561-59", "96522", "J1644x10", "20610-RT~2026-08-03", "J3301x4", "99213",
    ]  # fmt: skip
    assert claim.diagnoses == ["Z452", "M1711", "E119"]


def test_a_payment_locality_is_kept_in_the_address():
    claim = read("line=36561&locality=15202-00")
    assert claim.locality == "15202-00"
    assert "locality=15202-00" in claim.query
    [problem] = read("line=36561&locality=Ohio").problems
    assert "is not a payment locality" in problem


def test_a_transport_code_is_not_taken_for_a_diagnosis():
    claim = read_text("A0221\ndx A02.21")
    assert (claim.lines, claim.diagnoses) == (["A0221"], ["A0221"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("96522 hello", "Row 1: “hello” is not understood"),
        ("dx nothing", "Row 1: “nothing” is not an ICD-10-CM code"),
        ("96522\n<script>", "Row 2: “<script>” is not a code"),
    ],
)
def test_text_that_is_not_understood_is_named_with_its_row(text, problem):
    [found] = read_text(text).problems
    assert problem in found


def test_a_csv_file_becomes_the_same_lines():
    claim = read_csv(
        "\ufeffCode,Modifiers,Units,POS,Date,Diagnoses\r\n"
        '36561,"59,RT",2,22,2026-07-02,Z45.1 E11.9\r\n\r\n96522,,,,,E11.9\r\n'.encode()
    )
    assert not claim.problems
    assert claim.lines == ["36561-59,RTx2~pos22~dx1,2~2026-07-02", "96522~dx2"]
    assert claim.diagnoses == ["Z451", "E119"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "must name the columns"),
        (b"96522,59\n", "must name the columns"),
        (b"code,patient name\n96522,Doe\n", "Column “patient name” is not one of"),
        (b"code\n=SUM(A1)\n", "Line 2 of the file: “=SUM(A1)” is not a code"),
        (b"code,units\n96522,many\n", "expected units as a whole number"),
        (b"code,modifiers\n96522,599\n", "is not a modifier of two characters"),
        (b"code,diagnoses\n96522,fever\n", "“fever” is not an ICD-10-CM code"),
        ("code\n96522\n".encode("utf-16"), "not a CSV file in UTF-8"),
        (b"PK\x03\x04\0\0", "not a CSV file"),
        (b"code\n" + b"96522\n" * MOST_BYTES, "a claim has 64 at most"),
    ],
)
def test_a_csv_file_that_is_none_is_told_so(content, problem):
    [found] = read_csv(content).problems
    assert problem in found
