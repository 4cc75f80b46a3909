"""Kept code pages: the page that would be made, for the reader who asks, as the data are now."""

import re
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import CodeView
from codes import kept_pages
from codes.actions.by_hand import describe_by_hand
from codes.actions.editorial import publish, save_draft, unpublish
from codes.actions.releases import publish_release, withdraw_release
from codes.importers.outcomes import Options
from codes.importers.pipeline import import_paths
from codes.models import (
    Code,
    CodeSystem,
    PlainDescription,
    Release,
    SectionText,
    Source,
)
from codes.views import code_pages
from tests.accounts.readers import guest_cookie
from tests.codes.importers.layouts import hcpcs_line, write
from tests.factories import (
    make_code,
    make_description,
    make_guest,
    make_plain_description,
    make_plan,
    make_release,
    make_section_text,
    make_user,
    make_views,
)

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

SECRET = "Zebrafinch dosing"  # words that stand in gated texts alone
KEY, URL, SECTION_URL = "cpt:96522", "/codes/cpt/96522/", "/codes/cpt/96522/guidelines/"
OTHER_KEYS = [f"cpt:1000{n}" for n in range(6)]


@pytest.fixture(autouse=True)
def _kept(settings, monkeypatch):
    """What a new process begins with."""
    settings.KEPT_PAGES = 1000
    settings.GUEST_VIEWS, settings.MEMBER_EXTRA_VIEWS = 1, 5
    for name in ("_has_sections", "_pages", "_pieces"):
        monkeypatch.setattr(kept_pages, name, kept_pages.MostRecent())
    cache.clear()


@pytest.fixture
def made(monkeypatch) -> Counter:
    """How often the page of each code was made anew."""
    count, make = Counter(), code_pages.code_page

    def counted(code, *arguments):
        count[code.printed] += 1
        return make(code, *arguments)

    monkeypatch.setattr(code_pages, "code_page", counted)
    return count


def make_page(value="96522") -> Code:
    code = make_code(value, system=CodeSystem.CPT)
    make_plain_description(code, title="Refill of a pump", text="The pump is refilled.")
    make_section_text(code, text=f"{SECRET} is written down.")
    return code


def guest_with(*code_keys, is_new=False) -> Client:
    client = Client()
    if not is_new:
        client.cookies["guest"] = guest_cookie(make_guest(*code_keys))
    return client


def member_with(*code_keys, **fields) -> Client:
    client, user = Client(), make_user(**fields)
    client.force_login(user)
    make_views(*code_keys, user=user)
    client.user = user
    return client


def is_open(page) -> bool:
    assert ('data-state="open"' in page.text) == (SECRET in page.text)
    assert ('data-state="open"' in page.text) != ('data-state="locked"' in page.text)
    return SECRET in page.text


# Who gets which page


def test_a_page_is_made_once_for_readers_who_may_see_the_same(made):
    make_page()
    for client in [guest_with(KEY), guest_with(KEY), guest_with(KEY)]:
        assert is_open(client.get(URL))
    assert made == {"96522": 1}


@pytest.mark.parametrize("url", [URL, SECTION_URL])
@pytest.mark.parametrize("is_open_first", [True, False])
def test_who_has_no_views_left_never_gets_the_page_another_opened(url, is_open_first):
    make_page()
    makers = [lambda: (guest_with(KEY), True), lambda: (guest_with("cpt:99999"), False)]
    makers += [lambda: (member_with(KEY), True), lambda: (member_with(*OTHER_KEYS), False)]
    if not is_open_first:
        makers.reverse()
    for _ in range(2):
        for make in makers:
            client, may_see = make()
            assert is_open(client.get(url)) == may_see


READERS = {
    "guest who opened it": lambda: guest_with(KEY),
    "guest without views": lambda: guest_with("cpt:99999"),
    "member who opened it": lambda: member_with(KEY),
    "another member who opened it": lambda: member_with(KEY, *OTHER_KEYS[:3]),
    "member without views": lambda: member_with(*OTHER_KEYS),
    "member of a plan without limits": lambda: member_with(plan=make_plan(is_unlimited=True)),
    "staff": lambda: member_with(is_staff=True, is_superuser=True),
}


@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize("url", [URL, SECTION_URL, f"{URL}?date=2026-03-01", "/codes/cpt/96529/"])
def test_a_kept_page_is_the_page_that_would_be_made(url, is_reversed, settings):
    make_page()
    make_plain_description(make_code("96529", system=CodeSystem.CPT))  # nothing gated
    clients = [make() for make in READERS.values()]
    settings.KEPT_PAGES = 0
    expected = [as_sent(client.get(url)) for client in clients]
    settings.KEPT_PAGES = 1000

    order = range(len(clients))
    for position in [*order, *order] if not is_reversed else [*reversed(order)] * 2:
        assert as_sent(clients[position].get(url)) == expected[position]


def as_sent(answer) -> tuple:
    """What a reader gets; tokens, keys of forms and request ids differ each time."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w{64}"', r"\1token", answer.text)
    text = re.sub(r'(name="key" value=)"[0-9a-f-]{36}"', r"\1key", text)
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
    return answer.status_code, text, headers, sorted(answer.cookies)


def test_opening_a_kept_page_costs_a_view_as_any_other(made):
    make_page()
    assert is_open(guest_with(KEY).get(URL))
    newcomer = guest_with(is_new=True)

    page = newcomer.get(URL)

    assert is_open(page)
    assert 'data-remaining="0"' in page.text
    assert list(CodeView.objects.values_list("code_key", flat=True)) == [KEY, KEY]
    assert made == {"96522": 1}
    make_page("96523")
    assert not is_open(newcomer.get("/codes/cpt/96523/"))


def test_a_kept_page_with_nothing_gated_costs_nothing():
    make_plain_description(make_code("96529", system=CodeSystem.CPT))
    client = guest_with(is_new=True)
    for _ in range(2):
        assert 'data-remaining="1"' in client.get("/codes/cpt/96529/").text
    assert not CodeView.objects.exists()


@pytest.mark.parametrize("look", [{"method": "HEAD"}, {"headers": {"sec-purpose": "prefetch"}}])
def test_looking_ahead_at_a_kept_page_opens_nothing(look):
    make_page()
    assert is_open(guest_with(KEY).get(URL))
    client = guest_with()

    ahead = client.generic(look.get("method", "GET"), URL, headers=look.get("headers"))

    assert SECRET not in ahead.text
    assert "no-store" in ahead["Cache-Control"]
    assert CodeView.objects.count() == 1
    if "headers" in look:
        assert "loaded ahead of time" in ahead.text
    opened = client.get(URL)
    assert is_open(opened)
    assert "loaded ahead of time" not in opened.text


def test_the_limit_of_a_network_is_told_to_those_it_concerns(settings):
    settings.GUESTS_PER_NETWORK_PER_DAY = 1
    make_page()
    assert is_open(guest_with(is_new=True).get(URL))
    assert "of your network are used up" in guest_with(is_new=True).get(URL).text
    assert "of your network" not in guest_with("cpt:99999").get(URL).text


def test_what_is_kept_locked_holds_no_gated_word_and_nothing_is_of_a_reader():
    make_page()
    members = [member_with(KEY), member_with(*OTHER_KEYS)]
    for client in [guest_with(KEY), guest_with("cpt:99999"), *members]:
        client.get(URL)
        client.get(SECTION_URL)

    kept = {key: b"".join(page).decode() for key, page in kept_pages._pages._values.items()}

    assert len(kept) == 8
    for (_, seen_by), text in kept.items():
        is_kept_open = isinstance(seen_by, tuple)
        assert (SECRET in text) == is_kept_open
        assert seen_by == ("open", seen_by[1]) if is_kept_open else not seen_by.is_open
        assert "csrfmiddlewaretoken" not in text
        assert not [client for client in members if client.user.email in text]


def test_links_that_lead_back_lead_to_the_page_they_stand_on():
    urls = {value: f"/codes/cpt/{value}/" for value in ("96521", "96522")}
    for value in urls:
        make_page(value)
    for client in (guest_with("cpt:99999"), guest_with(*(f"cpt:{value}" for value in urls))):
        for url in [*urls.values(), *urls.values()]:
            assert set(re.findall(r"next=([^\"&]+)", client.get(url).text)) == {quote(url, safe="")}


def test_a_page_loaded_ahead_links_to_itself_for_every_member():
    for value in ("96521", "96522"):
        make_page(value)
        page = member_with().get(f"/codes/cpt/{value}/", headers={"sec-purpose": "prefetch"}).text
        links = set(re.findall(r'href="([^"]+)">Open it now', page))
        assert links == {f"/codes/cpt/{value}/"}


def test_what_a_template_prints_of_a_reader_is_left_blank(monkeypatch):
    template = engines["django"].from_string(
        "{{ user.email }}{{ reading.used }}{% csrf_token %}{{ messages }}{{ gaps.account }}"
    )
    drawn = kept_pages.render_to_string
    monkeypatch.setattr(
        kept_pages,
        "render_to_string",
        lambda name, context, request=None: (
            template.render(context, request)
            if name == "codes/code_page.html"
            else drawn(name, context, request)
        ),
    )
    make_page()
    client = member_with(KEY)
    assert client.user.email in client.get(URL).text  # in the menu
    ((kept,),) = [[page] for page in kept_pages._pages._values.values()]
    assert kept == [b"[]", b"account", b""]


def test_members_see_their_own_menu_and_its_form_works():
    make_page()
    members = [member_with(KEY) for _ in range(2)]
    for client in members:
        client.handler.enforce_csrf_checks = True
    for client in members:
        page = client.get(URL).text
        emails = [other.user.email for other in members if other.user.email in page]
        assert emails == [client.user.email]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": "x"}).status_code == 403
        assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": token}).status_code == 302
        assert "Log in" in client.get("/").text


def test_staff_see_what_is_empty_and_nobody_else_does(made):
    make_page()
    staff = member_with(is_staff=True, is_superuser=True)
    for _ in range(2):
        assert 'data-state="empty"' in staff.get(URL).text
        assert 'data-state="empty"' not in member_with(KEY).get(URL).text
    assert made == {"96522": 3}


def test_a_message_is_shown_once(made):
    make_page()
    client = guest_with(KEY)
    client.get(URL)
    response = HttpResponse()
    storage = CookieStorage(RequestFactory().get("/"))
    storage.add(SUCCESS, "Saved for you.")
    storage.update(response)
    client.cookies["messages"] = response.cookies["messages"].value

    assert "Saved for you." in client.get(URL).text
    assert "Saved for you." not in client.get(URL).text
    assert "Saved for you." not in guest_with(KEY).get(URL).text
    assert made == {"96522": 2}


# What a page is of


def test_each_date_of_service_has_its_own_page(made):
    make_page()
    client = guest_with(KEY)
    for _ in range(2):
        for asked, shown in [("2026-03-01", "1 Mar 2026"), ("1999-02-28", "28 Feb 1999")]:
            page = client.get(f"{URL}?date={asked}").text
            assert shown in page
            assert f'name="date" value="{asked}"' in page
            assert f"next={URL.replace('/', '%2F')}%3Fdate%3D{asked}".lower() in page.lower()
        assert f'name="date" value="{timezone.localdate()}"' in client.get(URL).text
    assert made == {"96522": 3}


@pytest.mark.parametrize(
    "query", ["date=2026-02-30", "date=yesterday", "date=2026-03-01&x=1", "x=1", "date="]
)
def test_a_page_with_any_other_query_is_made_each_time(made, query):
    make_page()
    client = guest_with(KEY)
    for _ in range(2):
        assert is_open(client.get(f"{URL}?{query}"))
    assert made == {"96522": 2}
    assert not len(kept_pages._pages)


def test_the_next_day_has_its_own_page(monkeypatch):
    make_release(source=Source.HCPCS_LEVEL_II, valid_from=date(2026, 1, 1))
    make_description("J9200")
    client, today = guest_with("hcpcs:J9200"), timezone.localdate()
    shown = f"{today.day} {today:%b %Y}"
    assert shown in client.get("/codes/hcpcs/J9200/").text
    localdate, tomorrow = timezone.localdate, today + timedelta(days=1)
    monkeypatch.setattr(
        timezone, "localdate", lambda value=None: localdate(value) if value else tomorrow
    )

    page = client.get("/codes/hcpcs/J9200/").text

    assert f'value="{tomorrow}"' in page
    assert shown not in page


def test_the_pages_used_last_are_the_ones_kept(settings, made):
    settings.KEPT_PAGES = 2
    urls = {value: f"/codes/cpt/{value}/" for value in ("96520", "96521", "96522")}
    for value in urls:
        make_page(value)
    client = member_with(*(f"cpt:{value}" for value in urls))

    for value in ("96520", "96521", "96520", "96522", "96520"):
        assert is_open(client.get(urls[value]))
    assert made == {"96520": 1, "96521": 1, "96522": 1}
    assert is_open(client.get(urls["96521"]))
    assert made["96521"] == 2
    assert len(kept_pages._pages) == 2


def test_a_large_page_is_not_kept(monkeypatch):
    monkeypatch.setattr(kept_pages, "LARGEST_PAGE", 1000)
    make_page()
    for client in (guest_with(KEY), member_with(KEY)):
        assert is_open(client.get(URL))
    assert not len(kept_pages._pages)


def test_a_site_that_keeps_no_pages_asks_for_no_version(settings, made):
    settings.KEPT_PAGES = 0
    make_page()
    client = guest_with(KEY)
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
        client.get(URL)
    assert made == {"96522": 2}
    assert not [query for query in queries if "datachange" in query["sql"]]


def test_a_kept_page_takes_one_query_of_its_own():
    make_page()
    guest, member = guest_with(KEY), member_with(KEY)
    for client, most in ((guest, 1), (guest_with("cpt:99999"), 1), (member, 4)):
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        assert len(queries) <= most, "\n".join(query["sql"][:200] for query in queries)


# What changes shows at once


def written() -> SectionText:
    return SectionText.objects.get(code__value="96522")


def publish_other_words(_):
    text = save_draft(text=written(), markdown="Other gated words.", by=None)
    publish(text=text, by=None)


def unpublish_words(_):
    unpublish(text=written(), by=None)


def publish_plain_words(_):
    text = PlainDescription.objects.get(code__value="96522")
    publish(text=save_draft(text=text, markdown="Other plain words.", by=None), by=None)


def withdraw(_):
    withdraw_release(release=Release.objects.get(name="Withdrawn one"), by="me")


def publish_again(_):
    publish_release(release=Release.objects.get(name="Published one"), by="me")


def describe(_):
    describe_by_hand(
        code=make_code("96522", system=CodeSystem.CPT),
        long="Words by hand",
        valid_from=date(2026, 2, 1),
        by=make_user(is_staff=True),
    )


def update_in_shell(_):
    SectionText.objects.update(published_html="<p>Shell words.</p>")


def update_elsewhere(_):
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("UPDATE codes_sectiontext SET published_html = '<p>Sent words.</p>'")


def import_release(folder):
    file = write(folder / "HCPC2026_JUL_ANWEB.txt", hcpcs_line("J9200", long="Imported words"))
    assert not import_paths([file], Options()).problem


def delete_code(_):
    Code.objects.filter(value="96522").delete()


CHANGES = [
    (publish_other_words, URL, "Zebrafinch", "Other gated words"),
    (publish_other_words, SECTION_URL, "Zebrafinch", "Other gated words"),
    (unpublish_words, URL, "Zebrafinch", "The pump is refilled"),
    (publish_plain_words, URL, "The pump is refilled", "Other plain words"),
    (withdraw, "/codes/hcpcs/J9200/", "Withdrawn words", "No release that describes"),
    (publish_again, "/codes/hcpcs/J9200/", "Withdrawn words", "Published words"),
    (import_release, "/codes/hcpcs/J9200/", "Withdrawn words", "Imported words"),
    (describe, URL, "is not loaded on this site", "Words by hand"),
    (update_in_shell, URL, "Zebrafinch", "Shell words"),
    (update_elsewhere, URL, "Zebrafinch", "Sent words"),
    (delete_code, URL, "Zebrafinch", "96522"),
]


@committed
@pytest.mark.parametrize(("change", "url", "before", "after"), CHANGES)
def test_a_change_shows_with_the_next_request(change, url, before, after, tmp_path, made):
    make_page()
    code = make_code("J9200")
    old = make_release(name="Withdrawn one", valid_from=date(2026, 1, 1))
    make_description(code, release=old, long="Withdrawn words")
    new = make_release(
        name="Published one", valid_from=date(2026, 4, 1), state=Release.State.WITHDRAWN
    )
    make_description(code, release=new, long="Published words")
    client = guest_with(KEY, "hcpcs:J9200")
    for _ in range(2):
        page = client.get(url).text
        assert before in page
    assert set(made.values()) == {1}

    change(tmp_path)

    for _ in range(2):
        page = client.get(url).text
        assert after in page and before not in page


@committed
def test_a_page_made_while_a_change_is_written_goes_with_it():
    make_page()
    client = guest_with(KEY)
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE codes_sectiontext SET published_html = '<p>New words.</p>'")
        assert is_open(client.get(URL))
        assert is_open(client.get(URL))
        other.commit()
    assert "New words" in client.get(URL).text
    assert SECRET not in client.get(URL).text


def test_a_page_that_gets_a_gated_text_costs_a_view_from_then_on():
    code = make_code("96529", system=CodeSystem.CPT)
    make_plain_description(code)
    client = guest_with("cpt:99999")
    for _ in range(2):
        assert 'class="gated"' not in client.get("/codes/cpt/96529/").text
    make_section_text(code, text=SECRET)
    assert not is_open(client.get("/codes/cpt/96529/"))


def test_a_code_that_is_added_is_found():
    client = guest_with()
    assert client.get(URL).status_code == 404
    make_page()
    assert client.get(URL).status_code == 200
