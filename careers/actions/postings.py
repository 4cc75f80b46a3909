"""What changes postings: writing them, and the steps of their life."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.markdown import to_html
from accounts.models import User
from careers.actions.board import bump_board, index_words
from careers.actions.mails import mail_template
from careers.models import (
    Employer,
    Location,
    Posting,
    PostingChange,
    PostingReport,
    SavedPosting,
)
from careers.moderation import fingerprint, spam_signals
from careers.queries.allowance import postings_left
from careers.zip_codes import point_of

logger = logging.getLogger(__name__)

S = Posting.State
STEPS = {
    S.DRAFT: {S.SUBMITTED, S.ARCHIVED},
    S.SUBMITTED: {S.DRAFT, S.APPROVED, S.REJECTED},
    S.REJECTED: {S.DRAFT, S.SUBMITTED, S.ARCHIVED},
    S.APPROVED: {S.LIVE, S.SUBMITTED, S.WITHDRAWN},
    S.LIVE: {S.FILLED, S.EXPIRED, S.WITHDRAWN, S.SUBMITTED},
    S.FILLED: {S.ARCHIVED},
    S.EXPIRED: {S.ARCHIVED},
    S.WITHDRAWN: {S.ARCHIVED},
    S.ARCHIVED: set(),
}
# The steps an employer takes; the others are an administrator's or a scheduled job's.
EMPLOYER_STEPS = {
    S.DRAFT: {S.SUBMITTED, S.ARCHIVED},
    S.SUBMITTED: {S.DRAFT},
    S.REJECTED: {S.SUBMITTED, S.ARCHIVED},
    S.APPROVED: {S.WITHDRAWN},
    S.LIVE: {S.FILLED, S.WITHDRAWN},
    S.FILLED: {S.ARCHIVED},
    S.EXPIRED: {S.ARCHIVED},
    S.WITHDRAWN: {S.ARCHIVED},
    S.ARCHIVED: set(),
}
ARCHIVED_AFTER = timedelta(days=180)


class StepError(ValueError):
    """A step that this posting cannot take now; the text is a sentence for the person."""


@transaction.atomic
def save_posting(
    *,
    posting: Posting,
    locations: list[tuple[str, str, str]],
    credentials: list,
    by: User | None,
    changed: list[str] | None = None,
) -> Posting:
    """Store a new or changed posting with its places (city, state, ZIP code) and credentials.

    A change to a live posting stays live unless it looks like spam: then it waits for approval
    (one past its last day is left to the calendar, which ends it). `changed` names the fields, for
    the record.
    """
    is_new = posting.pk is None
    posting.description_html = to_html(posting.description)
    posting.fingerprint = fingerprint(posting.title, posting.description)
    posting.changed_at = timezone.now()
    if is_new:
        posting.created_by = by
    posting.save()
    posting.credentials.set(credentials)
    posting.locations.all().delete()
    Location.objects.bulk_create(
        Location(posting=posting, city=city, state=state, zip_code=zip_code, **_point(zip_code))
        for city, state, zip_code in locations
    )
    posting.signals = spam_signals(posting)
    posting.save(update_fields=["signals"])
    index_words(posting)
    if is_new or changed:
        words = "" if is_new else f"Changed: {', '.join(changed)}."
        _record(posting, "" if is_new else posting.state, posting.state, by, words)
    is_suspect = posting.state in (S.LIVE, S.APPROVED) and posting.signals and not is_new
    if is_suspect and posting.valid_through >= timezone.localdate():
        take_step(posting=posting, to=S.SUBMITTED, by=by, reason="Changed; to be looked at again.")
    bump_board()
    logger.info("posting saved", extra={"posting_id": posting.pk, "is_new": is_new})
    return posting


@transaction.atomic
def take_step(*, posting: Posting, to: str, by: User | None, reason: str = "") -> Posting:
    """Bring a posting to another state and record it. Raises StepError where it cannot go there.

    An approved posting goes live at once unless it names a later day.
    """
    now = timezone.now()
    row = Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)
    if to not in STEPS[S(row.state)]:
        raise StepError(
            f"“{row.title}” is {row.get_state_display().lower()} and cannot become "
            f"{S(to).label.lower()}."
        )
    if to == S.REJECTED and not reason.strip():
        raise StepError("Say why the posting is rejected: its employer reads it.")
    if to in (S.SUBMITTED, S.APPROVED, S.LIVE) and row.valid_through < timezone.localdate(now):
        raise StepError(f"“{row.title}” ended on its last day; give it a later one first.")
    before, posting.state = row.state, to
    if to == S.LIVE:
        posting.went_live_at = now
    if to in (S.FILLED, S.EXPIRED, S.WITHDRAWN):
        posting.closed_at = now
    posting.changed_at = now
    posting.save(update_fields=["state", "went_live_at", "closed_at", "changed_at"])
    _record(posting, before, to, by, reason.strip())
    _tell(posting, to, reason.strip())
    bump_board()
    logger.info("posting step", extra={"posting_id": posting.pk, "from": before, "to": to})
    if to == S.APPROVED and (posting.live_from or timezone.localdate()) <= timezone.localdate():
        take_step(posting=posting, to=S.LIVE, by=by)
    return posting


@transaction.atomic
def submit(*, posting: Posting, by: User) -> Posting:
    """Ask for a posting's approval. Raises StepError where the employer's plan has no room."""
    Employer.objects.select_for_update().get(pk=posting.employer_id)
    left = postings_left(posting.employer)
    if left is not None and left < 1:
        raise StepError(
            "Your plan allows no further posting at the same time. Close one that is live, or ask "
            "for a larger plan."
        )
    posting.signals = spam_signals(posting)
    posting.save(update_fields=["signals"])
    return take_step(posting=posting, to=S.SUBMITTED, by=by)


@transaction.atomic
def post_again(*, posting: Posting, by: User) -> Posting:
    """A draft like a posting, valid for as long as that was, from today."""
    days = max((posting.valid_through - timezone.localdate(posting.created_at)).days, 14)
    locations = [(each.city, each.state, each.zip_code) for each in posting.locations.all()]
    credentials = list(posting.credentials.all())
    copy = Posting.objects.select_related("employer", "specialty").get(pk=posting.pk)
    copy.pk = None
    copy._state.adding = True
    copy.state, copy.external_id = S.DRAFT, ""
    copy.went_live_at = copy.closed_at = copy.live_from = copy.search = None
    copy.created_at = timezone.now()
    copy.valid_through = timezone.localdate() + timedelta(days=min(days, 90))
    return save_posting(posting=copy, locations=locations, credentials=credentials, by=by)


def follow_the_calendar() -> dict[str, int]:
    """Bring what begins today live, end what is past its last day, archive what ended long ago."""
    today = timezone.localdate()
    long_ago = timezone.now() - ARCHIVED_AFTER
    due = [
        (S.LIVE, Posting.objects.filter(state=S.APPROVED, live_from__lte=today)),
        (S.EXPIRED, Posting.objects.filter(state=S.LIVE, valid_through__lt=today)),
        (
            S.ARCHIVED,
            Posting.objects.filter(
                state__in=[S.FILLED, S.EXPIRED, S.WITHDRAWN], closed_at__lt=long_ago
            ),
        ),
    ]
    done = {}
    for to, postings in due:
        done[to] = 0
        for posting in postings.select_related("employer"):
            try:
                take_step(posting=posting, to=to, by=None)
            except StepError:  # somebody was faster, or its last day came before its first
                continue
            done[to] += 1
    logger.info("postings followed the calendar", extra={str(k): v for k, v in done.items()})
    return done


@transaction.atomic
def report(*, posting: Posting, reason: str, details: str, user, network_hash: str) -> bool:
    """Keep a report for the administrators; False where this network reported it today."""
    _, is_new = PostingReport.objects.get_or_create(
        posting=posting,
        network_hash=network_hash,
        defaults={
            "reason": reason,
            "details": details,
            "user": user if user.is_authenticated else None,
        },
    )
    logger.info("posting reported", extra={"posting_id": posting.pk, "reason": reason})
    return is_new


@transaction.atomic
def handle_reports(*, reports: QuerySet[PostingReport], by: User) -> int:
    """Note that an administrator has dealt with reports; how many were open."""
    count = reports.filter(handled_at=None).update(handled_at=timezone.now(), handled_by=by)
    logger.info("reports handled", extra={"report_count": count, "by_id": by.pk})
    return count


def count_view(*, posting_id: int) -> None:
    """One more opening of a posting's page today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO careers_postingviews AS seen (posting_id, day, count) VALUES (%s, %s, 1) "
            "ON CONFLICT (posting_id, day) DO UPDATE SET count = seen.count + 1",
            [posting_id, timezone.localdate()],
        )


@transaction.atomic
def save_for_later(*, posting: Posting, user: User, is_saved: bool) -> None:
    """Keep a posting on a person's list, or take it off."""
    if is_saved:
        SavedPosting.objects.get_or_create(user=user, posting=posting)
    else:
        SavedPosting.objects.filter(user=user, posting=posting).delete()
    logger.info("posting kept", extra={"posting_id": posting.pk, "is_saved": is_saved})


def _point(zip_code: str) -> dict:
    point = point_of(zip_code)
    return {"latitude": point[0], "longitude": point[1]} if point else {}


def _record(posting: Posting, before: str, after: str, by: User | None, reason: str) -> None:
    PostingChange.objects.create(
        posting=posting, from_state=before, to_state=after, reason=reason[:1000], by=by
    )


_TOLD = {
    S.LIVE: "is live",
    S.REJECTED: "was not approved",
    S.EXPIRED: "has ended",
}


def _tell(posting: Posting, to: str, reason: str) -> None:
    """Tell the employer's members what happened without them."""
    if to not in _TOLD or posting.is_demonstration:
        return
    for member in posting.employer.members.filter(is_active=True):
        mail_template(
            template="posting_step",
            user=member,
            subject=f"Your posting “{posting.title}” {_TOLD[to]}",
            posting=posting,
            reason=reason,
            state=to,
            url=settings.SITE_URL + posting.get_absolute_url(),
        )
