"""Case2Code: the look-up box, its results and its suggestions. Searching never costs a view."""

from datetime import date

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from codes.csv_download import csv_response
from codes.models import CodeSystem
from codes.queries.official_text import publisher_lines_of_systems
from codes.queries.releases import published_releases
from codes.queries.service_date import read_service_date, with_date
from search.asked import MOST_CODES, read
from search.filters import Filters, address, filter_links, kept_beside_date, read_filters
from search.find import Hit, find, suggest
from search.rows import claim_url, rows_of

ROWS_PER_PAGE = 25
LAST_PAGE = 400  # no reader goes further, and every page before it has to be sorted
MOST_CSV_ROWS = 1000
CSV_HEADER = [
    "rank",
    "code_system",
    "code",
    "description",
    "status",
    "date_of_service",
    "billable",
    "matched",
    "category",
    "publisher",
]


@require_safe
@cache_control(private=True, no_cache=True)
def code_find(request):
    """The results of `?q=` on `?date=`. One code that a claim can carry leads to its page.

    Context: `found` (Results); `query`; `rows` (Row), those of `page_obj`; `filters` (Filters) and
    `filter_links` (FilterLinks); `typed_url`, the same search without corrections; `missing`, codes
    asked for by name that do not exist; `claim_url`, a claim check of those that do, or '';
    `on_date`, the date of service to keep or None; `date_of_service`, `is_today`, `date_error`;
    `kept`, what the form of the date must send along (name, value), and `today_url`; `csv_url`;
    `publisher_lines` of the texts shown.
    """
    today = timezone.localdate()
    date_of_service, date_error = read_service_date(request.GET.get("date", ""), today)
    on_date = None if date_of_service == today else date_of_service
    filters = read_filters(request.GET)
    query = request.GET.get("q", "")
    if request.GET.get("format") == "csv":
        return _csv(query, filters, date_of_service)
    # A list of codes is shown whole: each may be a code of two systems.
    rows_per_page = 2 * MOST_CODES if read(query).whole else ROWS_PER_PAGE
    page = _page_number(request.GET.get("page", ""))
    found = find(
        query,
        date_of_service,
        limit=rows_per_page,
        offset=(page - 1) * rows_per_page,
        is_exact_enough=page == 1,
        is_folded=True,
        **filters.choices,
    )
    if page == 1 and len(found.exact) == 1 and not found.hits:
        return redirect(with_date(found.exact[0], on_date))
    page_obj = Paginator(_Counted(found), rows_per_page).get_page(page)
    if page > page_obj.number:
        return redirect(request.path + address(request.GET, page=str(page_obj.number)))
    context = {
        "found": found,
        "query": found.asked.text,
        "rows": rows_of(found.hits, date_of_service),
        "page_obj": page_obj,
        "filters": filters,
        "filter_links": filter_links(request.GET, filters, found.facets, on_date),
        "typed_url": address(request.GET, spelling="typed"),
        "missing": [] if filters.is_any or not found.total else found.missing,
        "claim_url": claim_url(found.hits, on_date) if found.asked.whole else "",
        "on_date": on_date,
        "date_of_service": date_of_service,
        "is_today": on_date is None,
        "date_error": date_error,
        "kept": kept_beside_date(request.GET),
        "today_url": address(request.GET, date=""),
        "csv_url": address(request.GET, format="csv"),
        "publisher_lines": _publisher_lines(found.hits, date_of_service),
    }
    return render(request, "search/code_find.html", context)


@require_safe
@cache_control(private=True, max_age=60)
def code_suggest(request):
    """The fragment under the look-up box: at most eight rows for what is typed so far.

    Context: `results` (Suggestions), `on_date` as in code_find, `publisher_lines` where licensed
    texts are shown.
    """
    today = timezone.localdate()
    date_of_service, _ = read_service_date(request.GET.get("date", ""), today)
    results = suggest(request.GET.get("q", ""), date_of_service)
    licensed = [hit for hit in results if hit.system == CodeSystem.CPT and hit.text]
    context = {
        "results": results,
        "publisher_lines": _publisher_lines(licensed, date_of_service),
        "on_date": None if date_of_service == today else date_of_service,
    }
    return render(request, "search/suggestions.html", context)


def _publisher_lines(hits: list[Hit], date_of_service: date) -> list[str]:
    if not hits:
        return []
    systems = {hit.system for hit in hits}
    return publisher_lines_of_systems(systems, published_releases(), date_of_service)


def _csv(query: str, filters: Filters, date_of_service: date):
    found = find(query, date_of_service, limit=MOST_CSV_ROWS, **filters.choices)
    name = f"case2code {found.asked.text[:60]} {date_of_service}"
    return csv_response(name, CSV_HEADER, _csv_rows(found.hits, date_of_service))


def _csv_rows(hits: list[Hit], date_of_service: date):
    releases = published_releases()
    lines = {
        system: " ".join(publisher_lines_of_systems([system], releases, date_of_service))
        for system in {hit.system for hit in hits}
    }
    for rank, hit in enumerate(hits, start=1):
        yield [
            rank,
            hit.system_title,
            hit.printed,
            hit.text,
            hit.status.label,
            date_of_service.isoformat(),
            "yes" if hit.is_billable else "no",
            hit.why or "",
            f"{hit.parents[0].printed} {hit.parents[0].text}" if hit.parents else "",
            lines[hit.system] if hit.text else "",
        ]


class _Counted:
    """A list of which only the length is known: the page's hits have been fetched already."""

    def __init__(self, found):
        self.found = found

    def __len__(self) -> int:
        return self.found.row_total

    def __getitem__(self, wanted):
        return self.found.hits


def _page_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[:9]), 1), LAST_PAGE)
