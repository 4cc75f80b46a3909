"""The page-view meter: what opening a code page costs, and what a reader has left.

A guest has GUEST_VIEWS a period, a member MEMBER_EXTRA_VIEWS more or what the plan says. A period
begins with the first view and lasts VIEW_PERIOD_DAYS; the same code in the same period is free.
Staff and unlimited plans are not counted. HEAD and prefetching requests never spend a view.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.guest import guest_of, guest_or_new
from accounts.models import CodeView, ViewPeriod
from accounts.models.view_meter import period_length
from accounts.network import network_hash

VIEWS_USED_UP = "views-used-up"
NETWORK_LIMIT = "network-limit"
# The request was a HEAD or a prefetch of a page that would have cost a view.
NOT_OPENED = "not-opened"


@dataclass(frozen=True)
class Reading:
    """The meter as one reader sees it.

    `remaining` and `allowance` count views of a period; None: unlimited. `renews_on` is the date
    on which a running period ends, None while no view is spent. `is_open` says whether the gated
    sections of the page asked for may be shown; if not, `locked_reason` is one of
    `views-used-up`, `network-limit` (too many fresh guests of one network today), `not-opened`.
    """

    remaining: int | None
    allowance: int | None
    used: int
    renews_on: date | None
    is_guest: bool
    guest_views: int
    member_extra_views: int
    is_open: bool = False
    locked_reason: str = ""


@dataclass(frozen=True)
class WithoutBrowser:
    """A member who reads without a browser, as by mail; stands where the meter takes a request."""

    user: Any
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reader:
    """Whose period it is: a member's or a guest's, and how many views it holds."""

    owner: dict
    allowance: int
    is_guest: bool


@dataclass(frozen=True)
class Look:
    """The meter as one look found it, before it is decided whether the page opens something.

    `also` is the value of the expression that was looked up with it.
    """

    request: Any
    code_key: str
    also: Any = None
    reader: _Reader | None = None  # None: not counted
    period: ViewPeriod | None = None
    is_viewed: bool = False

    def open(self) -> Reading:
        """The reading for the code's page; costs a view if that opens a page not yet seen."""
        if self.reader is None:
            return _unlimited(is_open=True)
        reading = _reading(self.reader, self.period, is_open=self.is_viewed)
        if self.is_viewed:
            return reading
        if not reading.remaining:
            return replace(reading, locked_reason=VIEWS_USED_UP)
        if _is_only_looking(self.request):
            # Answered locked: no cache may show this to the reader who then opens the page.
            self.request.is_view_withheld = True
            return replace(reading, locked_reason=NOT_OPENED)
        return _spend(self.request, self.reader, self.code_key)

    def peek(self) -> Reading:
        """The reading for a page that opens nothing: never costs a view."""
        return _reading(self.reader, self.period) if self.reader else _unlimited()


def look(request, code_key: str, *, also: str = "") -> Look:
    """What the reader has left and whether the code was opened already, in one round trip.

    `also` is a scalar SQL expression of the caller's, without parameters, read in the same one;
    for readers who are not counted, or have no running period, in a query of its own.
    """
    if is_unlimited(request.user):
        return Look(request, code_key, _value_of(also))
    reader = _reader(request)
    return Look(request, code_key, *_looked_up(reader, code_key, also))


def open_code(request, code_key: str) -> Reading:
    """The reading for the page of `code_key`; costs a view if that opens a page not yet seen.

    Pages seen in the period, and those that stay locked, take one query.
    """
    return look(request, code_key).open()


def peek(request) -> Reading:
    """The reading for any other page: never costs a view. No query for a guest without a cookie."""
    if is_unlimited(request.user):
        return _unlimited()
    reader = _reader(request)
    if reader.is_guest and guest_of(request) is None:
        return _reading(reader, None)
    _, _, period, _ = _looked_up(reader)
    return _reading(reader, period)


def is_unlimited(user) -> bool:
    """Whether nothing that the person does is counted."""
    if not user.is_authenticated:
        return False
    return user.is_staff or bool(user.plan and user.plan.is_unlimited)


def member_allowance(user) -> int:
    """The views a period of a member who is counted."""
    if user.plan and user.plan.views_per_period is not None:
        return user.plan.views_per_period
    return settings.GUEST_VIEWS + settings.MEMBER_EXTRA_VIEWS


def _reader(request) -> _Reader:
    if request.user.is_authenticated:
        return _Reader({"user": request.user}, member_allowance(request.user), False)
    return _Reader({"guest": guest_or_new(request)}, settings.GUEST_VIEWS, True)


def _looked_up(reader, code_key="", also="") -> tuple[Any, _Reader, ViewPeriod | None, bool]:
    """The value of `also`, the reader, the period unless it is over, and whether the code was
    opened in it. A reader without a period takes a second query for `also`.
    """
    column, value = _column(reader.owner)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {also or 'NULL'}, EXISTS (SELECT FROM accounts_codeview "  # noqa: S608
            "WHERE period_id = period.id AND code_key = %s), id, started_at, used_count "
            f"FROM accounts_viewperiod AS period WHERE {column} = %s AND started_at > %s",
            [code_key, value, _ended_before()],
        )
        row = cursor.fetchone()
    if row is None:
        return _value_of(also), reader, None, False
    found, is_viewed, *period = row
    return found, reader, _stored_period(*period), is_viewed


def _value_of(expression: str) -> Any:
    if not expression:
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}")
        return cursor.fetchone()[0]


def _column(owner: dict) -> tuple[str, Any]:
    """The column of a reader's period, and what it holds for this one."""
    ((name, value),) = owner.items()
    return ("user_id", value.pk) if name == "user" else (name, value)


def _stored_period(id, started_at, used_count) -> ViewPeriod:
    period = ViewPeriod(id=id, started_at=started_at, used_count=used_count)
    period._state.adding = False
    return period


def _spend(request, reader, code_key: str) -> Reading:
    """Spends a view under the lock of the reader's row, unless another request was faster."""
    with transaction.atomic():
        now = timezone.now()
        period, is_new = lock_period(reader.owner, now=now, started_at=now)
        if is_new and reader.is_guest and not admit_guest(request):
            transaction.set_rollback(True)
            return replace(_reading(reader, None), remaining=0, locked_reason=NETWORK_LIMIT)
        if period.code_views.filter(code_key=code_key).exists():
            return _reading(reader, period, is_open=True)
        if period.used_count >= reader.allowance:
            return replace(_reading(reader, period), locked_reason=VIEWS_USED_UP)
        period.code_views.create(code_key=code_key, viewed_at=now)
        period.used_count += 1
        period.save(update_fields=["used_count"])
        return _reading(reader, period, is_open=True)


def lock_period(owner: dict, *, now, started_at) -> tuple[ViewPeriod, bool]:
    """The reader's row, locked for the transaction, and whether it is new.

    Made where there was none, and begun anew where the period is over, at `started_at`. Parallel
    requests of one reader wait here for each other.
    """
    column, value = _column(owner)
    with connection.cursor() as cursor:
        # A row that was there is locked by the idle update; it has an xmax, a new one has none.
        cursor.execute(
            f"INSERT INTO accounts_viewperiod AS period ({column}, started_at, used_count) "  # noqa: S608
            f"VALUES (%s, %s, 0) ON CONFLICT ({column}) DO UPDATE "
            "SET used_count = period.used_count "
            "RETURNING id, started_at, used_count, xmax = 0",
            [value, started_at],
        )
        *fields, is_new = cursor.fetchone()
    period = _stored_period(*fields)
    if period.ends_at <= now:
        period.code_views.all().delete()
        period.started_at, period.used_count = started_at, 0
        period.save(update_fields=["started_at", "used_count"])
    return period, is_new


def admit_guest(request, kind: str = "") -> bool:
    """Counts a fresh guest of the request's network; False when the day's number is reached.

    What is counted by the day, a `kind` of DailyUse, has a count of its own.
    """
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_networkday AS network (network_hash, day, guest_count) "
            "VALUES (%s, %s, 1) ON CONFLICT (network_hash) DO UPDATE "
            "SET guest_count = network.guest_count + 1 WHERE network.guest_count < %s",
            [network_hash(request, today, kind), today, settings.GUESTS_PER_NETWORK_PER_DAY],
        )
        return cursor.rowcount == 1


def viewed_codes(user) -> list[CodeView]:
    """The code pages the member opened in the running period, the newest first."""
    return list(
        CodeView.objects.filter(period__user=user, period__started_at__gt=_ended_before()).order_by(
            "-viewed_at", "-pk"
        )
    )


def _is_only_looking(request) -> bool:
    """HEAD, and a browser that fetches a page its reader may never open."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method == "HEAD" or any(
        word in purpose.lower() for purpose in purposes for word in ("prefetch", "prerender")
    )


def _ended_before() -> datetime:
    return timezone.now() - period_length()


def _reading(reader, period: ViewPeriod | None, *, is_open=False) -> Reading:
    used = period.used_count if period else 0
    return Reading(
        remaining=max(reader.allowance - used, 0),
        allowance=reader.allowance,
        used=used,
        renews_on=timezone.localdate(period.ends_at) if used else None,
        is_guest=reader.is_guest,
        guest_views=settings.GUEST_VIEWS,
        member_extra_views=settings.MEMBER_EXTRA_VIEWS,
        is_open=is_open,
    )


def _unlimited(*, is_open=False) -> Reading:
    return Reading(
        remaining=None,
        allowance=None,
        used=0,
        renews_on=None,
        is_guest=False,
        guest_views=settings.GUEST_VIEWS,
        member_extra_views=settings.MEMBER_EXTRA_VIEWS,
        is_open=is_open,
    )
