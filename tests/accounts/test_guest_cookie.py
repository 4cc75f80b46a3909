"""The cookie that makes a browser one guest."""

import pytest
from django.conf import settings as site_settings
from django.test import Client

from accounts import meter
from accounts.guest import COOKIE, COOKIE_SECONDS, guest_of
from accounts.models import ViewPeriod
from codes.models import SectionText
from tests.accounts.readers import guest_cookie, request_of
from tests.factories import make_code, make_description, make_guest, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def code_pages(db):
    """The addresses of two code pages with a gated section each."""
    from django.utils import timezone

    urls = []
    for value in ("J9000", "J9001"):
        code = make_code(value)
        make_description(code)
        SectionText.objects.create(
            code=code,
            section="guidelines",
            published_html=f"<p>Gated words of {value}.</p>",
            published_at=timezone.now(),
        )
        urls.append(code.get_absolute_url())
    return urls


def is_open(response) -> bool:
    return "Gated words" in response.content.decode()


def test_the_first_page_sets_it_and_later_ones_keep_it(client):
    cookie = client.get("/accounts/login/").cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert cookie["max-age"] == COOKIE_SECONDS and not cookie["secure"]
    assert COOKIE not in client.get("/accounts/signup/").cookies
    assert not ViewPeriod.objects.exists()


def test_it_is_secure_where_sessions_are(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert client.get("/accounts/login/").cookies[COOKIE]["secure"]


def test_a_page_that_sets_it_is_private(client):
    response = client.get("/")
    assert COOKIE in response.cookies
    assert "private" in response["Cache-Control"] and "Cookie" in response["Vary"]


def test_members_and_files_for_programs_get_none(client):
    assert COOKIE not in client.get("/healthz/").cookies
    client.force_login(make_user())
    assert COOKIE not in client.get("/").cookies


def test_a_guest_reads_one_page_across_tabs(client, code_pages):
    first, second = code_pages
    client.get("/")
    assert is_open(client.get(first))
    assert not is_open(client.get(second))
    assert is_open(client.get(first))
    assert is_open(client.get(f"{first}guidelines/"))
    assert is_open(client.get(f"{first}?date=2026-08-01"))


def test_the_first_page_of_all_may_be_a_code_page(client, code_pages):
    first, second = code_pages
    assert is_open(client.get(first))
    assert not is_open(client.get(second))


def test_without_cookies_a_network_reads_no_more_than_its_fresh_guests(settings, code_pages):
    settings.GUESTS_PER_NETWORK_PER_DAY = 3
    answers = [is_open(Client().get(code_pages[0])) for _ in range(5)]
    assert answers == [True, True, True, False, False]
    assert ViewPeriod.objects.count() == 3


def test_a_forged_or_foreign_cookie_counts_as_none(settings):
    cookie = guest_cookie(make_guest("cpt:96522"))
    request = request_of()
    for forged in ("", "x", cookie[:-1], cookie.replace(":", "", 1), f"{'0' * 32}:1:{'a' * 43}"):
        request = request_of()
        request.COOKIES[COOKIE] = forged
        assert guest_of(request) is None, forged
    settings.SECRET_KEY = "the key of another site"
    request = request_of()
    request.COOKIES[COOKIE] = cookie
    assert guest_of(request) is None


def test_a_cookie_signed_for_something_else_counts_as_none():
    from django.core.signing import get_cookie_signer

    guest = make_guest()
    request = request_of()
    request.COOKIES[COOKIE] = get_cookie_signer(salt=COOKIE + "other").sign(guest.hex)
    assert guest_of(request) is None


def test_looking_ahead_gets_a_locked_page_that_is_not_kept(client, code_pages):
    client.get("/")
    response = client.get(code_pages[0], headers={"Sec-Purpose": "prefetch"})
    assert not is_open(response) and 'data-remaining="1"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    response = client.head(code_pages[0])
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    response = client.get(code_pages[0])
    assert is_open(response) and "private" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]


def test_a_missing_code_costs_nothing(client, code_pages):
    client.get("/")
    assert client.get("/codes/hcpcs/J9999/").status_code == 404
    assert is_open(client.get(code_pages[0]))


def test_other_pages_show_the_meter_without_spending(client, rf):
    client.get("/")
    request = request_of()
    assert meter.peek(request).remaining == 1
    assert not ViewPeriod.objects.exists()
    assert site_settings.SESSION_COOKIE_NAME not in client.cookies
