"""Authenticator app, recovery codes, and staff who must have them."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters

from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now(secret=SECRET):
    return format_hotp_value(hotp_value(secret, next(iter(counters()))))


def confirm_password(client, url):
    client.get(url)
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": url})


def log_in(client, user):
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


@pytest.mark.django_db(transaction=True)
def test_setting_the_app_up_shows_recovery_codes_and_tells_by_mail(client, mailoutbox):
    user = make_user()
    client.force_login(user)
    assert "Off" in client.get("/accounts/2fa/").content.decode()
    url = "/accounts/2fa/totp/activate/"
    assert confirm_password(client, url)["Location"] == url
    page = client.get(url).content.decode()
    secret = re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page)[1]
    assert 'src="data:image/svg+xml;base64,' in page
    wrong = client.post(url, {"code": "000000"}).content.decode()
    assert "The code is not correct" in wrong and secret in wrong
    response = client.post(url, {"code": code_now(secret)})
    page = client.get(response["Location"]).content.decode()
    assert len(re.findall(r"<li><code>\d+</code></li>", page)) == 10
    assert "On" in client.get("/accounts/2fa/").content.decode()
    assert mailoutbox[-1].subject == "Two-factor log-in at CasePilot is on"
    download = client.get("/accounts/2fa/recovery-codes/download/")
    assert "no-store" in download["Cache-Control"]


@pytest.mark.parametrize("factor", ["app", "recovery code"])
def test_logging_in_asks_for_the_second_factor(client, factor):
    user = make_user()
    TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    response = log_in(client, user)
    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/accounts/").status_code == 302
    page = client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "The code is not correct" in page
    code = code_now() if factor == "app" else codes[0]
    assert client.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/accounts/"
    assert client.get("/accounts/").status_code == 200


def test_turning_the_app_off_asks_first(client):
    user = make_user()
    TOTP.activate(user, SECRET)
    client.force_login(user)
    url = "/accounts/2fa/totp/deactivate/"
    confirm_password(client, url)
    assert "Turn off" in client.get(url).content.decode()
    assert Authenticator.objects.exists()
    client.post(url)
    assert not Authenticator.objects.exists()


def test_new_recovery_codes_replace_the_old(client):
    user = make_user()
    TOTP.activate(user, SECRET)
    old = RecoveryCodes.activate(user).get_unused_codes()
    client.force_login(user)
    url = "/accounts/2fa/recovery-codes/generate/"
    confirm_password(client, url)
    assert "10 unused codes will no longer work" in client.get(url).content.decode()
    page = client.post(url, follow=True).content.decode()
    assert old[0] not in page and "10 left of 10" in page


def test_staff_without_two_factor_are_led_to_its_set_up(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    client.force_login(make_user(is_staff=True, is_superuser=True))
    for url in ("/admin/", "/admin/accounts/plan/", "/admin/accounts/plan/add/"):
        assert client.get(url)["Location"] == "/accounts/2fa/totp/activate/"
        assert client.post(url)["Location"] == "/accounts/2fa/totp/activate/"
    page = client.get("/accounts/").content.decode()
    assert "Staff accounts need a two-factor log-in" in page


def test_staff_with_two_factor_reach_the_administration_and_keep_it(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    user = make_user(is_staff=True, is_superuser=True)
    TOTP.activate(user, SECRET)
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    url = "/accounts/2fa/totp/deactivate/"
    confirm_password(client, url)
    page = client.post(url).content.decode()
    assert "Staff accounts keep their two-factor log-in." in page
    assert Authenticator.objects.exists()


def test_recovery_codes_alone_are_no_second_factor_for_staff(client, settings):
    settings.STAFF_MFA_REQUIRED = True
    user = make_user(is_staff=True, is_superuser=True)
    RecoveryCodes.activate(user)
    client.force_login(user)
    assert client.get("/admin/").status_code == 302


def test_a_trial_site_does_not_ask_staff_for_it(client, settings):
    settings.STAFF_MFA_REQUIRED = False
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert client.get("/admin/").status_code == 200
