"""The administration's pages of second factors and of browsers that are logged in."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTORS = "/admin/mfa/authenticator/"
SESSIONS = "/admin/usersessions/usersession/"


@pytest.fixture
def superuser(client):
    client.force_login(make_user("carla@example.org", is_staff=True, is_superuser=True))
    return client


def test_the_secret_of_an_authenticator_is_not_shown(superuser):
    TOTP.activate(make_user("ada@example.org"), SECRET)
    factor = Authenticator.objects.get()
    page = superuser.get(reverse("admin:mfa_authenticator_change", args=[factor.pk])).text
    assert "ada@example.org" in page and SECRET not in page
    assert superuser.get(f"{FACTORS}add/").status_code == 403


def test_who_lost_a_second_factor_is_freed_of_it(superuser):
    TOTP.activate(make_user("ada@example.org"), SECRET)
    key = Authenticator.objects.get().pk
    superuser.post(reverse("admin:mfa_authenticator_delete", args=[key]), {"post": "yes"})
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("is_from_list", [True, False])
def test_a_browser_is_logged_out(superuser, is_from_list):
    browser, user = Client(), make_user("ada@example.org")
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert browser.get("/accounts/").status_code == 200
    session = UserSession.objects.get(user=user)
    assert user.email in superuser.get(SESSIONS, {"q": "ada@"}).text

    if is_from_list:
        chosen = {"action": "delete_selected", "_selected_action": [session.pk], "post": "yes"}
        superuser.post(SESSIONS, chosen)
    else:
        url = reverse("admin:usersessions_usersession_delete", args=[session.pk])
        superuser.post(url, {"post": "yes"})
    assert browser.get("/accounts/").status_code == 302


def test_nobody_else_sees_them(client):
    client.force_login(make_user(is_staff=True))
    for page in (FACTORS, SESSIONS):
        assert client.get(page).status_code == 403
