"""The search: words, filters with counts, order, addresses; RSS and Atom."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from careers.actions.postings import take_step
from careers.filters import read_filters
from careers.models import Employer, Posting, Specialty
from careers.queries.board import search_board
from careers.queries.search_words import chosen_words
from tests.careers.board_data import make_employer, make_posting
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def found(query: str) -> set[str]:
    keys = search_board(read_filters(QueryDict(query))).keys
    return set(Posting.objects.filter(pk__in=keys).values_list("title", flat=True))


def ordered(query: str) -> list[str]:
    titles = dict(Posting.objects.values_list("pk", "title"))
    return [titles[key] for key in search_board(read_filters(QueryDict(query))).keys]


def counts(query: str, name: str) -> dict[str, int]:
    options = search_board(read_filters(QueryDict(query))).options[name]
    return {option.label: option.count for option in options}


@pytest.fixture
def jobs():
    make_posting("Inpatient coder", credentials=("CCS", "RHIT"), remote_states=["ID", "OR"],
                 pay_min=30, pay_max=38, level="3-5", specialty="Inpatient facility")  # fmt: skip
    make_posting("Cardiology coder", credentials=("CPC",), places="Boise, ID 83702",
                 pay_min=24, pay_max=28, specialty="Cardiology", days_old=5)  # fmt: skip
    make_posting("Risk auditor", credentials=("CPC", "CRC"), employment_type="PART_TIME",
                 pay_min=90000, pay_max=99000, pay_unit="YEAR", days_old=20)  # fmt: skip
    make_posting("Biller", places="Nampa, ID 83651\nPortland, ME 04101", days_old=2)
    make_posting("Draft coder", state=Posting.State.DRAFT)


def test_words_are_found_in_titles_texts_employers_and_credentials(jobs):
    make_posting("Coder", employer=make_employer("Saint Alphonsus"), description="Vascular work.")
    assert found("q=inpatient") == {"Inpatient coder"}
    assert found("q=cardiology coders") == {"Cardiology coder"}
    assert found("q=alphonsus") == found("q=vascular") == {"Coder"}
    assert found("q=RHIT") == {"Inpatient coder"}
    assert found("q=boise") == {"Cardiology coder"}
    assert found("q=coder -cardiology -risk") == {"Inpatient coder", "Coder"}


def test_an_employer_of_another_name_is_found_by_it(jobs, client):
    owner = make_user()
    employer = make_employer("Saint Alphonsus", owner=owner)
    make_posting("Coder", employer=employer)
    client.force_login(owner)
    client.post(f"{employer.get_absolute_url()}manage/profile/", {"name": "Mercy Clinics"})
    assert found("q=mercy") == {"Coder"} and found("q=alphonsus") == set()


def test_a_specialty_of_another_name_is_found_by_it(jobs, client):
    specialty = Specialty.objects.get(name="Cardiology")
    client.force_login(make_user(is_staff=True, is_superuser=True))
    url = f"/admin/careers/specialty/{specialty.pk}/change/"
    client.post(url, {"name": "Electrophysiology", "slug": specialty.slug})
    assert found("q=electrophysiology") == {"Cardiology coder"}


def test_a_mistyped_word_is_read_as_the_likest_and_that_is_said(client, jobs):
    assert found("q=cardiolgy") == {"Cardiology coder"}
    page = client.get("/careercenter/?q=cardiolgy").text
    assert "Showing results for <strong>cardiology</strong>" in page
    assert found("q=xylophone") == set()


def test_filters_narrow_and_values_of_one_facet_add_up(jobs):
    assert found("workplace=remote") == {"Inpatient coder", "Risk auditor"}
    assert found("credential=cpc") == {"Cardiology coder", "Risk auditor"}
    assert found("credential=cpc&credential=ccs") == {
        "Cardiology coder", "Risk auditor", "Inpatient coder"}  # fmt: skip
    assert found("credential=cpc&workplace=remote") == {"Risk auditor"}
    assert found("state=ME") == {"Biller", "Risk auditor"}
    assert found("state=ID&workplace=remote") == {"Inpatient coder", "Risk auditor"}
    assert found("type=PART_TIME") == {"Risk auditor"}
    assert found("level=3-5") == found("specialty=inpatient-facility") == {"Inpatient coder"}
    assert found("pay=60000") == {"Inpatient coder", "Risk auditor"}
    assert found("days=3") == {"Inpatient coder", "Biller"}


def test_a_radius_from_a_zip_code_finds_what_is_near(jobs):
    assert found("zip=83702&radius=10") == {"Cardiology coder"}
    assert found("zip=83702&radius=50") == {"Cardiology coder", "Biller"}
    assert found("zip=10001&radius=100") == set()


@pytest.mark.parametrize("zip_code", ["1234", "abcde", "00000"])
def test_a_zip_code_that_is_none_is_told(client, jobs, zip_code):
    page = client.get(f"/careercenter/?zip={zip_code}").text
    assert "ZIP code" in page and zip_code in page and "4 jobs" in page


def test_each_option_counts_what_it_would_leave(jobs):
    assert counts("", "workplace") == {"Remote": 2, "On site": 2}
    assert counts("credential=cpc", "workplace") == {"Remote": 1, "On site": 1}
    assert counts("credential=cpc", "credential") == {"CPC": 2, "CRC": 1, "CCS": 1, "RHIT": 1}
    assert counts("workplace=onsite", "state") == {"Idaho": 2, "Maine": 1}
    assert counts("", "pay")["$60,000+ a year"] == 2
    assert counts("", "days")["Last 3 days"] == 2
    for query in ("", "credential=cpc", "q=coder", "workplace=remote&pay=50000"):
        for option in search_board(read_filters(QueryDict(query))).options["state"]:
            own = f"{query}&state={option.value}"
            assert len(found(own)) == option.count, own


def test_the_order_is_that_asked_for(jobs):
    assert ordered("") == ["Inpatient coder", "Biller", "Cardiology coder", "Risk auditor"]
    assert ordered("sort=pay")[:2] == ["Risk auditor", "Inpatient coder"]
    make_posting("Auditor of auditors", description="An auditor audits.")
    assert ordered("q=auditor")[0] == "Auditor of auditors"
    assert ordered("q=auditor&sort=newest")[0] == "Auditor of auditors"


def test_a_change_shows_at_once(client, jobs):
    assert "Inpatient coder" in client.get("/careercenter/").text
    take_step(posting=Posting.objects.get(title="Inpatient coder"), to="filled", by=None)
    assert "Inpatient coder" not in client.get("/careercenter/").text


def test_a_search_is_one_address_whatever_its_order():
    one = read_filters(QueryDict("zip=&credential=cpc&q=+a++b+&radius=50&type=nonsense&page=3"))
    other = read_filters(QueryDict("q=a b&credential=cpc&pay=x&days=-1"))
    assert one.query() == other.query() == "q=a+b&credential=cpc"


def test_addresses_full_of_nonsense_answer(client, jobs):
    for query in (
        "page=abc", "page=999", "pay=99999999999999999999", "days=٣", "zip=83702&radius=9e9",
        "q=%00", "q=" + "a" * 5000, "q=%22%27%29%3B--", "q=:*%26|!", "sort=x", "state=ID&state=ID",
        "&".join(f"credential=c{n}" for n in range(300)),
    ):  # fmt: skip
        assert client.get(f"/careercenter/?{query}").status_code == 200, query


def test_a_list_takes_eight_queries_at_most(client, jobs):
    client.force_login(make_user())
    for query in ("", "q=coder", "q=cardiolgy", "state=ID&credential=cpc", "zip=83702&sort=pay"):
        client.get(f"/careercenter/?{query}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/careercenter/?{query}")
        own = [q for q in queries if "careers_" in q["sql"]]
        assert len(own) <= 8 + 2 * ("cardiolgy" in query) + 2, (query, len(own))
    client.logout()
    for query in ("", "state=ID&credential=cpc", "q=coder&workplace=remote"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/careercenter/?{query}")
        assert len(queries) <= 8, (query, [q["sql"][:80] for q in queries])


@pytest.mark.parametrize(
    ("feed", "entry", "title"),
    [("rss", "channel/item", "title"),
     ("atom", "{http://www.w3.org/2005/Atom}entry", "{http://www.w3.org/2005/Atom}title")],
)  # fmt: skip
def test_a_search_is_a_feed(client, jobs, feed, entry, title):
    answer = client.get(f"/careercenter/feed.{feed}?credential=cpc")
    root = ElementTree.fromstring(answer.content)  # noqa: S314
    titles = [each.findtext(title) for each in root.findall(entry)]
    assert [each.split(",")[0] for each in titles] == ["Cardiology coder", "Risk auditor"]
    assert "public" in answer["Cache-Control"]
    assert "http://testserver/careercenter/" in answer.text.replace("example.com", "testserver")
    assert f"feed.{feed}?credential=cpc" in client.get("/careercenter/?credential=cpc").text


def test_the_last_day_counts_whole(jobs):
    Posting.objects.filter(title="Biller").update(valid_through=timezone.localdate())
    assert "Biller" in found("")
    assert timezone.localdate() + timedelta(days=0) == timezone.localdate()


def test_where_no_job_is_found_nothing_is_to_be_sorted(client, jobs):
    assert "Sorted by" in client.get("/careercenter/").text

    nothing = client.get("/careercenter/", {"q": "zzzz"}).text
    assert "No job found" in nothing and "Sorted by" not in nothing


@pytest.mark.parametrize("name", ["q", "employer", "credential", "specialty", "state", "zip"])
def test_characters_that_no_database_or_feed_takes_are_left_out(client, jobs, name):
    for page in ("/careercenter/", "/careercenter/feed.rss", "/careercenter/feed.atom"):
        assert client.get(page, {name: "\0\x01"}).status_code == 200
        answer = client.get(page, {name: "a\0b\x01c"})
        assert answer.status_code == (404 if name == "zip" and "feed" in page else 200)


def test_a_title_with_a_control_character_breaks_no_feed(client, jobs):
    make_posting("Coder\x0bof charts")
    assert "Coder of charts" in client.get("/careercenter/feed.rss").text


def test_employers_that_are_searched_for_are_named_in_one_query(jobs, django_assert_num_queries):
    slugs = list(Employer.objects.values_list("slug", flat=True))
    query = "&".join(f"employer={slug}" for slug in [*slugs, "nobody"])
    filters = read_filters(QueryDict(query))
    found = search_board(filters)
    with django_assert_num_queries(1):
        words = [each.words for each in chosen_words(filters, found)]
    assert words == [*Employer.objects.values_list("name", flat=True), "nobody"]
