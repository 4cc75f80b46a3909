"""Saved searches: keeping, changing, and stopping their mails with one click."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from careers.access import private
from careers.actions import alerts as actions
from careers.actions.alerts import SearchError
from careers.filters import read_filters
from careers.models import SavedSearch


@require_POST
@private
def search_save(request):
    """Keeps the search of the form field `query`."""
    filters = read_filters(QueryDict(request.POST.get("query", "")[:2000]))
    frequency = request.POST.get("frequency", "")
    if frequency not in SavedSearch.Frequency.values:
        frequency = SavedSearch.Frequency.DAILY
    try:
        search = actions.save_search(user=request.user, filters=filters, frequency=frequency)
    except SearchError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            f"The search is saved: {search.name}. Mail: {search.get_frequency_display().lower()}.",
        )
    query = filters.query()
    return redirect(reverse("careers:job_list") + (f"?{query}" if query else ""))


@require_POST
@private
def search_change(request, key):
    """Changes how often a search is mailed, or deletes it."""
    search = get_object_or_404(SavedSearch, key=key, user=request.user)
    if request.POST.get("do") == "delete":
        actions.delete_search(search=search)
        messages.success(request, f"The search is deleted: {search.name}.")
    elif (frequency := request.POST.get("frequency")) in SavedSearch.Frequency.values:
        actions.change_search(search=search, frequency=frequency)
        messages.success(request, f"{search.name}. Mail: {search.get_frequency_display().lower()}.")
    else:
        raise Http404("There is no such frequency.")
    return redirect(reverse("careers:candidate_home") + "#searches")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alert_stop(request, key):
    """Stops the mails of a search, without logging in; the search is kept.

    A mail program posts here by itself (RFC 8058), so no token of the site can be asked for: the
    key in the address is the proof. Opening the page stops nothing, as scanners of links do it.
    """
    search = get_object_or_404(SavedSearch, key=key)
    if request.method == "POST":
        actions.change_search(search=search, frequency=SavedSearch.Frequency.NEVER)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse("No more mail for this search.\n", content_type="text/plain")
    is_stopped = search.frequency == SavedSearch.Frequency.NEVER
    context = {"search": search, "is_stopped": is_stopped}
    return render(request, "careers/alert_stop.html", context)
