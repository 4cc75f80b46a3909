"""Saved searches, and the mails that tell of new jobs in them."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.outbox import drop_waiting
from careers.actions.mails import mail_template
from careers.filters import Filters, read_filters
from careers.models import AlertedPosting, SavedSearch
from careers.queries.board import postings_of, search_board
from careers.queries.board_index import board_index
from careers.queries.search_words import search_title

logger = logging.getLogger(__name__)

MOST_SEARCHES = 25
MOST_TOLD = 20  # jobs in one mail
F = SavedSearch.Frequency
# A little less than its name says, so that a job a minute early does not skip a day.
PAUSES = {
    F.INSTANT: timedelta(0),
    F.DAILY: timedelta(hours=23),
    F.WEEKLY: timedelta(days=6, hours=23),
}
OLDEST = timedelta(days=30)


class SearchError(ValueError):
    """A search that is not saved; the text says why."""


@transaction.atomic
def save_search(*, user: User, filters: Filters, frequency: str, name: str = "") -> SavedSearch:
    """Keep a search, or change how often it is mailed. Raises SearchError where there are many."""
    query = filters.query(sort="")
    search = SavedSearch.objects.filter(user=user, query=query).first()
    if search is None:
        if user.saved_searches.count() >= MOST_SEARCHES:
            raise SearchError(f"You have {MOST_SEARCHES} saved searches already; delete one first.")
        if len(query) > 1000:
            raise SearchError("This search is too long to save; remove a few filters.")
        search = SavedSearch(
            user=user, query=query, name=(name or search_title(filters, board_index()))[:100]
        )
    search.frequency = frequency
    search.save()
    logger.info("search saved", extra={"user_id": user.pk, "frequency": frequency})
    return search


@transaction.atomic
def change_search(*, search: SavedSearch, frequency: str) -> None:
    search.frequency = frequency
    search.save(update_fields=["frequency"])
    logger.info("search changed", extra={"search_id": search.pk, "frequency": frequency})


@transaction.atomic
def delete_search(*, search: SavedSearch) -> None:
    """Delete a search; a mail of it that waits is not sent any more."""
    search_id, about = search.pk, search.mails_about
    search.delete()
    drop_waiting(about=about)
    logger.info("search deleted", extra={"search_id": search_id})


def look_for_new_jobs(*, now: datetime | None = None) -> int:
    """Write the mails of all saved searches that are due; how many were written.

    What is told is recorded in the transaction that writes the mail, one search at a time: a
    worker that is killed leaves a search told or not told, and the next goes on with the rest.
    """
    now = now or timezone.now()
    written = 0
    for frequency, pause in PAUSES.items():
        due = SavedSearch.objects.filter(
            frequency=frequency, looked_at__lte=now - pause, user__is_active=True
        )
        for key in list(due.order_by("looked_at").values_list("pk", flat=True)):
            written += _tell(key, frequency, now - pause, now)
    logger.info("searches looked through", extra={"mail_count": written})
    return written


@transaction.atomic
def _tell(key: int, frequency: str, due_before: datetime, now: datetime) -> int:
    """Write one search's mail if there is something new. Another worker's search is let alone."""
    search = (
        SavedSearch.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk=key, frequency=frequency, looked_at__lte=due_before)
        .select_related("user")
        .first()
    )
    if search is None:
        return 0
    filters = read_filters(QueryDict(search.query))
    found = search_board(filters, with_options=False)
    told = set(search.alerted.values_list("posting_id", flat=True))
    since = max(search.created_at, now - OLDEST)
    new = [
        posting
        for posting in postings_of(key for key in found.keys if key not in told)
        if posting.went_live_at and posting.went_live_at > since
    ]
    search.looked_at = now
    search.save(update_fields=["looked_at"])
    if not new:
        return 0
    AlertedPosting.objects.bulk_create(
        [AlertedPosting(search=search, posting=posting) for posting in new]
    )
    query = f"?{search.query}" if search.query else ""
    stop_url = settings.SITE_URL + reverse("careers:alert_stop", args=[search.key])
    count = len(new)
    mail_template(
        template="alert",
        user=search.user,
        headers={  # RFC 8058
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        about=search.mails_about,
        subject=f"{count} new job{'' if count == 1 else 's'}: {search.name}",
        name=search.name,
        postings=[
            (posting, settings.SITE_URL + posting.get_absolute_url()) for posting in new[:MOST_TOLD]
        ],
        more_count=max(count - MOST_TOLD, 0),
        url=settings.SITE_URL + reverse("careers:job_list") + query,
        stop_url=stop_url,
        searches_url=settings.SITE_URL + reverse("careers:candidate_home"),
    )
    return 1
