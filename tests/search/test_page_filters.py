"""The facets of the results: links with counts, kept in the address, each to be taken back."""

import re
from datetime import date

import pytest
from django.http import QueryDict

from codes.models import CodeSystem, Source
from search.filters import Filters, address, filter_links, kept_beside_date, read_filters
from search.results import Choice, Facets
from tests.factories import make_code, make_description, make_release

FACETS = Facets(
    systems=[Choice("icd-10-cm", "ICD-10-CM", 12), Choice("hcpcs", "HCPCS Level II", 3)],
    chapters=[
        Choice("icd-10-cm:i00-i99", "Diseases of the circulatory system", 9),
        Choice("hcpcs:e", "Durable medical equipment", 3),
    ],
    billable_count=10,
    active_count=14,
)


def links(query, facets=FACETS, on_date=None):
    parameters = QueryDict(query)
    return filter_links(parameters, read_filters(parameters), facets, on_date)


def test_systems_with_codes_are_offered_with_their_number():
    offered = links("q=pump&page=3").systems

    assert [(link.title, link.count) for link in offered] == [
        ("All", 15),
        ("HCPCS Level II", 3),
        ("ICD-10-CM", 12),
    ]
    assert [link.url for link in offered] == [
        "?q=pump",
        "?q=pump&system=hcpcs",
        "?q=pump&system=icd-10-cm",
    ]
    assert [link.is_chosen for link in offered] == [True, False, False]


def test_a_chosen_system_stays_though_it_has_no_code():
    offered = links("q=pump&system=cpt").systems

    assert [(link.title, link.count) for link in offered if link.is_chosen] == [("CPT®", 0)]


def test_without_an_index_every_system_is_offered_and_no_number():
    offered = links("q=pump", facets=None)

    assert len(offered.systems) == 1 + len(CodeSystem)
    assert {link.count for link in [*offered.systems, *offered.switches]} == {None}
    assert offered.chapters == []


def test_switches_are_set_and_taken_back():
    plain, chosen = links("q=pump"), links("q=pump&billable=1&active=1", on_date=date(2024, 7, 1))

    assert [(link.title, link.url, link.count) for link in plain.switches] == [
        ("Billable only", "?q=pump&billable=1", 10),
        ("Active today", "?q=pump&active=1", 14),
    ]
    assert [(link.title, link.url) for link in chosen.switches] == [
        ("Billable only", "?q=pump&active=1"),
        ("Active on 1 Jul 2024", "?q=pump&billable=1"),
    ]
    assert plain.clear_url == ""
    assert chosen.clear_url == "?q=pump"


def test_a_chapter_is_chosen_and_taken_back():
    assert links("q=pump").chapters[0].url == "?q=pump&chapter=icd-10-cm%3Ai00-i99"

    chosen = links("q=pump&chapter=icd-10-cm:i00-i99").chosen_chapter

    assert chosen.title == "Diseases of the circulatory system"
    assert chosen.url == "?q=pump"


def test_a_chapter_of_another_system_is_as_none():
    assert read_filters(QueryDict("chapter=icd-10-cm:i00-i99&system=hcpcs")).chapter == ""
    assert read_filters(QueryDict("chapter=icd-10-cm:nowhere&system=nosuch")) == Filters()


def test_an_address_keeps_what_it_knows_and_nothing_else():
    parameters = QueryDict("q=a%26b&date=2024-07-01&page=4&utm_source=x&active=1")

    assert address(parameters, billable="1") == "?q=a%26b&date=2024-07-01&billable=1&active=1"
    assert kept_beside_date(parameters) == [("q", "a&b"), ("active", "1")]


@pytest.mark.django_db
def test_filters_narrow_the_page_and_are_taken_back(client):
    release = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))
    for value, is_billable in (("I21", False), ("I21.9", True), ("G46.3", True)):
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(
            code, release=release, long=f"Infarct, kind {value}", is_billable=is_billable
        )
    query = {"q": "infarct", "billable": "1", "chapter": "icd-10-cm:i00-i99"}

    answer = client.get("/case2code/", query)

    assert re.findall(r'<li[^>]* data-code="([^"]+)"', answer.text) == ["icd-10-cm:I21.9"]
    assert '<a class="facet-clear" href="?q=infarct">' in answer.text
    nothing = client.get("/case2code/", query | {"chapter": "icd-10-cm:z00-z99"})
    assert "No code matches with these filters" in nothing.text
