"""Code pages kept in the memory of a process until what they say changes.

The rule: a page is found again only under all that it was made of. That is its address with the
date of service, today, the version of the data, and what the meter let its reader see; the meter
is asked in every request, and an open page is only ever found for a reader to whom it has just
opened this code. What differs between readers of one page (the account menu, the banner, the keys
of a form) is left out of it and drawn for each; and a page to be kept is drawn for nobody, so that
there is nothing of a reader's in it.

Not kept are pages for staff, with a message to show, and at addresses with more than a date.
"""

import re
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from accounts import meter
from accounts.meter import Reading
from codes.models import DataChange
from codes.queries.service_date import read_service_date

LARGEST_PAGE = 250_000  # bytes; what is larger is made anew each time
# What is drawn for each reader. A gap is marked by its name between two NULs: no text of the
# database can hold one.
GAPS = {
    "account": "components/account_menu.html",
    "banner": "components/view_meter.html",
    "ask_fields": "components/ask_fields.html",  # the keys of a form
}


@dataclass(frozen=True)
class Place:
    """What a page is of: an address on a day, at a version of the data."""

    path: str
    today: date
    version: int


class MostRecent:
    """At most KEPT_PAGES values: the ones used last. Threads may share it."""

    def __init__(self):
        self._values = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key) -> Any:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key, value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > settings.KEPT_PAGES:
                self._values.popitem(last=False)


_has_sections = MostRecent()  # by Place: whether opening it costs a view
_pages = MostRecent()  # by Place and what the meter let see: text and names of gaps in turns
_pieces = MostRecent()  # what fills a gap, where it is not a member's own


class KeptPage:
    """The page that a request asks for: found, or drawn and kept where it may be.

    `reading` is None until the meter has been asked to open the code, or only to be read.
    """

    def __init__(self, request, code_key: str):
        self.request = request
        self.reading: Reading | None = None
        is_kept = _may_be_kept(request)
        # The version is read before the page is made. So a page made while something is being
        # published may be newer than its version says, but never older.
        self._look = meter.look(request, code_key, also=DataChange.VERSION if is_kept else "")
        self._place = None
        if is_kept:
            self._place = Place(request.get_full_path(), timezone.localdate(), self._look.also)

    def find(self) -> HttpResponse | None:
        """The page as it was kept for such a reader, paid for as any other; None without one."""
        has_sections = _has_sections.get(self._place) if self._place else None
        if has_sections is None:
            return None
        self.read_meter(opens=has_sections)
        page = _pages.get((self._place, _seen_by(self.reading)))
        return self._filled(page) if page else None

    def read_meter(self, *, opens: bool) -> Reading:
        """The reading for this page. Costs a view if it `opens` something not seen yet; once."""
        if self.reading is None:
            self.reading = self._look.open() if opens else self._look.peek()
        return self.reading

    def draw(self, template: str, context: dict, *, has_sections: bool) -> HttpResponse:
        """The page, made now from a context with the `reading`. `has_sections` is whether opening
        it may cost a view.
        """
        reason = self.reading.locked_reason
        if self._place is None or reason not in ("", meter.VIEWS_USED_UP):
            return render(self.request, template, context)
        context = {**context, **_for_anybody(self.reading)}
        html = render_to_string(template, context, self.request)
        page = html.encode().split(b"\0")
        if sum(map(len, page)) <= LARGEST_PAGE:
            _has_sections.put(self._place, has_sections)
            _pages.put((self._place, _seen_by(self.reading)), page)
        return self._filled(page)

    def _filled(self, page: list[bytes]) -> HttpResponse:
        pieces = list(page)
        pieces[1::2] = [self._piece(name.decode()) for name in page[1::2]]
        return HttpResponse(b"".join(pieces))

    def _piece(self, name: str) -> bytes:
        reading, is_menu = self.reading, name == "account"
        if name == "ask_fields":
            context = {"csrf_token": get_token(self.request), "new_form_key": uuid.uuid4()}
            return render_to_string(GAPS[name], context).encode()
        if is_menu and not reading.is_guest:
            context = {"user": self.request.user, "csrf_token": get_token(self.request)}
            return render_to_string(GAPS[name], context).encode()
        # To guests both show links that lead back to the page.
        key = (name, self._place.path if reading.is_guest else "", None if is_menu else reading)
        piece = _pieces.get(key)
        if piece is None:
            context = {"reading": reading, "on_code_page": True}
            piece = render_to_string(GAPS[name], context, self.request).encode()
            _pieces.put(key, piece)
        return piece


def _may_be_kept(request) -> bool:
    return (
        settings.KEPT_PAGES > 0
        and request.method == "GET"
        and _asks_for_a_date_at_most(request.META.get("QUERY_STRING", ""))
        and not request.user.is_staff
        and not len(get_messages(request))
    )


def _asks_for_a_date_at_most(query: str) -> bool:
    if not query:
        return True
    if not re.fullmatch(r"date=\d{4}-\d{2}-\d{2}", query, re.ASCII):
        return False
    _, error = read_service_date(query.removeprefix("date="), timezone.localdate())
    return not error


def _seen_by(reading: Reading) -> tuple | Reading:
    """What of a reading a page is made of: all of it where the page is locked and says so."""
    return ("open", reading.is_guest) if reading.is_open else reading


def _for_anybody(reading: Reading) -> dict:
    """In place of what templates know of a reader: nobody's e-mail, token, messages, numbers."""
    return {
        "gaps": {name: f"\0{name}\0" for name in GAPS},
        "user": {"is_authenticated": not reading.is_guest},
        "csrf_token": "",
        "messages": [],
        "reading": {"is_open": True, "is_guest": reading.is_guest} if reading.is_open else reading,
    }
