"""What the tests of the assistant share."""

import pytest

from tests.assistant.scripted_model import scripted_model


@pytest.fixture(autouse=True)
def _allowances(settings):
    """The numbers the tests speak of, whatever the environment says; and no language model."""
    settings.GUEST_QUESTIONS_PER_DAY = 1
    settings.MEMBER_QUESTIONS_PER_DAY = 3
    settings.GUESTS_PER_NETWORK_PER_DAY = 30
    settings.GUEST_CONVERSATION_DAYS = 1
    settings.ASSISTANT_BASE_URL = settings.ASSISTANT_MODEL = settings.ASSISTANT_API_KEY = ""


@pytest.fixture
def model(settings):
    """A language model on loopback, which says what its `script` holds."""
    with scripted_model() as running:
        settings.ASSISTANT_BASE_URL = running.url
        settings.ASSISTANT_MODEL = "scripted"
        yield running
