"""The code page as a reader meets it: addresses, dates, texts, and what stays behind the meter."""

import csv
import json
import re
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from codes.models import CodeSystem, HcpcsRecord, SectionSlug, Source
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_release,
    make_section_text,
    make_user,
)

pytestmark = pytest.mark.django_db

SECRET = "Zebrafinch dosing"  # words that stand in gated texts alone


@pytest.fixture(autouse=True)
def _allowances(settings):
    settings.GUEST_VIEWS = 1
    settings.MEMBER_EXTRA_VIEWS = 5
    cache.clear()


def make_page(value="96522", system=CodeSystem.CPT, **description):
    """A code with an official text, a plain one and a gated one."""
    release = make_release(source=Source.ENTERED_BY_HAND, valid_from=date(2026, 1, 1))
    code = make_code(value, system=system)
    make_description(code, release=release, **description)
    make_plain_description(code, title="Refill of a pump", text="The pump is **refilled**.")
    make_section_text(code, SectionSlug.GUIDELINES, text=f"{SECRET} is written down.")
    return code


def make_icd_code(value="Z45.1", **fields):
    release = make_release(
        source=Source.ICD_10_CM_ORDER, name="FY 2026", valid_from=date(2025, 10, 1)
    )
    code = make_code(value, system=CodeSystem.ICD_10_CM)
    make_description(code, release=release, **fields)
    return code


def test_a_procedure_goes_to_a_claim_as_a_line_and_a_diagnosis_as_one(client):
    make_page()
    release = make_icd_code().descriptions.get().release
    header = make_code("Z45", system=CodeSystem.ICD_10_CM)
    make_description(header, release=release, is_billable=False)

    assert "/claim-check/?date=2026-07-01&amp;line=96522" in (
        client.get("/codes/cpt/96522/?date=2026-07-01").text
    )
    diagnosis = client.get("/codes/icd-10-cm/Z45.1/?date=2026-07-01").text
    assert "/claim-check/?date=2026-07-01&amp;dx=Z45.1" in diagnosis
    assert "Check on a claim" not in client.get("/codes/icd-10-cm/Z45/?date=2026-07-01").text


def use_up_views(client):
    """A guest who has spent the one view on another code."""
    other = make_code("96523", system=CodeSystem.CPT)
    make_section_text(other, text="Something else.")
    assert 'data-state="open"' in client.get("/codes/cpt/96523/").text
    return client


# Addresses


@pytest.mark.parametrize("written", ["z45.1", "Z451", "z451", "Z45.1.", "Z4.51"])
def test_other_ways_to_write_a_code_lead_to_the_one_address(client, written):
    make_icd_code()

    answer = client.get(f"/codes/icd-10-cm/{written}/?date=2026-01-01&x=%26")

    assert answer.status_code == 301
    assert answer["Location"] == "/codes/icd-10-cm/Z45.1/?date=2026-01-01&x=%26"


def test_a_section_of_a_code_written_otherwise_leads_to_its_address(client):
    make_icd_code()

    answer = client.get("/codes/icd-10-cm/z451/history/?format=csv")

    assert answer.status_code == 301
    assert answer["Location"] == "/codes/icd-10-cm/Z45.1/history/?format=csv"


@pytest.mark.parametrize("address", ["/cpt/codes/96522", "/cpt/codes/96522/"])
def test_the_earlier_sites_addresses_moved_for_good(client, address):
    answer = client.get(f"{address}?date=2026-01-01")

    assert answer.status_code == 301
    assert answer["Location"] == "/codes/cpt/96522/?date=2026-01-01"


def test_a_code_that_does_not_exist_shows_codes_near_it(client):
    for value in ("96521", "96522", "96530"):
        make_plain_description(make_code(value, system=CodeSystem.CPT), title=f"About {value}")

    answer = client.get("/codes/cpt/96525/")

    assert answer.status_code == 404
    assert "96525" in answer.text
    assert "/codes/cpt/96522/" in answer.text
    assert "About 96530" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/codes/nosuch/96522/",
        "/codes/cpt/%00/",
        "/codes/cpt/96522%00/nosuch/",
        "/codes/cpt/' OR 1=1/",
        "/codes/cpt/<script>alert(1)</script>/",
        "/codes/icd-10-cm/" + "Z" * 5000 + "/",
        "/codes/cpt/٩٦٥٢٢/",
        "/codes/hcpcs/…/history/",
        "/codes/cpt/96522/no-such-section/",
    ],
)
def test_strange_addresses_are_not_found(client, address):
    make_page()

    answer = client.get(address)

    assert answer.status_code in (301, 404)
    assert "<script>alert" not in answer.text


def test_a_page_is_not_changed_by_sending_something_to_it(client):
    make_page()

    assert client.post("/codes/cpt/96522/").status_code == 405


# The open part


def test_the_page_shows_both_texts_with_their_lines(client):
    make_page(long="Official words of the pump")

    html = client.get("/codes/cpt/96522/?date=2026-06-01").text

    official = re.search(r'<section id="official-description".*?</section>', html, re.S)[0]
    plain = re.search(r'<section id="plain-description".*?</section>', html, re.S)[0]
    assert "Official words of the pump" in official
    assert "© Copyright 2026 American Medical Association. All rights reserved." in official
    assert "by hand" in official.lower()
    assert "<strong>refilled</strong>" in plain
    assert "© Copyright" in plain


def test_the_page_stays_useful_without_the_licensed_text(client):
    code = make_code("96413", system=CodeSystem.CPT)
    make_plain_description(code, text="An infusion into a vein.")

    html = client.get("/codes/cpt/96413/").text

    assert "is not loaded" in html
    assert "An infusion into a vein." in html


def test_a_draft_is_not_shown(client):
    code = make_code("96413", system=CodeSystem.CPT)
    make_plain_description(code, title="Draft title", text="Draft words.", is_published=False)
    make_section_text(code, text="Draft of a section.", is_published=False)

    html = client.get("/codes/cpt/96413/").text

    assert "Draft" not in html


def test_a_date_that_is_none_is_told_and_today_shown(client):
    make_icd_code()

    for asked in ("yesterday", "2026-02-30", "20260101", "<b>", "9" * 300):
        answer = client.get("/codes/icd-10-cm/Z45.1/", {"date": asked})
        assert answer.status_code == 200
        assert "is not a date of service" in answer.text
        assert "<b>”" not in answer.text


@pytest.mark.parametrize("asked", ["0001-01-01", "9999-12-31", "1900-02-28"])
def test_the_edges_of_the_calendar_are_dates_too(client, asked):
    make_icd_code()

    answer = client.get("/codes/icd-10-cm/Z45.1/", {"date": asked})

    assert answer.status_code == 200
    assert "is not a date of service" not in answer.text


def test_a_code_of_a_later_release_is_not_yet_valid(client):
    make_release(source=Source.ICD_10_CM_ORDER, name="FY 2025", valid_from=date(2024, 10, 1))
    make_icd_code()

    html = client.get("/codes/icd-10-cm/Z45.1/?date=2025-06-01").text

    assert "Not yet valid" in html
    assert "Valid from 1 Oct 2025, according to the FY 2026 release." in html


def test_an_ended_code_says_when_and_what_replaced_it(client):
    release = make_release()
    make_description("J9998", release=release, long="The one in its place")
    code = make_code("J1234")
    make_description(
        code,
        release=release,
        added_date=date(1999, 1, 1),
        termination_date=date(2020, 3, 31),
    )
    HcpcsRecord.objects.create(release=release, code=code, cross_reference_codes=["J9998", "99213"])

    html = client.get("/codes/hcpcs/J1234/?date=2026-08-01").text

    assert "Valid through 31 Mar 2020" in html
    assert '<a class="code" href="/codes/hcpcs/J9998/">J9998</a>' in html
    assert "The one in its place" in html
    # The site has no page for this one: it is named, and no dead link is shown.
    assert "99213" in html
    assert "/codes/cpt/99213/" not in html


def test_a_header_lists_the_codes_below_it(client):
    header = make_icd_code("Z45", is_billable=False)
    release = header.descriptions.get().release
    for value in ("Z45.0", "Z45.01", "Z45.1", "Z45.XXXA"):
        make_description(make_code(value, system=CodeSystem.ICD_10_CM), release=release)

    html = client.get("/codes/icd-10-cm/Z45/?date=2026-01-01").text
    children = re.search(r'<section id="children".*?</section>', html, re.S)[0]

    assert "Not billable" in html
    assert re.findall(r'<span class="code">([^<]+)', children) == ["Z45.0", "Z45.1", "Z45.XXXA"]


def test_the_breadcrumb_leads_up_and_keeps_the_date(client):
    header = make_icd_code("Z45", is_billable=False, long="Adjustment of a device")
    release = header.descriptions.get().release
    make_description(make_code("Z45.1", system=CodeSystem.ICD_10_CM), release=release)

    html = client.get("/codes/icd-10-cm/Z45.1/?date=2026-01-01").text
    crumbs = re.findall(r'href="([^"]+)"', re.search(r'aria-label="Breadcrumb".*?</nav>', html)[0])

    assert crumbs == [
        "/codes/icd-10-cm/?date=2026-01-01",
        "/codes/icd-10-cm/?within=z00-z99&amp;date=2026-01-01",
        "/codes/icd-10-cm/Z45/?date=2026-01-01",
    ]


def test_a_pcs_table_lists_its_codes_and_names_its_body_system(client):
    release = make_release(
        source=Source.ICD_10_PCS_ORDER, name="FY 2026", valid_from=date(2025, 10, 1)
    )
    table = make_code("041", system=CodeSystem.ICD_10_PCS)
    make_description(table, release=release, long="Lower Arteries, Bypass", is_billable=False)
    for value in ("0410093", "0410094"):
        make_description(make_code(value, system=CodeSystem.ICD_10_PCS), release=release)

    html = client.get("/codes/icd-10-pcs/041/").text
    assert "/codes/icd-10-pcs/0410094/" in html
    assert 'href="/codes/icd-10-pcs/?within=04">Lower Arteries</a>' in html

    html = client.get("/codes/icd-10-pcs/0410093/").text
    assert 'href="/codes/icd-10-pcs/041/">041</a>' in html


# Behind the meter


def test_what_is_locked_is_nowhere_a_guest_can_reach(client):
    code = make_page()
    make_icd_code()
    use_up_views(client)
    addresses = [
        "/codes/cpt/96522/",
        "/codes/cpt/96522/guidelines/",
        "/codes/cpt/96522/guidelines/?format=csv",
        "/codes/cpt/96522/history/?format=csv",
        "/codes/cpt/96522/modifiers/",
        "/codes/cpt/96529/",
        "/codes/cpt/?within=96360-96549",
        "/case2code/?q=Zebrafinch",
        "/case2code/?q=zebrafinch+&system=cpt",
        "/case2code/suggest/?q=Zebrafinch",
        "/case2code/suggest/?q=96522",
        "/sitemap-cpt-from-96522.xml",
        "/codes/cpt/changes/",
        "/",
    ]

    for address in addresses:
        answer = client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        told = body.decode() + json.dumps(dict(answer.headers))
        # A search repeats the word that was asked for, and no other.
        assert "dosing" not in told, address
        assert "is written down" not in told, address
    locked = client.get("/codes/cpt/96522/").text
    assert '<section id="guidelines" class="gated" data-state="locked"' in locked
    assert "Register to view content" in locked
    assert code.printed in locked


def test_the_queries_of_locked_sections_never_run(client, monkeypatch):
    make_page()
    use_up_views(client)

    def must_not_run(*_args, **_kwargs):
        raise AssertionError("a locked section was fetched")

    monkeypatch.setattr("codes.sections.published_sections", must_not_run)
    monkeypatch.setattr("codes.sections.history_of", must_not_run)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get("/codes/cpt/96522/")
        section = client.get("/codes/cpt/96522/history/")

    assert answer.status_code == section.status_code == 200
    assert 'data-state="locked"' in answer.text
    assert not [query for query in queries if "published_html" in section_columns(query["sql"])]


def section_columns(sql: str) -> str:
    """What a query on the editors' sections selects; '' for other queries."""
    return sql.partition(" FROM ")[0] if "codes_sectiontext" in sql else ""


def test_the_page_opens_for_the_first_view_and_shows_the_sections(client):
    make_page()

    answer = client.get("/codes/cpt/96522/")

    assert SECRET in answer.text
    assert '<section id="guidelines" class="gated" data-state="open"' in answer.text
    assert '<section id="history" class="gated" data-state="open"' in answer.text
    assert 'data-remaining="0"' in answer.text
    assert "private" in answer["Cache-Control"]


def test_an_open_section_can_be_downloaded_and_a_locked_one_cannot(client):
    older = make_release(
        source=Source.ICD_10_CM_ORDER, name="FY 2025", valid_from=date(2024, 10, 1)
    )
    code = make_icd_code(long="New words of it")
    make_description(code, release=older, long="Old words of it")
    address = "/codes/icd-10-cm/Z45.1/history/?format=csv"

    page = client.get("/codes/icd-10-cm/Z45.1/history/")
    opened = client.get(address)
    rows = list(csv.reader(b"".join(opened.streaming_content).decode("utf-8-sig").splitlines()))
    locked = use_up_views(Client()).get(address)

    assert "?format=csv" in page.text
    assert opened["Content-Type"].startswith("text/csv")
    assert "private" in opened["Cache-Control"]
    assert rows[0][:3] == ["date", "event", "release"]
    told = [row[:6] for row in rows]
    assert ["2025-10-01", "Description revised", "FY 2026", "", "Old", "New"] in told
    assert locked["Content-Type"].startswith("text/html")
    assert 'data-state="locked"' in locked.text


def test_a_section_with_nothing_to_say_is_left_out_and_costs_nothing(client):
    make_page()

    missing = client.get("/codes/cpt/96522/modifiers/")
    page = client.get("/codes/cpt/96522/")

    assert missing.status_code == 404
    assert 'id="modifiers"' not in page.text
    assert SECRET in page.text


def test_a_page_with_nothing_behind_the_meter_costs_no_view(client):
    bare = make_code("96413", system=CodeSystem.CPT)
    make_plain_description(bare)
    make_page()

    client.get("/codes/cpt/96413/")

    assert SECRET in client.get("/codes/cpt/96522/").text


def test_a_code_that_does_not_exist_costs_no_view(client):
    make_page()

    client.get("/codes/cpt/96599/")
    client.get("/codes/cpt/96522/nosuch/")

    assert SECRET in client.get("/codes/cpt/96522/").text


def test_an_editor_is_told_of_empty_sections():
    make_page()
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))

    html = client.get("/codes/cpt/96522/").text

    assert '<section id="modifiers" class="gated" data-state="empty"' in html


def test_a_page_seen_before_takes_eight_queries_at_most():
    make_page()
    make_icd_code()
    guest, member = Client(), Client()
    member.force_login(make_user())
    for client in (guest, member):
        assert SECRET in client.get("/codes/cpt/96522/").text
        with CaptureQueriesContext(connection) as queries:
            assert SECRET in client.get("/codes/cpt/96522/").text
        assert len(queries) <= 8, "\n".join(query["sql"][:200] for query in queries)


def test_the_first_opening_of_a_page_takes_a_member_one_query_more():
    make_page()
    client, counts = Client(), []
    client.force_login(make_user())
    client.get("/codes/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries, override_settings(KEPT_PAGES=0):
            assert SECRET in client.get("/codes/cpt/96522/").text
        counts.append(len(queries))
    assert counts[0] == counts[1] + 1


# Structured data and titles


def json_ld(html):
    return json.loads(
        re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[1]
    )


def test_structured_data_names_the_code_and_what_is_not_free(client):
    make_page(long='Words with </script><b>tags</b> & "quotes"')
    use_up_views(client)

    html = client.get("/codes/cpt/96522/?date=2026-06-01").text
    page, code, crumbs = json_ld(html)["@graph"]

    assert code["@type"] == "MedicalCode"
    assert code["codeValue"] == "96522"
    assert code["codingSystem"] == "CPT"
    assert code["name"] == 'Words with </script><b>tags</b> & "quotes"'
    assert page["isAccessibleForFree"] is False
    assert page["hasPart"]["cssSelector"] == ".gated"
    assert [crumb["name"] for crumb in crumbs["itemListElement"]] == [
        "CPT®",
        "90000–99199 Medicine",
        "96360–96549 Infusions and chemotherapy",
        "96522",
    ]
    assert "</script><b>" not in html


def test_a_page_with_nothing_gated_is_free(client):
    make_plain_description(make_code("96413", system=CodeSystem.CPT))

    page = json_ld(client.get("/codes/cpt/96413/").text)["@graph"][0]

    assert page["isAccessibleForFree"] is True
    assert "hasPart" not in page


def test_title_description_and_canonical_address_are_the_codes_own(client):
    make_page(long="Official words of the pump")

    html = client.get("/codes/cpt/96522/?date=2026-06-01").text

    assert re.search(r"<title>96522, CPT®: Official words of the pump", html)
    assert 'name="description" content="CPT® code 96522: Official words' in html
    assert '<link rel="canonical" href="http://testserver/codes/cpt/96522/">' in html


def test_an_unknown_code_is_told_by_its_system_with_those_nearest(client):
    make_icd_code()

    answer = client.get("/codes/icd-10-cm/Z45.9/")

    assert answer.status_code == 404
    assert "Z45.9</span> is not among the ICD-10-CM codes we know" in answer.text
    assert "/codes/icd-10-cm/Z45.1/" in answer.text
