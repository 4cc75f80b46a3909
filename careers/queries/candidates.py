"""What a candidate sees of their own, and an employer of those who applied."""

from django.db.models import Count, Q

from accounts.models import User
from careers.models import Application, Posting, SavedPosting


def saved_by(user: User) -> list[Posting]:
    """The jobs a person keeps, the last kept first."""
    rows = (
        SavedPosting.objects.filter(user=user)
        .select_related("posting__employer", "posting__specialty")
        .prefetch_related("posting__locations", "posting__credentials")
        .order_by("-saved_at")[:200]
    )
    return [row.posting for row in rows]


def applications_of(user: User) -> list[Application]:
    """A person's applications with `unread_count`, the newest first."""
    unread = Q(messages__is_from_candidate=False, messages__read_at=None)
    return list(
        Application.objects.filter(candidate=user)
        .select_related("posting__employer")
        .annotate(unread_count=Count("messages", filter=unread))
        .order_by("-sent_at")[:200]
    )


def applications_for(posting: Posting) -> list[Application]:
    """Who applied for a posting, with `unread_count`; those withdrawn last."""
    unread = Q(messages__is_from_candidate=True, messages__read_at=None)
    rows = (
        posting.applications.select_related("resume")
        .annotate(unread_count=Count("messages", filter=unread))
        .order_by("-sent_at")[:500]
    )
    return sorted(rows, key=lambda application: application.is_withdrawn)
