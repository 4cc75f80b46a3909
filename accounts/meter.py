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


@dataclass
class WithoutBrowser:
    """A member who reads without a browser, as by mail; stands where the meter takes a request.

    With `method` HEAD nothing is opened for a view, as with such a request.
    """

    user: Any
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_view_withheld: bool = False


@dataclass(frozen=True)
class _Reader:
    """Whose period it is: a member's or a guest's, and how many views it holds."""

    owner: dict
    allowance: int
    is_guest: bool


@dataclass(frozen=True)
class Look:
    """The meter as one look found it, before it is decided whether the page opens something.

    `also` is the value of the expression that was looked up with it. `period` is the reader's
    row, running or over; `is_viewed` is whether the code was opened in it.
    """

    request: Any
    code_key: str
    also: Any = None
    reader: _Reader | None = None  # None: not counted
    period: ViewPeriod | None = None
    is_viewed: bool = False

    def open(self) -> Reading:
        """The reading for the code's page; costs a view if that opens a page not yet seen.

        Pages seen in the period, and those that stay locked, take no further query.
        """
        if self.reader is None:
            return _unlimited(is_open=True)
        reading = _reading(self.reader, self.period)
        if self.is_viewed and reading.used:
            return replace(reading, is_open=True)
        if not reading.remaining:
            return replace(reading, locked_reason=VIEWS_USED_UP)
        if _is_only_looking(self.request):
            # Answered locked: no cache may show this to the reader who then opens the page.
            self.request.is_view_withheld = True
            return replace(reading, locked_reason=NOT_OPENED)
        spent = _spend(self)
        # Another request of the reader was faster: what it left is looked at again.
        return spent or look(self.request, self.code_key).open()

    def peek(self) -> Reading:
        """The reading for a page that opens nothing: never costs a view."""
        return _reading(self.reader, self.period) if self.reader else _unlimited()


def look(request, code_key: str, *, also: str = "") -> Look:
    """What the reader has left and whether the code was opened already, in one round trip.

    `also` is a scalar SQL expression of the caller's, without parameters, read in the same one;
    for readers who are not counted, in a query of its own.
    """
    if is_unlimited(request.user):
        return Look(request, code_key, _value_of(also))
    reader = _reader(request)
    found, period, is_viewed = _looked_up(reader, code_key, also)
    return Look(request, code_key, found, reader, period, is_viewed)


def peek(request) -> Reading:
    """The reading for any other page: never costs a view. No query for a guest without a cookie."""
    if is_unlimited(request.user):
        return _unlimited()
    reader = _reader(request)
    if reader.is_guest and guest_of(request) is None:
        return _reading(reader, None)
    _, period, _ = _looked_up(reader)
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


def _looked_up(reader, code_key="", also="") -> tuple[Any, ViewPeriod | None, bool]:
    """The value of `also`, the reader's period if there is one, and whether the code was opened
    in it. The period may be over.
    """
    column, value = _owner_column(reader.owner)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {also or 'NULL'}, id, started_at, used_count, EXISTS ("  # noqa: S608
            "SELECT FROM accounts_codeview WHERE period_id = period.id AND code_key = %s) "
            "FROM (VALUES (0)) AS reader "
            f"LEFT JOIN accounts_viewperiod AS period ON period.{column} = %s",
            [code_key, value],
        )
        found, *period, is_viewed = cursor.fetchone()
    return found, _stored_period(*period) if period[0] else None, is_viewed


def _value_of(expression: str) -> Any:
    if not expression:
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}")
        return cursor.fetchone()[0]


def _owner_column(owner: dict) -> tuple[str, Any]:
    """The column of a reader's period, and what it holds for this one."""
    ((name, value),) = owner.items()
    return ("user_id", value.pk) if name == "user" else (name, value)


def _stored_period(id, started_at, used_count) -> ViewPeriod:
    period = ViewPeriod(id=id, started_at=started_at, used_count=used_count)
    period._state.adding = False
    return period


def _spend(look: Look) -> Reading | None:
    """The reading with a view spent on the code; None if the row is no longer as it was looked at.

    Exact under parallel requests: every view of a period is counted in its row, so a row that
    has not changed since tells that the code is not open yet, and that a view is left.
    """
    if look.period or not look.reader.is_guest:
        period = _count_view(look)
        return _reading(look.reader, period, is_open=True) if period else None
    with transaction.atomic():
        period = _count_view(look)
        if period and not admit_guest(look.request):
            transaction.set_rollback(True)
            reading = _reading(look.reader, None)
            return replace(reading, remaining=0, locked_reason=NETWORK_LIMIT)
    return _reading(look.reader, period, is_open=True) if period else None


def _count_view(look: Look) -> ViewPeriod | None:
    """The period with the view written and counted, in one statement; None if it has changed.

    A period is made where there was none, and begun anew where it is over.
    """
    now, seen = timezone.now(), look.period
    begins_anew = seen is not None and seen.is_over
    values = {"now": now, "code_key": look.code_key, "begins_anew": begins_anew}
    if seen is None:
        column, values["owner"] = _owner_column(look.reader.owner)
        counted = (
            f"INSERT INTO accounts_viewperiod ({column}, started_at, used_count) "  # noqa: S608
            f"VALUES (%(owner)s, %(now)s, 1) ON CONFLICT ({column}) DO NOTHING"
        )
    else:
        values |= {
            "id": seen.pk,
            "seen_start": seen.started_at,
            "seen_count": seen.used_count,
            "start": now if begins_anew else seen.started_at,
            "count": 1 if begins_anew else seen.used_count + 1,
        }
        counted = (
            "UPDATE accounts_viewperiod SET started_at = %(start)s, used_count = %(count)s "
            "WHERE id = %(id)s AND started_at = %(seen_start)s AND used_count = %(seen_count)s"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH period AS ({counted} RETURNING id, started_at, used_count), "  # noqa: S608
            # Views of a period that is over go first: the code may be among them.
            "past AS (DELETE FROM accounts_codeview USING period "
            "WHERE period_id = period.id AND %(begins_anew)s RETURNING 1), "
            "viewed AS (INSERT INTO accounts_codeview "
            "(period_id, code_key, viewed_at, is_carried_over) "
            "SELECT id, %(code_key)s, %(now)s, FALSE FROM period "
            "WHERE (SELECT count(*) FROM past) >= 0) "
            "SELECT id, started_at, used_count FROM period",
            values,
        )
        row = cursor.fetchone()
    return _stored_period(*row) if row else None


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
    used = period.used_count if period and not period.is_over else 0
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
