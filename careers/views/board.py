"""The board: its search, and the same search as RSS and Atom."""

from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from careers.filters import RADII, SORTS, Filters, read_filters
from careers.models import SavedPosting, SavedSearch
from careers.queries.board import PAGE_SIZE, postings_of, search_board
from careers.queries.search_words import chosen_words, search_title

FEED_SIZE = 50


@require_safe
def job_list(request):
    """The postings of a search, with what each filter would leave.

    Context: `filters`; `found` (count, live_count, corrected, options); `postings` of the page;
    `page_obj`; `chosen`, each filter in words with the address without it; `saved_keys`; `sorts`
    and `radii`; `search_query`, the search as an address; `saved_search`.
    """
    filters = read_filters(request.GET)
    found = search_board(filters)
    page = Paginator(found.keys, PAGE_SIZE).get_page(request.GET.get("page"))
    postings = postings_of(page.object_list)
    context = {
        "filters": filters,
        "found": found,
        "page_obj": page,
        "postings": postings,
        "chosen": chosen_words(filters, found),
        "search_title": search_title(filters),
        "sorts": SORTS,
        "radii": RADII,
        "search_query": filters.query(),
        "is_narrowed": filters.is_any or bool(filters.q),
    }
    user = request.user
    if user.is_authenticated:
        context["saved_keys"] = set(
            SavedPosting.objects.filter(
                user=user, posting__in=[posting.pk for posting in postings]
            ).values_list("posting_id", flat=True)
        )
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
        found = search_board(Filters(**_for_feed(filters)), with_options=False)
        return filters, postings_of(found.keys[:FEED_SIZE])

    def title(self, found):
        return f"CareerCenter: {search_title(found[0])}"

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
        return f"{item.title}, {item.employer.name}"

    def item_description(self, item):
        places = "; ".join(str(place) for place in item.locations.all())
        parts = [item.get_workplace_display(), places, item.get_employment_type_display()]
        return " · ".join(filter(None, [*parts, item.pay_text]))

    def item_pubdate(self, item):
        return item.went_live_at

    def item_updateddate(self, item):
        return item.changed_at

    def item_guid(self, item):
        return f"careercenter-{item.pk}"

    item_guid_is_permalink = False


def _for_feed(filters: Filters) -> dict:
    return {**filters.__dict__, "sort": "newest"}


class _Rss(_SearchFeed):
    address = "careers:job_rss"


class _Atom(_SearchFeed):
    address = "careers:job_atom"
    feed_type = Atom1Feed
    subtitle = _SearchFeed.description


job_rss = require_safe(cache_control(public=True, max_age=600)(_Rss()))
job_atom = require_safe(cache_control(public=True, max_age=600)(_Atom()))
