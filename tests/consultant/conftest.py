import pytest

from tests.consultant.waiting_cases import make_consultant
from tests.factories import make_user


@pytest.fixture
def member(db):
    return make_user(email="ann@example.com")


@pytest.fixture
def anna(db, client):
    """A consultant, who is logged in."""
    user = make_consultant("anna@example.org", first_name="Anna", last_name="Meyer")
    client.force_login(user)
    return user


@pytest.fixture
def ben(db):
    """Another consultant."""
    return make_consultant("ben@example.org", first_name="Ben", last_name="Okafor")


@pytest.fixture
def unchecked(settings):
    """Mails count as their From says, so that a test needs no signature."""
    settings.MAIL_SENDERS_CHECKED = False
