"""Saved searches and their mails: when, to whom, once; stopping them with one click."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMail
from careers.actions.alerts import look_for_new_jobs
from careers.models import AlertedPosting, SavedSearch
from tests.careers.board_data import make_posting
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def make_search(query: str = "", *, frequency: str = "instant", user=None) -> SavedSearch:
    long_ago = timezone.now() - timedelta(days=10)
    return SavedSearch.objects.create(
        user=user or make_user(),
        name="My search",
        query=query,
        frequency=frequency,
        created_at=long_ago,
        looked_at=long_ago,
    )


def mails_of(search) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(about=search.mails_about))


def test_a_search_is_kept_once_whatever_its_address(client):
    user = make_user()
    client.force_login(user)
    for query in ("credential=cpc&q=a", "q=a&credential=cpc&sort=pay&page=2"):
        client.post("/careercenter/searches/", {"query": query, "frequency": "weekly"})
    search = SavedSearch.objects.get()
    assert (search.query, search.frequency, search.user) == ("q=a&credential=cpc", "weekly", user)
    assert search.name == "“a” · CPC"
    assert "You saved this search" in client.get("/careercenter/?credential=cpc&q=a").text


def test_what_was_searched_stands_in_quotes_once(client, sent):
    client.force_login(make_user())
    form = {"query": "q=denials", "frequency": "instant"}
    page = client.post("/careercenter/searches/", form, follow=True).text
    assert "The search is saved: “denials”. Mail: as soon as a job is posted." in page

    SavedSearch.objects.update(looked_at=timezone.now() - timedelta(days=1))
    make_posting("Denials specialist")
    look_for_new_jobs()
    body = next(mail.body for mail in sent() if "new job" in mail.subject)
    assert "New in your search, “denials”:" in body


def test_a_mail_tells_of_new_jobs_in_the_search_alone(sent):
    search = make_search("workplace=remote")
    job = make_posting("Remote coder", pay_min=25, pay_max=30)
    make_posting("Coder in Boise", places="Boise, ID")

    look_for_new_jobs()

    mail = next(each for each in sent() if each.to == [search.user.email])
    assert mail.subject == "1 new job: My search"
    assert "Remote coder" in mail.body and "Boise" not in mail.body
    assert f"http://testserver{job.get_absolute_url()}" in mail.body
    assert "$25.00–$30.00 an hour" in mail.body


def test_no_job_is_told_twice(sent):
    make_search()
    make_posting("First")
    for _ in range(3):
        look_for_new_jobs()
    make_posting("Second")
    look_for_new_jobs()
    alerts = [mail for mail in sent() if "new job" in mail.subject]
    assert [("First" in m.body, "Second" in m.body) for m in alerts] == [
        (True, False),
        (False, True),
    ]
    assert AlertedPosting.objects.count() == 2


def test_jobs_from_before_the_search_are_no_news():
    make_posting(days_old=2)
    search = make_search()
    SavedSearch.objects.update(created_at=timezone.now())
    assert look_for_new_jobs() == 0
    assert not mails_of(search)


@pytest.mark.parametrize(("frequency", "days"), [("daily", 1), ("weekly", 7)])
def test_a_mail_comes_as_often_as_chosen(frequency, days):
    search = make_search(frequency=frequency)
    now = timezone.now()
    make_posting()
    assert look_for_new_jobs(now=now) == 1
    make_posting()
    assert look_for_new_jobs(now=now + timedelta(days=days, hours=-2)) == 0
    assert look_for_new_jobs(now=now + timedelta(days=days)) == 1
    assert len(mails_of(search)) == 2


def test_never_and_people_who_are_gone_get_none():
    make_search(frequency="never")
    make_search(user=make_user(is_active=False))
    make_posting()
    assert look_for_new_jobs() == 0


def test_one_click_stops_the_mails_as_rfc_8058_says(sent):
    search = make_search()
    make_posting()
    look_for_new_jobs()
    message = next(mail for mail in sent() if "new job" in mail.subject).message()

    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = message["List-Unsubscribe"].strip("<>")
    assert url == f"http://testserver/careercenter/alerts/{search.key}/stop/"
    mail_program = Client(enforce_csrf_checks=True)
    path = url.removeprefix("http://testserver")
    assert mail_program.get(path).status_code == 200
    assert SavedSearch.objects.get().frequency == "instant"  # opening it stops nothing
    answer = mail_program.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert SavedSearch.objects.get().frequency == "never"
    make_posting()
    assert look_for_new_jobs() == 0


def test_a_guessed_key_stops_nothing(client):
    make_search()
    key = "00000000-0000-4000-8000-000000000000"
    assert client.post(f"/careercenter/alerts/{key}/stop/").status_code == 404


@pytest.mark.parametrize(
    ("path", "data"),
    [("searches/{key}/", {"do": "delete"}), ("my/delete/", {"is_sure": "on"})],
)
def test_a_search_takes_the_mail_that_waits_with_it(path, data, client, sent):
    search, other = make_search(), make_search()
    make_posting()
    look_for_new_jobs()
    client.force_login(search.user)
    client.post(f"/careercenter/{path.format(key=search.key)}", data)
    assert not SavedSearch.objects.filter(pk=search.pk).exists()
    assert not mails_of(search) and len(mails_of(other)) == 1
    assert [mail.to for mail in sent() if "new job" in mail.subject] == [[other.user.email]]
