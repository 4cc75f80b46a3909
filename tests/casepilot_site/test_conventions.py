"""What browsers, monitors and search engines expect of any site."""

import json
import re
from datetime import date, datetime
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError, connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format

from casepilot_site import sitemaps, views
from codes.models import CodeSystem, Source
from tests.factories import make_code, make_description, make_plain_description, make_release

SITE_MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


# For monitors


def test_healthz_answers_without_the_database(client):
    answer = client.get("/healthz/")

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_readyz_answers_in_two_queries(client):
    client.get("/readyz/")

    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/readyz/")

    assert answer.status_code == 200
    assert answer.text == "ready\n"
    assert len(queries) == 2


@pytest.mark.django_db
def test_readyz_names_the_migrations_that_are_missing(client, monkeypatch):
    latest = views._latest_migrations() | {("codes", "9999_tomorrow")}
    monkeypatch.setattr(views, "_latest_migrations", lambda: latest)

    answer = client.get("/readyz/")

    assert answer.status_code == 503
    assert answer.text == "The database lacks migrations: codes.9999_tomorrow.\n"


@pytest.mark.django_db
def test_readyz_says_that_the_database_does_not_answer(client, monkeypatch):
    def fail():
        raise OperationalError("connection to server at 10.0.0.1, user app, failed")

    monkeypatch.setattr(connection, "cursor", fail)

    answer = client.get("/readyz/")

    assert answer.status_code == 503
    assert answer.text == "The database does not answer.\n"


# For crawlers


def test_robots_may_read_what_says_something_of_its_own(client):
    answer = client.get("/robots.txt")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())

    assert answer["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://testserver/sitemap.xml" in answer.text.splitlines()
    for address in ("/", "/codes/cpt/96522/", "/codes/cpt/", "/case2code/", "/accounts/signup/"):
        assert rules.can_fetch("*", address), address
    for address in ("/admin/", "/accounts/login/", "/accounts/", "/case2code/suggest/"):
        assert not rules.can_fetch("*", address), address
    # The module knows no wildcards: these lines are for the crawlers that do.
    assert {"Disallow: /*?date=", "Disallow: /*&date=", "Disallow: /*?q="} <= set(
        answer.text.splitlines()
    )


def entries(answer, element):
    root = ElementTree.fromstring(b"".join(answer.streaming_content))  # noqa: S314
    return [
        (found.findtext(f"{SITE_MAP}loc"), found.findtext(f"{SITE_MAP}lastmod"))
        for found in root.iter(f"{SITE_MAP}{element}")
    ]


@pytest.fixture
def site_map_codes(db, monkeypatch):
    """Seven listed codes of two systems in parts of three, and two codes that nothing describes."""
    monkeypatch.setattr(sitemaps, "PART_SIZE", 3)
    release = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))
    for value in ("A00", "A001", "B00", "C00", "Z451"):
        make_description(make_code(value, system=CodeSystem.ICD_10_CM), release=release)
    for value in ("96521", "96522"):
        make_plain_description(make_code(value, system=CodeSystem.CPT))
    make_code("99999", system=CodeSystem.CPT)
    withdrawn = make_release(name="Withdrawn", valid_from=date(2024, 1, 1), state="withdrawn")
    make_description("J0001", release=withdrawn)


def test_the_site_map_holds_every_listed_code_once(client, site_map_codes):
    parts = entries(client.get("/sitemap.xml"), "sitemap")
    addresses = []
    for part, _ in parts:
        assert part.startswith("http://testserver/sitemap-")
        addresses += entries(client.get(part.removeprefix("http://testserver")), "url")

    codes = [
        address for address, _ in addresses if re.search(r"/codes/[^/]+/[A-Z0-9.]+/$", address)
    ]
    assert sorted(codes) == sorted(
        f"http://testserver/codes/{code}/"
        for code in (
            "cpt/96521",
            "cpt/96522",
            "icd-10-cm/A00",
            "icd-10-cm/A00.1",
            "icd-10-cm/B00",
            "icd-10-cm/C00",
            "icd-10-cm/Z45.1",
        )
    )
    assert "http://testserver/" in [address for address, _ in addresses]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for _, day in [*parts, *addresses])


def test_every_address_of_the_fixed_part_answers(client, site_map_codes):
    for address, _ in entries(client.get("/sitemap-pages.xml"), "url"):
        assert client.get(address.removeprefix("http://testserver")).status_code == 200, address


def test_an_unchanged_site_map_is_not_sent_again(client, site_map_codes):
    for address in ("/sitemap.xml", "/sitemap-pages.xml", "/sitemap-cpt-from-96521.xml"):
        first = client.get(address)
        again = client.get(address, headers={"If-Modified-Since": first["Last-Modified"]})
        assert "public" in first["Cache-Control"]
        assert "Cookie" not in first.get("Vary", "")
        assert again.status_code == 304


@pytest.mark.django_db
def test_the_site_map_works_before_anything_is_loaded(client):
    assert [loc for loc, _ in entries(client.get("/sitemap.xml"), "sitemap")] == [
        "http://testserver/sitemap-pages.xml"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/sitemap-nosuch-from-A00.xml",
        "/sitemap-cpt-from-%00.xml",
        "/sitemap-cpt-from-'.xml",
        "/sitemap-cpt-from-" + "9" * 3000 + ".xml",
    ],
)
def test_a_part_that_cannot_be_is_not_found(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_a_part_of_the_site_map_is_read_in_few_queries(client, site_map_codes):
    with CaptureQueriesContext(connection) as queries:
        entries(client.get("/sitemap-icd-10-cm-from-A00.xml"), "url")

    assert len(queries) <= 4


# For browsers


def test_a_browser_can_add_the_look_up_to_its_own_box(client):
    answer = client.get("/opensearch.xml")
    url = ElementTree.fromstring(answer.content).find(  # noqa: S314
        "{http://a9.com/-/spec/opensearch/1.1/}Url"
    )

    assert answer["Content-Type"].startswith("application/opensearchdescription+xml")
    assert url.get("template") == "http://testserver/case2code/?q={searchTerms}"


def test_the_manifest_names_the_site_and_its_icons(client, settings):
    settings.SITE_NAME = "Codes & more"
    answer = client.get("/manifest.webmanifest")
    manifest = json.loads(answer.content)

    assert manifest["name"] == "Codes & more"
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon


def test_the_old_place_of_the_icon_leads_to_it(client):
    answer = client.get("/favicon.ico")

    assert answer.status_code == 302
    assert finders.find(answer["Location"].removeprefix("/static/"))


@pytest.mark.django_db
def test_home_tells_the_lists_of_codes_apart_from_the_data_about_them(client):
    make_release()
    make_release(source=Source.PHYSICIAN_FEE_SCHEDULE, name="January 2026")
    response = client.get("/")

    assert [release.source for release in response.context["loaded"]] == [Source.HCPCS_LEVEL_II]
    data = response.text.partition('id="loaded-data"')[2]
    assert "Physician fee schedule" in data
    assert "January 2026" in data
    assert "HCPCS Level II" not in data.partition("</ul>")[0]


@pytest.mark.django_db
def test_home_offers_its_look_up_to_search_engines(client):
    html = client.get("/").text
    data = json.loads(
        re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)[1]
    )

    assert data["@type"] == "WebSite"
    action = data["potentialAction"]
    assert action["target"]["urlTemplate"] == (
        "http://testserver/case2code/?q={search_term_string}"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/", "/"),
        ("/?utm_source=x", "/"),
        ("/codes/", "/codes/"),
        ("/codes/cpt/?date=2026-01-01", "/codes/cpt/"),
        (
            "/codes/cpt/?date=2026-01-01&within=96360-96549",
            "/codes/cpt/?within=96360-96549",
        ),
        ("/codes/cpt/changes/?kind=new", "/codes/cpt/changes/"),
    ],
)
def test_every_page_names_its_canonical_address_title_and_description(client, address, canonical):
    html = client.get(address).text

    assert f'<link rel="canonical" href="http://testserver{canonical}">' in html
    assert len(re.findall("<title>[^<]+</title>", html)) == 1
    assert re.search('<meta name="description" content="[^"]{20,}">', html)
    assert len(re.findall("<h1", html)) == 1


# When something goes wrong


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nosuch/", "/codes/nosuch/", "/%00/", "/nosuch.php"])
def test_a_page_that_is_not_there_says_so_in_the_look(client, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert "Page not found" in answer.text
    assert 'id="lookup"' in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text


def test_a_failure_is_told_without_the_database(client):
    # This test may not use the database: the page fails there, and its answer must not need it.
    client.raise_request_exception = False

    answer = client.get("/")

    assert answer.status_code == 500
    assert "could not be shown" in answer.text
    assert "Traceback" not in answer.text


def test_a_request_for_another_host_is_refused_in_the_look(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]

    answer = client.get("/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "could not be read" in answer.text
    assert "evil.example" not in answer.text


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_the_look():
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})

    assert answer.status_code == 403
    assert "The form has expired" in answer.text


@pytest.mark.django_db
def test_what_one_may_not_see_is_told_in_the_look(rf):
    from django.contrib.auth.models import AnonymousUser
    from django.core.exceptions import PermissionDenied
    from django.views.defaults import permission_denied

    request = rf.get("/")
    request.user, request.session = AnonymousUser(), {}

    answer = permission_denied(request, PermissionDenied())

    assert answer.status_code == 403
    assert "not open to you" in answer.text


@pytest.mark.django_db
def test_too_many_attempts_are_told_in_the_look(client):
    from django.core.cache import cache

    cache.clear()
    answers = [
        client.post("/accounts/password/reset/", {"email": "somebody@example.org"})
        for _ in range(40)
    ]
    cache.clear()

    assert answers[-1].status_code == 429
    assert "Too many requests" in answers[-1].text


# Dates


def test_dates_read_alike_where_nobody_says_how():
    moment = datetime(2026, 7, 1, 14, 5)

    assert date_format(moment, "DATETIME_FORMAT") == "1 Jul 2026, 14:05"
    assert date_format(moment) == "1 Jul 2026"
    assert Template("{{ day|date }}").render(Context({"day": moment})) == "1 Jul 2026"
