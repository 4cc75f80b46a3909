"""Which codes are found, and in which order."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codes.models import Code, CodeSystem, OfficialDescription, Source
from codes.queries.releases import published_releases
from search.find import find, suggest
from search.phrases import best_codes
from search.scope import Scope
from search.word_match import all_words, matching_codes, words_begun
from tests.factories import make_code, make_description, make_plain_description, make_release

pytestmark = pytest.mark.django_db

ON = date(2026, 8, 1)


def make_icd_release(name="FY 2026", valid_from=date(2025, 10, 1)):
    return make_release(source=Source.ICD_10_CM_ORDER, name=name, valid_from=valid_from)


def make_diagnosis(value, long, release, **fields):
    code = make_code(value, system=CodeSystem.ICD_10_CM)
    return make_description(code, release=release, long=long, short=long[:60], **fields)


def keys(results):
    return [hit.key for hit in results.hits]


def test_the_exact_code_comes_first_then_those_it_begins_then_words():
    release = make_icd_release()
    make_diagnosis("Z45", "Adjustment of a device", release, is_billable=False)
    make_diagnosis("Z45.1", "Adjustment of a pump", release)
    make_diagnosis("Z45.01", "Adjustment of a pacemaker", release)
    make_plain_description(make_code("96522", system=CodeSystem.CPT), text="Often with Z45 visits.")

    results = find("z45", ON)

    assert keys(results) == ["icd-10-cm:Z45", "icd-10-cm:Z45.1", "icd-10-cm:Z45.01", "cpt:96522"]
    assert results.total == 4
    assert results.exact == ["/codes/icd-10-cm/Z45/"]


def test_all_words_must_be_there_and_short_texts_and_billable_codes_come_first():
    release = make_icd_release()
    make_diagnosis("E11", "Diabetes with neuropathy", release, is_billable=False)
    make_diagnosis("E11.40", "Diabetes with neuropathy", release)
    make_diagnosis("E11.42", "Diabetes with diabetic polyneuropathy and neuropathy", release)
    make_diagnosis("E11.9", "Diabetes without complications", release)

    assert keys(find("neuropathies in diabetes", ON)) == [
        "icd-10-cm:E11.40",
        "icd-10-cm:E11",
        "icd-10-cm:E11.42",
    ]


def test_a_word_may_be_left_out_or_held_together_with_another():
    release = make_icd_release()
    make_diagnosis("A00.1", "Acute pain of the chest", release)
    make_diagnosis("A00.2", "Chest pain", release)

    assert keys(find('"chest pain"', ON)) == ["icd-10-cm:A00.2"]
    assert keys(find("chest -acute", ON)) == ["icd-10-cm:A00.2"]


def test_words_that_no_text_has_are_looked_for_as_beginnings():
    release = make_icd_release()
    make_diagnosis("Z45.1", "Encounter for an infusion pump", release)
    make_diagnosis("A00.1", "Infantile disorder", release)

    assert keys(find("infusio pum", ON)) == ["icd-10-cm:Z45.1"]


def test_plain_words_are_found_and_drafts_are_not():
    shown, draft = (make_code(value, system=CodeSystem.CPT) for value in ("96521", "96523"))
    make_plain_description(shown, title="Portable pump", text="A wearable device.")
    make_plain_description(draft, title="Wearable draft", text="Words", is_published=False)

    results = find("wearable", ON)

    assert keys(results) == ["cpt:96521"]
    assert results.hits[0].text == "Portable pump"


def test_only_releases_in_force_on_the_date_are_searched_for_words():
    older, newer = make_icd_release("FY 2025", date(2024, 10, 1)), make_icd_release()
    make_diagnosis("A00.1", "Obsolete fever", older)
    make_diagnosis("A00.2", "Modern fever", newer)
    make_description(
        make_code("A00.3", system=CodeSystem.ICD_10_CM),
        release=make_release(
            source=Source.ICD_10_CM_ORDER, valid_from=date(2026, 1, 1), state="withdrawn"
        ),
        long="Withdrawn fever",
    )

    assert keys(find("fever", date(2025, 1, 1))) == ["icd-10-cm:A00.1"]
    assert keys(find("fever", ON)) == ["icd-10-cm:A00.2"]


def test_an_ended_code_comes_after_those_in_force_and_says_so():
    release = make_release()
    make_description(
        "J1001", release=release, long="Drug", short="Drug", termination_date=date(2020, 1, 1)
    )
    make_description("J1002", release=release, long="Drug in another dose", short="Drug")

    hits = find("drug", ON).hits

    assert [hit.key for hit in hits] == ["hcpcs:J1002", "hcpcs:J1001"]
    assert [hit.status.label for hit in hits] == ["Active", "Ended"]


def test_a_code_found_in_both_texts_is_counted_once():
    code = make_description("E0783", long="Infusion pump", short="Pump").code
    make_plain_description(code, title="Pump", text="An infusion pump.")

    results = find("infusion pump", ON)

    assert keys(results) == ["hcpcs:E0783"]
    assert results.total == 1


def test_one_system_can_be_searched():
    make_description("E0783", long="Infusion pump")
    make_diagnosis("Z45.1", "Infusion pump visit", make_icd_release())
    make_plain_description(make_code("96522", system=CodeSystem.CPT), text="Infusion pump.")

    assert keys(find("infusion pump", ON, system="cpt")) == ["cpt:96522"]
    assert keys(find("infusion pump", ON, system="hcpcs")) == ["hcpcs:E0783"]
    assert len(find("infusion pump", ON).hits) == 3


def test_a_chapter_billable_codes_and_valid_ones_can_be_chosen():
    release = make_icd_release()
    make_diagnosis("I21", "Infarction of the heart", release, is_billable=False)
    make_diagnosis("I21.9", "Infarction of the heart, unspecified", release)
    make_diagnosis("G46.9", "Infarction elsewhere", release)
    make_description("J1001", long="Infarction kit", termination_date=date(2020, 1, 1))

    assert keys(find("infarction", ON, chapter="icd-10-cm:i00-i99")) == [
        "icd-10-cm:I21",
        "icd-10-cm:I21.9",
    ]
    assert "icd-10-cm:I21" not in keys(find("infarction", ON, is_billable_only=True))
    assert "hcpcs:J1001" not in keys(find("infarction", ON, is_active_only=True))
    assert len(keys(find("infarction", ON, chapter="icd-10-cm:nowhere"))) == 4
    assert keys(find("I21", ON, is_billable_only=True)) == ["icd-10-cm:I21.9"]


def test_a_hit_has_its_parents_from_the_top_down():
    release = make_icd_release()
    make_diagnosis("I21", "Infarction", release, is_billable=False)
    make_diagnosis("I21.0", "Infarction of the front wall", release, is_billable=False)
    make_diagnosis("I21.02", "Infarction by one artery", release)

    hit = find("artery", ON).hits[0]

    assert [(link.key, link.text) for link in hit.parents] == [
        ("icd-10-cm:I21", "Infarction"),
        ("icd-10-cm:I21.0", "Infarction of the front wall"),
    ]
    assert hit.is_billable
    assert hit.chapter.title == "Diseases of the circulatory system"
    assert not find("I21", ON).hits[0].is_billable


def test_many_phrases_are_asked_for_at_once():
    make_description("E0783", long="Infusion pump")
    make_diagnosis("I21", "Infarction", make_icd_release())

    found = best_codes(["infarction", "nothing", "pump"], ON)
    supplies = best_codes(["infarction", "pump"], ON, systems=["hcpcs"])

    assert [[match.key for match in each] for each in found] == [
        ["icd-10-cm:I21"],
        [],
        ["hcpcs:E0783"],
    ]
    assert [[match.key for match in each] for each in supplies] == [[], ["hcpcs:E0783"]]


def test_a_range_holds_both_ends_and_nothing_else():
    for value in ("96520", "96521", "96522", "96523", "96524"):
        make_code(value, system=CodeSystem.CPT)

    assert keys(find("96521-96523", ON)) == ["cpt:96521", "cpt:96522", "cpt:96523"]


def test_pages_follow_each_other_from_codes_into_words():
    release = make_icd_release()
    for number in range(4):
        make_diagnosis(f"A4{number}", f"Sepsis number {number}", release)
    make_plain_description(make_code("99291", system=CodeSystem.CPT), text="Care, often for A4.")

    pages = [find("A4", ON, limit=2, offset=offset) for offset in (0, 2, 4, 6)]

    assert [keys(page) for page in pages] == [
        ["icd-10-cm:A40", "icd-10-cm:A41"],
        ["icd-10-cm:A42", "icd-10-cm:A43"],
        ["cpt:99291"],
        [],
    ]
    assert {page.total for page in pages} == {5}


def test_words_are_marked_and_nothing_of_the_text_becomes_markup():
    make_description("E0783", long="Pump <script>alert(1)</script> & infusion")

    (hit,) = find("infusions", ON).hits

    assert hit.highlighted == (
        "Pump &lt;script&gt;alert(1)&lt;/script&gt; &amp; <mark>infusion</mark>"
    )


def test_nothing_found_shows_near_codes_and_what_is_not_loaded():
    make_description(make_code("Z45.1", system=CodeSystem.ICD_10_CM), release=make_icd_release())
    make_plain_description(make_code("96522", system=CodeSystem.CPT), title="A pump")

    near = find("96529", ON)
    nothing = find("zebrafinch", ON)

    assert [(link.key, link.text) for link in near.near_codes] == [("cpt:96522", "A pump")]
    assert nothing.total == 0
    assert nothing.near_codes == []
    assert CodeSystem.CPT in nothing.not_loaded
    assert CodeSystem.ICD_10_CM not in nothing.not_loaded


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\0",
        "\0\0pump\0",
        "'",
        "''''",
        '"',
        "%",
        "_",
        "\\",
        "a & b | !c <-> d",
        ":*",
        "(((",
        "'; DROP TABLE codes_code; --",
        "<script>",
        "é̀ß中文🩺",
        "x" * 10_000,
        "pump " * 5_000,
        "1" * 10_000,
        "-" * 500,
        "\ud800",
    ],
)
def test_odd_input_is_an_answer_and_never_an_error(text):
    make_description("E0783", long="Infusion pump")

    assert find(text, ON).total in (0, 1)
    assert len(suggest(text, ON)) <= 1


# Suggestions


def test_suggestions_complete_the_word_being_typed():
    make_description("E0783", long="Infusion pump, implantable")
    make_description("E0784", long="Insulin pump")

    for typed in ("infus", "infusi", "infusio", "infusion", "infusion pu", "pump inf"):
        assert [link.key for link in suggest(typed, ON)] == ["hcpcs:E0783"], typed


def test_suggestions_for_a_begun_code_are_the_codes():
    for value in ("96521", "96522", "96413"):
        make_plain_description(make_code(value, system=CodeSystem.CPT), title=f"About {value}")

    found = suggest("965", ON)

    assert [(link.key, link.text) for link in found] == [
        ("cpt:96521", "About 96521"),
        ("cpt:96522", "About 96522"),
    ]


def test_there_are_eight_suggestions_at_most_and_none_for_one_letter():
    for number in range(20):
        make_description(f"E{number:04}", long=f"Pump number {number}")

    assert len(suggest("pump", ON)) == 8
    assert len(suggest("E0", ON)) == 8
    assert suggest("p", ON) == []
    assert suggest("", ON) == []


# At size


def test_a_search_takes_few_queries_and_reads_the_index():
    release = make_icd_release()
    codes = Code.objects.bulk_create(
        Code(system=CodeSystem.ICD_10_CM, value=f"A{number:05}") for number in range(3000)
    )
    OfficialDescription.objects.bulk_create(
        OfficialDescription(release=release, code=code, long=f"Fever of kind {code.value}")
        for code in codes
    )
    make_diagnosis("B00.1", "Rare zebrafinch fever", release)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE codes_officialdescription")

    with CaptureQueriesContext(connection) as queries:
        results = find("zebrafinch", ON)

    assert results.total == 1
    assert len(queries) <= 6
    statement = next(query["sql"] for query in queries if "websearch_to_tsquery" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "description_words" in plan
    with CaptureQueriesContext(connection) as queries:
        suggest("zebraf", ON)
    assert len(queries) <= 6


def test_beginnings_need_a_word():
    assert words_begun("- %") is None
    assert words_begun("ab") is None
    query, beginnings = words_begun("infusion p")
    assert beginnings == ["infusion"]
    assert query is not None


def test_a_page_beyond_the_last_still_tells_how_many_there_are():
    release = make_icd_release()
    for number in range(3):
        make_diagnosis(f"A0{number}", "Fever", release)
    scope = Scope(published_releases(), ON)

    assert matching_codes(all_words("fever"), scope, limit=10, offset=10) == ([], 3)
