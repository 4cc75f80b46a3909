"""The meter is exact when many requests come at once, over real connections."""

import http.client
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions, meter
from accounts.models import CodeView, NetworkDay, ViewPeriod
from codes.models import SectionText
from tests.accounts.readers import at_once, guest_cookie, request_of
from tests.factories import make_code, make_description, make_guest, make_user

pytestmark = pytest.mark.django_db(transaction=True)

CODES = [f"J9{n:03}" for n in range(50)]


def remaining(page: str) -> int:
    return int(re.search(r'id="view-meter" data-remaining="(\d+)"', page)[1])


def open_page(server, value, cookies):
    """The page of a HCPCS code over a connection of its own."""
    connection = http.client.HTTPConnection(server.thread.host, server.thread.port, timeout=120)
    connection.request("GET", f"/codes/hcpcs/{value}/", headers={"Cookie": cookies})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    assert response.status == 200
    return body


def make_codes():
    for value in CODES:
        code = make_code(value)
        make_description(code)
        SectionText.objects.create(
            code=code,
            section="guidelines",
            published_html=f"<p>Gated words of {value}.</p>",
            published_at=timezone.now(),
        )


def shows_gated_words(page, value) -> bool:
    assert page.count("Gated words of") <= 1
    return f"Gated words of {value}." in page


def opened_codes():
    return list(CodeView.objects.values_list("code_key", flat=True))


def test_fifty_parallel_requests_of_a_guest_for_fifty_codes_open_one(live_server):
    make_codes()
    cookies = f"guest={guest_cookie(make_guest())}"
    pages = at_once(lambda value: open_page(live_server, value, cookies), CODES)
    assert len(opened_codes()) == 1
    assert ViewPeriod.objects.get().used_count == 1
    opened = opened_codes()[0].removeprefix("hcpcs:")
    for value, page in zip(CODES, pages, strict=True):
        assert remaining(page) == 0
        assert shows_gated_words(page, value) == (value == opened)


def test_fifty_parallel_requests_of_a_guest_for_one_code_cost_one_view(live_server):
    make_codes()
    cookies = f"guest={guest_cookie(make_guest())}"
    pages = at_once(lambda _: open_page(live_server, CODES[0], cookies), CODES)
    assert opened_codes() == [f"hcpcs:{CODES[0]}"]
    assert all(shows_gated_words(page, CODES[0]) for page in pages)


def test_a_guest_without_a_row_yet_opens_one_of_fifty_codes():
    """All fifty find no period at first."""
    cookie = make_guest()
    ViewPeriod.objects.all().delete()
    readings = at_once(
        lambda value: meter.look(request_of(guest=cookie), f"hcpcs:{value}").open(), CODES
    )
    assert sum(reading.is_open for reading in readings) == 1
    assert ViewPeriod.objects.get().used_count == len(opened_codes()) == 1
    assert NetworkDay.objects.get().guest_count == 1


def test_fifty_parallel_requests_of_a_member_for_fifty_codes_open_six(live_server, client):
    make_codes()
    client.force_login(make_user())
    cookies = f"sessionid={client.cookies['sessionid'].value}"
    pages = at_once(lambda value: open_page(live_server, value, cookies), CODES)
    assert len(opened_codes()) == 6
    assert ViewPeriod.objects.get().used_count == 6
    assert sum(map(shows_gated_words, pages, CODES)) == 6


def test_fifty_parallel_requests_of_a_member_for_one_code_cost_one_view():
    user = make_user()
    readings = at_once(lambda _: meter.look(request_of(user), "cpt:96522").open(), CODES)
    assert all(reading.is_open and reading.used == 1 for reading in readings)
    assert opened_codes() == ["cpt:96522"]


def test_a_period_that_is_over_begins_anew_once():
    guest = make_guest("cpt:96522", started_at=timezone.now() - timedelta(days=31))
    readings = at_once(
        lambda value: meter.look(request_of(guest=guest), f"hcpcs:{value}").open(), CODES
    )
    assert sum(reading.is_open for reading in readings) == 1
    assert len(opened_codes()) == 1


def test_sixty_first_requests_of_a_network_make_as_many_guests_as_it_may_have(
    live_server, settings
):
    settings.GUESTS_PER_NETWORK_PER_DAY = 20
    make_codes()
    pages = at_once(lambda n: open_page(live_server, CODES[n % 50], "theme=dark"), range(60))
    assert sum("Gated words of" in page for page in pages) == 20
    assert ViewPeriod.objects.count() == NetworkDay.objects.get().guest_count == 20


def test_a_guest_who_logs_in_many_times_at_once_is_carried_over_once():
    guest, user = make_guest("cpt:96522", "cpt:96521"), make_user()
    counts = at_once(lambda _: actions.carry_over(guest=guest, user=user), range(20))
    assert sum(counts) == 2
    assert ViewPeriod.objects.get(user=user).used_count == 2
