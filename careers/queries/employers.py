"""Employers: those on the board, and what a member's dashboard shows."""

from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from careers.models import Application, Employer, Membership, Posting, PostingViews, SavedPosting


def listed_employers() -> list[Employer]:
    """Employers with live postings or verified, with `live_count`; those with most jobs first."""
    live = Q(postings__state=Posting.State.LIVE, postings__valid_through__gte=timezone.localdate())
    return list(
        Employer.objects.filter(is_blocked=False)
        .annotate(live_count=Count("postings", filter=live))
        .filter(Q(live_count__gt=0) | Q(verified_at__isnull=False))
        .select_related("logo")
        .defer("about", "about_html", "logo__png")
        .order_by("-live_count", "name")[:500]
    )


def memberships_of(user) -> list[Membership]:
    """The employers a person works for here, by name."""
    if not user.is_authenticated:
        return []
    return list(
        Membership.objects.filter(user=user).select_related("employer").order_by("employer__name")
    )


@dataclass(frozen=True)
class DashboardPart:
    """Postings of one kind, under one heading."""

    title: str
    postings: list[Posting]


S = Posting.State
_PARTS = [
    ("On the board", (S.LIVE, S.APPROVED)),
    ("Waiting for approval", (S.SUBMITTED,)),
    ("To be finished", (S.DRAFT, S.REJECTED)),
    ("Closed", (S.FILLED, S.EXPIRED, S.WITHDRAWN)),
    ("Archived", (S.ARCHIVED,)),
]


def dashboard_parts(employer: Employer) -> list[DashboardPart]:
    """The employer's postings with their views, saves and applications; one query."""

    def counted(rows, value):
        return Coalesce(
            Subquery(
                rows.filter(posting=OuterRef("pk"))
                .order_by()
                .values("posting")
                .annotate(n=value)
                .values("n"),
                output_field=IntegerField(),
            ),
            0,
        )

    applications = Application.objects.exclude(status=Application.Status.WITHDRAWN)
    postings = list(
        employer.postings.annotate(
            view_count=counted(PostingViews.objects.all(), Sum("count")),
            save_count=counted(SavedPosting.objects.all(), Count("pk")),
            application_count=counted(applications, Count("pk")),
            unread_count=counted(applications.filter(status="sent"), Count("pk")),
        )
        .defer("description", "description_html", "search")
        .order_by("-changed_at")[:500]
    )
    for posting in postings:
        posting.employer = employer
    parts = []
    for title, states in _PARTS:
        if of_kind := [posting for posting in postings if posting.state in states]:
            parts.append(DashboardPart(title, of_kind))
    return parts
