"""Who asks, and what they may be told: no more than the page of a code would show them.

The open facts of a code are told to everybody. What stands behind the meter is told where the
code's page is open to the reader; asking for it opens the page, at the price of a view if it was
not open already, as following a link to it would.
"""

import re

from accounts import meter
from accounts.meter import NETWORK_LIMIT, NOT_OPENED, Reading
from accounts.models import User


class Reader:
    """A reader asking one question. Each code's page is opened once, however often it is asked."""

    def __init__(self, request):
        self._request = request
        self._readings: dict[str, Reading] = {}
        self.opened: list[str] = []  # codes whose pages this question opened for a view

    @classmethod
    def of_member(cls, user: User) -> "Reader":
        """A member who asks without a browser, as by mail."""
        return cls(meter.WithoutBrowser(user))

    @classmethod
    def only_looking(cls, user: User) -> "Reader":
        """A member for whom nothing is opened that is not open already, as for somebody's draft."""
        return cls(meter.WithoutBrowser(user, method="HEAD"))

    def may_read_freely(self, code_key: str) -> bool:
        """Whether the gated facts of a code are open to the reader without costing a view."""
        look = meter.look(self._request, code_key)
        return look.reader is None or look.is_viewed

    @property
    def user(self):
        """Who asks: a member, or Django's anonymous user."""
        return self._request.user

    @property
    def is_guest(self) -> bool:
        return not self.user.is_authenticated

    def may_read(self, code_key: str, printed: str = "") -> bool:
        """Whether the gated facts of a code (`system:code`) may be fetched; may cost a view."""
        if code_key not in self._readings:
            look = meter.look(self._request, code_key)
            reading = look.open()
            self._readings[code_key] = reading
            if reading.is_open and reading.remaining is not None and not look.is_viewed:
                self.opened.append(printed or code_key.partition(":")[2])
        return self._readings[code_key].is_open

    def why_locked(self, code_key: str) -> str:
        """What keeps a code's gated facts from the reader, and what would open them."""
        reading = self._readings[code_key]
        if reading.locked_reason == NETWORK_LIMIT:
            return "Too many new readers came from this network today. Register to read on."
        if reading.locked_reason == NOT_OPENED:
            return "Its page is not open to you yet."
        if reading.is_guest:
            return (
                "Your free view is used. Register to read it: a free account adds "
                f"{reading.member_extra_views} code pages."
            )
        if reading.renews_on:
            day = reading.renews_on
            return f"Your views are used up; they renew on {day.day} {day:%b %Y}."
        return "Your plan has no views of code pages."

    @property
    def gated_codes(self) -> list[str]:
        """The codes (`system:code`) whose gated facts this question was told."""
        return [key for key, reading in self._readings.items() if reading.is_open]

    @property
    def note(self) -> str:
        """What this question cost, '' where it cost nothing."""
        if not self.opened:
            return ""
        left = min(r.remaining for r in self._readings.values() if r.remaining is not None)
        pages = "the page of " + " and ".join(self.opened)
        views = "view" if left == 1 else "views"
        return f"This opened {pages}, as a visit would; {left} {views} left."


class CautiousReader(Reader):
    """The same reader, for calls the reader did not ask for: a page costs a view only where the
    question itself names the code. Pages that are open already are read as ever.
    """

    def __init__(self, reader: Reader, named: str):
        super().__init__(reader._request)
        self._readings = reader._readings
        self.opened = reader.opened
        self._named = set(re.findall(r"\w+", _plain(named)))
        self._withheld: set[str] = set()

    def may_read(self, code_key: str, printed: str = "") -> bool:
        is_named = _plain(printed or code_key.partition(":")[2]) in self._named
        if code_key in self._readings or is_named or self.may_read_freely(code_key):
            return super().may_read(code_key, printed)
        self._withheld.add(code_key)
        return False

    def why_locked(self, code_key: str) -> str:
        if code_key in self._withheld and code_key not in self._readings:
            return "Its page is not open to you yet; ask about this code by name to open it."
        return super().why_locked(code_key)


def _plain(text: str) -> str:
    """Codes as they are compared: upper case, without dots."""
    return text.upper().replace(".", "")
