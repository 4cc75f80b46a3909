"""Registering, confirming the mail, logging in and out, passwords, a changed address."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts import meter
from accounts.forms import SignUpForm
from accounts.models import User
from tests.accounts.mails import html_of, link_in
from tests.accounts.readers import at_once, guest_cookie, request_of
from tests.factories import PASSWORD, make_code, make_description, make_guest, make_user

pytestmark = pytest.mark.django_db

NEW = "Ada@Example.org"


def sign_up(client, email=NEW, password=PASSWORD, **data):
    return client.post("/accounts/signup/", {"email": email, "password1": password, **data})


def log_in(client, email, password=PASSWORD, **data):
    return client.post("/accounts/login/", {"login": email, "password": password, **data})


def change_address(client, email):
    """Ask for the change; it is carried out when the password was given once more."""
    response = client.post("/accounts/email/", {"email": email, "action_add": ""})
    assert response["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
    page = client.get(response["Location"]).content.decode()
    assert "Confirm that it is you" in page
    data = {"password": PASSWORD, "next": "/accounts/email/"}
    assert client.post("/accounts/reauthenticate/", data)["Location"] == "/accounts/email/"


def is_logged_in(client) -> bool:
    return client.get("/accounts/").status_code == 200


@pytest.fixture
def code_url(db):
    code = make_code("J9000")
    make_description(code)
    return code.get_absolute_url()


def test_registering_from_a_code_page_leads_back_to_it(client, mailoutbox, code_url):
    page = client.get(f"/accounts/signup/?next={code_url}").content.decode()
    assert f'name="next" value="{code_url}"' in page
    response = sign_up(client, next=code_url)
    assert response["Location"].startswith("/accounts/confirm-email/")
    assert not is_logged_in(client)
    page = client.get(response["Location"]).content.decode()
    assert "We have sent you a mail" in page and f"next={code_url.replace('/', '%2F')}" in page

    (mail,) = mailoutbox
    assert mail.to == ["ada@example.org"]
    assert mail.subject == "Confirm your e-mail address for CasePilot"
    page = client.get(link_in(mail)).content.decode()
    assert "ada@example.org" in page
    assert not EmailAddress.objects.get().verified, "opening the link alone confirms nothing"
    response = client.post(link_in(mail))
    assert response["Location"] == code_url
    assert is_logged_in(client)
    assert User.objects.get().email == "ada@example.org"


def test_the_link_works_on_another_device_and_the_views_of_the_first_count(mailoutbox, code_url):
    computer, phone = Client(), Client()
    computer.cookies["guest"] = guest_cookie(make_guest("cpt:96522"))
    sign_up(computer, next=code_url)
    response = phone.post(link_in(mailoutbox[0]))
    assert response["Location"] == f"/accounts/login/?next={code_url.replace('/', '%2F')}"
    response = log_in(phone, NEW, next=code_url)
    assert response["Location"] == code_url
    user = User.objects.get()
    assert [view.code_key for view in meter.viewed_codes(user)] == ["cpt:96522"]
    assert meter.peek(request_of(user)).remaining == 5
    log_in(computer, NEW)
    assert is_logged_in(computer)
    assert meter.peek(request_of(user)).remaining == 5


def test_views_of_the_browser_are_carried_over_at_sign_up(client, mailoutbox):
    client.cookies["guest"] = guest_cookie(make_guest("cpt:96522"))
    sign_up(client)
    client.post(link_in(mailoutbox[0]))
    assert meter.peek(request_of(User.objects.get())).used == 1


def test_views_of_the_browser_are_carried_over_at_log_in(client):
    user = make_user()
    client.cookies["guest"] = guest_cookie(make_guest("cpt:96522"))
    log_in(client, user.email)
    assert meter.peek(request_of(user)).used == 1


def test_a_mistyped_address_takes_no_views_along(client, mailoutbox):
    client.cookies["guest"] = guest_cookie(make_guest("cpt:96522"))
    sign_up(client, "wrong@example.org")
    sign_up(client, "right@example.org")
    client.post(link_in(mailoutbox[1]))
    assert meter.peek(request_of(User.objects.get(email="right@example.org"))).used == 1


def test_an_address_that_is_not_confirmed_cannot_log_in(client, mailoutbox):
    user = make_user(is_verified=False)
    response = log_in(client, user.email)
    assert response["Location"] == "/accounts/confirm-email/"
    assert not is_logged_in(client)
    assert [mail.to for mail in mailoutbox] == [[user.email]]


def test_registering_a_known_address_looks_the_same_and_tells_its_owner_by_mail(client, mailoutbox):
    user = make_user()
    known, fresh = sign_up(Client(), user.email), sign_up(client, NEW)
    assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])
    assert mailoutbox[0].to == [user.email]
    assert "There is one already" in mailoutbox[0].body
    assert User.objects.filter(email=user.email).count() == 1


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "This password is too short"),
        ("password", "This password is too common"),
        ("83920174", "This password is entirely numeric"),
        ("ada@example.org", "too similar to the e-mail address"),
    ],
)
def test_a_weak_password_is_refused_with_a_sentence(client, password, sentence):
    page = sign_up(client, password=password).content.decode()
    assert sentence in page and 'class="error-summary"' in page
    assert f'value="{password}"' not in page
    assert not User.objects.exists()


def test_a_wrong_password_says_no_more_than_that(client):
    user = make_user()
    wrong = log_in(client, user.email, "wrong").content.decode()
    unknown = log_in(client, "nobody@example.org", "wrong").content.decode()
    for page in (wrong, unknown):
        assert "The e-mail address or the password is not correct." in page


def test_log_in_takes_the_address_in_any_case(client):
    make_user("member@example.org")
    log_in(client, "Member@Example.ORG")
    assert is_logged_in(client)


def test_attempts_to_log_in_are_limited(client):
    user = make_user()
    for _ in range(5):
        log_in(client, user.email, "wrong")
    page = log_in(client, user.email).content.decode()
    assert "too many attempts to log in" in page
    assert not is_logged_in(client)


def test_registrations_are_limited_per_network_address(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    answers = [sign_up(Client(), f"member{n}@example.org") for n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Too many requests" in answers[-1].content.decode()


def test_logging_out_asks_and_is_a_post(client):
    client.force_login(make_user())
    assert "Log out" in client.get("/accounts/logout/").content.decode()
    assert is_logged_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert not is_logged_in(client)


def test_a_closed_account_is_told_so(client):
    user = make_user(is_active=False)
    response = log_in(client, user.email)
    assert response["Location"] == "/accounts/inactive/"
    assert "This account is closed" in client.get("/accounts/inactive/").content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "http:evil.example",
        "https:///evil.example",
    ],
)
def test_no_address_of_another_site_is_followed(client, mailoutbox, url):
    user = make_user()
    response = log_in(client, user.email, next=url)
    assert response["Location"] == "/accounts/"
    assert client.post("/accounts/logout/", {"next": url})["Location"] == "/"
    sign_up(Client(), next=url)
    assert "evil" not in mailoutbox[0].body and "javascript" not in mailoutbox[0].body
    link = link_in(mailoutbox[0]).partition("?")[0]
    response = Client().post(f"{link}?then={url}")
    assert response["Location"] == "/accounts/login/"


def test_a_password_is_reset_by_mail(client, mailoutbox):
    user = make_user()
    response = client.post("/accounts/password/reset/", {"email": user.email})
    assert response["Location"] == "/accounts/password/reset/done/"
    link = link_in(mailoutbox[0])
    response = client.get(link)
    assert link not in response["Location"], "the key does not stay in the address"
    form = response["Location"]
    assert "Set a new password" in client.get(form).content.decode()
    client.post(form, {"password1": "another good password"})
    assert is_logged_in(client)
    assert mailoutbox[1].subject == "Your password at CasePilot is changed"
    stranger = Client()
    assert "This link does not work" in stranger.get(link).content.decode()


def test_resetting_an_unknown_address_looks_the_same(client, mailoutbox):
    response = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert response["Location"] == "/accounts/password/reset/done/"
    assert "There is no account with this address" in mailoutbox[0].body


def test_a_password_is_changed_after_the_old_one_was_given(client, mailoutbox):
    user = make_user()
    log_in(client, user.email)
    url = "/accounts/password/change/"
    page = client.post(url, {"oldpassword": "wrong", "password1": "another good password"})
    assert "The current password is not correct." in page.content.decode()
    client.post(url, {"oldpassword": PASSWORD, "password1": "another good password"})
    assert is_logged_in(client)
    user.refresh_from_db()
    assert user.check_password("another good password")
    assert [mail.subject for mail in mailoutbox] == ["Your password at CasePilot is changed"]


def test_an_address_changes_when_the_new_one_is_confirmed(client, mailoutbox):
    user = make_user("old@example.org")
    log_in(client, user.email)
    change_address(client, "new@example.org")
    page = client.get("/accounts/email/").content.decode()
    assert "old@example.org" in page and "new@example.org" in page and "Not confirmed" in page
    assert "new@example.org" in client.get("/accounts/").content.decode()
    user.refresh_from_db()
    assert user.email == "old@example.org"
    client.post(link_in(mailoutbox[0]))
    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert EmailAddress.objects.get().email == "new@example.org"
    assert mailoutbox[-1].to == ["old@example.org"]
    assert "changed from old@example.org to new@example.org" in mailoutbox[-1].body


def test_an_address_of_somebody_else_is_not_betrayed_when_changing_to_it(client, mailoutbox):
    user, other = make_user(), make_user()
    log_in(client, user.email)
    change_address(client, other.email)
    assert "exists" not in client.get("/accounts/email/").content.decode()
    assert User.objects.filter(email=other.email).count() == 1


def test_each_mail_is_text_and_html_and_names_the_site(client, mailoutbox, settings):
    settings.SITE_NAME = "Code <Book>"
    user = make_user()
    sign_up(Client())
    client.post("/accounts/password/reset/", {"email": user.email})
    for mail in mailoutbox:
        assert "Code <Book>" in mail.body and "Code &lt;Book&gt;" in html_of(mail)
        assert f'href="http://testserver{link_in(mail)}"' in html_of(mail)
        assert mail.message().get_content_type() == "multipart/alternative"


def test_a_trial_site_says_where_its_mails_lie_and_a_real_one_does_not(client, settings):
    settings.MAIL_FOLDER_SHOWN = "var/mail/"
    settings.IS_PRODUCTION = False
    assert "var/mail/" in client.get("/accounts/confirm-email/").content.decode()
    settings.IS_PRODUCTION = True
    assert "var/mail/" not in client.get("/accounts/confirm-email/").content.decode()


def test_mails_of_a_real_site_lead_to_it_whatever_host_was_asked(client, mailoutbox, settings):
    settings.IS_PRODUCTION, settings.SITE_URL = True, "https://codes.example.org"
    user = make_user()
    client.post(
        "/accounts/password/reset/", {"email": user.email}, headers={"Host": "evil.example"}
    )
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    sign_up(Client(), next="/codes/")
    sign_up(Client(), user.email)
    assert len(mailoutbox) == 4
    for mail in mailoutbox:
        links = re.findall(r"https?://[^/\s]+", mail.body)
        assert set(links) == {"https://codes.example.org"}
    assert "?then=%2Fcodes%2F" in mailoutbox[2].body


def test_a_registration_that_another_overtakes_is_told_by_mail(client, mailoutbox, monkeypatch):
    """Both find the address free; the other one has stored it when this one does."""
    user = make_user(NEW.lower())
    monkeypatch.setattr(SignUpForm, "validate_unique_email", lambda form, email: email)
    assert sign_up(client)["Location"] == "/accounts/confirm-email/"
    assert User.objects.get() == user
    assert "There is one already" in mailoutbox[0].body


@pytest.mark.django_db(transaction=True)
def test_guessing_a_password_in_parallel_gains_little():
    user = make_user()
    answers = at_once(lambda n: log_in(Client(), user.email, f"guess {n}"), range(20))
    pages = [answer.content.decode() for answer in answers]
    assert sum("the password is not correct" in page for page in pages) <= 5
    assert "too many attempts" in log_in(Client(), user.email).content.decode()
