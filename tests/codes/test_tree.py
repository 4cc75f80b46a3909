"""From the code systems down to a code, and up again."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codes.models import Code, CodeSystem, OfficialDescription, Source
from codes.queries.divisions import DIVISIONS, divisions_of, path_to, trail_of
from codes.queries.releases import published_releases
from codes.queries.tree import level_of
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_release,
    make_user,
)

ON = date(2026, 8, 1)


def make_listed(source, *values, texts=None, headers=(), valid_from=date(2025, 10, 1)):
    """A release that lists codes of these values; returns it."""
    release = make_release(source=source, valid_from=valid_from, name="FY 2026")
    codes = Code.objects.bulk_create(
        Code(system=Source(source).system, value=value) for value in values
    )
    OfficialDescription.objects.bulk_create(
        OfficialDescription(
            release=release,
            code=code,
            long=(texts or {}).get(code.value, f"Text of {code.value}"),
            is_billable=code.value not in headers,
        )
        for code in codes
    )
    release.row_count = len(values)
    release.save()
    return release


def links(html):
    """The addresses of the list on a tree page, with their first words."""
    listed = re.search(r'<ul class="code-rows.*?</ul>', html, re.S)
    return re.findall(r'href="([^"]+)"', listed[0]) if listed else []


# The fixed divisions


@pytest.mark.parametrize(
    ("system", "value", "titles"),
    [
        ("cpt", "96522", ["Medicine", "Infusions and chemotherapy"]),
        ("cpt", "99213", ["Evaluation and management"]),
        ("cpt", "00100", ["Anesthesia"]),
        ("cpt", "0100T", ["Category III: emerging technology"]),
        ("cpt", "1036F", ["Category II: performance measures"]),
        ("cpt", "0001U", ["Proprietary laboratory analyses"]),
        ("cpt", "64999", ["Surgery", "Nervous system"]),
        ("hcpcs", "J9271", ["Drugs administered other than by mouth, and chemotherapy"]),
        ("icd-10-cm", "C7A00", ["Neoplasms"]),
        ("icd-10-cm", "D499", ["Neoplasms"]),
        ("icd-10-cm", "O9A11", ["Pregnancy, childbirth and the puerperium"]),
        ("icd-10-cm", "T8890XA", ["Injury, poisoning and certain other consequences"]),
        ("icd-10-cm", "QA00101", ["Congenital malformations, deformations and chromosomal"]),
        ("icd-10-pcs", "0410093", ["Medical and Surgical"]),
        ("icd-10-pcs", "XW0", ["New Technology"]),
    ],
)
def test_a_code_stands_in_its_divisions(system, value, titles):
    found = [division.title for division in divisions_of(system, value)]

    assert len(found) >= len(titles)
    assert all(title.startswith(start) for title, start in zip(found, titles, strict=False))


@pytest.mark.parametrize("system", list(CodeSystem))
def test_every_division_can_be_found_by_its_address_and_none_overlaps(system):
    def walk(divisions):
        for division in divisions:
            assert path_to(system, division.slug)[-1] is division
            assert re.fullmatch(r"[a-z0-9-]+", division.slug)
            walk(division.parts)

    walk(DIVISIONS[system])
    slugs = [division.slug for division in DIVISIONS[system]]
    assert len(slugs) == len(set(slugs))


def test_icd_10_cm_has_its_22_chapters_and_icd_10_pcs_its_17_sections():
    assert len(DIVISIONS[CodeSystem.ICD_10_CM]) == 22
    assert len(DIVISIONS[CodeSystem.ICD_10_PCS]) == 17


def test_the_trail_of_a_pcs_code_names_the_body_system_of_its_table():
    code = Code(system=CodeSystem.ICD_10_PCS, value="B5140ZZ")

    trail = trail_of(code, "Imaging, Veins, Fluoroscopy")

    assert [crumb.title for crumb in trail] == ["ICD-10-PCS", "Imaging", "Veins"]
    assert trail[-1].url == "/codes/icd-10-pcs/?within=b5"


# The pages


@pytest.mark.django_db
def test_the_list_of_systems_says_what_is_loaded(client):
    make_listed(Source.ICD_10_CM_ORDER, "Z45", "Z451", headers=("Z45",))

    html = client.get("/codes/").text

    assert 'href="/codes/icd-10-cm/"' in html
    assert "1 codes" in html  # headers are not codes that a claim may carry
    assert html.count("No release is loaded") == 3


@pytest.mark.django_db
def test_icd_10_cm_goes_from_chapter_to_category_to_code(client):
    make_listed(
        Source.ICD_10_CM_ORDER,
        *("A00", "A000", "Z45", "Z451", "Z51", "Z511"),
        headers=("A00", "Z45", "Z51"),
    )

    top = client.get("/codes/icd-10-cm/").text
    chapter = client.get("/codes/icd-10-cm/?within=z00-z99").text

    assert links(top) == [
        "/codes/icd-10-cm/?within=a00-b99",
        "/codes/icd-10-cm/?within=z00-z99",
    ]
    assert "2 codes" in top
    assert links(chapter) == ["/codes/icd-10-cm/Z45/", "/codes/icd-10-cm/Z51/"]
    assert "/codes/icd-10-cm/Z45.1/" in client.get("/codes/icd-10-cm/Z45/").text


@pytest.mark.django_db
def test_a_long_hcpcs_section_is_divided_into_hundreds_and_a_short_one_is_not(client):
    values = [f"G{number:04}" for number in range(100, 260)]
    make_listed(Source.HCPCS_LEVEL_II, *values, "B4034", "L0112", "L5000")

    long = client.get("/codes/hcpcs/?within=g").text
    hundred = client.get("/codes/hcpcs/?within=g01").text
    short = client.get("/codes/hcpcs/?within=b").text
    two_parts = client.get("/codes/hcpcs/?within=l").text

    assert links(long) == ["/codes/hcpcs/?within=g01", "/codes/hcpcs/?within=g02"]
    assert len(links(hundred)) == 100
    assert links(short) == ["/codes/hcpcs/B4034/"]
    assert links(two_parts) == ["/codes/hcpcs/L0112/", "/codes/hcpcs/L5000/"]


@pytest.mark.django_db
def test_long_lists_are_paged(client):
    values = [f"041{a}{b}ZZ" for a in "0123456789" for b in "0123456789ABC"]
    make_listed(
        Source.ICD_10_PCS_ORDER,
        "041",
        *values,
        headers=("041",),
        texts={"041": "Lower Arteries, Bypass"},
    )

    first = client.get("/codes/icd-10-pcs/?within=041").text
    second = client.get("/codes/icd-10-pcs/?within=041&page=2").text

    assert len(links(first)) == 100
    assert len(links(second)) == 30
    assert set(links(first)).isdisjoint(links(second))
    assert "within=041&amp;page=2" in first
    assert 'canonical" href="http://testserver/codes/icd-10-pcs/?within=041&amp;page=2"' in second
    table = client.get("/codes/icd-10-pcs/041/").text
    assert 'href="/codes/icd-10-pcs/?within=041"' in table


@pytest.mark.django_db
def test_icd_10_pcs_goes_from_section_to_body_system_to_table(client):
    make_listed(
        Source.ICD_10_PCS_ORDER,
        *("001", "0016070", "041", "09B", "B51", "B51400Z"),
        headers=("001", "041", "09B", "B51"),
        texts={
            "001": "Central Nervous System and Cranial Nerves, Bypass",
            "041": "Lower Arteries, Bypass",
            "09B": "Ear, Nose, Sinus, Excision",
            "B51": "Imaging, Veins, Fluoroscopy",
        },
    )

    section = client.get("/codes/icd-10-pcs/?within=0").text
    body_system = client.get("/codes/icd-10-pcs/?within=00").text

    # A body system whose tables have no code is left out.
    assert links(section) == ["/codes/icd-10-pcs/?within=00"]
    assert "Central Nervous System and Cranial Nerves" in section
    assert links(body_system) == ["/codes/icd-10-pcs/001/"]
    assert "Veins" in client.get("/codes/icd-10-pcs/?within=b").text


@pytest.mark.django_db
def test_cpt_without_its_licensed_list_shows_the_codes_that_are_known(client):
    for value in ("96522", "96523", "0100T", "00100"):
        make_plain_description(make_code(value, system=CodeSystem.CPT), title=f"About {value}")

    top = client.get("/codes/cpt/").text
    infusions = client.get("/codes/cpt/?within=96360-96549").text
    anesthesia = client.get("/codes/cpt/?within=00100-01999").text

    assert "No release of CPT® is loaded" in top
    assert links(top) == [
        "/codes/cpt/?within=00100-01999",
        "/codes/cpt/?within=90000-99199",
        "/codes/cpt/?within=0001t-9999t",
    ]
    assert links(infusions) == ["/codes/cpt/96522/", "/codes/cpt/96523/"]
    assert "About 96522" in infusions
    assert links(anesthesia) == ["/codes/cpt/00100/"]


@pytest.mark.django_db
@pytest.mark.parametrize("system", list(CodeSystem))
def test_a_system_without_codes_says_so(client, system):
    answer = client.get(f"/codes/{system}/")

    assert answer.status_code == 200
    assert f"No release of {system.label} is loaded" in answer.text
    assert "No codes here" in answer.text
    assert "codes known to this site are listed" not in answer.text
    assert "No loaded release lists a code" not in answer.text


@pytest.mark.django_db
def test_the_tree_is_that_of_the_date_of_service(client):
    older = make_listed(Source.ICD_10_CM_ORDER, "Z45", "Z47", valid_from=date(2024, 10, 1))
    newer = make_release(
        source=Source.ICD_10_CM_ORDER, name="FY 2026", valid_from=date(2025, 10, 1)
    )
    make_description(Code.objects.get(value="Z45"), release=newer)

    releases = published_releases()
    before = level_of("icd-10-cm", "z00-z99", date(2025, 9, 30), releases)
    after = level_of("icd-10-cm", "z00-z99", date(2025, 10, 1), releases)
    html = client.get("/codes/icd-10-cm/?within=z00-z99&date=2025-09-30").text

    assert before.release == older
    assert [code.value for code in before.codes.order_by("value")] == ["Z45", "Z47"]
    assert [code.value for code in after.codes] == ["Z45"]
    assert links(html) == [
        "/codes/icd-10-cm/Z45/?date=2025-09-30",
        "/codes/icd-10-cm/Z47/?date=2025-09-30",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/codes/nosuch/",
        "/codes/cpt/?within=nosuch",
        "/codes/cpt/?within=%00",
        "/codes/hcpcs/?within=x99",
        "/codes/hcpcs/?within=a0400-a0499",
        "/codes/icd-10-pcs/?within=zzz",
        "/codes/icd-10-pcs/?within=0'--",
        "/codes/icd-10-cm/?within=" + "a" * 9000,
    ],
)
def test_what_is_no_division_is_not_found(client, address):
    make_listed(Source.ICD_10_PCS_ORDER, "001")

    assert client.get(address).status_code in (404, 200)
    if "%00" not in address:
        assert client.get(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["0", "-1", "999", "x", "9" * 400, "²"])
def test_a_strange_page_number_shows_some_page(client, page):
    make_listed(Source.ICD_10_CM_ORDER, "Z45")

    answer = client.get("/codes/icd-10-cm/", {"within": "z00-z99", "page": page})

    assert answer.status_code == 200
    assert links(answer.text) == ["/codes/icd-10-cm/Z45/"]


@pytest.mark.django_db
def test_a_list_of_codes_has_the_copyright_line_of_their_texts(client):
    make_listed(Source.CPT_DESCRIPTORS, "96522", "96523", valid_from=date(2026, 1, 1))
    line = "© Copyright 2026 American Medical Association. All rights reserved."
    within = links(client.get("/codes/cpt/").text)[-1]
    while "96522" not in (html := client.get(within).text):
        assert line not in html  # titles of divisions are the site's own
        within = links(html)[0]
    assert line in html


@pytest.mark.django_db
def test_a_level_takes_few_queries_however_many_codes_there_are(client):
    make_listed(
        Source.ICD_10_CM_ORDER,
        *(f"{letter}{number:02}" for letter in "ABCDEFGHIJKLMNOPQRSTVWXYZ" for number in range(90)),
    )
    for address in ("/codes/icd-10-cm/", "/codes/icd-10-cm/?within=s00-t88"):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 3, [query["sql"][:150] for query in queries]


@pytest.mark.django_db
def test_a_level_tells_search_engines_the_way_to_it(client):
    make_listed(Source.ICD_10_CM_ORDER, "Z45")

    html = client.get("/codes/icd-10-cm/?within=z00-z99&date=2026-01-01").text
    data = json.loads(
        re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[1]
    )

    assert data["@type"] == "BreadcrumbList"
    assert [item.get("item") for item in data["itemListElement"]] == [
        "http://testserver/codes/",
        "http://testserver/codes/icd-10-cm/",
        None,
    ]


@pytest.mark.django_db
def test_staff_are_told_how_to_load_a_system_and_readers_are_not(client):
    reader = client.get("/codes/cpt/").text
    client.force_login(make_user(is_staff=True))
    staff = client.get("/codes/cpt/").text

    assert "import_files" not in reader
    assert "import_files" in staff
