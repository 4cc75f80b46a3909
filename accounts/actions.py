"""What changes accounts and their meters, apart from spending a view."""

import logging
import uuid
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import CodeView, DailyUse, NetworkDay, User, ViewPeriod
from accounts.models.view_meter import period_length

logger = logging.getLogger(__name__)


def carry_over_at_login(*, user: User, guest: uuid.UUID | None) -> int:
    """Carry over what this browser viewed as a guest, and the browser that signed up.

    Returns how many views there were. They need not be the same browser: the e-mail address may
    have been confirmed on another device.
    """
    guests = {guest, user.guest} - {None}
    count = sum(carry_over(guest=each, user=user) for each in guests)
    if user.guest:
        user.guest = None
        user.save(update_fields=["guest"])
    return count


@transaction.atomic
def carry_over(*, guest: uuid.UUID, user: User) -> int:
    """Count the guest's views of the running period as the member's; how many there were.

    Each view is carried over once, to one member. A member without a running period takes the
    guest's, so that the views renew when they would have.
    """
    now = timezone.now()
    theirs = (
        ViewPeriod.objects.select_for_update()
        .filter(guest=guest, started_at__gt=now - period_length())
        .first()
    )
    views = list(theirs.code_views.filter(is_carried_over=False)) if theirs else []
    if not views:
        return 0
    own = _lock_period(user, now=now, started_at=theirs.started_at)
    CodeView.objects.bulk_create(
        [CodeView(period=own, code_key=v.code_key, viewed_at=v.viewed_at) for v in views],
        ignore_conflicts=True,
    )
    own.used_count = own.code_views.count()
    own.save(update_fields=["used_count"])
    theirs.code_views.update(is_carried_over=True)
    logger.info("guest views carried over", extra={"user_id": user.pk, "view_count": len(views)})
    return len(views)


def _lock_period(user: User, *, now: datetime, started_at: datetime) -> ViewPeriod:
    """The member's row, locked for the transaction. Made where there was none, and begun anew
    where the period is over, at `started_at`.
    """
    ViewPeriod.objects.bulk_create(
        [ViewPeriod(user=user, started_at=started_at)], ignore_conflicts=True
    )
    period = ViewPeriod.objects.select_for_update().get(user=user)
    if period.ends_at <= now:
        period.code_views.all().delete()
        period.started_at, period.used_count = started_at, 0
        period.save(update_fields=["started_at", "used_count"])
    return period


@transaction.atomic
def delete_account(*, user: User) -> None:
    """Delete the account and everything that belongs to it; all its sessions end.

    Other apps do theirs before, by the functions that the setting BEFORE_ACCOUNT_DELETION names.
    """
    user_id = user.pk
    for name in settings.BEFORE_ACCOUNT_DELETION:
        import_string(name)(user)
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    user.delete()
    logger.info("account deleted", extra={"user_id": user_id})


@transaction.atomic
def prune_views() -> int:
    """Delete periods that are over and counts of days past; how many rows that were.

    A reader whose period is over has the whole allowance again, so nothing is lost by it.
    """
    now = timezone.now()
    over = ViewPeriod.objects.filter(started_at__lte=now - period_length())
    # Locked, so that none begins anew while it is being deleted.
    keys = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True))
    period_count, _ = ViewPeriod.objects.filter(pk__in=keys).delete()
    yesterday = timezone.localdate(now) - timedelta(days=1)
    network_count, _ = NetworkDay.objects.filter(day__lt=yesterday).delete()
    use_count, _ = DailyUse.objects.filter(day__lt=yesterday).delete()
    count = period_count + network_count + use_count
    logger.info("old views pruned", extra={"row_count": count})
    return count
