"""Medicare payment and modifiers on the code's page and on their own: shown, gated, downloaded."""

import csv
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codes.models import OfficialDescription, Source
from tests.codes.payment_data import load
from tests.factories import make_code, make_description, make_release, make_user

pytestmark = pytest.mark.django_db

PAGE = "/codes/cpt/99213/"
SECTION = f"{PAGE}medicare-payment/"
ON = "?date=2026-07-15"


@pytest.fixture(autouse=True)
def _allowances(settings):
    settings.GUEST_VIEWS = 1
    settings.MEMBER_EXTRA_VIEWS = 5
    cache.clear()
    load()


@pytest.fixture
def member(client):
    client.force_login(make_user())
    return client


def rows_of(answer) -> list[dict]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def tables_asked(queries) -> str:
    return " ".join(query["sql"] for query in queries.captured_queries)


def test_the_page_shows_key_facts_fees_and_indicators(member):
    page = member.get(f"/codes/cpt/96522/{ON}").text

    for said in ("Total RVU", "3.75", "National fee", "$125.25", "Global days", "PC/TC"):
        assert said in page
    assert '<section id="medicare-payment" class="gated" data-state="open"' in page
    assert '<section id="modifiers" class="gated" data-state="open"' in page
    assert "Incident to a physician" in page
    assert "Physician fee schedule, July 2026, valid from 1 Jul 2026" in page


def test_without_views_nothing_of_payment_is_fetched_or_shown(client):
    client.get(f"/codes/cpt/47562/{ON}")
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/codes/cpt/96522/{ON}").text

    assert '<section id="medicare-payment" class="gated" data-state="locked"' in page
    for hidden in ("3.75", "125.25", "Total RVU", "Incident to"):
        assert hidden not in page
    assert '"codes_feeschedulerow"."work_rvu"' not in tables_asked(queries)
    assert "row_to_json" not in tables_asked(queries)  # by which rows of facts are fetched


def test_the_download_is_locked_without_views(client):
    client.get(f"/codes/cpt/47562/{ON}")
    answer = client.get(f"{SECTION}{ON}&format=csv")

    assert answer["Content-Type"].startswith("text/html")
    assert "117.58" not in answer.text


def test_the_fee_of_a_zip_code_is_that_of_its_locality(member):
    page = member.get(f"{SECTION}{ON}&zip=94110").text

    assert "$117.58" in page
    assert "$64.37" in page
    assert "01112" in page
    assert "Indices of July 2026. ZIP codes of October 2025." in page


def test_the_fee_of_a_locality_can_be_asked_for(member):
    assert "$117.58" in member.get(f"{SECTION}{ON}&locality=01112-05").text


@pytest.mark.parametrize("asked", ["zip=<script>", "locality=%00", "zip=1&base=x", "minutes=9e9"])
def test_a_place_that_is_none_gets_a_sentence_and_no_error(member, asked):
    answer = member.get(f"{SECTION}{ON}&{asked}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace("<script type", "")


def test_the_download_has_one_row_for_each_modifier_and_locality(member):
    answer = member.get(f"{SECTION}{ON}&format=csv")
    rows = rows_of(answer)

    assert "july-2026" in answer["Content-Disposition"]
    assert list(rows[0]) == [
        "modifier", "carrier", "locality", "state", "locality_name", "nonfacility_fee",
        "facility_fee",
    ]  # fmt: skip
    assert len(rows) == 4
    here = next(row for row in rows if (row["carrier"], row["locality"]) == ("01112", "05"))
    assert (here["nonfacility_fee"], here["facility_fee"]) == ("117.58", "64.37")


def test_the_download_leaves_empty_what_does_not_apply(member):
    rows = rows_of(member.get(f"/codes/cpt/96522/medicare-payment/{ON}&format=csv"))
    assert {row["facility_fee"] for row in rows} == {""}
    assert all(row["nonfacility_fee"] for row in rows)


def test_every_locality_stands_in_the_full_section(member):
    page = member.get(f"{SECTION}{ON}").text
    for name in ("Alaska", "San Francisco-Oakland-Berkeley", "Kansas", "Montana"):
        assert name in page


def test_the_charts_are_pictures_with_words_and_no_inline_style(member):
    page = member.get(f"{SECTION}{ON}").text
    start = page.index('<svg class="payment-chart"')
    picture = page[start : page.index("</svg>", start) + 6]

    tree = ElementTree.fromstring(picture)  # noqa: S314 - our own page
    assert tree.get("role") == "img"
    assert tree.get("aria-label") == "Total RVU: 2.75 in October 2025, 2.85 in July 2026."
    assert len(tree.findall("circle")) == 2
    assert " style=" not in page


def test_a_capped_fee_says_what_caps_it(member):
    page = member.get(f"/codes/cpt/70496/medicare-payment/{ON}&locality=01112-05").text
    assert "Medicare pays the lower amount" in page
    assert "$251.59" in page


def test_a_code_that_the_schedule_does_not_pay_says_why(member):
    page = member.get(f"/codes/cpt/99375/{ON}").text

    assert "No amount under the fee schedule: status I, not valid for medicare." in page
    assert "are not used for Medicare payment" in page
    assert "Medicare status" in page
    assert 'id="modifiers"' not in page


def test_anesthesia_asks_for_units_and_shows_the_sum(member):
    address = "/codes/cpt/00100/medicare-payment/?date=2025-10-15&base=5&minutes=50"
    page = member.get(address).text

    assert "do not publish the base units of CPT codes" in page
    assert "$168.64" in page
    assert "<script" not in member.get(f"{address}&zip=<script>").text.split("<main", 1)[1]


def test_a_code_that_no_file_of_payment_lists_has_no_such_section(member):
    make_description(make_code("A9999"))
    page = member.get(f"/codes/hcpcs/A9999/{ON}").text
    assert 'id="medicare-payment"' not in page


def test_a_cpt_number_without_its_text_is_known_from_the_fee_schedule(client):
    page = client.get(f"/codes/cpt/47562/{ON}").text

    assert OfficialDescription.objects.count() == 0
    assert "Medicare&#x27;s physician fee schedule of July 2026 lists it." in page
    assert "Not described" in page


def test_a_cpt_number_that_was_described_says_nothing_of_the_schedule(client):
    release = make_release(source=Source.CPT_DESCRIPTORS, name="CPT 2026")
    make_description(make_code("47562", system="cpt"), release=release)
    assert "fee schedule lists it" not in client.get(f"/codes/cpt/47562/{ON}").text


def test_modifiers_stand_with_reason_indicator_and_release(member):
    page = member.get(f"/codes/cpt/47562/modifiers/{ON}").text

    assert "Two surgeons may be paid, with documentation of the need." in page
    assert "Co-surgeons 1" in page
    assert "Derived from Physician fee schedule, July 2026" in page
    assert "CPT® modifiers’ official text" in page


def test_modifiers_can_be_downloaded(member):
    answer = member.get(f"/codes/cpt/47562/modifiers/{ON}&format=csv")
    values = [row["modifier"] for row in rows_of(answer)]
    assert {"51", "62", "54", "57"} <= set(values)


@pytest.mark.parametrize("path", ["/codes/cpt/96522/", "/codes/cpt/70496/", "/codes/cpt/00100/"])
def test_the_page_of_a_code_costs_few_queries(client, path, settings):
    settings.KEPT_PAGES = 0
    client.get("/codes/cpt/99213/")
    with CaptureQueriesContext(connection) as locked:
        assert 'data-state="locked"' in client.get(path).text
    client.force_login(make_user())
    client.get(path)
    with CaptureQueriesContext(connection) as opened:
        assert 'data-state="open"' in client.get(path).text

    assert len(locked) <= 8
    assert len(opened) <= 14
