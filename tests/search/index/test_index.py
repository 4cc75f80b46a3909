"""The index: made of the data, followed, read by several, and never in the way of an answer."""

import subprocess
import sys
import threading
import time
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from codes.models import CodeSystem, Release, Source
from search import meaning
from search.find import find, suggest
from search.index import current, kept
from search.models import Synonym, Term
from search.phrases import best_codes
from search.results import WhyKind
from tests.accounts.readers import at_once
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_release,
)

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 8, 1)


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    """An index of this test's own, looked at with every search, and no model."""
    settings.SEARCH_DIR = tmp_path / "search"
    settings.SEARCH_MODEL_DIR = tmp_path / "no-model"
    settings.SEARCH_FOLLOW_SECONDS = 0.001
    current.forget()
    yield settings.SEARCH_DIR
    current.forget()


@pytest.fixture(autouse=True)
def no_maker(monkeypatch):
    """Tests make the index themselves: another process would look at another database."""
    started = []
    monkeypatch.setattr(current, "start_maker", lambda: started.append(1) or Maker())
    monkeypatch.setattr(current, "SECONDS_BETWEEN_MAKERS", 0)
    return started


class Maker:
    def poll(self):
        return 0


@pytest.fixture
def record():
    order = make_release(
        source=Source.ICD_10_CM_ORDER, name="FY 2026", valid_from=date(2025, 10, 1)
    )
    hcpcs = make_release(name="July 2026")
    Term.objects.all().delete()
    for value, text, is_billable in [
        ("I219", "Acute myocardial infarction, unspecified", True),
        ("I10", "Essential (primary) hypertension", True),
        ("E119", "Type 2 diabetes mellitus without complications", True),
        ("S62", "Fracture at wrist and hand level", False),
        ("S62101A", "Fracture of unspecified carpal bone, right wrist, initial encounter", True),
        ("S62101S", "Fracture of unspecified carpal bone, right wrist, sequela", True),
    ]:
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=order, long=text, short=text[:60], is_billable=is_billable)
    make_description(
        "E0143", release=hcpcs, long="Walker, folding, wheeled", short="Walker wheeled"
    )
    make_description(
        "E0999", release=hcpcs, long="Walker of old", short="Old walker",
        termination_date=date(2020, 1, 1),
    )  # fmt: skip


def found(text: str, **more) -> list[str]:
    return [hit.printed for hit in find(text, DAY, **more).hits]


def make_terms(**terms: str) -> None:
    for term, meanings in terms.items():
        Term.objects.create(term=term.replace("_", " "), meanings=meanings)


def test_what_editors_wrote_is_quoted_about_the_words_without_its_markup(record):
    text = (
        f"{'Many words before. ' * 20}\n\nSee **the refill** of [E0143](/codes/hcpcs/E0143/), & co."
    )
    make_plain_description(make_code("E0143"), title="Walking aid", text=text)
    kept.make()
    hit = find("refill", DAY).hits[0]

    assert (hit.printed, hit.why.kind) == ("E0143", WhyKind.PLAIN)
    assert hit.why.text.startswith("…") and hit.why.text.endswith("See the refill of E0143, & co.")


def test_words_in_any_order_find_the_code_and_say_why(record):
    kept.make()
    hit = find("infarction myocardial", DAY).hits[0]

    assert hit.printed == "I21.9"
    assert hit.why.kind == WhyKind.OFFICIAL
    assert "<mark>myocardial</mark> <mark>infarction</mark>" in hit.highlighted
    assert 0 < hit.score <= 1


def test_the_page_says_what_was_read_as_it_was_typed_and_counts_by_facet(client, record):
    make_terms(htn="hypertension", fractures="fracture")
    kept.make()

    html = client.get("/case2code/", {"q": "HTN"}).text
    assert "<strong>HTN</strong> is read as hypertension." in html
    assert 'ICD-10-CM <span class="facet-count">1</span>' in html
    assert "HCPCS Level II <" not in html
    # A form of the word itself needs no saying.
    assert find("fractures", DAY).expansions == []


def test_codes_that_are_named_are_counted_by_facet_too(record):
    kept.make()

    def counts(text, **filters):
        facets = find(text, DAY, **filters).facets
        systems = {item.value: item.count for item in facets.systems}
        return systems, facets.billable_count, facets.active_count

    assert counts("I10") == ({"icd-10-cm": 1}, 1, 1)
    assert counts("S62") == ({"icd-10-cm": 3}, 2, 3)
    assert counts("E0140-E1000") == ({"hcpcs": 2}, 2, 1)
    assert counts("I10, E0143") == ({"icd-10-cm": 1, "hcpcs": 1}, 2, 2)
    # Systems are counted whatever system is chosen; the rest within it.
    assert counts("I10, E0143", system="hcpcs") == ({"icd-10-cm": 1, "hcpcs": 1}, 1, 1)


def test_a_filtered_search_for_a_code_has_the_counts_of_the_others(client, record):
    kept.make()
    html = client.get("/case2code/", {"q": "S62", "billable": "1"}).text

    assert 'Billable only <span class="facet-count">2</span>' in html


def test_the_first_encounter_leads_a_row_unless_another_is_asked_for(record):
    kept.make()

    def row(text):
        hit = find(text, DAY, is_folded=True).hits[0]
        return [item.printed for item in (hit, *hit.variants)]

    assert row("fracture of right carpal bone") == ["S62.101A", "S62.101S"]
    assert row("sequela fracture of right carpal bone") == ["S62.101S", "S62.101A"]


def test_the_words_are_marked_in_the_text_that_led_to_a_code(record):
    make_plain_description(make_code("E0143"), title="A walking frame on wheels", text="Frame.")
    kept.make()

    why = find("walking frame", DAY).hits[0].why
    assert why.highlighted == "A <mark>walking</mark> <mark>frame</mark> on wheels"


def test_abbreviations_lay_words_and_typos_are_understood(record):
    make_terms(htn="hypertension", heart_attack="myocardial infarction")
    kept.make()

    assert found("HTN")[0] == "I10"
    assert found("heart attack")[0] == "I21.9"
    result = find("diabetis", DAY)
    assert result.hits[0].printed == "E11.9"
    assert [(item.typed, item.read) for item in result.corrections] == [("diabetis", "diabetes")]
    assert find("diabetis", DAY, is_as_typed=True).corrections == []
    assert find("HTN", DAY).expansions[0].meanings == ["hypertension"]


def test_an_editors_synonym_and_plain_title_lead_to_the_code(record):
    kept.make()
    assert "E0143" not in found("rollator")

    Synonym.objects.create(code=make_code("E0143"), text="Rollator")
    make_plain_description(make_code("J9271"), title="Cancer drug by vein")
    kept.make()

    assert found("rollator") == ["E0143"]
    assert find("rollator", DAY).hits[0].why.kind == WhyKind.SYNONYM
    assert found("cancer drug")[0] == "J9271"


def test_a_change_is_wanted_at_once_and_answered_when_it_is_made(record, no_maker):
    kept.make()
    assert found("walker")[0] == "E0143"
    make_terms(zimmer_frame="walker")

    found("zimmer frame")
    assert no_maker, "nobody was asked to make the index"
    kept.make()

    assert found("zimmer frame")[0] == "E0143"


def test_what_has_ended_comes_after_what_is_valid(record):
    kept.make()

    assert found("walker") == ["E0143", "E0999"]
    assert found("walker", is_active_only=True) == ["E0143"]


def test_filters_and_facets_count_what_is_there(record):
    kept.make()
    result = find("fracture wrist", DAY)
    facets = result.facets

    assert [(item.value, item.count) for item in facets.systems] == [("icd-10-cm", 3)]
    assert facets.billable_count == 2
    assert found("fracture wrist", is_billable_only=True) == ["S62.101A", "S62.101S"]
    assert found("fracture wrist", system="hcpcs") == []
    assert found("fracture", chapter=facets.chapters[0].value)


def test_variants_are_one_row_led_by_the_first_encounter(record):
    kept.make()
    result = find("fracture carpal bone right wrist", DAY, is_folded=True)

    assert result.hits[0].printed == "S62.101A"
    assert [hit.printed for hit in result.hits[0].variants] == ["S62.101S"]
    assert found("fracture carpal bone right wrist sequela")[0] == "S62.101S"


def test_quotes_hold_words_together_and_a_minus_leaves_one_out(record):
    kept.make()

    assert found('"wheeled folding"') == []
    assert found('"walker folding"') == ["E0143"]
    assert found("walker -old") == ["E0143"]
    assert found("walker -wheeled") == ["E0999"]


def test_suggestions_say_what_was_corrected(client, record):
    kept.make()

    assert suggest("diabetis melli", DAY).read_as == "diabetes melli"
    assert suggest("diabetes melli", DAY).read_as == ""
    html = client.get("/case2code/suggest/", {"q": "diabetis"}).text
    assert "Showing results for <strong>diabetes</strong>" in html


def test_suggestions_that_are_kept_follow_the_editors(record):
    kept.make()
    assert [hit.printed for hit in suggest("rollat", DAY)] == []
    Synonym.objects.create(code=make_code("E0143"), text="Rollator")
    kept.make()
    time.sleep(0.01)

    assert [hit.printed for hit in suggest("rollat", DAY)] == ["E0143"]


def test_variants_are_one_suggestion_that_says_how_many(client, record):
    kept.make()
    first = suggest("fracture carpal bone", DAY)[0]

    assert (first.printed, first.more_count) == ("S62.101A", 1)
    html = client.get("/case2code/suggest/", {"q": "fracture carpal bone"}).text
    assert html.count('role="option"') == 1
    assert "and 1 more like it" in html


def test_words_in_one_and_words_with_a_hyphen_are_the_same(record):
    order = Release.objects.get(source=Source.ICD_10_CM_ORDER)
    for value, text in [("O1410", "Severe pre-eclampsia"), ("R12", "Heartburn")]:
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=order, long=text, short=text)
    kept.make()

    assert found("preeclampsia severe")[0] == "O14.10"
    assert find("preeclampsia", DAY).corrections == []
    assert found("heart burn")[0] == "R12"


def test_everyday_words_and_measures_are_left_as_they_are(record):
    make_terms(mg="myasthenia gravis")
    kept.make()

    result = find("took walker 60 mg", DAY)
    assert result.corrections == []
    assert result.expansions == []
    assert result.hits[0].printed == "E0143"
    assert find("mg", DAY).expansions[0].meanings == ["myasthenia gravis"]


def test_suggestions_know_words_that_are_only_begun(record):
    make_terms(heart_attack="myocardial infarction")
    kept.make()

    assert suggest("hyperten", DAY)[0].printed == "I10"
    assert suggest("heart att", DAY)[0].printed == "I21.9"


def test_phrases_of_a_note_find_their_codes(record):
    kept.make()
    codes = best_codes(["type 2 diabetes mellitus", "nothing of the kind zzz"], DAY)

    assert codes[0][0].value == "E119"
    assert codes[0][0].score > 0.3


@pytest.mark.parametrize(
    "text",
    ["", " ", "a", "x" * 10_000, "walker " * 1500, "😀😀", "שלום עולם", "'; DROP TABLE codes; --",
     "<script>alert(1)</script>", "(((", "\"", "a AND OR NOT", "\x00walker", "-walker", "100%"],
)  # fmt: skip
def test_any_text_is_answered(record, text):
    kept.make()
    result = find(text, DAY)
    suggest(text, DAY)

    assert all("<script" not in hit.highlighted for hit in result.hits)


def test_nothing_found_offers_words_that_look_alike(record):
    kept.make()
    result = find("walkq zzxy", DAY, is_as_typed=True)

    assert result.hits == []
    assert "walker" in result.nearest_words


def test_postgresql_answers_while_there_is_no_index(record):
    assert find("walker", DAY).facets is None
    assert "E0143" in found("walker")


def test_an_index_deleted_under_a_running_server_is_made_again(record, place, no_maker):
    import shutil

    kept.make()
    assert found("walker")[0] == "E0143"
    shutil.rmtree(place)

    assert found("walker")[0] == "E0143"
    assert no_maker
    kept.make()
    assert found("walker")[0] == "E0143"


def test_a_half_made_index_is_not_there(record, place):
    kept.make()
    name = kept.wanted().releases
    (place / name / "stamp.json").unlink()

    assert not kept.is_there(name)
    kept.make()
    assert kept.is_there(name)


def test_only_one_process_makes_at_a_time(record):
    kept.folder().mkdir(parents=True)
    with kept._only_maker() as is_mine:
        assert is_mine
        assert kept.make() == []


def test_old_indexes_are_removed(record, place):
    kept.make()
    first = kept.wanted().releases
    make_release(source=Source.ICD_10_PCS_ORDER, name="FY 2026")
    kept.make()

    assert not (place / first).exists()
    assert [item.name for item in place.glob("draft-*")] == []


def test_twenty_clients_search_while_a_release_is_published(record):
    kept.make()
    newer = make_release(name="October 2026", valid_from=date(2026, 10, 1), state="draft")
    make_description("E0144", release=newer, long="Walker, enclosed", short="Enclosed walker")
    stop = threading.Event()

    def publish():
        time.sleep(0.2)
        Release.objects.filter(pk=newer.pk).update(state=Release.State.PUBLISHED)
        kept.make()
        stop.set()
        connection.close()

    thread = threading.Thread(target=publish)
    thread.start()

    def search(_):
        answers = []
        while not stop.is_set() or not answers:
            answers.append(tuple(found("walker")))
        return answers

    answers = at_once(search, range(20))
    thread.join()

    seen = {answer for of_client in answers for answer in of_client}
    assert all("E0143" in answer for answer in seen)
    assert "E0144" in [hit.printed for hit in find("walker", date(2026, 11, 1)).hits]


def test_the_command_makes_what_is_missing_and_says_so(record, capsys):
    call_command("build_search_index")
    assert "Made: " in capsys.readouterr().out
    call_command("build_search_index")
    assert "Everything is there." in capsys.readouterr().out


def test_without_a_model_there_are_no_vectors(record, place):
    kept.make()

    assert meaning.model() is None
    assert not list(place.glob("vectors-*"))


def test_the_site_does_not_need_the_packages_of_the_model():
    script = (
        "import sys; sys.modules['onnxruntime'] = sys.modules['tokenizers'] = None; "
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; "
        "import django; django.setup(); import search.find, search.phrases; print('imported')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "imported"
