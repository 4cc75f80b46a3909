"""What the tests of the accounts share."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_earlier_attempts(request):
    """Rate limits count in the shared cache, which outlives a test with real transactions."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        cache.clear()


@pytest.fixture(autouse=True)
def _allowances(settings):
    """The numbers the tests speak of, whatever the environment says."""
    settings.GUEST_VIEWS = 1
    settings.MEMBER_EXTRA_VIEWS = 5
    settings.VIEW_PERIOD_DAYS = 30
    settings.GUESTS_PER_NETWORK_PER_DAY = 30
    settings.TRUSTED_PROXIES = 0
