"""The clock of a case that waits for a person.

CONSULTANT_REPLY_HOURS count round the clock, nights, weekends and holidays included: what a member
is promised needs no calendar to be understood.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

# A clock turns to a warning when this part of the promised time is left.
_LAST_PART = 6


@dataclass(frozen=True)
class Clock:
    """What the clock says ("due in 3 h 20 min"), and the tone of its badge: never color alone."""

    words: str
    tone: str  # is-good, is-warn, is-bad
    is_overdue: bool


def due_from(moment: datetime) -> datetime:
    """Until when a reply is promised for a case handed over at that moment."""
    return moment + timedelta(hours=settings.CONSULTANT_REPLY_HOURS)


def clock_of(due_at: datetime, *, now: datetime | None = None) -> Clock:
    """The clock of a case that is due then."""
    left = due_at - (now or timezone.now())
    if left <= timedelta(0):
        return Clock(f"overdue by {_in_words(-left)}", "is-bad", is_overdue=True)
    is_late = left <= timedelta(hours=settings.CONSULTANT_REPLY_HOURS) / _LAST_PART
    return Clock(f"due in {_in_words(left)}", "is-warn" if is_late else "is-good", False)


def _in_words(time: timedelta) -> str:
    """Two units at most: `3 h 20 min`, `2 days 4 h`, `5 min`."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        parts = [(days, "day" if days == 1 else "days"), (hours, "h")]
    else:
        parts = [(hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)
