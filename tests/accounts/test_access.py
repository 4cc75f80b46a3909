"""Every address of the accounts: who may open it, how it looks, and that no cache keeps it."""

import re

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from tests.factories import make_user

pytestmark = pytest.mark.django_db

OPEN = {
    "/accounts/login/": "Log in",
    "/accounts/signup/": "Register free account",
    "/accounts/confirm-email/": "Confirm your e-mail address",
    "/accounts/confirm-email/no-such-key/": "This link does not work",
    "/accounts/password/reset/": "Reset your password",
    "/accounts/password/reset/done/": "Check your mail",
    "/accounts/password/reset/key/done/": "Your password is changed",
    "/accounts/password/reset/key/1-no-such-key/": "This link does not work",
    "/accounts/inactive/": "This account is closed",
}
# Steps of a log-in under way; without one they lead to its beginning, log-out leads home.
STEPS = {
    "/accounts/login/code/confirm/": "/accounts/login/",
    "/accounts/2fa/authenticate/": "/accounts/login/",
    "/accounts/logout/": "/",
}
MEMBERS = {
    "/accounts/": "Profile and usage",
    "/accounts/delete/": "Delete my account",
    "/accounts/email/": "E-mail address",
    "/accounts/password/change/": "Password",
    "/accounts/reauthenticate/": "Confirm that it is you",
    "/accounts/2fa/": "Two-factor log-in",
    "/accounts/sessions/": "Sessions",
}
# These ask a member for the password first, for two-factor, or lead to a page above.
GUARDED = [
    "/accounts/export/",
    "/accounts/password/set/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/recovery-codes/download/",
]


def addresses(patterns, prefix="/"):
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from addresses(pattern.url_patterns, route)


def heading(response) -> str:
    (text,) = re.findall(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)
    return text.strip()


def test_every_address_of_the_accounts_is_listed_above():
    ours = set()
    for address in addresses(get_resolver().url_patterns):
        address = address.replace("(?P<uidb36>[0-9A-Za-z]+)", "1")
        ours.add(re.sub(r"\(\?P<key>[^/]*\)", "no-such-key", address))
    ours = {address for address in ours if address.startswith("/accounts/")}
    assert ours == {*OPEN, *STEPS, *MEMBERS, *GUARDED}


@pytest.mark.parametrize(("url", "title"), OPEN.items())
def test_an_open_page_has_the_sites_look(client, url, title):
    response = client.get(url)
    assert response.status_code == 200 and heading(response) == title
    page = response.content.decode()
    assert 'class="site-header"' in page and "account.css" in page
    assert not re.search(r"\sstyle=|<style|<script>", page)
    assert "no-store" in response["Cache-Control"] and "private" in response["Cache-Control"]


@pytest.mark.parametrize(("url", "target"), STEPS.items())
def test_a_step_without_its_beginning_leads_there(client, url, target):
    assert client.get(url)["Location"].partition("?")[0] == target


@pytest.mark.parametrize("url", [*MEMBERS, *GUARDED])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_log_in(client, url, method):
    response = getattr(client, method)(url)
    if (url, method) in (("/accounts/export/", "get"), ("/accounts/", "post")):
        assert response.status_code == 405
    else:
        assert response.status_code == 302
        assert response["Location"].partition("?")[0] == "/accounts/login/"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(("url", "title"), MEMBERS.items())
def test_a_members_page_has_the_sites_look(client, url, title):
    client.force_login(make_user())
    response = client.get(url)
    assert response.status_code == 200 and heading(response) == title
    page = response.content.decode()
    assert 'class="site-header"' in page and "account.css" in page
    assert not re.search(r"\sstyle=|<style|<script>", page)
    assert "no-store" in response["Cache-Control"] and "private" in response["Cache-Control"]


@pytest.mark.parametrize("url", GUARDED)
def test_a_guarded_page_is_not_simply_open_to_a_member(client, url):
    client.force_login(make_user())
    assert client.get(url).status_code in (302, 404, 405)


@pytest.mark.parametrize("url", [*OPEN, *STEPS, *MEMBERS, *GUARDED])
def test_rubbish_is_answered_without_an_error(client, url):
    data = {
        "login": "\x00",
        "email": "<script>",
        "password": "x" * 5000,
        "code": "½",
        "next": "//x",
    }
    assert client.post(url, data).status_code < 500
    client.force_login(make_user())
    assert client.post(url, data).status_code < 500
