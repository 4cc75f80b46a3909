import pytest

from tests.factories import make_user


@pytest.fixture
def member(db):
    return make_user(email="ann@example.com")


@pytest.fixture
def unchecked(settings):
    """Mails count as their From says, so that a test needs no signature."""
    settings.MAIL_SENDERS_CHECKED = False
