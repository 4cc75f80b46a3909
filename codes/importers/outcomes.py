"""What came of each file of an import, and how far it is: for the command and the admin."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from codes.importers.rows import Rejected


class State(StrEnum):
    PUBLISHED = "published"
    ALREADY_LOADED = "already loaded"
    REPLACED = "replaced since"
    SAME_RELEASE = "same release"
    NOT_RECOGNIZED = "not recognized"
    REFUSED = "refused"


@dataclass
class Outcome:
    """What came of one file. `note` is a sentence; of a refused file it says why.

    `is_from_folder`: the file was met in a folder and not named by the person who imports.
    `is_operator_needed`: it was refused for want of something that the operator can say or bring.
    """

    file: str
    state: State
    source: str = ""
    release: str = ""
    code_count: int = 0
    modifier_count: int = 0
    rejected_count: int = 0
    seconds: float = 0.0
    note: str = ""
    rejected: list[Rejected] = field(default_factory=list)
    is_from_folder: bool = False
    is_operator_needed: bool = False

    @property
    def rows(self) -> str:
        """The number of rows for people: `8,725 + 384 modifiers`; empty where none were read."""
        if self.state in (State.NOT_RECOGNIZED, State.REFUSED, State.SAME_RELEASE):
            return ""
        modifiers = f" + {self.modifier_count:,} modifiers" if self.modifier_count else ""
        return f"{self.code_count:,}{modifiers}"


@dataclass(frozen=True)
class Options:
    """What the person who starts an import says of it. See `import_files --help`."""

    release: str = ""
    valid_from: date | None = None
    replace: bool = False
    allow_fall: bool = False
    all_parts: bool = False


class Progress:
    """Is told how an import goes. This one keeps it to itself; commands and jobs show it."""

    def looking(self, title: str) -> None:
        """A file is being looked at."""

    def begun(self, title: str, position: int, count: int) -> None:
        """The import of a file began, the `position`-th of `count`."""

    def read(self, fraction: float) -> None:
        """So much of the file's rows has been read, from 0 to 1."""

    def waiting(self, source: str) -> None:
        """Another import of the source runs; this one goes on when it has ended."""

    def ended(self, outcome: Outcome) -> None:
        """The import of a file ended."""


@dataclass
class Report:
    """The outcomes of all files, and the sentence to fail with, if any."""

    outcomes: list[Outcome]
    problem: str = ""
