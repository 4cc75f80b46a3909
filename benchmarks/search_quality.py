"""How good and how fast Case2Code's search is, against peers over the same texts in one run.

    python benchmarks/search_quality.py [--help]

*Generalisation*: an index of the ICD-10-CM titles, inclusion terms, and those entries of the
alphabetic index whose main term has an odd MD5 (of its UTF-8 text). The queries are entries of the
other half, parentheses, NEC and NOS stripped; right is the entry's code or a code under it.

*People's words*: `search_queries.csv` over everything loaded. The weights were learned on its
half `tune`, and on entries of the odd half that `learning/adapt_model.py` did not learn from;
`held` was only scored. Searches go by a date of service in July 2026, as those of the site by
today's.

Peers search the same phrases: PostgreSQL's full text, SQLite's FTS5, Tantivy as it comes, bm25s,
and the model of meanings alone. A peer's code is as good as its best phrase.

*Speed*: suggestions and whole searches with the words of 25 rows marked, as ratios to Tantivy's
bare query on the same index; and the memory that a process gains by opening it.

The publishers' files are needed; `--database` names a database with them. `--fit` learns the
weights of `search/ranking_weights.json` anew. The model of `make model` is used where it is there.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.claim_check import (  # noqa: E402 the repository is on the path only now
    append_row,
    site_with_files,
)
from benchmarks.code_page import postgresql_version, table  # noqa: E402

FILES = ("hcpcs/*.xlsx", "icd10cm/*.zip", "icd10pcs/*.zip", "coverage/*article*.zip")
DAY = date(2026, 7, 15)
GENERAL, HELD, TUNE = "generalisation", "people's words, held", "people's words, tuned on"
AIMS = {GENERAL: (0.88, 0.70), HELD: (0.95, 0.85)}
TOP = 10
ROUNDS = 5
BARE = "Tantivy's bare query"
Search = Callable[[str], list[tuple[str, str]]]  # a query to (system, stored value), best first


@dataclass(frozen=True)
class Query:
    text: str
    right: tuple[str, ...]  # `system:code`, or a category of ICD-10-CM
    kind: str

    def accepts(self, system: str, value: str) -> bool:
        for code in self.right:
            its_system, _, printed = code.partition(":")
            wanted = printed.replace(".", "")
            is_under = its_system == "icd-10-cm" and value.startswith(wanted)
            if its_system == system and (value == wanted or is_under):
                return True
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--database", metavar="URL", help="one that has the files")
    parser.add_argument("--queries", type=int, default=1000, help="of generalisation (1000)")
    parser.add_argument("--fit", action="store_true", help="learn the weights anew, then stop")
    parser.add_argument("--model", type=Path, default=ROOT / "var" / "model", help="its folder")
    parser.add_argument("--vectors", type=Path, help="vectors there are, to save some minutes")
    options = parser.parse_args()
    os.environ["SEARCH_MODEL_DIR"] = str(options.model)
    with site_with_files(options.database, FILES) as var:
        if options.vectors:
            (var / "search").mkdir()
            shutil.copytree(options.vectors, var / "search" / options.vectors.name)
        if options.fit:
            return fit(var)
        measured = [
            measure(GENERAL, general_folder(var, odd), general_queries(even, options.queries)),
            *(measure(name, *people) for name, people in peoples(var).items()),
        ]
        speeds = speed(var)
        server_version = postgresql_version()
    print(describe(measured, speeds))
    append_to_results(measured, speeds, server_version)
    return 0


# The texts and the queries


def md5(text: str) -> int:
    return int(hashlib.md5(text.encode()).hexdigest(), 16)  # noqa: S324


def odd(main_term: str) -> bool:
    return md5(main_term) % 2 == 1


def even(main_term: str) -> bool:
    return md5(main_term) % 2 == 0


# Of the odd half, which entries teach the adapter of the model, and which the weights.


def learned_from(main_term: str) -> bool:
    return odd(main_term) and md5(main_term) // 2 % 8 != 0


def fitted_on(main_term: str) -> bool:
    return odd(main_term) and md5(main_term) // 2 % 8 == 0 and md5(main_term) // 16 % 4 != 0


def developed_on(main_term: str) -> bool:
    return odd(main_term) and md5(main_term) // 2 % 8 == 0 and md5(main_term) // 16 % 4 == 0


def index_entries() -> list[tuple[list[str], str, str, str]]:
    """(terms, column, code, see) of the alphabetic index."""
    from codes.models import Source
    from codes.queries.releases import published_releases
    from search.index import texts

    return list(texts._index_rows(published_releases().of(Source.ICD_10_CM_INDEX)[-1]))


def general_folder(var: Path, keeps: Callable[[str], bool]) -> Path:
    """An index of titles, inclusion terms and the entries that are kept."""
    from codes.models import CodeSystem, Source
    from codes.queries.releases import published_releases
    from search.index import build, texts
    from search.results import WhyKind

    folder = var / f"general-{keeps.__name__}"
    if folder.exists():
        return folder
    releases, found = published_releases(), texts.Texts()
    texts._read_descriptions(found, releases, CodeSystem.ICD_10_CM)
    texts._add(found, texts._inclusion_terms(releases.of(Source.ICD_10_CM_TABULAR)[-1]))
    entries = [(*row, WhyKind.INDEX) for row in index_entries() if keeps(row[0][0])]
    texts._add(found, texts.index_phrases(entries))
    folder.mkdir()
    build.write(found, folder, stamp={})
    return folder


def general_queries(keeps: Callable[[str], bool], count: int) -> list[Query]:
    found = [
        Query(query_of(terms, column), (f"icd-10-cm:{code.rstrip('-')}",), "index")
        for terms, column, code, _ in index_entries()
        if code and keeps(terms[0])
    ]
    return random.Random(5).sample(found, min(count, len(found)))


def query_of(terms: list[str], column: str) -> str:
    text = re.sub(r"\([^()]*\)", " ", " ".join([*terms, column] if column else terms))
    text = re.sub(r"\b(?:NEC|NOS)\b", " ", text)
    return " ".join(re.sub(r"[^\w\s/-]", " ", text).split())


def peoples(var: Path) -> dict[str, tuple[Path, list[Query]]]:
    """The index of everything loaded, with each half of the hand-written queries."""
    from search.index import kept

    kept.make()
    folder = kept.folder() / kept.wanted().releases
    return {HELD: (folder, written("held")), TUNE: (folder, written("tune"))}


def written(half: str) -> list[Query]:
    with (ROOT / "benchmarks" / "search_queries.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["half"] == half]
    return [Query(row["query"], tuple(row["acceptable"].split()), row["kind"]) for row in rows]


# Searching


@dataclass
class Place:
    """An index open, with what ours needs beside it."""

    part: object
    rows: object
    model: object
    vectors: object
    terms: dict

    @classmethod
    def open(cls, folder: Path) -> "Place":
        from search.index import kept
        from search.index.part import Part
        from search.meaning import meaning_text, model
        from search.vectors import Vectors, add_missing

        part, found = Part(folder), model()
        vectors = rows = None
        if found:
            place = kept.vectors_folder(found.name)
            texts = (meaning_text(part.kind(n), part.text(n)) for n in range(part.phrase_count))
            add_missing(place, found, dict.fromkeys(texts))
            vectors = Vectors(place)
            rows = vectors.rows_of(part.phrase_meaning)
        return cls(part, rows, found, vectors, terms())

    def code(self, number: int) -> tuple[str, str]:
        return str(self.part.system(number)), self.part.value(number)


def terms() -> dict[str, list[str]]:
    from search.models import Term
    from search.vocabulary import term_key, with_loose

    return with_loose({term_key(item.term): item.meaning_list for item in Term.objects.all()})


def ours(place: Place, *, by_meaning: bool) -> Search:
    from search.ranking import LEAST_SCORE, LEAST_UNKNOWN, ranked
    from search.reading import understand

    def search(text: str) -> list[tuple[str, str]]:
        understood = understand(text, [place.part], place.terms)
        if by_meaning and understood.readings:
            vectors = place.model.vectors([reading.text for reading in understood.readings])
            for reading, vector in zip(understood.readings, vectors, strict=True):
                reading.vector = vector
        found = ranked(
            [(place.part, place.rows)],
            understood.readings,
            model=place.model if by_meaning else None,
            vectors=place.vectors if by_meaning else None,
            day=DAY.toordinal(),
        ).best(LEAST_UNKNOWN if understood.is_unknown else LEAST_SCORE)
        return [place.code(item.code) for item in found[:TOP]]

    return search


def best_codes(place: Place, phrases) -> list[tuple[str, str]]:
    numbers = dict.fromkeys(int(place.part.phrase_code[number]) for number in phrases)
    return [place.code(number) for number in list(numbers)[:TOP]]


def meaning_alone(place: Place) -> Search:
    import numpy as np

    def search(text: str) -> list[tuple[str, str]]:
        near = place.model.nearness(place.vectors.matrix, place.model.vectors([text]))[:, 0]
        values = np.where(place.rows >= 0, near[np.maximum(place.rows, 0)], -1)
        most = np.argpartition(-values, 200)[:200]
        return best_codes(place, most[np.argsort(-values[most])])

    return search


def tantivy_alone(place: Place) -> Search:
    """Tantivy with its own tokenizer for English and its own parser."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem")
    builder.add_integer_field("number", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer(64_000_000, 1)
    for number in range(place.part.phrase_count):
        writer.add_document(tantivy.Document(text=place.part.text(number), number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> list[tuple[str, str]]:
        query, _ = index.parse_query_lenient(text, ["text"])
        hits = searcher.search(query, 200).hits
        return best_codes(place, [searcher.doc(at)["number"][0] for _, at in hits])

    return search


def bm25s_alone(place: Place) -> Search:
    import bm25s

    texts = [place.part.text(number) for number in range(place.part.phrase_count)]
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)

    def search(text: str) -> list[tuple[str, str]]:
        asked = bm25s.tokenize(text, stopwords="en", show_progress=False)
        found, scores = index.retrieve(asked, k=200, show_progress=False)
        near = zip(found[0], scores[0], strict=True)
        return best_codes(place, [number for number, score in near if score > 0])

    return search


def sqlite_alone(place: Place) -> Search:
    import sqlite3

    store = sqlite3.connect(":memory:")
    store.execute("CREATE VIRTUAL TABLE phrase USING fts5(text, tokenize='porter unicode61')")
    texts = ((n + 1, place.part.text(n)) for n in range(place.part.phrase_count))
    store.executemany("INSERT INTO phrase (rowid, text) VALUES (?, ?)", texts)

    def search(text: str) -> list[tuple[str, str]]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
        if not words:
            return []
        rows = store.execute(
            "SELECT rowid FROM phrase WHERE phrase MATCH ? ORDER BY rank LIMIT 200", [words]
        )
        return best_codes(place, [number - 1 for (number,) in rows])

    return search


def postgresql_alone(place: Place) -> Search:
    from django.db import connection

    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS phrase")
    cursor.execute("CREATE TEMPORARY TABLE phrase (number int, words tsvector)")
    rows = [(n, place.part.text(n)) for n in range(place.part.phrase_count)]
    for start in range(0, len(rows), 5000):
        cursor.executemany(
            "INSERT INTO phrase VALUES (%s, to_tsvector('english', %s))", rows[start : start + 5000]
        )
    cursor.execute("CREATE INDEX ON phrase USING gin (words)")
    cursor.execute("ANALYZE phrase")

    def search(text: str) -> list[tuple[str, str]]:
        words = " | ".join(re.findall(r"\w+", text))
        cursor.execute(
            "SELECT number FROM phrase, to_tsquery('english', %s) asked WHERE words @@ asked "
            "ORDER BY ts_rank_cd(words, asked, 1) DESC LIMIT 200",
            [words],
        )
        return best_codes(place, [number for (number,) in cursor.fetchall()])

    return search


# Measuring


@dataclass
class Measured:
    """By searcher: how often a right code is among the first ten, and the mean reciprocal rank."""

    task: str
    count: int
    figures: dict[str, tuple[float, float]]
    by_kind: dict[str, float]


def measure(task: str, folder: Path, queries: list[Query]) -> Measured:
    place = Place.open(folder)
    searchers = {"PostgreSQL full text": postgresql_alone, "SQLite FTS5": sqlite_alone}
    searchers |= {"Tantivy's defaults": tantivy_alone, "bm25s": bm25s_alone}
    if place.model:
        searchers["embeddings alone"] = meaning_alone
    if task == TUNE:
        searchers = {}
    figures = {name: scores(make(place), queries)[:2] for name, make in searchers.items()}
    figures["Case2Code, words alone"] = scores(ours(place, by_meaning=False), queries)[:2]
    by_kind = {}
    if place.model:
        hit, rank, by_kind = scores(ours(place, by_meaning=True), queries)
        figures["Case2Code"] = hit, rank
    return Measured(task, len(queries), figures, by_kind)


def scores(search: Search, queries: list[Query]) -> tuple[float, float, dict[str, float]]:
    hits, ranks, kinds = 0, 0.0, {}
    for query in queries:
        found = search(query.text)
        place = next((n for n, code in enumerate(found, 1) if query.accepts(*code)), 0)
        hits += bool(place)
        ranks += 1 / place if place else 0
        kinds.setdefault(query.kind, []).append(bool(place))
    shares = {kind: sum(found) / len(found) for kind, found in sorted(kinds.items())}
    return hits / len(queries), ranks / len(queries), shares


def speed(var: Path) -> dict[str, float]:
    """Ratios of medians and 95th percentiles to Tantivy's bare query, and memory in MB.

    Each question is put to all of them in turn, so that the load of the machine, and what lies in
    the processor's caches, is the same for all. Of ROUNDS rounds the least time of each question
    counts: what other programs took is none of theirs. Each round opens the index anew, and no
    question is put twice in one: nothing that was kept from an answer helps.
    """
    from search import find as search_find
    from search.index import current, kept

    found = {"memory, MB": memory_gained()}
    queries = [query.text for query in written("held")[:20] + written("tune")]
    releases, original = published(), search_find.recent
    asked: dict[str, object] = {}

    def searched(by: object) -> Callable[[str], None]:
        def search(text: str) -> None:
            asked["index"] = by
            for hit in search_find.find(text, DAY, is_folded=True).hits:
                str(hit.highlighted)

        return search

    def suggested(by: object) -> Callable[[str], None]:
        def suggest(text: str) -> None:
            asked["index"] = by
            search_find.suggest(text[: max(4, len(text) * 2 // 3)], DAY)

        return suggest

    def by_words() -> dict[str, Callable]:
        index = replace(current.open_index(kept.wanted()), model=None)
        bare = bare_query(index.parts[1][0])
        return {
            BARE: bare,
            "suggestion": suggested(index),
            "search without the model": searched(index),
        }

    def by_meaning() -> dict[str, Callable]:
        index = current.open_index(kept.wanted())
        bare = bare_query(index.parts[1][0])
        return {BARE: bare, "search with the model": searched(index)} if index.model else {}

    search_find.recent = lambda: (releases, asked["index"])
    try:
        # By itself: the vectors drive all else from the processor's caches.
        for prepared in (by_words, by_meaning):
            taken = least_of([timed(prepared(), queries) for _ in range(ROUNDS)])
            for name, times in taken.items():
                middle, late = statistics.median(times), percentile(times)
                print(f"{name}: median {middle * 1000:.3f} ms, 95th {late * 1000:.3f} ms")
                if name != BARE:
                    found[f"{name}, median"] = middle / statistics.median(taken[BARE])
                    found[f"{name}, 95th percentile"] = late / percentile(taken[BARE])
    finally:
        search_find.recent = original
    return found


def least_of(rounds: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    """Of the rounds the least time of each question, by what was timed."""
    return {
        name: [min(times) for times in zip(*(taken[name] for taken in rounds), strict=True)]
        for name in rounds[0]
    }


def published():
    from codes.queries.releases import published_releases

    return published_releases()


def bare_query(part) -> Callable[[str], None]:
    """Tantivy's bare query: the question parsed by its own parser, the ten best of the same index,
    and the text and code of each, for a query that answers nothing is none. The field holds stems:
    the question is stemmed as Tantivy's tokenizer of a field would do it.
    """
    import tantivy

    from search.index.build import analyzers, schema
    from search.words import stems

    index = tantivy.Index(schema(), path=str(part.folder / "tantivy"))
    for name, analyzer in analyzers().items():
        index.register_tokenizer(name, analyzer)
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> None:
        query, _ = index.parse_query_lenient(" ".join(stems(text)), ["words"])
        places = [place for _, place in searcher.search(query, TOP).hits]
        for number in searcher.fast_field_values("number", places):
            part.text(number), part.value(int(part.phrase_code[number]))

    return search


def timed(calls: dict[str, Callable], queries: list[str]) -> dict[str, list[float]]:
    """How long each call takes for each query, in seconds; the first twenty are practice."""
    taken = {name: [] for name in calls}
    for number, text in enumerate(queries):
        for name, call in calls.items():
            started = time.perf_counter()
            call(text)
            if number >= 20:
                taken[name].append(time.perf_counter() - started)
    return taken


def percentile(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def memory_gained() -> float:
    """What a process of its own gains by opening the index and asking it, in MB: memory that no
    other shares. Mapped files are left out.
    """
    done = subprocess.run(
        [sys.executable, "-c", _OPENING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


_OPENING = r"""
import re
from pathlib import Path
from benchmarks.claim_check import start_django
start_django()
from search.find import find
from search.index import current, kept
from search.index_match import matches
from search.scope import scope_of
from codes.queries.releases import published_releases
from datetime import date

def resident():
    return int(re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

find("warm", date(2026, 7, 15))
before = resident()
index = current.open_index(kept.wanted())
matches("heart attack", index, scope_of(published_releases(), date(2026, 7, 15)))
print(resident() - before)
"""


# Learning


def fit(var: Path) -> int:
    """Learn the weights from the tuned half, and from index entries held for nothing else."""

    from search.features import FEATURES
    from search.ranking import WEIGHTS_FILE

    folder, queries = peoples(var)[TUNE]
    place, general = Place.open(folder), Place.open(general_folder(var, learned_from))
    entries = general_queries(fitted_on, 1500)
    stored = {"features": list(FEATURES)}
    for name in ("meaning", "words"):
        data = [
            (*rows, weight)
            for where, asked, weight in ((place, queries, 1.6), (general, entries, 1.0))
            for rows in _examples(where, asked, by_meaning=name == "meaning")
        ]
        stored[name] = _learn(data, len(FEATURES))
        print(f"{name}: learned from {len(data)} queries")
    WEIGHTS_FILE.write_text(json.dumps(stored))
    for name in ("words", "meaning"):
        search = ours(general, by_meaning=name == "meaning")
        hit, rank, _ = scores(search, general_queries(developed_on, 600))
        print(f"{name}: entries kept for development, hit@10 {hit:.3f}, MRR {rank:.3f}")
    return 0


def _examples(place: Place, queries: list[Query], *, by_meaning: bool):
    """The features of each query's likeliest candidates, and which of them are right."""
    import numpy as np

    from search.features import FEATURES, candidates
    from search.reading import understand

    model, vectors = (place.model, place.vectors) if by_meaning else (None, None)
    for query in queries:
        seen: dict[int, tuple] = {}
        understood = understand(query.text, [place.part], place.terms)
        if by_meaning:
            found = place.model.vectors([r.text for r in understood.readings] or [""])
            for reading, vector in zip(understood.readings, found, strict=False):
                reading.vector = vector
        found = candidates(
            [(place.part, place.rows)],
            understood.readings,
            model=model,
            vectors=vectors,
            day=DAY.toordinal(),
        )
        prior = found.features @ _prior(FEATURES)
        for number, reading in enumerate(understood.readings):
            own = np.flatnonzero(found.readings == number)
            for at in own[np.argsort(-prior[own])[:150]]:
                key = int(found.codes[at])
                value = prior[at] * reading.trust
                if key not in seen or seen[key][0] < value:
                    seen[key] = value, found.features[at], query.accepts(*place.code(key))
        rows = list(seen.values())
        right = np.array([row[2] for row in rows], bool)
        if right.any():
            yield np.stack([row[1] for row in rows]), right


def _prior(features):
    import numpy as np

    share = {"agreement": 1.0, "nearness": 0.6, "bm25": 0.1}
    return np.array([share.get(name, 0.0) for name in features], np.float32)


def _learn(data, width: int, units: int = 16) -> dict:
    """Listwise softmax over each query's candidates, by Adam: first the features alone, then the
    hidden units beside them.
    """
    import numpy as np

    chance = np.random.default_rng(0)
    parts = [
        chance.normal(0, 0.5, (width, units)),
        np.zeros(units),
        np.zeros(units),
        np.zeros(width),
    ]
    parts = [part.astype(np.float32) for part in parts]
    features = np.concatenate([rows for rows, _, _ in data]).astype(np.float32)
    right = np.concatenate([wanted for _, wanted, _ in data])
    counts = [len(wanted) for _, wanted, _ in data]
    starts = np.r_[0, np.cumsum(counts)[:-1]]
    each = np.array([weight for _, _, weight in data], np.float32)
    weights = np.repeat(each / each.sum(), counts)

    def share_of(values):
        return values / np.repeat(np.maximum(np.add.reduceat(values, starts), 1e-9), counts)

    for is_whole, steps, rate in ((False, 300, 0.05), (True, 500, 0.01)):
        if is_whole:
            parts[2] = chance.normal(0, 0.3, units).astype(np.float32)
        first = [np.zeros_like(part) for part in parts]
        second = [np.zeros_like(part) for part in parts]
        for step in range(1, steps + 1):
            slopes = [np.zeros_like(part) for part in parts]
            logits = features @ parts[3]
            if is_whole:
                hidden = np.tanh(features @ parts[0] + parts[1])
                logits += hidden @ parts[2]
            logits -= np.repeat(np.maximum.reduceat(logits, starts), counts)
            share = share_of(np.exp(logits))
            off = weights * (share - share_of(np.where(right, share, 0.0)))
            slopes[3] = off @ features
            if is_whole:
                slopes[2] = off @ hidden
                inner = np.outer(off, parts[2]) * (1 - hidden * hidden)
                slopes[0] = features.T @ inner
                slopes[1] = inner.sum(0)
            for at in range(4):
                if at < 3 and not is_whole:
                    continue
                slope = slopes[at] + (0.0004 if at == 3 else 0.002) * parts[at]
                first[at] = 0.9 * first[at] + 0.1 * slope
                second[at] = 0.999 * second[at] + 0.001 * slope * slope
                step_size = first[at] / (1 - 0.9**step)
                parts[at] = parts[at] - rate * step_size / (
                    np.sqrt(second[at] / (1 - 0.999**step)) + 1e-8
                )
    tops = [
        (np.tanh(rows @ parts[0] + parts[1]) @ parts[2] + rows @ parts[3])[wanted].max()
        for rows, wanted, _ in data
    ]
    names = ("hidden", "hidden_constant", "out", "direct")
    net = {
        name: part.astype(float).round(4).tolist() for name, part in zip(names, parts, strict=True)
    }
    return {**net, "constant": round(float(0.8 - np.median(tops)), 4)}


# Telling


def describe(measured: list[Measured], speeds: dict[str, float]) -> str:
    parts = []
    for item in measured:
        rows = [[f"{item.task}, {item.count} queries", "hit@10", "MRR"]]
        rows += [[name, f"{hit:.3f}", f"{rank:.3f}"] for name, (hit, rank) in item.figures.items()]
        parts.append(table(rows))
        if item.by_kind and item.task != GENERAL:
            kinds = ", ".join(f"{kind} {share:.2f}" for kind, share in item.by_kind.items())
            parts.append(f"hit@10 by kind: {kinds}")
    rows = [["ratio to Tantivy's bare query", ""]]
    rows += [[name, f"{value:.1f}"] for name, value in speeds.items()]
    parts.append(table(rows))
    parts.append(
        "Aims: generalisation 0.88 and 0.70, held words 0.95 and 0.85; suggestion at most 10, "
        "search without the model at most 20, memory at most 150 MB."
    )
    return "\n\n".join(parts)


def append_to_results(measured, speeds: dict[str, float], server_version: int) -> None:
    for item in measured:
        for name, (hit, rank) in item.figures.items():
            aim = "none"
            if name == "Case2Code" and item.task in AIMS:
                aim = "at least {:.2f} and {:.2f}".format(*AIMS[item.task])
            label = f"search_quality: {item.task}, {name}, hit@10 and MRR"
            append_row(server_version, label, f"{hit:.3f} and {rank:.3f}", aim)
    aims = {"suggestion": "at most 10", "search without": "at most 20", "memory": "at most 150"}
    for name, value in speeds.items():
        aim = next((text for start, text in aims.items() if name.startswith(start)), "none")
        append_row(server_version, f"search_quality: {name}", f"{value:.1f}", aim)


if __name__ == "__main__":
    sys.exit(main())
