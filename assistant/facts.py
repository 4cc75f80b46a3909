"""What the tools find: facts and tables of the record, each with the place it stands at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Citation:
    """Where a fact stands: a page of this site in words, its address, and the release.

    `release` names the source and its release ("NCCI add-on code edits, 2024 Q2"); '' where the
    fact is the editors' own or holds without one.
    """

    title: str
    url: str
    release: str = ""

    @property
    def label(self) -> str:
        """The page and its release in one line."""
        return f"{self.title} · {self.release}" if self.release else self.title


@dataclass(frozen=True)
class Fact:
    """One statement that can be checked, as a sentence without markup."""

    text: str
    citation: Citation


@dataclass(frozen=True)
class Table:
    """Rows of plain text under the names of their columns."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    citation: Citation


@dataclass(frozen=True)
class Locked:
    """That a fact is behind the meter and was not fetched: the code's page, and what opens it."""

    printed: str
    url: str
    sentence: str


@dataclass(frozen=True)
class ToolResult:
    """What a call of a tool found. `step` says in words what was done ("Looked up 96522").

    `notes` say of a release that it was not published for the date of service.
    `arguments` are plain values, as they are kept with the answer. `is_found` is false where the
    record is silent: then the facts say so, and name the releases that were searched. `values`
    are the figures behind the facts, for callers that reckon with them.
    """

    tool: str
    arguments: Mapping[str, Any]
    step: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    locked: Locked | None = None
    is_found: bool = True
    values: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Fact, ...] = ()

    @property
    def is_locked(self) -> bool:
        return self.locked is not None

    @property
    def citations(self) -> list[Citation]:
        """Each place once, in the order of the facts."""
        found = [item.citation for item in (*self.facts, *self.tables, *self.notes)]
        return list(dict.fromkeys(found))
