"""Hostile addresses of the administration: each page says what is wrong, and none fails."""

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import NoReverseMatch, reverse

from tests.factories import make_description, make_release, make_user

pytestmark = pytest.mark.django_db

ODD = ["\0", "a\0b", "\x01", "-1", "9" * 300, "2026-13-45", "None", "😀", "\u202e"]
MODELS = sorted(admin.site._registry.values(), key=lambda each: each.opts.label)
CODES, FACTORS = "/admin/codes/code/", "/admin/mfa/authenticator/"


@pytest.fixture
def superuser(client):
    make_description("J0001", release=make_release())
    client.force_login(make_user("carla@example.org", is_staff=True, is_superuser=True))
    return client


def names_of(model_admin) -> list[str]:
    return [f"admin:{each.name}" for each in model_admin.get_urls() if each.name]


def address(name: str, *args) -> str:
    """The address of a page of the administration; '' where it takes other arguments."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def status_of(ask, *args) -> int:
    """The status of an answer; what a refused query leaves of the test's transaction goes on."""
    before = transaction.savepoint()
    status = ask(*args).status_code
    transaction.savepoint_rollback(before)
    return status


def filters_of(page) -> set[str]:
    """Every parameter that the filters of a list take."""
    shown = page.context["cl"]
    names = {name for spec in shown.filter_specs for name in spec.expected_parameters()}
    fields = [each[0] if isinstance(each, tuple) else each for each in shown.list_filter]
    names |= {field for field in fields if isinstance(field, str)}
    names |= {field.parameter_name for field in fields if hasattr(field, "parameter_name")}
    if shown.date_hierarchy:
        names |= {f"{shown.date_hierarchy}__{part}" for part in ("year", "month", "gte")}
    return names


@pytest.mark.parametrize("model_admin", MODELS, ids=lambda each: each.opts.label)
def test_no_filter_of_a_list_makes_it_fail(superuser, model_admin):
    opts = model_admin.opts
    page = address(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    names = {"q", "o", "p", "e", "all", "nosuch", "id"} | filters_of(superuser.get(page))
    for name in sorted(names):
        for value in ODD if name in ("q", "p", "o") else ODD[:5]:
            status = status_of(superuser.get, page, {name: value})
            assert status in ((400,) if "\0" in value else (200, 302, 400)), (page, name, value)


@pytest.mark.parametrize("model_admin", MODELS, ids=lambda each: each.opts.label)
def test_no_key_in_the_address_of_a_page_makes_it_fail(superuser, model_admin):
    for name in names_of(model_admin):
        for value in ["a\0b", "-1", "9" * 300, "None"]:
            if url := address(name, value) or address(name, value, "1"):
                assert status_of(superuser.get, url) < 500, url
                assert status_of(superuser.post, url) < 500, url


@pytest.mark.parametrize("model_admin", MODELS, ids=lambda each: each.opts.label)
def test_no_action_on_rows_that_cannot_be_makes_a_list_fail(superuser, model_admin):
    opts = model_admin.opts
    page = superuser.get(address(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
    for action in model_admin.get_actions(page.wsgi_request):
        for key in ["a\0b", "abc", "9" * 300]:
            form = {"action": action, "index": "0", "_selected_action": key}
            status = status_of(superuser.post, page.wsgi_request.path, form)
            assert status in (200, 302, 400), (action, key)


@pytest.mark.parametrize(
    "url", [f"{CODES}?q=a%00b", f"{CODES}?system=%00", f"{FACTORS}?type=%00", f"{CODES}%00/change/"]
)
def test_an_address_with_a_nul_character_is_answered_in_the_look(superuser, url):
    answer = superuser.get(url)
    assert answer.status_code == 400
    assert "could not be read" in answer.text


def test_other_words_are_looked_for_as_before(superuser):
    assert "J0001" in superuser.get(CODES, {"q": "j0001"}).text
    assert superuser.get(CODES, {"q": "%00"}).status_code == 200  # typed so, not a NUL


def test_a_member_learns_nothing_of_what_an_address_holds(client):
    client.force_login(make_user())
    assert client.get(f"{CODES}?q=%00").status_code == client.get(CODES).status_code
