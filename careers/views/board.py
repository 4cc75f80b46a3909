"""The board: its search, and the same search as RSS and Atom."""

from dataclasses import replace

from django.contrib.syndication.views import Feed
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.one_line import one_line
from careers.filters import Filters, read_filters
from careers.kept_lists import draw_search, kept_search
from careers.models import SavedSearch
from careers.queries.board import postings_of, search_board
from careers.queries.board_index import board_index
from careers.queries.search_words import search_title

FEED_SIZE = 50


@require_safe
def job_list(request):
    """The postings of a search, with what each filter would leave.

    Context: `filters`; `search`, the drawn form with filters and postings (careers.kept_lists);
    `search_title`; `search_query`, the search as an address; `is_narrowed`; `saved_search`.
    """
    user = request.user
    filters = read_filters(request.GET)
    number = request.GET.get("page", "")
    index = board_index()
    if user.is_authenticated:
        search = draw_search(filters, number, user=user)
    else:
        search = kept_search(index, filters, number)
    context = {
        "filters": filters,
        "search": search,
        "search_title": search_title(filters, index),
        "search_query": filters.query(),
        "is_narrowed": filters.is_any or bool(filters.q),
    }
    if user.is_authenticated:
        context["saved_search"] = SavedSearch.objects.filter(
            user=user, query=filters.query(sort="")
        ).first()
    return render(request, "careers/job_list.html", context)


class _SearchFeed(Feed):
    """The newest postings of a search."""

    def get_object(self, request) -> tuple[Filters, list]:
        filters = read_filters(request.GET)
        if filters.problems:
            raise Http404(filters.problems[0])
        found = search_board(replace(filters, sort="newest"), with_options=False)
        return filters, postings_of(found.part(0, FEED_SIZE))

    def title(self, found):
        return one_line(f"CareerCenter: {search_title(found[0], board_index())}")

    def link(self, found):
        query = found[0].query()
        return reverse("careers:job_list") + (f"?{query}" if query else "")

    def feed_url(self, found):
        query = found[0].query()
        return reverse(self.address) + (f"?{query}" if query else "")

    description = "Medical coding jobs, the newest first."

    def items(self, found):
        return found[1]

    def item_title(self, item):
        return one_line(f"{item.title}, {item.employer.name}")

    def item_description(self, item):
        places = "; ".join(str(place) for place in item.locations.all())
        parts = [item.get_workplace_display(), places, item.get_employment_type_display()]
        return one_line(" · ".join(filter(None, [*parts, item.pay_text])))

    def item_pubdate(self, item):
        return item.went_live_at

    def item_updateddate(self, item):
        return item.changed_at

    def item_guid(self, item):
        return f"careercenter-{item.pk}"

    item_guid_is_permalink = False


class _Rss(_SearchFeed):
    address = "careers:job_rss"


class _Atom(_SearchFeed):
    address = "careers:job_atom"
    feed_type = Atom1Feed
    subtitle = _SearchFeed.description


job_rss = require_safe(cache_control(public=True, max_age=600)(_Rss()))
job_atom = require_safe(cache_control(public=True, max_age=600)(_Atom()))
