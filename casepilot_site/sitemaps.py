"""The site map: an index, one part of fixed pages, one of jobs, parts of codes by ranges of keys.

The protocol (sitemaps.org) allows 50,000 addresses in a part. A part is named by the code it
begins with, so that reading it needs no counting of those before.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache, partial
from itertools import islice

from django.conf import settings
from django.http import Http404, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from careers.queries.site_map import jobs_changed_at, listed_pages
from codes.models import CodeSystem, has_form_of, printed_value
from codes.queries.listed_codes import changed_at, codes_from, first_of_each_part

PART_SIZE = 40_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

Entry = tuple[str, date | None]  # a path of the site, and the day the page last changed


def _last_modified(request, **_) -> datetime | None:
    return changed_at()


def _site_map(view, last_modified=_last_modified):
    """Kept for an hour, and answered with 304 while nothing was imported or published."""
    return require_safe(
        cache_control(public=True, max_age=3600)(condition(None, last_modified)(view))
    )


def _last_modified_anywhere(request) -> datetime | None:
    return max(filter(None, [changed_at(), jobs_changed_at()]), default=None)


@partial(_site_map, last_modified=_last_modified_anywhere)
def index(request):
    """The list of the parts."""
    day = _day(changed_at())
    parts = [(reverse("sitemap_pages"), day)]
    if jobs_changed := jobs_changed_at():
        parts.append((reverse("sitemap_jobs"), _day(jobs_changed)))
    for system, first in first_of_each_part(PART_SIZE):
        parts.append((reverse("sitemap_codes", args=[system, first]), day))
    return _answer("sitemapindex", "sitemap", parts)


@_site_map
def pages(request):
    """Home, the code systems and what changed in them."""
    day = _day(changed_at())
    names = ["home", "codes:system_list", "assistant:ask", "consultant:thread_list"]
    paths = [reverse(name) for name in names]
    for system in CodeSystem:
        paths.append(reverse("codes:system_detail", args=[system.value]))
        paths.append(reverse("codes:changes_list", args=[system.value]))
    return _answer("urlset", "url", [(path, day) for path in paths])


@require_safe
@cache_control(public=True, max_age=3600)
def jobs(request):
    """The board, its employers and every live job, each with the day it last changed."""
    return _answer("urlset", "url", ((path, _day(changed)) for path, changed in listed_pages()))


@_site_map
def codes(request, system, first):
    """The addresses of one part: the codes of a system from `first` on."""
    if system not in CodeSystem.values or not has_form_of(system, first):
        raise Http404("There is no such part of the site map.")
    return _answer("urlset", "url", _code_entries(system, first))


def _code_entries(system: str, first: str) -> Iterator[Entry]:
    # The address is put together here: resolving 40,000 of them would take most of the time.
    base = reverse("codes:system_detail", args=[system])
    for value, changed in codes_from(system, first, PART_SIZE):
        yield f"{base}{printed_value(system, value)}/", _day(changed)


@lru_cache(maxsize=256)
def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None


def _answer(root: str, element: str, entries: Iterable[Entry]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        _chunks(_lines(root, element, entries)), content_type="application/xml; charset=utf-8"
    )


def _lines(root: str, element: str, entries: Iterable[Entry]) -> Iterator[str]:
    site = escape(settings.SITE_URL)
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n'
    for path, day in entries:
        changed = f"<lastmod>{day}</lastmod>" if day else ""
        yield f"<{element}><loc>{site}{escape(path)}</loc>{changed}</{element}>\n"
    yield f"</{root}>\n"


def _chunks(lines: Iterator[str]) -> Iterator[str]:
    """The lines in larger pieces: each piece sent has a price of its own."""
    while piece := "".join(islice(lines, 1000)):
        yield piece
