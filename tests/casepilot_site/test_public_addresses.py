"""Hostile requests to every address of the site but the administration: none fails."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from tests.factories import make_user

pytestmark = pytest.mark.django_db

METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]
ODD = ["a%00b", "%ff%fe", "%E2%80%AE%F0%9F%98%80", "-1", "9" * 5000]
BODIES = [
    ("application/json", "{bad"),
    ("multipart/form-data; boundary=x", "--x\r\nbad"),
    ("multipart/form-data", b"\xff\xfe\0"),
    ("application/x-www-form-urlencoded", b"%ff=%00&q=%ff&\xff"),
    ("application/octet-stream", b"\0" * 100),
    ("", ""),
]
KNOWN = {"system": "cpt", "value": "96522", "section": "ncci-edits", "provider": "postmark"}
# What is answered 503: a search whose index is being made, and machines that are not set up.
NOT_READY = 503


def routes(patterns=None, before="") -> list[str]:
    """The address of every view, with its arguments as Django writes them."""
    found = []
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            found += routes(each.url_patterns, route)
        elif not route.startswith("admin/"):
            found.append(route)
    return found


ROUTES = routes()


def address(route: str, **values: str) -> str:
    """The route with some value for each of its arguments, those given or fitting ones."""

    def value(found) -> str:
        kind, name = found[1] or "", found[2]
        fitting = {"uuid:": str(uuid.uuid4()), "int:": "1"}.get(kind) or KNOWN.get(name, "x")
        return values.get(name, fitting)

    route = re.sub(r"\(\?P<()(\w+)>(?:\[[^\]]*\]|\.)\+\)", value, route)  # allauth writes patterns
    return "/" + re.sub(r"<(\w+:)?(\w+)>", value, route).replace("^", "").rstrip("$")


def names_of(route: str) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def is_answered(answer) -> bool:
    """Whether the answer is no failure; where it refuses, in words."""
    if answer.status_code == NOT_READY:
        return True
    body = b"".join(answer)
    return answer.status_code < 500 and b"Traceback" not in body


@pytest.fixture
def clients():
    member = Client()
    member.force_login(make_user())
    return [Client(), member]


def test_there_are_addresses_to_walk():
    assert len(ROUTES) > 90
    assert all("<" not in address(route) and "(?" not in address(route) for route in ROUTES)


@pytest.mark.parametrize("method", METHODS)
def test_every_address_answers_every_method(clients, method):
    for client in clients:
        for route in ROUTES:
            assert is_answered(getattr(client, method)(address(route))), route


@pytest.mark.parametrize("value", ODD, ids=lambda value: value[:12])
def test_every_address_takes_odd_values(clients, value):
    guest, member = clients
    client = member if "%00" in value else guest
    for route in ROUTES:
        for name in names_of(route):
            assert is_answered(client.get(address(route, **{name: value}))), (route, name)
        assert is_answered(client.get(f"{address(route)}?page={value}&q={value}&q=")), route


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=lambda each: str(each)[:30])
def test_every_address_takes_odd_bodies(clients, kind, body):
    for client in clients:
        for route in ROUTES:
            answer = client.post(address(route), data=body, content_type=kind)
            assert is_answered(answer), route


@pytest.mark.parametrize(
    "page", ["/claim-check/", "/casepilot/", "/accounts/login/", "/careercenter/employers/new/"]
)
def test_a_form_that_is_too_large_is_refused_in_the_look(clients, page):
    too_long = {"text": "x" * (2 * 1024 * 1024 + 10)}
    too_many = "&".join(f"field{number}=1" for number in range(1100))
    for client in clients[1:] if "careercenter" in page else clients[:1]:
        answers = [
            client.post(page, too_long),
            client.post(page, too_many, content_type="application/x-www-form-urlencoded"),
        ]
        for answer in answers:
            assert answer.status_code in (400, 413), answer.status_code
            assert "<h1" in answer.text
