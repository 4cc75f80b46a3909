"""The look-up box over HTTP: results, suggestions, strange input."""

import re
from datetime import date
from html import unescape

import pytest

from codes.models import CodeSystem, OfficialDescription, Source
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_release,
    make_section_text,
)

pytestmark = pytest.mark.django_db

ADDRESS = "/case2code/"
SUGGEST = "/case2code/suggest/"


@pytest.fixture(autouse=True)
def codes():
    release = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))
    for value, long in [
        ("Z45", "Adjustment of an implanted device"),
        ("Z45.1", "Adjustment of an infusion pump"),
        ("E07", "Other disorders"),
    ]:
        make_description(make_code(value, system=CodeSystem.ICD_10_CM), release=release, long=long)
    make_description("E0783", long="Infusion pump, implantable")


def found(html):
    return re.findall(r'<li[^>]* data-code="([^"]+)"', html)


@pytest.mark.parametrize("written", ["Z45.1", "z451", " z45.1 ", "icd-10-cm z45.1"])
def test_an_exact_code_leads_to_its_page(client, written):
    answer = client.get(ADDRESS, {"q": written})

    assert answer.status_code == 302
    assert answer["Location"] == "/codes/icd-10-cm/Z45.1/"


def test_results_have_the_lines_of_the_publishers_of_their_texts(client):
    html = client.get(ADDRESS, {"q": "infusion pump"}).text
    assert "Published by the Centers for Medicare &amp; Medicaid Services." in html
    assert "Based on ICD-10, © World Health Organization." in html
    assert "American Medical Association. All rights reserved." not in html


def test_the_date_of_service_goes_along(client):
    answer = client.get(ADDRESS, {"q": "E0783", "date": "2026-08-01"})

    assert answer["Location"] == "/codes/hcpcs/E0783/?date=2026-08-01"


def test_a_header_stays_on_the_page_for_what_is_wanted_stands_below_it(client):
    OfficialDescription.objects.filter(code__value="Z45").update(is_billable=False)

    answer = client.get(ADDRESS, {"q": "z45"})

    assert answer.status_code == 200
    assert found(answer.text) == ["icd-10-cm:Z45", "icd-10-cm:Z45.1"]
    assert "Not billable" in answer.text


def test_a_code_of_two_systems_is_left_to_the_reader(client):
    make_code("E0783", system=CodeSystem.ICD_10_CM)

    answer = client.get(ADDRESS, {"q": "E0783"})

    assert answer.status_code == 200
    assert set(found(answer.text)) == {"hcpcs:E0783", "icd-10-cm:E07.83"}


def test_results_stand_in_rank_order_with_their_keys(client):
    html = client.get(ADDRESS, {"q": "infusion pump"}).text

    assert found(html) == ["hcpcs:E0783", "icd-10-cm:Z45.1"]
    assert "<mark>" in html
    assert 'href="/codes/icd-10-cm/Z45.1/"' in html


def test_results_can_be_narrowed_to_a_system(client):
    html = client.get(ADDRESS, {"q": "infusion pump", "system": "hcpcs"}).text

    assert found(html) == ["hcpcs:E0783"]
    assert "q=infusion+pump&amp;system=icd-10-cm" in html


def test_each_result_says_its_status_and_where_it_stands(client):
    html = client.get(ADDRESS, {"q": "infusion pump"}).text

    assert html.count(">Active</span>") == 2
    assert "Z45 Adjustment of an implanted device" in html
    assert "Durable medical equipment" in html


def test_the_date_of_service_is_kept_everywhere(client):
    html = client.get(ADDRESS, {"q": "infusion pump", "date": "2026-08-01"}).text

    assert 'href="/codes/icd-10-cm/Z45.1/?date=2026-08-01"' in html
    assert "/claim-check/?dx=Z45.1&amp;date=2026-08-01" in html
    assert '<input type="hidden" name="date" value="2026-08-01">' in html
    assert "status on 1 Aug 2026" in html
    addresses = [unescape(url) for url in re.findall(r'href="(\?[^"]*)"', html)]
    assert addresses
    assert all("date=2026-08-01" in url for url in addresses if url != "?q=infusion+pump")


def test_the_box_of_every_page_keeps_the_date_that_the_page_is_about(client):
    box = '<input type="hidden" name="date" value="2026-08-01">'

    for address in ("/codes/hcpcs/E0783/", "/codes/hcpcs/"):
        assert box in look_up_box(client.get(address, {"date": "2026-08-01"}).text), address
        assert 'name="date"' not in look_up_box(client.get(address).text)


def look_up_box(html: str) -> str:
    (box,) = re.findall(r'<form class="lookup".*?</form>', html, re.DOTALL)
    return box


def test_codes_named_one_by_one_are_a_row_each_in_their_order(client):
    html = client.get(ADDRESS, {"q": "Z45.1 E0783 99999 z45"}).text

    assert found(html) == ["icd-10-cm:Z45.1", "hcpcs:E0783", "icd-10-cm:Z45"]
    assert re.search(r"No code\s+<span class=.code.>99999</span>\s+is known here", html)
    assert "/claim-check/?line=E0783&amp;dx=Z45.1&amp;dx=Z45" in html


def test_more_codes_than_a_page_has_rows_are_shown_when_named(client):
    for number in range(30):
        make_description(f"B{number:04}", long="Formula")

    html = client.get(ADDRESS, {"q": " ".join(f"B{number:04}" for number in range(30))}).text

    assert len(found(html)) == 30


def test_a_page_of_results_is_not_for_search_engines_and_the_empty_page_is(client):
    noindex = '<meta name="robots" content="noindex">'

    assert noindex in client.get(ADDRESS, {"q": "infusion"}).text
    assert noindex not in client.get(ADDRESS).text


def test_results_are_paged(client):
    for number in range(60):
        make_description(f"A{number:04}", long="Gauze pad")

    pages = [found(client.get(ADDRESS, {"q": "gauze", "page": page}).text) for page in (1, 2, 3)]

    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({key for page in pages for key in page}) == 60


def test_a_page_beyond_the_last_leads_to_the_last(client):
    for number in range(30):
        make_description(f"A{number:04}", long="Gauze pad")

    answer = client.get(ADDRESS, {"q": "gauze", "page": 9, "date": "2026-08-01"})

    assert answer.status_code == 302
    assert answer["Location"] == "/case2code/?q=gauze&date=2026-08-01&page=2"
    assert len(found(client.get(answer["Location"]).text)) == 5


def test_a_search_costs_no_view(client):
    code = make_code("96522", system=CodeSystem.CPT)
    make_plain_description(code, text="Infusion pump refill.")
    make_section_text(code, text="Gated words.")

    for query in ("infusion", "pump", "96522", "965"):
        client.get(ADDRESS, {"q": query})
        client.get(SUGGEST, {"q": query})

    assert "Gated words." in client.get("/codes/cpt/96522/").text


def test_nothing_found_is_said_with_what_is_near_and_what_is_missing(client):
    html = client.get(ADDRESS, {"q": "Z45.2"}).text

    assert found(html) == []
    assert "No code found" in html
    assert "/codes/icd-10-cm/Z45.1/" in html
    assert "ICD-10-PCS" in html


def test_without_a_question_the_page_says_what_it_understands(client):
    answer = client.get(ADDRESS)

    assert answer.status_code == 200
    assert found(answer.text) == []


def test_a_suggestion_says_its_status_on_the_date(client):
    OfficialDescription.objects.filter(code__value="E0783").update(
        termination_date=date(2026, 7, 31)
    )

    before, after = (
        client.get(SUGGEST, {"q": "infus", "date": day}).text
        for day in ("2026-07-31", "2026-08-01")
    )

    assert "Ended" not in before
    assert "Ended" in after
    assert 'data-url="/codes/hcpcs/E0783/?date=2026-08-01"' in after


def test_suggestions_with_licensed_texts_have_the_publishers_line(client):
    line = "© Copyright 2026 American Medical Association. All rights reserved."
    assert line not in client.get(SUGGEST, {"q": "infus"}).text

    release = make_release(source=Source.ENTERED_BY_HAND, valid_from=date(2026, 1, 1))
    code = make_code("96522", system=CodeSystem.CPT)
    make_description(code, release=release, long="Infusion port, as licensed")
    html = client.get(SUGGEST, {"q": "infus"}).text

    assert "cpt:96522" in found(html) and line in html


def test_suggestions_are_a_fragment_that_a_browser_may_keep_for_a_minute(client):
    answer = client.get(SUGGEST, {"q": "infus"})

    assert found(answer.text) == ["hcpcs:E0783", "icd-10-cm:Z45.1"]
    assert answer.text.strip().startswith("<ul")
    assert 'role="listbox"' in answer.text
    assert "<html" not in answer.text
    assert answer["Cache-Control"] == "private, max-age=60"
    assert found(client.get(SUGGEST, {"q": "i"}).text) == []
    assert found(client.get(SUGGEST).text) == []


@pytest.mark.parametrize("address", [f"{ADDRESS}?", f"{SUGGEST}?", f"{ADDRESS}?format=csv&"])
@pytest.mark.parametrize(
    "query",
    [
        "q=",
        "q=%20",
        "q=x",
        "q=1",
        "q=%00",
        "q=%ED%A0%80",
        "q=%ff%fe",
        "q=" + "x" * 10_000,
        "q=" + "%22" * 300,
        "q=%25_%27--",
        "q=<script>alert(1)</script>",
        "q=%22><script>alert(1)</script>",
        "q='; DROP TABLE codes_code; --",
        "q=1' OR '1'='1",
        "q=%F0%9F%A9%BA%F0%9F%92%89",
        "q=%D7%9B%D7%90%D7%91%20%D7%A8%D7%90%D7%A9",
        "q=%E2%80%AEpmup",
        "q=%7B%7Bquery%7D%7D%7B%25%20now%20%25%7D",
        "q=pump&page=-1",
        "q=pump&page=99999999999999999999",
        f"q=pump&page={'9' * 5000}",
        "q=pump&page=%C2%B2",
        "q=pump&system=nosuch",
        "q=pump&system=%00",
        "q=pump&chapter=icd-10-cm:nowhere",
        "q=pump&chapter=%00:%00&billable=2&active=yes",
        "q=pump&spelling=%00",
        "q=pump&date=never",
        "q=pump&date=0001-01-01",
        "q=pump&date=9999-12-31",
        "q=a&q=b&q[]=c",
    ],
)
def test_strange_questions_get_a_page(client, address, query):
    answer = client.get(f"{address}{query}", follow=True)

    assert answer.status_code == 200
    body = answer.getvalue() if answer.streaming else answer.content
    assert b"<script>alert" not in body
    assert ("csv" in answer["Content-Type"]) == ("format=csv" in address)


def test_a_look_up_is_no_form_to_send(client):
    assert client.post(ADDRESS, {"q": "pump"}).status_code == 405
    assert client.post(SUGGEST, {"q": "pump"}).status_code == 405
