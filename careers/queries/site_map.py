"""The pages of the board that search engines may list."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max
from django.urls import reverse

from careers.models import Employer, Posting

MOST = 45_000  # a part of a site map holds 50,000 addresses


def jobs_changed_at() -> datetime | None:
    """When a posting last changed; None before the first one. Demonstrations do not count."""
    postings = Posting.objects.filter(is_demonstration=False)
    return postings.aggregate(last=Max("changed_at"))["last"]


def listed_pages() -> Iterator[tuple[str, datetime | None]]:
    """Each page with the moment it last changed. What is only a demonstration is not listed."""
    changed = jobs_changed_at()
    yield reverse("careers:job_list"), changed
    yield reverse("careers:employer_list"), changed
    live = Posting.objects.live().filter(is_demonstration=False)
    employers = (
        Employer.objects.filter(postings__in=live)
        .annotate(last=Max("postings__changed_at"))
        .order_by("pk")
    )
    for employer in employers:
        yield employer.get_absolute_url(), employer.last
    for posting in live.only("pk", "title", "changed_at").order_by("-went_live_at")[:MOST]:
        yield posting.get_absolute_url(), posting.changed_at
