"""What is asked of NCCI: pairs on a date, units, add-on codes, and the section of a code."""

import csv
import io
from datetime import date

import pytest
from django.core.cache import cache

from codes.importers import partitions
from codes.models import AddOnEdit, MueValue, PtpEdit, PtpRationale, Release, Source
from codes.queries.ncci import (
    Setting,
    add_on_rules,
    add_ons_of,
    mue_of,
    mues_of,
    pair,
    pairs_among,
    read_range,
)
from codes.queries.questions import ask
from codes.queries.releases import published_releases
from tests.factories import make_code, make_release, make_section_text, make_user

pytestmark = pytest.mark.django_db

DAY = date(2026, 8, 1)


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def make_ptp_release(*edits: dict, source=Source.NCCI_PTP_PRACTITIONER, **fields) -> Release:
    """A published release of edits; an edit is told by what differs from the usual one."""
    release = make_release(source=source, name=fields.pop("name", "2026 Q3"), **fields)
    partitions.create(PtpEdit, release)
    partitions.attach(PtpEdit, release)
    PtpRationale.objects.create(release=release, number=1, text="Standards of practice")
    usual = {
        "column_one": "36260",
        "column_two": "96522",
        "effective_date": date(2006, 1, 1),
        "modifier_indicator": 1,
        "rationale_number": 1,
    }
    PtpEdit.objects.bulk_create(PtpEdit(release=release, **{**usual, **edit}) for edit in edits)
    return release


def make_units(source: str, **values: int) -> Release:
    release = make_release(source=source, name="2026 Q3")
    MueValue.objects.bulk_create(
        MueValue(
            release=release, code=code[1:], units=units, adjudication_indicator=2, rationale="Rule"
        )
        for code, units in values.items()
    )
    return release


def names(found) -> list[str]:
    return [f"{item.column_one}/{item.column_two}" for item in found.pairs]


@pytest.mark.parametrize(
    ("day", "is_in_force"),
    [
        (date(2005, 12, 31), False),
        (date(2006, 1, 1), True),
        (date(2023, 12, 31), True),
        (date(2024, 1, 1), False),
    ],
)
def test_an_edit_holds_from_its_effective_date_through_its_deletion_date(day, is_in_force):
    make_ptp_release({"deletion_date": date(2023, 12, 31)})
    assert bool(pair("36260", "96522", Setting.PRACTITIONER, day).pairs) is is_in_force


def test_an_edit_deleted_from_its_beginning_never_held():
    start = date(2020, 1, 1)
    make_ptp_release(
        {"effective_date": start, "deletion_date": start},
        {"column_one": "36261", "effective_date": start, "modifier_indicator": 9},
        {"column_one": "36262", "effective_date": start, "deletion_date": date(2019, 12, 31)},
    )
    for one in ("36260", "36261", "36262"):
        assert not pair(one, "96522", Setting.PRACTITIONER, start).pairs


def test_the_order_of_a_pair_matters():
    release = make_ptp_release({})
    found = pair("36260", "96522", Setting.PRACTITIONER, DAY)
    assert (found.release, found.pairs[0].rationale) == (release, "Standards of practice")
    assert found.pairs[0].modifier.short == "Allowed"
    turned = pair("96522", "36260", Setting.PRACTITIONER, DAY)
    assert (turned.release, turned.pairs) == (release, [])


def test_nothing_loaded_is_another_answer_than_no_pair():
    make_ptp_release()
    assert pair("36260", "96522", Setting.PRACTITIONER, DAY).release is not None
    assert pair("36260", "96522", Setting.HOSPITAL, DAY).release is None


def test_a_withdrawn_release_answers_nothing():
    release = make_ptp_release({})
    Release.objects.filter(pk=release.pk).update(state=Release.State.WITHDRAWN)
    assert pairs_among(["36260", "96522"], Setting.PRACTITIONER, DAY).release is None


def test_the_pairs_of_a_claim_come_in_one_statement(django_assert_num_queries):
    make_ptp_release(
        {},
        {"column_one": "96522", "column_two": "36591"},
        {"column_one": "96522", "column_two": "99999"},
        {"column_one": "11010", "column_two": "36260", "deletion_date": date(2020, 1, 1)},
    )
    releases = published_releases()
    codes = ["96522", "36260", "36591", "11010", *(f"{n:05}" for n in range(20000, 20046))]
    with django_assert_num_queries(1):
        found = pairs_among(codes, Setting.PRACTITIONER, DAY, releases)
    assert names(found) == ["36260/96522", "96522/36591"]


def test_a_code_alone_makes_no_pair(django_assert_num_queries):
    make_ptp_release({})
    releases = published_releases()
    with django_assert_num_queries(0):
        assert pairs_among(["96522", "96522"], Setting.PRACTITIONER, DAY, releases).pairs == []


def test_units_tell_settings_without_a_value_from_those_not_loaded():
    make_units(Source.NCCI_MUE_PRACTITIONER, c96522=1)
    make_units(Source.NCCI_MUE_HOSPITAL, c36591=2)
    found = mue_of("96522", DAY, published_releases())
    assert [(item.setting, item.value and item.value.units) for item in found] == [
        (Setting.PRACTITIONER, 1),
        (Setting.HOSPITAL, None),
    ]
    assert found[0].adjudication.short == "Day, by policy"
    release, values = ask(
        mues_of(["96522", "36591"], Setting.PRACTITIONER, DAY, published_releases())
    )
    assert (release.name, list(values)) == ("2026 Q3", ["96522"])
    assert ask(mues_of(["96522"], Setting.DME, DAY, published_releases())) == (None, {})


def test_units_are_those_of_the_quarter_of_the_date():
    make_units(Source.NCCI_MUE_PRACTITIONER, c96522=1)
    earlier = make_release(
        source=Source.NCCI_MUE_PRACTITIONER, name="2026 Q2", valid_from=date(2026, 4, 1)
    )
    MueValue.objects.create(release=earlier, code="96522", units=3, adjudication_indicator=2)
    releases = published_releases()
    assert mue_of("96522", date(2026, 6, 30), releases)[0].value.units == 3
    assert mue_of("96522", date(2026, 7, 1), releases)[0].value.units == 1


def make_add_on(**fields) -> AddOnEdit:
    release = Release.objects.filter(source=Source.NCCI_ADD_ON).first() or make_release(
        source=Source.NCCI_ADD_ON, name="2026 Q3"
    )
    usual = {"edit_type": 1, "add_on_code": "96523", "effective_date": date(2013, 1, 1)}
    return AddOnEdit.objects.create(release=release, **{**usual, **fields})


def test_an_add_on_code_names_its_primaries_and_a_primary_its_add_ons():
    make_add_on(primary_code="96522")
    make_add_on(primary_code="96521", deletion_date=date(2025, 12, 31))
    make_add_on(add_on_code="11045", primary_code="11042", edit_type=3)
    make_add_on(add_on_code="11045", primary_code="", edit_type=3)
    releases = published_releases()
    assert add_ons_of("96523", DAY, releases).rule.primaries == ["96522"]
    assert add_ons_of("96522", DAY, releases).add_ons == ["96523"]
    assert add_ons_of("96522", DAY, releases).rule is None
    assert add_ons_of("96521", DAY, releases).add_ons == []
    assert add_ons_of("96521", date(2025, 12, 31), releases).add_ons == ["96523"]
    _, rules = ask(add_on_rules(["96523", "11045", "96522"], DAY, releases))
    assert sorted(rules) == ["11045", "96523"]
    assert rules["11045"].is_contractor_defined
    assert not rules["96523"].is_contractor_defined


@pytest.mark.parametrize(
    ("text", "between"),
    [
        ("", None),
        ("36000", ("36000", "36000")),
        ("360", ("360", "360ZZ")),
        (" 36000 - 36015 ", ("36000", "36015")),
        ("36015–36000", ("36000", "36015")),
        ("e07", ("E07", "E07ZZ")),
    ],
)
def test_a_filter_is_a_code_its_beginning_or_a_range(text, between):
    assert read_range(text) == (between, "")


@pytest.mark.parametrize("text", ["a*b", "360000", "1-2-3", "36000-", "<b>", "%"])
def test_a_filter_that_is_none_of_these_is_told_so(text):
    between, sentence = read_range(text)
    assert between is None
    assert "is neither a code nor a range" in sentence


# The section


def member(client):
    client.force_login(make_user())
    return client


def test_the_page_of_a_code_shows_both_sides_units_and_add_ons(client):
    make_code("96522", system="cpt")
    make_ptp_release({}, {"column_one": "96522", "column_two": "36591", "modifier_indicator": 0})
    make_units(Source.NCCI_MUE_PRACTITIONER, c96522=4)
    make_add_on(primary_code="96522")
    text = member(client).get("/codes/cpt/96522/").text
    section = text[text.index('id="ncci-edits"') :]
    assert "96522 is not paid beside" in section
    assert 'href="/codes/cpt/36260/">36260</a>' in section
    assert "1 · allowed" in section
    assert "Not paid beside 96522" in section
    assert 'href="/codes/cpt/36591/">36591</a>' in section
    assert "0 · not allowed" in section
    assert "All 2 pairs" in section
    assert "NCCI PTP edits, practitioner services, 2026 Q3, valid from 1 Jul 2026" in section
    assert "2 · day, by policy" in section
    assert "Add-on codes of 96522" in section
    assert "NCCI edits" in text


def test_that_no_pair_is_in_force_is_said_with_the_release(client):
    make_code("96522", system="cpt")
    make_ptp_release({"deletion_date": date(2020, 1, 1)})
    text = member(client).get("/codes/cpt/96522/?date=2026-08-01").text
    assert (
        "No pair with 96522 is in force on 1 Aug 2026 in the edits for practitioner services, "
        "according to 2026 Q3."
    ) in text


def test_a_locked_section_tells_how_many_pairs_but_none_of_them(client, settings):
    settings.GUEST_VIEWS = 0
    make_code("96522", system="cpt")
    make_ptp_release({}, {"column_one": "36261"})
    text = client.get("/codes/cpt/96522/").text
    assert "2 pairs in force, 2026 Q3." in text
    assert "36260" not in text
    assert "36260" not in client.get("/codes/cpt/96522/ncci-edits/").text
    assert "36260" not in client.get("/codes/cpt/96522/ncci-edits/?format=csv").text


def test_codes_that_are_no_procedures_have_no_such_section(client):
    make_code("Z45.1", system="icd-10-cm")
    make_ptp_release({})
    assert member(client).get("/codes/icd-10-cm/Z45.1/ncci-edits/").status_code == 404


def full(client, query: str = "") -> str:
    return client.get(f"/codes/cpt/96522/ncci-edits/{query}").text


def test_the_full_section_switches_settings_and_sides(client):
    make_code("96522", system="cpt")
    make_ptp_release({}, {"column_one": "96522", "column_two": "36591"})
    make_ptp_release({"column_one": "36299"}, source=Source.NCCI_PTP_HOSPITAL)
    member(client)
    assert "36260" in full(client)
    assert "36591" not in full(client)
    assert "36591" in full(client, "?column=one")
    hospital = full(client, "?setting=hospital")
    assert "36299" in hospital
    assert "36260" not in hospital
    assert "36260" in full(client, "?setting=nonsense&column=nonsense&page=nonsense")


def test_pairs_are_filtered_and_paged(client):
    make_code("96522", system="cpt")
    make_ptp_release(*({"column_one": f"{number}"} for number in range(30000, 30250)))
    member(client)
    first = full(client)
    assert "1–100 of 250 pairs" in first
    assert ">30099</a>" in first
    assert ">30100</a>" not in first
    assert ">30249</a>" in full(client, "?page=3")
    assert "101–110 of 110 pairs" in full(client, "?q=30100-30209&page=2")
    one = full(client, "?q=30123")
    assert ">30123</a>" in one
    assert ">30124</a>" not in one
    assert "passes the filter “99”." in full(client, "?q=99")
    wrong = full(client, "?q=<b>")
    assert "“&lt;b&gt;” is neither a code nor a range" in wrong
    assert "1–100 of 250 pairs" in wrong


def table_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_download_has_every_pair_of_both_sides_that_passes_the_filter(client):
    make_code("96522", system="cpt")
    make_ptp_release(
        *({"column_one": f"{number}"} for number in range(30000, 30250)),
        {"column_one": "96522", "column_two": "36591", "modifier_indicator": 0},
        {"column_one": "29999", "deletion_date": date(2020, 1, 1)},
    )
    member(client)
    rows = table_of(client.get("/codes/cpt/96522/ncci-edits/?format=csv"))
    assert len(rows) == 251
    assert rows[0] == {
        "setting": "Practitioner",
        "column one": "96522",
        "column two": "36591",
        "modifier indicator": "0",
        "modifier": "Not allowed",
        "rationale": "Standards of practice",
        "effective date": "2006-01-01",
        "deletion date": "",
        "release": "2026 Q3",
    }
    assert len(table_of(client.get("/codes/cpt/96522/ncci-edits/?format=csv&q=300"))) == 100
    assert "?setting=practitioner&amp;q=300&amp;format=csv" in full(
        client, "?setting=practitioner&q=300"
    )


def test_the_number_of_pairs_costs_no_query_of_its_own(client, django_assert_max_num_queries):
    make_code("96522", system="cpt")
    make_ptp_release({}, {"column_one": "96522", "column_two": "36591"})
    make_ptp_release({}, source=Source.NCCI_PTP_HOSPITAL)
    make_units(Source.NCCI_MUE_PRACTITIONER, c96522=4)
    make_add_on(primary_code="96522")
    member(client)
    full(client)
    with django_assert_max_num_queries(14):
        client.get("/codes/cpt/96522/")


def test_pairs_that_ended_are_another_view_and_another_download(client):
    make_ptp_release(
        {"column_one": "96522", "column_two": "36000"},
        {"column_one": "96522", "column_two": "36260", "deletion_date": date(2020, 12, 31)},
        {"column_one": "36261", "column_two": "96522", "deletion_date": date(2019, 12, 31)},
    )
    make_code("96522", system="cpt")
    member(client)
    held, over = full(client, "?column=one"), full(client, "?column=one&pairs=ended")
    assert ("/36000/" in held, "/36260/" in held) == (True, False)
    assert ("/36000/" in over, "/36260/" in over) == (False, True)
    assert "until 31 Dec 2020" in over
    assert "/36261/" in full(client, "?pairs=ended")
    assert "/36260/" in full(client, "?pairs=ended&column=one&q=36260")
    assert "that ended before" in full(client, "?pairs=ended&q=99")
    rows = table_of(client.get("/codes/cpt/96522/ncci-edits/?format=csv&pairs=ended"))
    assert [(row["column one"], row["column two"]) for row in rows] == [
        ("96522", "36260"),
        ("36261", "96522"),
    ]


def test_the_full_section_begins_with_the_pairs_and_the_code_page_with_the_editors(client):
    code = make_code("96522", system="cpt")
    make_ptp_release({})
    make_section_text(code, "ncci-edits", text="Words of editors.")
    member(client)
    short, long = client.get("/codes/cpt/96522/").text, full(client)
    assert short.index("Words of editors.") < short.index("/36260/")
    assert long.index("/36260/") < long.index("Words of editors.")
