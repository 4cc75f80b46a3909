"""What changed in a release against the one before it."""

import csv
import io
import re
from datetime import date

import pytest

from codes.csv_download import safe_cell
from codes.models import CodeSystem, Source
from tests.factories import make_code, make_description, make_release

pytestmark = pytest.mark.django_db

ADDRESS = "/codes/icd-10-cm/changes/"


@pytest.fixture
def releases():
    """Two years of a list: A00 stays, B00 goes, C00 comes, D00 is reworded, E00 a header now."""
    older, newer = (
        make_release(source=Source.ICD_10_CM_ORDER, name=name, valid_from=valid_from)
        for name, valid_from in [("FY 2025", date(2024, 10, 1)), ("FY 2026", date(2025, 10, 1))]
    )
    a, b, c, d, e = (
        make_code(value, system=CodeSystem.ICD_10_CM)
        for value in ("A00", "B00", "C00", "D00", "E00")
    )
    for code in (a, b, e):
        make_description(code, release=older)
    make_description(d, release=older, long="Old wording of it")
    make_description(a, release=newer)
    make_description(c, release=newer, long="=HYPERLINK(1)")
    make_description(d, release=newer, long="New wording of it")
    make_description(e, release=newer, is_billable=False)
    return older, newer


def rows(html):
    body = re.search(r"<tbody>(.*?)</tbody>", html, re.S)
    if not body:
        return []
    return [
        (re.search(r'class="code" href="[^"]+">([^<]+)', row)[1], kind)
        for row in body[1].split("</tr>")
        for kind in ("New", "Revised", "Ended")
        if f">{kind}</span>" in row
    ]


def table(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_release_shows_what_is_new_revised_and_ended(client, releases):
    html = client.get(ADDRESS).text
    assert "Based on ICD-10, © World Health Organization." in html

    assert rows(html) == [
        ("B00", "Ended"),
        ("C00", "New"),
        ("D00", "Revised"),
        ("E00", "Revised"),
    ]
    assert "FY 2026" in html
    assert "against FY 2025" in html
    assert "<del>Old</del>" in html
    assert "<ins>New</ins>" in html
    assert "no longer billable" in html


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("new", ["C00"]),
        ("revised", ["D00", "E00"]),
        ("ended", ["B00"]),
        ("nosuch", ["B00", "C00", "D00", "E00"]),
    ],
)
def test_one_kind_of_change_can_be_chosen(client, releases, kind, expected):
    html = client.get(ADDRESS, {"kind": kind}).text

    assert [code for code, _ in rows(html)] == expected


def test_the_oldest_release_has_nothing_to_compare_with(client, releases):
    older, _ = releases

    html = client.get(ADDRESS, {"release": older.pk}).text

    assert rows(html) == []
    assert "Nothing to compare" in html


def test_an_hcpcs_code_ends_when_it_gets_its_termination_date(client):
    older = make_release(name="April 2026", valid_from=date(2026, 4, 1))
    newer = make_release(name="July 2026", valid_from=date(2026, 7, 1))
    ends, ended_long_ago = make_code("J1001"), make_code("J1002")
    make_description(ends, release=older)
    make_description(ends, release=newer, termination_date=date(2026, 6, 30))
    for release in (older, newer):
        make_description(ended_long_ago, release=release, termination_date=date(2011, 1, 1))

    html = client.get("/codes/hcpcs/changes/").text

    assert rows(html) == [("J1001", "Ended")]
    assert "Valid through 30 Jun 2026" in html


def test_a_system_that_is_not_loaded_says_so(client):
    for system in CodeSystem:
        answer = client.get(f"/codes/{system}/changes/")
        assert answer.status_code == 200
        assert "Nothing to compare" in answer.text


@pytest.mark.parametrize("release", ["0", "x", "' OR 1=1", "\0", "9" * 50])
def test_a_release_that_does_not_exist_is_not_found(client, releases, release):
    assert client.get(ADDRESS, {"release": release}).status_code == 404


def test_the_release_of_another_system_is_not_found(client, releases):
    _, newer = releases

    assert client.get("/codes/hcpcs/changes/", {"release": newer.pk}).status_code == 404


def test_the_download_holds_every_change_and_no_formula(client, releases):
    answer = client.get(ADDRESS, {"format": "csv"})

    header, *lines = table(answer)
    assert answer["Content-Type"].startswith("text/csv")
    assert 'filename="icd-10-cm-fy-2026-changes.csv"' in answer["Content-Disposition"]
    assert header == [
        "code", "change", "description", "earlier description", "note", "publisher",
    ]  # fmt: skip
    assert "World Health Organization" in lines[0][5]
    assert [line[:2] for line in lines] == [
        ["B00", "ended"],
        ["C00", "new"],
        ["D00", "revised"],
        ["E00", "revised"],
    ]
    assert lines[1][2] == "'=HYPERLINK(1)"
    assert lines[2][3] == "Old wording of it"


def test_the_download_of_one_kind_holds_that_kind(client, releases):
    _, *lines = table(client.get(ADDRESS, {"format": "csv", "kind": "new"}))

    assert [line[0] for line in lines] == ["C00"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(start):
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"
    assert safe_cell("1+1") == "1+1"
    assert safe_cell(None) == ""


def test_home_shows_what_is_loaded_and_what_changed_last(client, releases):
    _, newer = releases
    newer.new_count, newer.revised_count, newer.ended_count = 1, 2, 1
    newer.row_count = 98186
    newer.save()

    html = client.get("/").text

    assert "98,186" in html
    assert f'href="{ADDRESS}?release={newer.pk}"' in html
    assert html.count("FY 2025") == 0


def test_home_works_before_anything_is_loaded(client):
    html = client.get("/").text

    assert "No release is loaded yet" in html
