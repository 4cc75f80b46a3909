"""The list of codes: finding and filtering what is to be worked on."""

from datetime import date

import pytest
from django.urls import reverse

from codes.actions.editorial import publish, save_draft
from codes.models import CodeSystem, PlainDescription, Release, Source
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_release,
    make_section_text,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(editors_client):
    """A function that gives the printed codes of the list for a query."""

    def listed(**query) -> list[str]:
        answer = editors_client.get(reverse("admin:codes_code_changelist"), query)
        assert answer.status_code == 200
        return [code.printed for code in answer.context["cl"].result_list]

    return listed


@pytest.mark.parametrize("asked", ["z45.1", "Z451", "z451", " Z45.1 "])
def test_a_code_is_found_in_any_case_with_or_without_its_dot(listed, asked):
    make_code("Z45.1", system=CodeSystem.ICD_10_CM)
    make_code("Z45.2", system=CodeSystem.ICD_10_CM)
    assert listed(q=asked) == ["Z45.1"]


def test_the_beginning_of_a_code_finds_it_and_those_below(listed):
    for value in ("Z45", "Z45.1", "Z45.2", "Z51.11"):
        make_code(value, system=CodeSystem.ICD_10_CM)
    assert listed(q="Z45") == ["Z45", "Z45.1", "Z45.2"]


def test_words_find_official_and_plain_language_text(listed):
    make_description("J9200", long="Injection, floxuridine, 500 mg")
    make_plain_description(make_code("E0782"), text="A pump that is refilled.")
    make_plain_description(make_code("E0783"), text="Refilling pumps.", is_published=False)
    make_code("A4220")
    assert listed(q="floxuridine injections") == ["J9200"]
    assert listed(q="refill pump") == ["E0782", "E0783"]
    assert listed(q="nothing like it") == []


def test_words_are_sought_among_the_filtered_codes(listed):
    make_description("J9200", long="Injection of a drug")
    make_description(
        make_code("3E03305", system=CodeSystem.ICD_10_PCS), long="Injection of antineoplastic"
    )
    assert listed(q="injection", system="icd-10-pcs") == ["3E03305"]


def test_words_in_withdrawn_releases_are_not_found(listed):
    release = make_release(state=Release.State.WITHDRAWN)
    make_description("J9200", release=release, long="Floxuridine")
    assert listed(q="floxuridine") == []


def test_codes_are_filtered_by_system(listed):
    make_code("J9200")
    make_code("96522", system=CodeSystem.CPT)
    assert listed(system="cpt") == ["96522"]


def test_codes_are_filtered_by_the_state_of_their_plain_language_text(listed):
    make_code("A0001")
    make_plain_description(make_code("A0002"), is_published=False)
    make_plain_description(make_code("A0003"))
    changed = make_plain_description(make_code("A0004"))
    save_draft(text=changed, markdown="Changed.", by=None)
    emptied = make_plain_description(make_code("A0005"), is_published=False)
    save_draft(text=emptied, markdown="", by=None)
    assert listed(plain="missing") == ["A0001", "A0005"]
    assert listed(plain="written") == ["A0002", "A0003", "A0004"]
    assert listed(plain="draft") == ["A0002"]
    assert listed(plain="published") == ["A0003"]
    assert listed(plain="changed") == ["A0004"]


def test_codes_are_filtered_by_a_missing_section_and_by_the_state_of_sections(listed):
    make_section_text(make_code("A0001"), "guidelines")
    make_section_text(make_code("A0002"), "modifiers", is_published=False)
    assert listed(missing="guidelines") == ["A0002"]
    assert listed(missing="modifiers") == ["A0001"]
    assert listed(sections="draft") == listed(sections="waiting") == ["A0002"]
    assert listed(sections="published") == ["A0001"]


def test_codes_are_filtered_by_a_review_before_a_date(listed):
    for value, day in (("A0001", date(2025, 1, 1)), ("A0002", date(2026, 6, 1)), ("A0003", None)):
        text = make_plain_description(make_code(value), is_published=False)
        publish(text=text, by=None, reviewed_date=day)
    section = make_section_text(make_code("A0004"), is_published=False)
    publish(text=section, by=None, reviewed_date=date(2024, 1, 1))
    make_code("A0005")
    assert listed(reviewed_before="2026-01-01") == ["A0001", "A0004"]
    assert listed(reviewed_before="2025-01-01") == ["A0004"]
    assert listed(reviewed_before="never") == ["A0003"]


def test_a_bad_date_in_the_filter_gets_a_sentence_and_the_whole_list(editors_client):
    make_code("A0001")
    url = reverse("admin:codes_code_changelist")
    page = editors_client.get(url, {"reviewed_before": "<soon>"})
    assert "“&lt;soon&gt;” is not a date. Write it as year-month-day." in page.content.decode()
    assert len(page.context["cl"].result_list) == 1


def test_the_filter_by_date_keeps_the_other_filters(editors_client):
    url = reverse("admin:codes_code_changelist")
    page = editors_client.get(url, {"system": "cpt", "q": "96", "reviewed_before": "2026-01-01"})
    html = page.content.decode()
    assert '<input type="hidden" name="system" value="cpt">' in html
    assert '<input type="hidden" name="q" value="96">' in html


def test_unknown_choices_of_a_filter_do_no_harm(editors_client):
    make_code("A0001")
    for query in ({"plain": "x"}, {"missing": "x"}, {"sections": "x"}, {"reviewed_before": ""}):
        page = editors_client.get(reverse("admin:codes_code_changelist"), query)
        assert page.status_code == 200, query


def test_the_list_tells_newest_official_text_state_sections_and_review(editors_client):
    code = make_code("J9200")
    older = make_release(name="2025", valid_from=date(2025, 1, 1))
    newer = make_release(name="2026", valid_from=date(2026, 1, 1))
    gone = make_release(name="gone", valid_from=date(2027, 1, 1), state=Release.State.WITHDRAWN)
    make_description(code, release=newer, short="Newest words")
    make_description(code, release=older, short="Older words")
    make_description(code, release=gone, short="Withdrawn words")
    text = make_plain_description(code, is_published=False)
    publish(text=text, by=None, reviewed_date=date(2026, 7, 1))
    make_section_text(code, "guidelines")
    make_section_text(code, "modifiers", is_published=False)
    html = editors_client.get(reverse("admin:codes_code_changelist")).content.decode()
    for part in ("Newest words", "Published", "2 of 9", "1 Jul 2026", 'href="/codes/hcpcs/J9200/"'):
        assert part in html
    assert "Older words" not in html
    assert "Withdrawn words" not in html


def test_a_longer_list_asks_no_more_of_the_database(editors_client, django_assert_max_num_queries):
    for _ in range(30):
        code = make_code()
        make_description(code)
        make_plain_description(code)
        make_section_text(code)
    with django_assert_max_num_queries(10):
        editors_client.get(reverse("admin:codes_code_changelist"))


def test_a_longer_list_of_texts_asks_no_more_of_the_database(
    editors_client, django_assert_max_num_queries
):
    for _ in range(30):
        make_plain_description(make_code())
    with django_assert_max_num_queries(8):
        editors_client.get(reverse("admin:codes_plaindescription_changelist"))


def test_the_lists_of_texts_are_found_by_code_and_words(editors_client):
    make_plain_description(make_code("J9200"), text="A drug for the liver.")
    make_plain_description(make_code("J9190"), text="Another drug.")
    url = reverse("admin:codes_plaindescription_changelist")

    def found(term):
        return [
            text.code.printed
            for text in editors_client.get(url, {"q": term}).context["cl"].result_list
        ]

    assert found("j9200") == ["J9200"]
    assert found("liver drug") == ["J9200"]


def test_a_text_opens_the_page_of_its_code(editors_client):
    text = make_section_text(make_code(), "guidelines")
    answer = editors_client.get(reverse("admin:codes_sectiontext_change", args=[text.pk]))
    assert answer["Location"] == f"/admin/codes/code/{text.code_id}/change/#guidelines"


def test_the_first_page_counts_what_waits(editors_client):
    make_code()
    make_plain_description(make_code(), is_published=False)
    changed = make_plain_description(make_code())
    save_draft(text=changed, markdown="Changed.", by=None)
    make_section_text(make_code(), is_published=False)
    page = editors_client.get(reverse("admin:index"))
    counts = {item.title: item.count for item in page.context["work"]}
    assert counts == {
        "codes without plain-language text": 2,
        "plain-language drafts waiting": 1,
        "plain-language texts changed since published": 1,
        "section drafts waiting": 1,
        "sections changed since published": 0,
    }
    for item in page.context["work"]:
        listing = editors_client.get(item.url).context["cl"]
        assert listing.result_count == item.count


def test_entries_by_hand_count_as_official_text(editors_client):
    code = make_code("96522", system=CodeSystem.CPT)
    release = make_release(source=Source.ENTERED_BY_HAND, name="Entered by hand")
    make_description(code, release=release, short="By hand")
    assert "By hand" in editors_client.get(reverse("admin:codes_code_changelist")).content.decode()
    assert not PlainDescription.objects.exists()
