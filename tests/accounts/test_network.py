"""Where requests come from, and how many fresh guests a network has a day."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts import meter
from accounts.models import NetworkDay, ViewPeriod
from accounts.network import client_address, network_hash
from tests.accounts.readers import request_of
from tests.factories import make_guest

TODAY = date(2026, 7, 1)


def from_address(address, forwarded=None, **fields):
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
    return request_of(REMOTE_ADDR=address, **headers, **fields)


def same_network(first, second):
    return network_hash(from_address(first), TODAY) == network_hash(from_address(second), TODAY)


def test_a_network_is_a_24_of_ipv4_and_a_56_of_ipv6():
    assert same_network("192.0.2.1", "192.0.2.254")
    assert not same_network("192.0.2.1", "192.0.3.1")
    assert same_network("2001:db8:0:aa00::1", "2001:db8:0:aaff:1:2:3:4")
    assert not same_network("2001:db8:0:aa00::1", "2001:db8:0:ab00::1")
    assert same_network("192.0.2.1", "::ffff:192.0.2.7")


def test_unknown_addresses_are_one_network():
    assert same_network("", "not an address")


def test_the_hash_holds_no_address_and_changes_with_the_day_and_the_key(settings):
    request = from_address("192.0.2.1")
    first = network_hash(request, TODAY)
    assert "192" not in bytes.fromhex(first).decode("latin-1") and len(first) == 64
    assert network_hash(request, TODAY + timedelta(days=1)) != first
    settings.SECRET_KEY = "another key"
    assert network_hash(request, TODAY) != first


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 2.2.2.2, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_the_one_that_the_trusted_proxies_saw(
    settings, proxies, forwarded, expected
):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(from_address("10.0.0.1", forwarded)) == expected


def test_a_request_past_the_proxies_is_known_by_its_own_address(settings):
    settings.TRUSTED_PROXIES = 1
    assert client_address(from_address("10.0.0.1")) == "10.0.0.1"


@pytest.mark.django_db
def test_a_network_has_so_many_fresh_guests_a_day_and_spoofing_does_not_help(settings):
    settings.GUESTS_PER_NETWORK_PER_DAY = 3
    readings = [
        meter.look(from_address("192.0.2.9", forwarded=f"198.51.{n}.1"), "cpt:96522").open()
        for n in range(5)
    ]
    assert [reading.is_open for reading in readings] == [True] * 3 + [False] * 2
    assert readings[-1].locked_reason == "network-limit" and readings[-1].remaining == 0
    assert ViewPeriod.objects.count() == 3
    assert meter.look(from_address("198.51.100.1"), "cpt:96522").open().is_open


@pytest.mark.django_db
def test_a_guest_already_known_is_not_a_fresh_one(settings):
    settings.GUESTS_PER_NETWORK_PER_DAY = 1
    guest = make_guest("cpt:96521", started_at=timezone.now() - timedelta(days=31))
    assert meter.look(from_address("192.0.2.9"), "cpt:96522").open().is_open
    assert not meter.look(from_address("192.0.2.9"), "cpt:96522").open().is_open
    assert meter.look(from_address("192.0.2.9", guest=guest), "cpt:96522").open().is_open


@pytest.mark.django_db
def test_no_address_is_stored():
    meter.look(from_address("192.0.2.9"), "cpt:96522").open()
    rows = [*NetworkDay.objects.values(), *ViewPeriod.objects.values()]
    assert "192.0.2" not in repr(rows)
