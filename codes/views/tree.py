"""The way from the code systems down to a code."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from codes.json_ld import breadcrumb_json_ld
from codes.models import CodeSystem
from codes.queries.divisions import Crumb
from codes.queries.official_text import publisher_lines_of_systems
from codes.queries.relatives import CodeLink
from codes.queries.releases import published_releases
from codes.queries.service_date import read_service_date, with_date
from codes.queries.tree import code_systems, level_of

CODES_PER_PAGE = 100


@require_safe
@cache_control(private=True, no_cache=True)
def system_list(request):
    """The code systems.

    Context: `systems` (title, url, line, release or None, code_count).
    """
    context = {"systems": code_systems(timezone.localdate())}
    return render(request, "codes/system_list.html", context)


@require_safe
@cache_control(private=True, no_cache=True)
def system_detail(request, system):
    """A level of a system's tree: the top, or the division `?within=`.

    Context: `system`; `division` (title, span) or None at the top; `crumbs`; `divisions` (title,
    span, url, count); `codes` (links) with `page_obj`, their page, and `publisher_lines`; `release`
    or None; `on_date`, the date of service to keep in addresses or None; `date_error`;
    `changes_url`; `json_ld`.
    """
    if system not in CodeSystem.values:
        raise Http404(f"There is no code system {system}.")
    today = timezone.localdate()
    date_of_service, date_error = read_service_date(request.GET.get("date", ""), today)
    slug = request.GET.get("within", "").replace("\0", "")[:40].lower()
    releases = published_releases()
    lines = publisher_lines_of_systems([system], releases, date_of_service)
    level = level_of(system, slug, date_of_service, releases)
    if level is None:
        raise Http404(f"{CodeSystem(system).label} has no such division.")
    on_date = None if date_of_service == today else date_of_service
    page_obj, links = None, []
    if level.codes is not None:
        page_obj = Paginator(level.codes.order_by("value"), CODES_PER_PAGE).get_page(
            request.GET.get("page")
        )
        links = [
            CodeLink(code.system, code.value, code.text, is_billable=code.billable)
            for code in page_obj
        ]
    crumbs = [Crumb("Codes", reverse("codes:system_list")), *level.crumbs]
    path = level.division.url if level.division else request.path
    context = {
        "system": level.system,
        "division": level.division,
        "crumbs": [Crumb(crumb.title, with_date(crumb.url, on_date)) for crumb in crumbs],
        "divisions": [
            {
                "title": branch.title,
                "span": branch.span,
                "url": with_date(branch.url, on_date),
                "count": branch.count,
            }
            for branch in level.branches
        ],
        "codes": links,
        "page_obj": page_obj,
        "publisher_lines": lines if links else [],
        "release": level.release,
        "on_date": on_date,
        "date_error": date_error,
        "changes_url": reverse("codes:changes_list", args=[system]) if level.release else "",
        "canonical_url": settings.SITE_URL + _page_url(path, page_obj),
        "json_ld": breadcrumb_json_ld(crumbs, settings.SITE_URL),
    }
    return render(request, "codes/system_detail.html", context)


def _page_url(path: str, page_obj) -> str:
    if page_obj is None or page_obj.number == 1:
        return path
    return f"{path}{'&' if '?' in path else '?'}page={page_obj.number}"
