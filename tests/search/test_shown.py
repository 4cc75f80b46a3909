"""What the index says of a code is what PostgreSQL says of it, and needs no query."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codes.models import Code, CodeSystem, Source
from codes.queries.releases import published_releases
from search.find import find, suggest
from search.hits import hits_of
from search.index import current, kept
from search.scope import scope_of
from tests.factories import make_code, make_description, make_plain_description, make_release

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = [date(2018, 1, 1), date(2024, 11, 1), date(2025, 12, 1), date(2026, 8, 1), date(2027, 1, 1)]


@pytest.fixture(autouse=True)
def index(tmp_path, settings):
    """An index of codes of every sort, open and not looked at again."""
    settings.SEARCH_DIR = tmp_path / "search"
    settings.SEARCH_MODEL_DIR = tmp_path / "no-model"
    settings.SEARCH_FOLLOW_SECONDS = 600
    _record()
    kept.make()
    current.forget()
    yield current.current(published_releases())
    current.forget()


def _record() -> None:
    older, newer = (
        make_release(source=Source.ICD_10_CM_ORDER, name=name, valid_from=day)
        for name, day in (("FY 2025", date(2024, 10, 1)), ("FY 2026", date(2025, 10, 1)))
    )
    hcpcs = make_release(name="July 2026")
    by_hand = make_release(
        source=Source.ENTERED_BY_HAND, name="By hand", valid_from=date(2025, 1, 1)
    )

    def diagnosis(value, *texts, is_billable=True):
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        for release, text in zip((older, newer), texts, strict=True):
            if text:
                make_description(code, release=release, long=text, is_billable=is_billable)

    diagnosis("I21", "Myocardial infarction", "Acute infarction of the heart", is_billable=False)
    diagnosis("I21.9", "Myocardial infarction, old words", "Myocardial infarction, new words")
    diagnosis("I21.A", "Infarction that was dropped", "")
    diagnosis("I21.B", "", "Infarction that is new")
    make_description(
        "E0143", release=hcpcs, long="Walker", added_date=date(2004, 1, 1),
        termination_date=date(2026, 9, 30),
    )  # fmt: skip
    make_description("E0144", release=hcpcs, long="Walker to come", added_date=date(2026, 10, 1))
    make_plain_description(make_code("E0143"), title="A frame to walk with")
    make_plain_description(make_code("96521", system=CodeSystem.CPT), title="Pump refilled")
    for code in (make_code("96522", system=CodeSystem.CPT), make_code("E0144")):
        make_description(code, release=by_hand, long="Walker, written by hand")


@pytest.mark.parametrize("day", DAYS)
def test_the_index_says_of_every_code_what_postgresql_says(index, day):
    code_ids = list(Code.objects.values_list("pk", flat=True))
    scope = scope_of(published_releases(), day)
    numbers = index.shown.numbers_of(code_ids)

    assert len(index.shown.hits(code_ids, numbers, scope.releases, day)) == len(code_ids) == 8
    assert hits_of(code_ids, scope, index, numbers) == hits_of(code_ids, scope)


def test_words_that_are_looked_for_need_no_query(index):
    with CaptureQueriesContext(connection) as queries:
        result = find("myocardial infarction", DAYS[3], is_folded=True)
        suggested = suggest("walk", DAYS[3])

    found = next(hit for hit in result.hits if hit.printed == "I21.9")
    assert found.text == "Myocardial infarction, new words"
    assert found.parents[0].text == "Acute infarction of the heart"
    assert {hit.printed for hit in suggested} == {"E0143", "E0144", "96522"}
    assert len(queries) == 0


def test_words_that_tell_nothing_are_not_marked():
    hit = next(hit for hit in find("heart of the", DAYS[3]).hits if hit.value == "I21")

    assert hit.highlighted == "Acute infarction of the <mark>heart</mark>"
    assert find("of the", DAYS[3]).hits[0].highlighted.count("<mark>") == 2
