"""The vectors of phrases on local disk, kept by the hash of their text.

Two files that only grow: rows of 384 bytes, and the 64-bit keys of the rows. A phrase that was
embedded once is never embedded again, whatever release or index it comes back in. One process
writes at a time; readers map the rows, which all processes share.
"""

import fcntl
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

from search.meaning import WIDTH, Model, meaning_key, stored_form

logger = logging.getLogger(__name__)

AT_ONCE = 512  # phrases between two writes: what a kill can cost


class Vectors:
    """The vectors there were when the files were opened. `sorted_keys` with their `rows`."""

    def __init__(self, folder: Path):
        keys, rows = _files(folder)
        count = _whole_rows(keys, rows)
        self.count = count
        self.matrix = (
            np.memmap(rows, np.int8, "r", shape=(count, WIDTH))
            if count
            else np.zeros((0, WIDTH), np.int8)
        )
        found = np.fromfile(keys, np.uint64, count) if count else np.zeros(0, np.uint64)
        self.keys = found

    def __len__(self) -> int:
        return self.count

    def rows_of(self, keys: np.ndarray) -> np.ndarray:
        """The row of each key, -1 where it has no vector yet."""
        if not self.count:
            return np.full(len(keys), -1, np.int32)
        order = np.argsort(self.keys, kind="stable")
        places = np.searchsorted(self.keys, keys, sorter=order)
        rows = order[np.minimum(places, self.count - 1)]
        return np.where(self.keys[rows] == keys, rows, -1).astype(np.int32)


def row_count(folder: Path) -> int:
    """How many vectors are on disk now."""
    return _whole_rows(*_files(folder))


def _files(folder: Path) -> tuple[Path, Path]:
    return folder / "keys", folder / "rows"


def _whole_rows(keys: Path, rows: Path) -> int:
    try:
        return min(keys.stat().st_size // 8, rows.stat().st_size // WIDTH)
    except FileNotFoundError:
        return 0


@contextmanager
def _only_writer(folder: Path) -> Iterator[bool]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def add_missing(folder: Path, model: Model, texts: Iterable[str]) -> int:
    """Embed the texts that have no vector yet; the number of them.

    Does nothing while another process is at it. Killed at any point it goes on from there.
    """
    with _only_writer(folder) as is_mine:
        if not is_mine:
            return 0
        keys_file, rows_file = _files(folder)
        count = _whole_rows(keys_file, rows_file)
        known = set(np.fromfile(keys_file, np.uint64).tolist()) if count else set()
        added = 0
        missing = _missing(texts, known)
        with keys_file.open("ab") as keys, rows_file.open("ab") as rows:
            # What a killed writer left half-written goes.
            os.truncate(keys.fileno(), count * 8)
            os.truncate(rows.fileno(), count * WIDTH)
            while chunk := list(islice(missing, AT_ONCE)):
                vectors = stored_form(model.vectors([text for _, text in chunk]))
                rows.write(vectors.tobytes())
                rows.flush()
                keys.write(np.array([key for key, _ in chunk], np.uint64).tobytes())
                keys.flush()
                added += len(chunk)
        return added


def _missing(texts: Iterable[str], known: set[int]) -> Iterator[tuple[int, str]]:
    for text in texts:
        key = meaning_key(text)
        if text and key not in known:
            known.add(key)
            yield key, text
