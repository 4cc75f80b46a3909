"""Every candidate in the paths a person gives: plain files, files in folders, files in zips.

Zips may hold zips. Nothing is unpacked here but a zip within a zip; of all else only the
beginning is read. What cannot be read is told as a sentence instead of a file.
"""

import itertools
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from codes.importers.official_file import HEAD_BYTES, OfficialFile, copy_limited
from codes.importers.rows import FileProblem

# The largest official file known is 50 MB, an NCCI part; as a workbook it unpacks to some 300 MB.
LARGEST_FILE = 1024 * 2**20
LARGEST_WORKBOOK = 512 * 2**20
MOST_MEMBERS = 5000
DEEPEST_ZIP = 3

_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class UnreadableFile:
    """A file that is not even looked into; `problem` is a sentence."""

    title: str
    problem: str


Found = OfficialFile | UnreadableFile


class FoundFiles:
    """A walk over paths. Use it as a context: unpacked files are removed when it ends."""

    def __init__(self, paths: Iterable[Path]):
        self.paths = [Path(path) for path in paths]

    def __enter__(self) -> "FoundFiles":
        self._folder = tempfile.TemporaryDirectory(prefix="official-files-")
        self._numbers = itertools.count(1)
        return self

    def __exit__(self, *exception) -> None:
        self._folder.cleanup()

    def __iter__(self) -> Iterator[tuple[Path, Found]]:
        """Each candidate with the given path it was found under."""
        for path in self.paths:
            for found in self._under(path):
                yield path, found

    def _under(self, path: Path) -> Iterator[Found]:
        if path.is_file():
            yield from self._on_disk(path, path.name, [])
        elif path.is_dir():
            closed: list[OSError] = []
            for file in _files_below(path, closed):
                inside = file.relative_to(path)
                folders = [*(part.name for part in inside.parents if part.name), path.name]
                yield from self._on_disk(file, str(inside), folders)
            for error in closed:
                yield UnreadableFile(
                    str(error.filename), f"{error.filename} cannot be read: {error.strerror}."
                )
        elif path.exists():
            yield UnreadableFile(str(path), f"{path} is neither a file nor a folder.")
        else:
            yield UnreadableFile(str(path), f"There is no file or folder {path}.")

    def _on_disk(self, path: Path, title: str, folders: list[str]) -> Iterator[Found]:
        if path.exists() and not path.is_file():
            return  # a socket or a pipe, which would be read for ever
        try:
            with path.open("rb") as stream:
                head = stream.read(HEAD_BYTES)
        except OSError as error:
            yield UnreadableFile(title, f"{title} cannot be read: {error.strerror}.")
            return
        names = [path.name, *folders]
        yield from self._looked_into(title, names, head, lambda: path, str(path.parent), depth=0)

    def _looked_into(self, title, names, head, unpack, container, depth) -> Iterator[Found]:
        file = OfficialFile(title, names, head, unpack, container)
        try:
            if not head.startswith(b"PK\x03\x04"):
                yield file
                return
            path = file.path
            with zipfile.ZipFile(path) as archive:
                members = archive.infolist()
                if any(member.filename == "[Content_Types].xml" for member in members):
                    if _is_workbook(members, title):
                        file.is_workbook = True
                    yield file
                    return
                if depth >= DEEPEST_ZIP:
                    raise FileProblem(
                        f"{title} is a zip inside {depth} others; at most {DEEPEST_ZIP} are opened."
                    )
                if len(members) > MOST_MEMBERS:
                    raise FileProblem(
                        f"{title} holds {len(members):,} files; at most {MOST_MEMBERS:,} are read."
                    )
                yield from self._members(archive, members, path, title, names, depth)
        except _ZIP_ERRORS as error:
            yield UnreadableFile(title, _damaged(title, error))
        except FileProblem as problem:
            yield UnreadableFile(title, str(problem))

    def _members(self, archive, members, path, title, names, depth) -> Iterator[Found]:
        for member in sorted(members, key=lambda member: member.filename):
            name = PurePosixPath(member.filename)
            if member.is_dir() or _is_clutter(name.name) or name.parts[0] == "__MACOSX":
                continue
            inner_title = f"{title}: {member.filename}"
            folders = [part.name for part in name.parents if part.name]
            try:
                with archive.open(member) as stream:
                    head = stream.read(HEAD_BYTES)
            except _ZIP_ERRORS as error:
                yield UnreadableFile(inner_title, _damaged(inner_title, error))
                continue
            yield from self._looked_into(
                inner_title,
                [name.name, *folders, *names],
                head,
                partial(self._unpacked, path, member.filename, inner_title),
                f"{path}:{name.parent}",
                depth + 1,
            )

    def _unpacked(self, archive_path: Path, member: str, title: str) -> Path:
        target = Path(self._folder.name) / f"{next(self._numbers)}{PurePosixPath(member).suffix}"
        try:
            with zipfile.ZipFile(archive_path) as archive, archive.open(member) as stream:
                copy_limited(stream, target, LARGEST_FILE, title)
        except _ZIP_ERRORS as error:
            raise FileProblem(_damaged(title, error)) from error
        return target


def _files_below(folder: Path, closed: list[OSError]) -> Iterator[Path]:
    """The files in a folder and below; folders that may not be read are put into `closed`."""
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not _is_clutter(name))
        for name in sorted(names):
            if not _is_clutter(name):
                yield Path(parent) / name


def _is_clutter(name: str) -> bool:
    """What operating systems leave behind: .DS_Store, ._file, Thumbs.db."""
    return name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini")


def _is_workbook(members: list[zipfile.ZipInfo], title: str) -> bool:
    size = sum(member.file_size for member in members)
    if not any(member.filename == "xl/workbook.xml" for member in members):
        return False
    if size > LARGEST_WORKBOOK:
        raise FileProblem(
            f"{title} unpacks to {size // 2**20:,} MB; workbooks of up to "
            f"{LARGEST_WORKBOOK // 2**20} MB are read."
        )
    return True


def _damaged(title: str, error: Exception) -> str:
    if isinstance(error, RuntimeError) and "password" in str(error):
        return f"{title} is locked with a password; unlock it first."
    return f"{title} is damaged or cut off ({error}); expected a whole zip. Download it again."
