"""What a row of the results holds: variants folded in it, 7th characters, a way to a claim."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codes.models import CodeSystem, OfficialDescription, Source
from search import views
from search.asked import read
from search.results import Correction, Expansion, Results, Why, WhyKind
from search.rows import claim_part
from tests.factories import make_code, make_description, make_release

pytestmark = pytest.mark.django_db

ADDRESS = "/case2code/"
ENCOUNTERS = {"A": "initial encounter", "D": "subsequent encounter", "S": "sequela"}


@pytest.fixture(autouse=True)
def codes():
    release = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))

    def make(value, long, is_billable):
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=release, long=long, is_billable=is_billable)

    make("S72", "Fracture of femur", False)
    for value, side in (("S72.001", "right"), ("S72.002", "left")):
        make(value, f"Fracture of neck of {side} femur", False)
        for character, encounter in ENCOUNTERS.items():
            make(value + character, f"Fracture of neck of {side} femur, {encounter}", True)
    make("W21.02", "Struck by soccer ball", False)
    make("W21.02XA", "Struck by soccer ball, initial encounter", True)
    make_description("E0130", long="Walker for a fracture of a femur")


def rows(html):
    """The top rows' keys, each with those of the rows within it."""
    found, depth = [], 0
    for tag in re.findall(r'</?ol|<li[^>]* data-code="[^"]+"', html):
        if tag == "<ol":
            depth += 1
        elif tag == "</ol":
            depth -= 1
        else:
            key = re.search(r'data-code="([^"]+)"', tag)[1]
            if depth == 1:
                found.append((key, []))
            else:
                found[-1][1].append(key)
    return found


def test_variants_are_one_row_in_the_place_of_the_best(client):
    html = client.get(ADDRESS, {"q": "fracture neck femur"}).text

    ((lead, within),) = rows(html)
    keys = [lead, *within]
    assert len(keys) == len(set(keys)) == 8
    assert "by side, encounter" in html
    assert "8 codes in 1 row" in re.sub(r"\s+", " ", html)


def test_a_row_without_variants_does_not_open(client):
    html = client.get(ADDRESS, {"q": "walker"}).text

    assert rows(html) == [("hcpcs:E0130", [])]
    assert "result-fold" not in html


def test_rows_stand_in_rank_order_whatever_is_folded_in_them(client):
    html = client.get(ADDRESS, {"q": "fracture femur"}).text

    leads = [lead for lead, _ in rows(html)]
    assert leads[0] == "icd-10-cm:S72"
    assert leads[-1] == "hcpcs:E0130" or len(rows(html)) == 3


def test_a_diagnosis_that_needs_a_7th_character_offers_the_complete_codes(client):
    html = client.get(ADDRESS, {"q": "S72.001"}).text

    assert rows(html) == [
        ("icd-10-cm:S72.001", [f"icd-10-cm:S72.001{character}" for character in "ADS"])
    ]
    assert "Needs a 7th character: 3 complete codes" in html
    assert '<details class="result-fold" open>' in html
    assert "<span>subsequent encounter</span>" in html


def test_x_fills_the_places_before_a_7th_character(client):
    html = client.get(ADDRESS, {"q": "W21.02"}).text

    assert rows(html) == [("icd-10-cm:W21.02", ["icd-10-cm:W21.02XA"])]


def test_a_header_of_categories_needs_no_7th_character(client):
    assert (
        "7th character"
        not in client.get(ADDRESS, {"q": "S72", "billable": ""}).text.split(
            'data-code="icd-10-cm:S72.001"'
        )[0]
    )


def test_a_header_with_nothing_to_offer_leads_to_a_search_below_it(client):
    html = client.get(ADDRESS, {"q": "femur", "date": "2026-08-01"}).text

    assert 'href="?q=S72&amp;date=2026-08-01">The codes below S72</a>' in html
    assert "The codes below S72<" not in client.get(ADDRESS, {"q": "S72"}).text


def test_what_a_claim_may_carry_leads_to_a_claim_check(client):
    html = client.get(ADDRESS, {"q": "fracture femur"}).text

    assert 'href="/claim-check/?dx=S72.001A"' in html
    assert 'href="/claim-check/?line=E0130"' in html
    assert "/claim-check/?dx=S72.001&" not in html
    assert '?dx=S72.001"' not in html


def test_inpatient_procedures_stand_on_no_such_claim():
    release = make_release(source=Source.ICD_10_PCS_ORDER, valid_from=date(2025, 10, 1))
    code = make_code("0SR9019", system=CodeSystem.ICD_10_PCS)
    make_description(code, release=release, long="Replacement of Right Hip Joint")

    (hit,) = views.find("0SR9019", date(2026, 8, 1)).hits

    assert claim_part(hit) == ""


def test_each_further_row_costs_no_query(client):
    def queries(query):
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS, {"q": query})
        return len(captured)

    few = queries("walker")
    for number in range(30):
        make_description(f"A{number:04}", long=f"Walker number {number} of its kind")
    many = queries("walker")

    assert many <= few + 2  # a page of several rows may ask for parents and 7th characters
    assert queries("fracture") <= 14


# What the index tells: shown as it is told.


@pytest.fixture
def answer(client, monkeypatch):
    """A function that gives the page for an answer of `find`."""

    def answer(text, **fields):
        fields.setdefault("row_total", fields.get("total", 0))
        told = Results(read(text), **fields)
        monkeypatch.setattr(views, "find", lambda *_, **__: told)
        return re.sub(r"\s+", " ", client.get(ADDRESS, {"q": text}).text)

    return answer


def hit_with(why):
    hit = views.find("walker", date(2026, 8, 1)).hits[0]
    return replace(hit, why=why)


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        (Why(WhyKind.INDEX, "Attack, heart"), "index:</span> Attack, heart"),
        (Why(WhyKind.INCLUSION, "Heart <b>attack"), "inclusion term:</span> Heart &lt;b&gt;attack"),
        (Why(WhyKind.PLAIN, "A frame"), "plain language:</span> A frame"),
        (Why(WhyKind.SYNONYM, "Zimmer frame"), "synonym:</span> Zimmer frame"),
        (Why(WhyKind.INDEX, "Aid", True), "near in meaning, index:</span> Aid"),
    ],
)
def test_a_row_says_why_it_matched(answer, why, sentence):
    assert sentence in answer("frame", hits=[hit_with(why)], total=1)


def test_a_match_in_the_text_that_is_shown_needs_no_saying(answer):
    why = Why(WhyKind.OFFICIAL, "Walker for a fracture of a femur")

    assert "result-why" not in answer("walker", hits=[hit_with(why)], total=1)


def test_a_corrected_word_is_said_with_a_way_back(answer):
    html = answer(
        "Diabetis type 2",
        hits=[hit_with(None)],
        total=1,
        corrections=[Correction("diabetis", "diabetes")],
    )

    assert "Showing results for <strong><bdi>diabetes type 2</bdi></strong>" in html
    assert '<a href="?q=Diabetis+type+2&amp;spelling=typed">Search instead for' in html


def test_an_index_that_is_not_ready_is_said_of_words_only(answer):
    assert "The search index is not ready" in answer("frame", is_without_index=True)
    assert "The search index is not ready" not in answer("99999", is_without_index=True)
    assert "The search index is not ready" not in answer("frame")


def test_a_correction_that_found_nothing_is_not_said(answer):
    html = answer("walker", corrections=[Correction("walker", "maker")])

    assert "maker" not in html
    assert "No code found for “<bdi>walker</bdi>”" in html


def test_the_words_are_marked_in_what_matched_too(answer):
    why = Why(WhyKind.INDEX, "Aid, walking", wanted={"walk"})

    assert "index:</span> Aid, <mark>walking</mark>" in answer(
        "walking", hits=[hit_with(why)], total=1
    )


def test_an_abbreviation_is_said_with_what_it_is_read_as(answer):
    html = answer(
        "MI",
        hits=[hit_with(None)],
        total=1,
        expansions=[Expansion("MI", ["myocardial infarction", "mitral insufficiency"])],
    )

    assert "<strong>MI</strong> is read as myocardial infarction or mitral insufficiency." in html


def test_nothing_found_offers_the_nearest_words(answer):
    html = answer("zzdiabet", nearest_words=["diabetes", "diabetic"])

    assert '<a class="nearest-word" href="?q=diabetes">diabetes</a>' in html
    assert "No code found" in html


def test_more_than_is_ranked_is_said(answer):
    html = answer("pain", hits=[hit_with(None)], total=1000, row_total=600, has_more=True)

    assert "1,000+ codes in 600 rows" in html
    assert "More codes match than are ranked" in html


def test_the_words_may_be_searched_as_they_are_typed(client, monkeypatch):
    asked = {}
    find = views.find
    monkeypatch.setattr(views, "find", lambda *a, **k: asked.update(k) or find(*a, **k))

    client.get(ADDRESS, {"q": "walker", "spelling": "typed"})

    assert asked["is_as_typed"] is True


def test_a_code_that_ended_says_so_in_the_fold_too(client):
    OfficialDescription.objects.filter(code__value="S72001A").update(
        termination_date=date(2026, 1, 1)
    )

    html = client.get(ADDRESS, {"q": "fracture neck femur", "date": "2026-08-01"}).text

    assert '<span class="variant-status">Ended</span>' in html
