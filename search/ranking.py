"""How well codes agree with what was asked: features of their phrases, weighed as learned.

A phrase is found by its words (BM25) or by its meaning (the nearness of vectors). A code is as good
as its best phrases. `ranking_weights.json` holds the weights; `benchmarks/search_quality.py --fit`
learns them from the half of the data that may be tuned on.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from search.index.build import KINDS, SYSTEMS
from search.index.part import WEAK_WEIGHT, Part
from search.meaning import Model
from search.reading import Reading, Slot
from search.vectors import Vectors
from search.words import stems

WEIGHTS_FILE = Path(__file__).with_name("ranking_weights.json")
MOST_PHRASES = 1000  # of one reading by words
MOST_BEGUN = 300  # while it is being typed
MOST_NEAR = 400  # of one reading by meaning
NEAR_ENOUGH = 0.35
LATER_STEMS = frozenset(stems("sequela subsequent late effect aftercare follow healing open"))
LATER_SHARE = 0.5  # of a code for a later encounter where none was asked for
OVER_SHARE = 0.4  # of a code that is not valid on the date of service
DOUBT = 4.0  # how much a reading's trust weighs
# Features of a code for one reading, in the order of the weights.
FEATURES = (
    "coverage",  # how much of the question the best phrase has
    "precision",  # how much of the best phrase was asked for
    "agreement",  # both, multiplied
    "bm25",
    "nearness",
    "second",  # the agreement of the code's second best phrase
    "second_nearness",
    "family",  # the best agreement of other codes in the same category
    "family_nearness",
    "whole",  # the best phrase is what was asked, no more and no less
    "missing",  # words of the question that the best phrase lacks
    "beside",  # words of the best phrase that were not asked for
    "is_billable",
    "is_index",
    "is_inclusion",
    "is_official",
    "is_plain",
    "is_drug",
    "is_neoplasm",
    "is_synonym",
    "is_hcpcs",
    "is_pcs",
    "is_unspecified",
    "is_later",  # a subsequent encounter or a sequela
    "depth",
    "phrases",
    "union",  # how much of the question the code's phrases have together
    "family_union",  # and those of its category
    "branch",  # as family, of the codes that share its first four characters
    "branch_nearness",
    "above",  # the best agreement of the code right above it
    "above_nearness",
    "near_gap",  # how far its nearness is from the best one of all
    "agreement_gap",
)


@dataclass
class Candidates:
    """Codes of one part by number, with their features (codes by FEATURES), best phrases and the
    coverage of these.
    """

    part: Part
    codes: np.ndarray
    features: np.ndarray
    phrases: np.ndarray
    by_meaning: np.ndarray


@dataclass(frozen=True)
class Ranked:
    """A code with its score from 0 to 1, and the phrase that speaks for it best."""

    part: Part
    code: int
    phrase: int
    score: float
    is_by_meaning: bool


@dataclass(frozen=True)
class Weights:
    """A small net over FEATURES: one layer of hidden units beside the features themselves."""

    hidden: np.ndarray  # features by units
    hidden_constant: np.ndarray
    out: np.ndarray
    direct: np.ndarray
    constant: float

    def logits(self, features: np.ndarray) -> np.ndarray:
        """How likely each row's code is meant, before it is brought between 0 and 1."""
        units = np.tanh(features @ self.hidden + self.hidden_constant)
        return units @ self.out + features @ self.direct + self.constant


@lru_cache(maxsize=1)
def learned() -> dict[str, Weights]:
    """The weights for words alone ("words"), and for words and meanings ("meaning")."""
    stored = json.loads(WEIGHTS_FILE.read_text())
    if stored["features"] != list(FEATURES):
        raise ValueError(f"{WEIGHTS_FILE.name} was learned for other features; fit it anew.")
    return {
        name: Weights(
            **{
                part: np.asarray(values, np.float32) if part != "constant" else values
                for part, values in stored[name].items()
            }
        )
        for name in ("words", "meaning")
    }


def candidates(
    part: Part,
    reading: Reading,
    *,
    model: Model | None = None,
    vectors: Vectors | None = None,
    rows: np.ndarray | None = None,
    day: int | None = None,
    most: int = MOST_PHRASES,
) -> Candidates:
    """The codes that a reading may mean. `rows` are the rows of the part's phrases in `vectors`,
    -1 where there is none; `day` the date of service as an ordinal.
    """
    asked = {}
    for slot in reading.slots:
        for stem, quality in slot.stems.items():
            number = part.stem_number.get(stem)
            if number is not None:
                asked[stem] = max(asked.get(stem, 0.0), quality * float(part.weak[number]))
    phrases, bm25 = part.phrases_with(asked, most)
    nearness = np.zeros(len(phrases), np.float32)
    if model is not None and vectors is not None and reading.vector is not None and len(vectors):
        if reading.near is None:
            place_nearness([reading], model, vectors)
        every = reading.near
        near = _nearest_phrases(rows, every)
        found = np.union1d(phrases, near)
        bm25_of = np.zeros(part.phrase_count, np.float32)
        bm25_of[phrases] = bm25
        phrases, bm25 = found, bm25_of[found]
        own = rows[phrases]
        nearness = np.where(own >= 0, every[np.maximum(own, 0)], 0.0).astype(np.float32)
    if not len(phrases):
        empty = np.zeros(0, np.int64)
        return Candidates(part, empty, np.zeros((0, len(FEATURES))), empty, empty.astype(bool))
    return _by_code(part, reading, phrases, bm25, nearness, day)


def place_nearness(readings: Sequence[Reading], model: Model, vectors: Vectors) -> None:
    """Fill in how near every row of `vectors` is to each reading: all in one pass of the rows."""
    wanted = [reading for reading in readings if reading.vector is not None]
    if wanted and len(vectors):
        near = model.nearness(vectors.matrix, np.stack([reading.vector for reading in wanted]))
        for reading, column in zip(wanted, near.T, strict=True):
            reading.near = np.ascontiguousarray(column)


def _nearest_phrases(rows: np.ndarray, every: np.ndarray) -> np.ndarray:
    """The phrases whose vectors are nearest, but none that is not near at all (int64)."""
    values = np.where(rows >= 0, every[np.maximum(rows, 0)], -1.0)
    if len(values) > MOST_NEAR:
        places = np.argpartition(-values, MOST_NEAR)[:MOST_NEAR]
    else:
        places = np.arange(len(values))
    return places[values[places] > NEAR_ENOUGH]


def _by_code(part, reading, phrases, bm25, nearness, day) -> Candidates:
    coverage, precision, missing, beside, slots = _agreement(part, reading, phrases)
    agreement = coverage * (0.35 + 0.65 * precision)
    top = max(float(bm25.max(initial=0.0)), 1e-6)
    bm25 = bm25 / top
    if day is not None:
        # The text of another release than the one in force speaks for a code, but less.
        old = (part.phrase_first[phrases] > day) | (part.phrase_last[phrases] < day)
        agreement = np.where(old, agreement * 0.9, agreement)
    prior = agreement + 0.6 * np.maximum(nearness, 0) + 0.1 * bm25
    owners = part.phrase_code[phrases]
    order = np.lexsort((-prior, owners))
    owners, at = owners[order], order
    first = np.r_[True, owners[1:] != owners[:-1]]
    starts = np.flatnonzero(first)
    codes = owners[starts]
    counts = np.diff(np.r_[starts, len(owners)])
    best = at[starts]
    has_second = counts > 1
    second = at[np.minimum(starts + 1, len(at) - 1)]
    group = np.cumsum(first) - 1
    most_bm25 = np.zeros(len(codes), np.float32)
    np.maximum.at(most_bm25, group, bm25[at])
    most_near = np.zeros(len(codes), np.float32)
    np.maximum.at(most_near, group, nearness[at])
    _, category = np.unique(part.code_family[codes], return_inverse=True)
    _, twig = np.unique(part.code_value[codes].astype("S4"), return_inverse=True)
    own = agreement[best]
    family, family_near = _of_group(category, own), _of_group(category, most_near)
    above = np.searchsorted(codes, part.code_parent[codes])
    above = np.minimum(above, len(codes) - 1)
    is_above = codes[above] == part.code_parent[codes]
    union = _union(slots, at, group, len(codes))
    family_union = _union(slots, at, category[group], len(codes))[category]
    kind = part.phrase_kind[phrases[best]]
    system = part.code_system[codes]
    text_is_unspecified = part.unspecified[codes]
    columns = {
        "coverage": coverage[best],
        "precision": precision[best],
        "agreement": agreement[best],
        "bm25": most_bm25,
        "nearness": most_near,
        "second": np.where(has_second, agreement[second], 0.0),
        "second_nearness": np.where(has_second, nearness[second], 0.0),
        "family": family,
        "family_nearness": family_near,
        "whole": (coverage[best] > 0.99) & (beside[best] == 0),
        "missing": np.minimum(missing[best], 6) / 6,
        "beside": np.minimum(beside[best], 12) / 12,
        "is_billable": part.code_is_billable[codes],
        "is_hcpcs": system == SYSTEMS.index("hcpcs"),
        "is_pcs": system == SYSTEMS.index("icd-10-pcs"),
        "is_unspecified": text_is_unspecified,
        "is_later": part.is_later[codes],
        "depth": np.minimum(part.code_depth[codes], 7) / 7,
        "phrases": np.log1p(part.phrase_total[codes]) / 6,
        "union": union,
        "family_union": family_union,
        "branch": _of_group(twig, own),
        "branch_nearness": _of_group(twig, most_near),
        "above": np.where(is_above, own[above], 0.0),
        "above_nearness": np.where(is_above, most_near[above], 0.0),
        "near_gap": most_near.max(initial=0.0) - most_near,
        "agreement_gap": own.max(initial=0.0) - own,
    }
    for number, name in enumerate(KINDS):
        columns[f"is_{name.value}"] = kind == number
    table = np.stack([np.asarray(columns[name], np.float32) for name in FEATURES], axis=1)
    by_meaning = (coverage[best] < 0.5) & (nearness[best] > NEAR_ENOUGH)
    return Candidates(part, codes, table, phrases[best], by_meaning)


def _of_group(group: np.ndarray, values: np.ndarray) -> np.ndarray:
    """For each code the mean of the three best values of its group."""
    order = np.lexsort((-values, group))
    starts = np.flatnonzero(np.r_[True, group[order][1:] != group[order][:-1]])
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    top = np.where(rank < 3, values[order], 0.0)
    return (np.bincount(group[order], top) / 3)[group]


def _union(slots, at: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    """How much of the question the phrases of each group have together."""
    whole = sum(weight for weight, _ in slots)
    found = np.zeros(count, np.float32)
    for weight, best in slots:
        most = np.zeros(count, np.float32)
        np.maximum.at(most, group, best[at])
        found += most * weight
    return found / max(whole, 1e-6)


def _agreement(part: Part, reading: Reading, phrases: np.ndarray):
    """How much of the question each phrase has, how much of it was asked for, how many words of
    the question it lacks, how many it has beside; and each slot's weight with how well the phrases
    fill it.
    """
    count = len(phrases)
    owners, ids, flags = part.tokens(phrases)
    weights = part.weights
    served = np.zeros(len(part.stems) + 1, np.float32)
    asked = np.zeros(count, np.float32)
    missing = np.zeros(count, np.float32)
    whole = 0.0
    slots = []
    for slot in reading.slots:
        weight, matters = _slot_weight(part, slot)
        whole += weight
        best = np.zeros(count, np.float32)
        for stem, quality in slot.stems.items():
            number = part.stem_number.get(stem)
            if number is None:
                continue
            served[number] = max(served[number], quality)
            has = owners[ids == number]
            best[has] = np.maximum(best[has], quality)
        asked += best * weight
        slots.append((weight, best))
        missing += (best == 0) * matters
    is_own = flags == 0
    own = np.where(is_own, weights[ids], 0.0)
    good = weights[ids] * served[ids]
    said = np.bincount(owners, own, count)
    agreed = np.bincount(owners, np.where(is_own, good, 0.0), count)
    more = np.bincount(owners, np.where(is_own, 0.0, good), count)
    precision = ((agreed + 0.5 * more) / np.maximum(said + 0.5 * more, 1e-6)).astype(np.float32)
    is_beside = is_own & (served[ids] == 0) & (part.weak[ids] == 1)
    beside = np.bincount(owners, is_beside.astype(np.float32), count)
    coverage = (asked / max(whole, 1e-6)).astype(np.float32)
    return coverage, precision, missing, beside, slots


def _slot_weight(part: Part, slot: Slot) -> tuple[float, float]:
    numbers = part.numbers_of(slot.stems)
    if numbers:
        heaviest = max(numbers, key=lambda number: part.weights[number])
        return float(part.weights[heaviest]), float(part.weak[heaviest] == 1)
    unknown = float(np.log1p(max(part.phrase_count, 1))) * 0.6
    return (unknown * WEAK_WEIGHT, 0.0) if slot.is_everyday else (unknown, 1.0)


def scores_of(weights: Weights, features: np.ndarray, trust) -> np.ndarray:
    """Scores from 0 to 1; a reading that is less sure counts less."""
    logits = weights.logits(features) + DOUBT * np.log(trust)
    return 1 / (1 + np.exp(-logits))


def ranked(
    parts: Sequence[tuple[Part, np.ndarray | None]],
    readings: Sequence[Reading],
    *,
    model: Model | None = None,
    vectors: Vectors | None = None,
    day: int | None = None,
    is_begun: bool = False,
) -> list[Ranked]:
    """The codes that the readings may mean, best first, each once. With `is_begun` fewer phrases
    are compared: the words are still being typed.
    """
    weights = learned()["meaning" if model is not None and vectors is not None else "words"]
    most = MOST_BEGUN if is_begun else MOST_PHRASES
    if model is not None and vectors is not None:
        place_nearness(readings, model, vectors)
    best: dict[int, Ranked] = {}
    for part, rows in parts:
        found = []
        for reading in readings:
            those = candidates(
                part, reading, model=model, vectors=vectors, rows=rows, day=day, most=most
            )
            if len(those.codes):
                scores = _scores(weights, those, reading, day)
                found.append((those.codes, those.phrases, scores, those.by_meaning))
        if not found:
            continue
        codes, phrases, scores, by_meaning = (np.concatenate(column) for column in zip(*found))  # noqa: B905
        order = np.argsort(-scores, kind="stable")
        _, first = np.unique(codes[order], return_index=True)
        for at in order[np.sort(first)[:most]].tolist():
            key = int(part.code_id[codes[at]])
            if key not in best or best[key].score < scores[at]:
                best[key] = Ranked(
                    part,
                    int(codes[at]),
                    int(phrases[at]),
                    float(scores[at]),
                    bool(by_meaning[at]),
                )
    return sorted(best.values(), key=lambda item: -item.score)


def _scores(weights: Weights, found: Candidates, reading: Reading, day: int | None) -> np.ndarray:
    part, codes = found.part, found.codes
    scores = scores_of(weights, found.features, reading.trust)
    if not any(LATER_STEMS.intersection(slot.stems) for slot in reading.slots):
        scores = np.where(part.is_later[codes], scores * LATER_SHARE, scores)
    if day is not None:
        is_over = (part.code_first[codes] > day) | (part.code_last[codes] < day)
        scores = np.where(is_over, scores * OVER_SHARE, scores)
    return scores
