"""The drawn search of the board: the form, its filters with counts, a page of postings.

What guests see is the same for all of them, so each process keeps what it drew for some minutes
with the index it was drawn from: a change of the board is a new index with nothing kept. It is
drawn from the search alone, without request or reader, so nobody's name or token can be in it.
"""

import time

from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from careers.filters import RADII, SORTS, Filters
from careers.models import SavedPosting
from careers.queries.board import PAGE_SIZE, Found, postings_of, search_board
from careers.queries.board_index import BoardIndex
from careers.queries.search_words import chosen_words

MOST_KEPT = 500
KEPT_SECONDS = 600  # "new" and "last 24 hours" are as old as that


class _Keys:
    """The keys found, read only as far as a page needs them."""

    def __init__(self, found: Found):
        self.found = found

    def __len__(self) -> int:
        return self.found.count

    def __getitem__(self, part: slice) -> list[int]:
        return self.found.part(part.start, part.stop)


def kept_search(index: BoardIndex, filters: Filters, page: str) -> SafeString:
    """The search as guests see it, drawn anew or kept."""
    key = (filters, filters.problems, page[:6], int(time.time() // KEPT_SECONDS))
    drawn = index.kept.get(key)
    if drawn is None:
        drawn = draw_search(filters, page)
        if len(index.kept) >= MOST_KEPT:
            index.kept.clear()
        index.kept[key] = drawn
    return drawn


def draw_search(filters: Filters, page: str, *, user=None) -> SafeString:
    """The search; for a member with what they keep marked."""
    found = search_board(filters)
    shown = Paginator(_Keys(found), PAGE_SIZE).get_page(page)
    postings = postings_of(shown.object_list)
    saved_keys = set()
    if user is not None:
        saved = SavedPosting.objects.filter(user=user, posting__in=[each.pk for each in postings])
        saved_keys = set(saved.values_list("posting_id", flat=True))
    context = {
        "filters": filters,
        "found": found,
        "page_obj": shown,
        "postings": postings,
        "chosen": chosen_words(filters, found),
        "sorts": SORTS,
        "radii": RADII,
        "can_save": user is not None,
        "saved_keys": saved_keys,
        "search_query": filters.query(),
    }
    return render_to_string("careers/board_search.html", context)
