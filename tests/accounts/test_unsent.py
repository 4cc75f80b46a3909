"""A form sent too late gives back what was written in it."""

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db

WRITTEN = "May 96522 be billed with 36561?\nThe pump was <refilled>."
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
FORM = {"text": WRITTEN, "state": "KY", "password": "correct horse battery"}


def test_a_form_sent_after_the_session_ended_gives_the_text_back(client):
    answer = client.post("/caseconsultant/", FORM, headers=FROM_HERE)

    assert answer.status_code == 403
    assert "You are no longer logged in" in answer.text
    assert "May 96522 be billed with 36561?\nThe pump was &lt;refilled&gt;." in answer.text
    assert 'href="/accounts/login/?next=/caseconsultant/"' in answer.text
    assert "horse" not in answer.text and "KY" not in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_a_form_without_its_token_gives_the_text_back_too():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user())

    answer = strict.post("/caseconsultant/", FORM, headers=FROM_HERE)

    assert answer.status_code == 403
    assert "The form has expired" in answer.text
    assert "The pump was &lt;refilled&gt;." in answer.text and "horse" not in answer.text
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_nothing_is_given_back_to_another_site_or_a_script(client, headers):
    strict = Client(enforce_csrf_checks=True)

    assert "refilled" not in strict.post("/caseconsultant/", FORM, headers=headers).text
    late = client.post("/caseconsultant/", FORM, headers=headers)
    assert late.status_code == 302 and late.url.startswith("/accounts/login/")


def test_a_form_in_which_nothing_was_written_leads_to_the_log_in(client):
    answer = client.post("/caseconsultant/", {"state": "KY"}, headers=FROM_HERE)

    assert answer.status_code == 302 and answer.url.startswith("/accounts/login/")


def test_logging_in_with_a_wrong_password_is_no_unsent_form(client):
    form = {"login": "a b@example.com", "password": "two words"}
    answer = client.post("/accounts/login/", form, headers=FROM_HERE)

    assert answer.status_code == 200 and "no longer logged in" not in answer.text
