"""The index that this process searches, kept at what the data are.

Every SEARCH_FOLLOW_SECONDS a search looks whether other indexes are wanted. Those that are there
are opened; those that are not are made by a process of its own, while the ones that are open go on
answering. Until the first are there, `current()` is None and PostgreSQL answers.
"""

import logging
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import numpy as np
from django.conf import settings

from codes.queries.releases import Releases, published_releases
from search.index import kept
from search.index.part import Part
from search.meaning import Model, model
from search.shown import Shown
from search.vectors import Vectors, row_count
from search.vocabulary import Terms

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_MAKERS = 5


@dataclass(frozen=True)
class Index:
    """What is searched: the publishers' texts and the editors', each with the rows of its phrases
    in `vectors`; `terms` are the abbreviations and lay words. `model` is None without one.
    """

    names: kept.Wanted
    parts: list[tuple[Part, np.ndarray]]
    terms: Terms
    model: Model | None
    vectors: Vectors | None
    shown: Shown
    # Suggestions by what was asked: they go with the index.
    answers: dict = field(default_factory=dict, compare=False, repr=False)

    @property
    def lacks_vectors(self) -> bool:
        return self.model is not None and any((rows < 0).any() for _, rows in self.parts)


class _Follower:
    """One for each process; threads share it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.index: Index | None = None
        self.looked_at = 0.0
        self.releases: Releases | None = None
        self.maker: subprocess.Popen | None = None
        self.made_at = 0.0

    def look(self, releases: Releases) -> Index | None:
        if not settings.SEARCH_FOLLOW_SECONDS:
            return self.index
        if time.monotonic() - self.looked_at < settings.SEARCH_FOLLOW_SECONDS and self.index:
            return self.index
        if not self.lock.acquire(blocking=self.index is None):
            return self.index  # another thread is looking
        try:
            self.looked_at = time.monotonic()
            self.releases = releases
            self._look(kept.wanted(releases))
        except Exception:
            # A search is answered by what is open, or by PostgreSQL.
            logger.exception("the search index cannot be read")
        finally:
            self.lock.release()
        return self.index

    def _look(self, names: kept.Wanted) -> None:
        are_there = kept.is_there(names.releases) and kept.is_there(names.editors)
        if are_there and (self.index is None or self.index.names != names or self._has_more()):
            self.index = open_index(names)
        if not are_there or (self.index and self.index.lacks_vectors):
            self._make()

    def _has_more(self) -> bool:
        """Whether vectors have come since the index was opened."""
        index = self.index
        if index is None or index.model is None or not index.lacks_vectors:
            return False
        return row_count(kept.vectors_folder(index.model.name)) > len(index.vectors)

    def _make(self) -> None:
        if self.maker and self.maker.poll() is None:
            return
        if time.monotonic() - self.made_at < SECONDS_BETWEEN_MAKERS:
            return
        self.made_at = time.monotonic()
        self.maker = start_maker()


def start_maker() -> subprocess.Popen:
    """A process that makes what is missing; it ends by itself."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "build_search_index", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def open_index(names: kept.Wanted) -> Index:
    """The indexes of these names, which are there."""
    editors = Part(kept.folder() / names.editors)
    releases = Part(kept.folder() / names.releases)
    editors.weigh_as(releases)
    editors.take_days_of(releases)
    found = model()
    vectors = Vectors(kept.vectors_folder(found.name)) if found else None
    parts = []
    for part in (editors, releases):
        rows = vectors.rows_of(part.phrase_meaning) if vectors is not None else None
        parts.append((part, rows))
    shown = Shown(releases, editors)
    return Index(names, parts, Terms(kept.terms_of(names.editors)), found, vectors, shown)


_follower = _Follower()


def current(releases: Releases) -> Index | None:
    """The index to search now; None where there is none yet, or none is wanted."""
    return _follower.look(releases)


def recent() -> tuple[Releases, Index | None]:
    """The published releases, and the index to search: as they were found at the last look, which
    spares an answer at once a query.
    """
    index, releases = _follower.index, _follower.releases
    age = time.monotonic() - _follower.looked_at
    if index is None or releases is None or not age < settings.SEARCH_FOLLOW_SECONDS:
        releases = published_releases()
        index = current(releases)
    return releases, index


def forget() -> None:
    """Let this process look anew, as after its settings changed."""
    _follower.index, _follower.looked_at = None, 0.0
