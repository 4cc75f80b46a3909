"""One's own page: usage, export, deletion, sessions."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import CodeView, DailyUse, User, ViewPeriod
from tests.factories import PASSWORD, make_plan, make_user, make_views

pytestmark = pytest.mark.django_db


def profile(client):
    return client.get("/accounts/").content.decode()


def log_in(client, user):
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


def test_it_shows_the_codes_viewed_and_when_views_renew(client):
    user = make_user()
    started_at = timezone.now() - timedelta(days=3)
    make_views("cpt:96522", "icd-10-cm:Z45.1", user=user, started_at=started_at)
    client.force_login(user)
    page = profile(client)
    assert "4 of 6" in page and "Free account" in page
    assert 'href="/codes/cpt/96522/"' in page and 'href="/codes/icd-10-cm/Z45.1/"' in page
    renews = timezone.localdate(started_at + timedelta(days=30))
    assert f'datetime="{renews:%Y-%m-%d}"' in page


def test_it_shows_the_questions_left_today(client, settings):
    settings.MEMBER_QUESTIONS_PER_DAY = 10
    user = make_user()
    DailyUse.objects.create(
        user=user, kind=DailyUse.Kind.QUESTION, day=timezone.localdate(), used_count=4
    )
    client.force_login(user)
    assert "Questions today" in profile(client) and "6 of 10 left" in profile(client)


def test_each_allowance_is_told_by_what_is_left(client, settings):
    settings.MEMBER_NOTES_PER_DAY = 10
    user = make_user()
    DailyUse.objects.create(
        user=user, kind=DailyUse.Kind.NOTE, day=timezone.localdate(), used_count=1
    )
    client.force_login(user)
    assert "Notes today" in profile(client) and "9 of 10 left" in profile(client)


def test_it_has_an_empty_state(client):
    client.force_login(make_user())
    assert "None yet." in profile(client)


def test_it_names_the_plan(client):
    client.force_login(make_user(plan=make_plan("Clinic", is_unlimited=True)))
    page = profile(client)
    assert "Clinic" in page and "Unlimited" in page


def test_the_export_holds_everything_but_keys(client):
    user = make_user(plan=make_plan("Clinic"))
    log_in(client, user)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    make_views("cpt:96522", user=user)
    response = client.post("/accounts/export/")
    assert response["Content-Type"].startswith("application/json")
    assert response["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert "no-store" in response["Cache-Control"]
    data = json.loads(response.content)
    assert data["account"]["email"] == user.email and data["account"]["plan"] == "Clinic"
    assert data["email_addresses"][0]["verified"] is True
    assert [view["code_key"] for view in data["code_page_views"]["views"]] == ["cpt:96522"]
    assert data["sessions"][0]["ip"] == "127.0.0.1"
    assert data["two_factor"][0]["type"] == "totp"
    text = response.content.decode()
    for secret in (user.password, "JBSWY3DPEHPK3PXP", client.session.session_key):
        assert secret not in text


def test_the_export_of_an_editor_names_what_they_published(client):
    from codes.models import SectionText
    from tests.factories import make_code

    user, other = make_user(is_staff=True), make_user(is_staff=True)
    for person in (user, other):
        SectionText.objects.create(code=make_code(), section="guidelines", published_by=person)
    client.force_login(user)
    records = json.loads(client.post("/accounts/export/").content)["other_records"]
    assert [row["published_by"] for row in records["codes.sectiontext.published_by"]] == [user.pk]


def test_the_export_is_a_post_with_a_token(client):
    user = make_user()
    client.force_login(user)
    assert client.get("/accounts/export/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    response = strict.post("/accounts/export/")
    assert response.status_code == 403 and "The form has expired" in response.content.decode()


def test_deleting_the_account_asks_for_the_password(client):
    user = make_user()
    log_in(client, user)
    assert "cannot be undone" in client.get("/accounts/delete/").content.decode()
    page = client.post("/accounts/delete/", {"password": "wrong"}).content.decode()
    assert "The password is not correct." in page
    assert User.objects.filter(pk=user.pk).exists()


def test_wrong_passwords_at_deletion_are_limited(client):
    user = make_user()
    client.force_login(user)
    for _ in range(6):
        response = client.post("/accounts/delete/", {"password": "wrong"})
    assert "too many attempts" in response.content.decode()
    client.post("/accounts/delete/", {"password": PASSWORD})
    assert User.objects.filter(pk=user.pk).exists()


def test_deleting_the_account_leaves_nothing_of_it(client):
    user, other = make_user(), make_user()
    elsewhere = Client()
    for browser in (client, elsewhere):
        log_in(browser, user)
    make_views("cpt:96522", user=user)
    make_views("cpt:96522", user=other)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    response = client.post("/accounts/delete/", {"password": PASSWORD}, follow=True)
    assert "Your account and everything stored about you is deleted." in response.content.decode()
    assert list(User.objects.all()) == [other]
    assert ViewPeriod.objects.get().user == other and CodeView.objects.count() == 1
    assert EmailAddress.objects.get().user == other
    for model in (Authenticator, UserSession):
        assert not model.objects.exists()
    assert all(
        str(user.pk) != session.get_decoded().get("_auth_user_id")
        for session in Session.objects.all()
    )
    assert elsewhere.get("/accounts/").status_code == 302


def test_staff_do_not_delete_themselves(client):
    user = make_user(is_staff=True)
    client.force_login(user)
    assert "/accounts/delete/" not in profile(client)
    response = client.post("/accounts/delete/", {"password": PASSWORD})
    assert response.status_code == 403
    assert "deleted by an administrator" in response.content.decode()
    assert User.objects.filter(pk=user.pk).exists()


def test_sessions_are_listed_and_others_can_be_ended(client):
    user = make_user()
    elsewhere = Client(headers={"User-Agent": "Firefox <b>"})
    log_in(elsewhere, user)
    log_in(client, user)
    page = client.get("/accounts/sessions/").content.decode()
    assert "Firefox &lt;b&gt;" in page and "This one" in page
    client.post("/accounts/sessions/")
    assert elsewhere.get("/accounts/").status_code == 302
    assert client.get("/accounts/").status_code == 200
    assert "There is no other session." in client.get("/accounts/sessions/").content.decode()


def test_nobody_sees_anything_of_another_member(client):
    user, other = make_user(), make_user()
    make_views("cpt:96522", user=other)
    log_in(Client(headers={"User-Agent": "Browser of the other"}), other)
    TOTP.activate(other, "JBSWY3DPEHPK3PXP")
    log_in(client, user)
    for url in ("/accounts/", "/accounts/sessions/", "/accounts/email/", "/accounts/2fa/"):
        page = client.get(url).content.decode()
        assert other.email not in page and "96522" not in page
        assert "Browser of the other" not in page
    export = client.post("/accounts/export/").content.decode()
    assert other.email not in export and "96522" not in export
    client.post("/accounts/sessions/")
    assert UserSession.objects.filter(user=other).exists()
