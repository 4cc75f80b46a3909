"""What the loaded releases tell of a code's past: added, revised, ended, replaced."""

import re
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from codes.models import OfficialDescription
from codes.queries.official_text import publisher_line
from codes.queries.releases import Releases


@dataclass(frozen=True)
class DiffPiece:
    """A run of words that both texts have, or only the old, or only the new one."""

    kind: str  # "same", "removed" or "added"
    text: str


@dataclass(frozen=True)
class HistoryEvent:
    """One thing that happened to a code, with the release that tells it.

    `publisher` is the publisher's line for the words in `diff`.
    """

    date: date
    kind: str  # "added", "listed", "revised", "status", "ended"
    title: str
    release_name: str
    text: str = ""
    diff: list[DiffPiece] = field(default_factory=list)
    publisher: str = ""


_ACTIONS = {  # CMS's action codes of the HCPCS record layout, field "action code"
    "A": "Added",
    "B": "Coverage and long description changed",
    "C": "Long description changed",
    "D": "Discontinued",
    "F": "Coverage or administrative data changed",
    "P": "Payment data changed",
    "R": "Reactivated",
    "S": "Short description changed",
    "T": "Miscellaneous change",
}


def word_diff(old: str, new: str) -> list[DiffPiece]:
    """The word-level differences between two texts, in reading order."""
    before, after = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    pieces = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(DiffPiece("same", "".join(after[new_from:new_to])))
            continue
        if old_to > old_from:
            pieces.append(DiffPiece("removed", "".join(before[old_from:old_to])))
        if new_to > new_from:
            pieces.append(DiffPiece("added", "".join(after[new_from:new_to])))
    return pieces


def history_of(descriptions: list[OfficialDescription], releases: Releases) -> list[HistoryEvent]:
    """The events that a code's descriptions in published releases tell, newest first.

    History is not cut at a date of service: a reader looks here for what comes after it too.
    """
    ordered = sorted(descriptions, key=lambda item: (item.release.source, item.release.valid_from))
    events = []
    for position, item in enumerate(ordered):
        previous = ordered[position - 1] if position else None
        if previous and previous.release.source != item.release.source:
            previous = None
        events += _events_of(item, previous, releases)
    if ordered:
        events += _dropped(ordered[-1], releases)
    return sorted(events, key=lambda event: event.date, reverse=True)


def history_table(events: list[HistoryEvent]) -> tuple[list[str], list[list]]:
    """The events as a table: the names of its columns, and its rows."""
    header = ["date", "event", "release", "note", "text removed", "text added", "publisher"]
    rows = [
        [
            event.date.isoformat(),
            event.title,
            event.release_name,
            event.text,
            *(" ".join(_pieces(event, kind)) for kind in ("removed", "added")),
            event.publisher,
        ]
        for event in events
    ]
    return header, rows


def _pieces(event: HistoryEvent, kind: str) -> list[str]:
    return [piece.text.strip() for piece in event.diff if piece.kind == kind]


def _events_of(
    item: OfficialDescription, previous: OfficialDescription | None, releases: Releases
) -> list[HistoryEvent]:
    release, events = item.release, []
    if previous is None:
        earlier = releases.before(release)
        if item.added_date:
            events.append(HistoryEvent(item.added_date, "added", "Added", release.name))
        elif earlier:
            events.append(
                HistoryEvent(
                    release.valid_from, "added", "Added", release.name, f"Not in {earlier.name}."
                )
            )
        else:
            events.append(
                HistoryEvent(
                    release.valid_from,
                    "listed",
                    "Listed in the oldest release loaded",
                    release.name,
                )
            )
    else:
        if previous.text != item.text:
            events.append(
                HistoryEvent(
                    release.valid_from,
                    "revised",
                    "Description revised",
                    release.name,
                    diff=word_diff(previous.text, item.text),
                    publisher=publisher_line(item.code.system, release),
                )
            )
        if previous.is_billable != item.is_billable:
            title = "Became billable" if item.is_billable else "Became a header, no longer billable"
            events.append(HistoryEvent(release.valid_from, "status", title, release.name))
    action = _ACTIONS.get(item.action_code)
    is_told_by_dates = item.action_code in ("A", "D")
    if action and item.effective_date and not is_told_by_dates:
        events.append(HistoryEvent(item.effective_date, "status", action, release.name))
    if item.termination_date and (
        previous is None or previous.termination_date != item.termination_date
    ):
        events.append(HistoryEvent(item.termination_date, "ended", "Last valid day", release.name))
    return events


def _dropped(last: OfficialDescription, releases: Releases) -> list[HistoryEvent]:
    successor = releases.after(last.release)
    if successor is None or last.termination_date:
        return []
    return [
        HistoryEvent(
            successor.valid_from,
            "ended",
            "No longer listed",
            successor.name,
            f"Last listed in {last.release.name}.",
        )
    ]
