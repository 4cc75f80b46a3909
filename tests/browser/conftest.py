"""A real Chromium on the running site, and what tests do with it.

The tests are skipped where no Chromium is installed (Debian: `apt install chromium`); the
variable CHROMIUM may name one that is not on the PATH.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from codes.groups import EDITOR
from tests.browser import chromium
from tests.factories import make_user


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    # Last: the browser's event loop runs on to the end, and other tests start loops of their own.
    items.sort(key=lambda item: here in item.path.parents)
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if chromium.CHROMIUM is None:
            reason = "no Chromium is installed; the variable CHROMIUM may name one"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": chromium.CHROMIUM, "args": chromium.OPTIONS}


@pytest.fixture(autouse=True)
def _fresh_rate_limits(transactional_db):
    """The cache table outlives the emptying of the database between tests."""
    cache.clear()


@pytest.fixture
def demonstration(transactional_db):
    """The codes and texts that the first `make run` loads."""
    call_command("load_demonstration", verbosity=0)


@pytest.fixture(scope="session")
def base_url(live_server):
    """Where the site runs; `page.goto("/codes/")` starts from it."""
    return live_server.url


@pytest.fixture
def page(page, base_url):
    """A page that must not log errors, break its security policy or ask another host."""
    problems = chromium.watch(page, base_url)
    yield page
    assert not problems, "\n".join(problems)


@pytest.fixture
def plain_page(new_context, base_url):
    """The same in a browser without JavaScript."""
    page = new_context(java_script_enabled=False).new_page()
    problems = chromium.watch(page, base_url)
    yield page
    assert not problems, "\n".join(problems)


@pytest.fixture
def sign_in(base_url):
    """A function that signs a user in, in the browser of a page."""

    def sign_in(page, user):
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": base_url}]
        )

    return sign_in


@pytest.fixture
def editor(transactional_db):
    """A member of the group of editors."""
    user = make_user("editor@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name=EDITOR))
    return user


@pytest.fixture
def link_in_mail(mailoutbox):
    """A function that gives the local part of the link in the last mail to an address."""

    def link_in_mail(address: str) -> str:
        bodies = [mail.body for mail in mailoutbox if address in mail.to]
        assert bodies, f"no mail went to {address}, only to {[mail.to for mail in mailoutbox]}"
        links = re.findall(r"https?://[^\s<>\"]+", bodies[-1])
        assert links, f"the mail holds no link:\n{bodies[-1]}"
        return urlsplit(links[0])._replace(scheme="", netloc="").geturl()

    return link_in_mail
