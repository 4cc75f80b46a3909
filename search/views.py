"""Case2Code: the look-up box, its results and its suggestions. Searching never costs a view."""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from codes.models import CodeSystem
from codes.queries.service_date import read_service_date, with_date
from search.find import find, suggest

HITS_PER_PAGE = 25
LAST_PAGE = 400  # no reader goes further, and every page before it has to be sorted


@require_safe
@cache_control(private=True, no_cache=True)
def code_find(request):
    """The results of `?q=`, in `?system=` or all, on `?date=`. One exact code leads to its page.

    Context: `query`; `results` (system, system_title, printed, key, url, text, highlighted as
    safe HTML or '', status); `total`; `page_obj`; `system`, the chosen filter or ''; `filters`
    (title, url, is_current); `near_codes` (links) and `not_loaded` (code systems) where nothing
    was found; `on_date`, the date of service to keep or None; `date_error`.
    """
    today = timezone.localdate()
    date_of_service, date_error = read_service_date(request.GET.get("date", ""), today)
    on_date = None if date_of_service == today else date_of_service
    system = request.GET.get("system", "")
    system = system if system in CodeSystem.values else ""
    page = _page_number(request.GET.get("page", ""))
    found = find(
        request.GET.get("q", ""),
        date_of_service,
        system,
        limit=HITS_PER_PAGE,
        offset=(page - 1) * HITS_PER_PAGE,
        is_exact_enough=page == 1,
    )
    if page == 1 and len(found.exact) == 1:
        return redirect(with_date(found.exact[0], on_date))
    context = {
        "query": found.asked.text,
        "results": found.hits,
        "total": found.total,
        "page_obj": Paginator(_Counted(found), HITS_PER_PAGE).get_page(page),
        "system": system,
        "filters": _filters(request, system),
        "near_codes": found.near_codes,
        "not_loaded": found.not_loaded,
        "on_date": on_date,
        "date_error": date_error,
    }
    return render(request, "search/code_find.html", context)


@require_safe
@cache_control(private=True, max_age=60)
def code_suggest(request):
    """The fragment under the look-up box: at most eight codes for what is typed so far.

    Context: `results` (key, url, printed, text, system_title).
    """
    results = suggest(request.GET.get("q", ""), timezone.localdate())
    return render(request, "search/suggestions.html", {"results": results})


class _Counted:
    """A list of which only the length is known: the page's hits have been fetched already."""

    def __init__(self, found):
        self.found = found

    def __len__(self) -> int:
        return self.found.total

    def __getitem__(self, wanted):
        return self.found.hits


def _page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() else 1


def _filters(request, chosen: str) -> list[dict]:
    """Links to the same question in one system, or in all."""
    filters = []
    for value, title in [("", "All"), *CodeSystem.choices]:
        asked = request.GET.copy()
        asked.pop("page", None)
        asked.pop("system", None)
        if value:
            asked["system"] = value
        filters.append(
            {"title": title, "url": f"?{asked.urlencode()}", "is_current": value == chosen}
        )
    return filters
