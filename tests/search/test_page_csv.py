"""The results as a file for a spreadsheet."""

import csv
import io
from datetime import date

import pytest

from codes.models import CodeSystem, Source
from tests.factories import make_code, make_description, make_plain_description, make_release

pytestmark = pytest.mark.django_db


def downloaded(client, **query):
    answer = client.get("/case2code/", {"format": "csv", **query})
    assert answer.status_code == 200
    text = answer.getvalue().decode("utf-8-sig")
    return answer, list(csv.DictReader(io.StringIO(text)))


def test_every_result_is_a_row_in_rank_order(client):
    release = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))
    for value, long, is_billable in [
        ("H10", "Conjunctivitis", False),
        ("H10.011", "Conjunctivitis, right eye", True),
        ("H10.012", "Conjunctivitis, left eye", True),
    ]:
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=release, long=long, is_billable=is_billable)

    answer, rows = downloaded(client, q="conjunctivitis", date="2026-08-01")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="case2code-conjunctivitis-2026-08-01.csv"' in answer["Content-Disposition"]
    assert [(row["rank"], row["code"], row["billable"]) for row in rows] == [
        ("1", "H10", "no"),
        ("2", "H10.012", "yes"),
        ("3", "H10.011", "yes"),
    ]
    assert rows[1] == {
        "rank": "2",
        "code_system": "ICD-10-CM",
        "code": "H10.012",
        "description": "Conjunctivitis, left eye",
        "status": "Active",
        "date_of_service": "2026-08-01",
        "billable": "yes",
        "matched": "",
        "category": "H10 Conjunctivitis",
        "publisher": "Published by the National Center for Health Statistics and CMS. "
        "Based on ICD-10, © World Health Organization.",
    }


def test_an_exact_code_is_downloaded_and_not_opened(client):
    make_description("E0783", long="Infusion pump")

    _, rows = downloaded(client, q="E0783")

    assert [row["code"] for row in rows] == ["E0783"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(client, begin):
    code = make_code("96522", system=CodeSystem.CPT)
    make_plain_description(code, title=f"{begin}SUM(A1) pump")

    _, rows = downloaded(client, q="pump")

    assert rows[0]["description"].startswith("'" if begin != "\t" else ("'", "SUM", "="))


def test_the_filters_hold_for_the_file_too(client):
    make_description("E0783", long="Infusion pump")
    make_plain_description(make_code("96522", system=CodeSystem.CPT), title="Infusion pump")

    _, rows = downloaded(client, q="pump", system="cpt")

    assert [row["code"] for row in rows] == ["96522"]


def test_nothing_found_is_a_file_with_its_head_alone(client):
    assert downloaded(client, q="xylophone")[1] == []
    assert downloaded(client, q="")[1] == []
