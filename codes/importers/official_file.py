"""A file as a publisher ships it: its name, the beginning that tells what it is, its lines.

A file in a zip is looked at through the zip and unpacked (to a temporary folder) only once an
importer has recognized it.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

from codes.importers.rows import FileProblem
from codes.importers.worksheet import Cells, Workbook

HEAD_BYTES = 64 * 1024
HEAD_ROWS = 30
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Sheet:
    """The beginning of a worksheet: its title and first rows."""

    title: str
    rows: list[Cells]


@dataclass(eq=False)
class OfficialFile:
    """One candidate for an import.

    `title` names it for people, with the zip it lies in. `names` are what a release may be told
    from: the file's own name, then those of the zips and folders around it, nearest first.
    """

    title: str
    names: list[str]
    head: bytes
    unpack: Callable[[], Path]
    container: str = ""
    is_workbook: bool = False
    on_read: Callable[[float], None] = field(default=lambda fraction: None)

    @cached_property
    def path(self) -> Path:
        """The file on disk; unpacked from its zip where it lies in one."""
        return self.unpack()

    @cached_property
    def sha256(self) -> str:
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @cached_property
    def workbook(self) -> Workbook:
        return Workbook(self.path, self.title)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The first rows of each worksheet; [] where the file is no workbook."""
        if not self.is_workbook:
            return []
        return [
            Sheet(title, [cells for _, cells in islice(self.workbook.rows(title), HEAD_ROWS)])
            for title in self.workbook.sheet_titles
        ]

    @cached_property
    def head_lines(self) -> list[str]:
        """The lines of the file's beginning as text; the last one may be cut and is left out."""
        if self.is_workbook:
            return []
        lines = self.head.split(b"\n")
        if len(self.head) >= HEAD_BYTES:
            lines.pop()
        return [text_of(line.removesuffix(b"\r")) for line in lines]

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Every line with its number, without its end. Tells `on_read` how far it is."""
        size = self.path.stat().st_size or 1
        done = 0
        with self.path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                done += len(line)
                if number % 2000 == 0:
                    self.on_read(done / size)
                yield number, line.rstrip(b"\r\n\x1a")

    def check_encoding(self) -> None:
        """Refuse UTF-16, which no publisher uses and every layout would misread."""
        if self.head.startswith(_UTF_16_MARKS):
            raise FileProblem(
                f"{self.title} is stored as UTF-16; expected the encoding the publisher uses "
                "(UTF-8 or Windows-1252). Take the file as it was downloaded."
            )


def text_of(line: bytes) -> str:
    """A line as text: UTF-8 where it is valid, else Windows-1252, as CMS and the AMA write.

    A byte that Windows-1252 does not have, and a NUL, becomes U+FFFD, which importers reject.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("cp1252", errors="replace")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def one_line(text: str) -> str:
    """The text with every run of blanks, no-break spaces included, as one blank."""
    return " ".join(text.split())


def copy_limited(source, target: Path, limit: int, title: str) -> None:
    """Copy a stream to a file; more than `limit` bytes are refused."""
    with target.open("wb") as out:
        left = limit
        while block := source.read(min(1024 * 1024, left + 1)):
            left -= len(block)
            if left < 0:
                raise FileProblem(
                    f"{title} unpacks to more than {limit // 2**20:,} MB; "
                    "no official file is that large."
                )
            out.write(block)
