"""Case2Code: the look-up box, its results and its suggestions. Searching never costs a view."""

from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from codes.models import Code, stored_value
from codes.queries.relatives import CodeLink


@require_safe
@cache_control(private=True, no_cache=True)
def code_find(request):
    """The results of `?q=`."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    return render(request, "search/code_find.html", {"query": query, "results": _found(query)})


@require_safe
@cache_control(private=True, max_age=60)
def code_suggest(request):
    """The fragment under the look-up box."""
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    return render(request, "search/suggestions.html", {"results": _found(query)[:8]})


def _found(query):
    codes = Code.objects.filter(value__startswith=stored_value(query)) if query else []
    return [CodeLink(code.system, code.value, "") for code in codes[:25]]
