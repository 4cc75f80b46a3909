"""The indexes on this machine's disk: which one is wanted, what is there, and how it is made.

A folder is named for what it was made of. It is written beside its place and moved there whole, so
a folder that exists is complete. Each machine makes its own from PostgreSQL; several processes of
one machine share the files, and one of them makes what is missing at a time.
"""

import fcntl
import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from codes.models import DataChange, Source
from codes.queries.releases import Releases, published_releases
from search.index import build
from search.index.part import Part
from search.index.texts import Texts, editors_texts, release_texts
from search.meaning import meaning_text, model
from search.models import Synonym, Term
from search.vectors import Vectors, add_missing
from search.vocabulary import term_key, with_loose

logger = logging.getLogger(__name__)

LAYOUT = "8"  # of the files; another one makes every machine build anew
# Releases that give the index texts; others may come and go.
SOURCES = (
    Source.HCPCS_LEVEL_II,
    Source.ICD_10_CM_ORDER,
    Source.ICD_10_PCS_ORDER,
    Source.CPT_DESCRIPTORS,
    Source.ICD_10_CM_TABULAR,
    Source.ICD_10_CM_INDEX,
    Source.ICD_10_CM_EXTERNAL_CAUSES,
    Source.ICD_10_CM_NEOPLASMS,
    Source.ICD_10_CM_DRUGS,
)


@dataclass(frozen=True)
class Wanted:
    """The names of the folders that hold what PostgreSQL says now."""

    releases: str
    editors: str


def wanted(releases: Releases | None = None) -> Wanted:
    """Which indexes belong to the data as they are now, in one query or two."""
    releases = releases or published_releases()
    keys = [str(item.pk) for source in SOURCES for item in releases.of(source)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {DataChange.VERSION}, "  # noqa: S608 - only names of tables are put in
            f"(SELECT concat(count(*), max(updated_at)) FROM {Term._meta.db_table}), "
            f"(SELECT concat(count(*), max(updated_at)) FROM {Synonym._meta.db_table})"
        )
        stamp = cursor.fetchone()
    return Wanted(
        f"releases-{_short(LAYOUT, *keys)}", f"editors-{_short(LAYOUT, *map(str, stamp))}"
    )


def _short(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def folder() -> Path:
    return Path(settings.SEARCH_DIR)


def is_there(name: str) -> bool:
    return (folder() / name / "stamp.json").exists()


def terms_of(name: str) -> dict[str, list[str]]:
    """The terms as they were when the editors' index was made."""
    return json.loads((folder() / name / "terms.json").read_text())


def vectors_folder(model_name: str) -> Path:
    return folder() / f"vectors-{model_name}"


def make(*, anew: bool = False) -> list[str]:
    """Make what is wanted and not there, and the vectors it lacks; the names of what was made.

    Nothing where another process of this machine is at it. With `anew` all is made again.
    """
    folder().mkdir(parents=True, exist_ok=True)
    with _only_maker() as is_mine:
        if not is_mine:
            return []
        names = wanted()
        made = []
        for name, read in ((names.editors, _editors), (names.releases, _releases)):
            if anew or not is_there(name):
                _write(name, *read())
                made.append(name)
        _remove_others({names.releases, names.editors})
        if _embed([names.editors, names.releases]):
            made.append("vectors")
        return made


def _releases() -> tuple[Texts, dict]:
    return release_texts(published_releases()), {}


def _editors() -> tuple[Texts, dict]:
    texts = editors_texts()
    terms: dict[str, list[str]] = {}
    for term in Term.objects.all():
        terms[term_key(term.term)] = term.meaning_list
    return texts, {"terms.json": json.dumps(with_loose(terms))}


def _write(name: str, texts: Texts, files: dict[str, str]) -> None:
    draft = Path(tempfile.mkdtemp(dir=folder(), prefix="draft-"))
    try:
        for file, content in files.items():
            (draft / file).write_text(content)
        build.write(texts, draft, stamp={"name": name})
        place = folder() / name
        if place.exists():
            place.rename(draft.with_name(f"{draft.name}-old"))
        draft.rename(place)
    finally:
        for left in folder().glob(f"{draft.name}*"):
            shutil.rmtree(left, ignore_errors=True)
    logger.info("search index made", extra={"index": name, "phrase_count": len(texts.phrases)})


def _remove_others(names: set[str]) -> None:
    """Old indexes go; who has one open keeps its files until it looks again."""
    for kind in ("releases-", "editors-", "draft-"):
        for other in folder().glob(f"{kind}*"):
            if other.name not in names:
                shutil.rmtree(other, ignore_errors=True)


def _embed(names: list[str]) -> int:
    """Embed the phrases that have no vector yet; how many."""
    found = model()
    if found is None:
        return 0
    count = 0
    for name in names:
        part = Part(folder() / name)
        place = vectors_folder(found.name)
        rows = Vectors(place).rows_of(part.phrase_meaning)
        texts = [
            meaning_text(part.kind(number), part.text(number)) for number in (rows < 0).nonzero()[0]
        ]
        if texts:
            count += add_missing(place, found, dict.fromkeys(texts))
    return count


@contextmanager
def _only_maker() -> Iterator[bool]:
    with (folder() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
