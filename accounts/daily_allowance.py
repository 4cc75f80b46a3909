"""What a reader may use so many times a day: notes, questions, cases by e-mail.

The count is exact under parallel requests, as one statement asks and spends. Staff and unlimited
plans are not counted. A guest's first use on a day counts against the guest's network as well, as
a fresh guest does in the page-view meter.
"""

from dataclasses import dataclass, replace

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.guest import guest_of, guest_or_new
from accounts.meter import admit_guest, is_unlimited
from accounts.models import DailyUse, User

Kind = DailyUse.Kind


@dataclass(frozen=True)
class Allowance:
    """A reader's day: `allowance` uses in all, None where they are not counted, `used` of them.

    `is_granted` says of a use that was asked for whether it may go ahead.
    """

    allowance: int | None
    used: int = 0
    is_guest: bool = False
    is_granted: bool = False

    @property
    def remaining(self) -> int | None:
        return None if self.allowance is None else max(self.allowance - self.used, 0)


def allowed_per_day(user, kind: str) -> int | None:
    """How many uses a day a person has; None: not counted. Guests have no cases by e-mail."""
    free_guest, free_member = {
        Kind.NOTE: (settings.GUEST_NOTES_PER_DAY, settings.MEMBER_NOTES_PER_DAY),
        Kind.QUESTION: (settings.GUEST_QUESTIONS_PER_DAY, settings.MEMBER_QUESTIONS_PER_DAY),
        Kind.MAIL: (0, settings.MEMBER_MAILS_PER_DAY),
    }[Kind(kind)]
    if not user.is_authenticated:
        return free_guest
    if is_unlimited(user):
        return None
    of_plan = getattr(user.plan, f"{Kind(kind).value}s_per_day") if user.plan else None
    return free_member if of_plan is None else of_plan


def peek(request, kind: str) -> Allowance:
    """What the request's reader has left today. No query for a guest without a cookie."""
    user = request.user
    allowance = allowed_per_day(user, kind)
    is_guest = not user.is_authenticated
    if allowance is None or (is_guest and guest_of(request) is None):
        return Allowance(allowance, is_guest=is_guest)
    owner = {"guest": guest_of(request)} if is_guest else {"user": user}
    row = DailyUse.objects.filter(kind=kind, day=timezone.localdate(), **owner).first()
    return Allowance(allowance, row.used_count if row else 0, is_guest)


def spend(request, kind: str) -> Allowance:
    """Spend one use of the request's reader, if there is one left: `is_granted` says so."""
    user = request.user
    if user.is_authenticated:
        return spend_of(user, kind)
    allowance = Allowance(allowed_per_day(user, kind), is_guest=True)
    with transaction.atomic():
        used, is_new = _add(kind, "guest", guest_or_new(request), allowance.allowance)
        if is_new and not admit_guest(request, kind):
            transaction.set_rollback(True)
            return replace(allowance, used=allowance.allowance)
    return _after(allowance, used)


def spend_of(user: User, kind: str) -> Allowance:
    """The same for a member known without a request."""
    allowance = Allowance(allowed_per_day(user, kind))
    if allowance.allowance is None:
        return replace(allowance, is_granted=True)
    used, _ = _add(kind, "user_id", user.pk, allowance.allowance)
    return _after(allowance, used)


def give_back(request, kind: str) -> None:
    """Undo a use of today that led to nothing, as when the work failed."""
    user = request.user
    is_member = user.is_authenticated
    column, value = ("user_id", user.pk) if is_member else ("guest", guest_or_new(request))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_dailyuse SET used_count = used_count - 1 WHERE {column} = %s "  # noqa: S608
            "AND kind = %s AND day = %s AND used_count > 0",
            [value, kind, timezone.localdate()],
        )


def _add(kind: str, column: str, value, allowance: int) -> tuple[int | None, bool]:
    """The uses of today with this one, None where none is left; and whether it is the first."""
    if allowance < 1:
        return None, False
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO accounts_dailyuse AS today (kind, {column}, day, used_count) "  # noqa: S608
            f"VALUES (%s, %s, %s, 1) ON CONFLICT ({column}, kind, day) DO UPDATE "
            "SET used_count = today.used_count + 1 WHERE today.used_count < %s "
            "RETURNING used_count, xmax = 0",
            [kind, value, timezone.localdate(), allowance],
        )
        return cursor.fetchone() or (None, False)


def _after(allowance: Allowance, used: int | None) -> Allowance:
    if used is None:
        return replace(allowance, used=allowance.allowance)
    return replace(allowance, used=used, is_granted=True)
