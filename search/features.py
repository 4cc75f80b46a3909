"""How well codes agree with what was asked: the features of their phrases.

A phrase is found by its words (BM25) or by its meaning (the nearness of vectors). A code is as good
as its best phrases, and as those of its neighbours. `search.ranking` weighs the features.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.index.build import KINDS, SYSTEMS
from search.index.part import WEAK_WEIGHT, Part
from search.meaning import Model
from search.reading import Reading, Slot
from search.vectors import Vectors
from search.words import WEAK_STEMS

MOST_PHRASES = 250  # of one reading by words
MOST_BESIDE_NEAR = 400  # by words, where others come by meaning
MOST_NEAR = 400  # of one reading by meaning
NEAR_ENOUGH = 0.35
LEAST_TOLD = 0.5  # of the words of a reading that the editors' texts must have among them
BLOCK = 1 << 22  # more than a part has codes, or groups of them
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
# The feature of each kind of phrase; an editor's text of any kind without one counts as none.
ROWS = {name: row for row, name in enumerate(FEATURES)}
KIND_FEATURES = np.array([ROWS[f"is_{kind.value}"] for kind in KINDS])
CONSTANT = [
    ROWS[name]
    for name in (
        "is_billable",
        "is_hcpcs",
        "is_pcs",
        "is_unspecified",
        "is_later",
        "depth",
        "phrases",
    )
]


@dataclass
class Candidates:
    """Codes that readings may mean, each with its features (codes by FEATURES) for one of them.

    `parts` and `readings` are places in the lists that were asked, `codes` and `phrases` numbers
    in the part; the phrase is the one that speaks for the code best.
    """

    parts: np.ndarray
    readings: np.ndarray
    codes: np.ndarray
    features: np.ndarray
    phrases: np.ndarray
    by_meaning: np.ndarray


@dataclass
class _Phrases:
    """Phrases of one part for its readings, one reading after the other, a row each: how well the
    phrase fills each slot (phrases by slots), and so on.
    """

    numbers: np.ndarray
    readings: np.ndarray
    bm25: np.ndarray
    nearness: np.ndarray
    slots: np.ndarray
    coverage: np.ndarray
    precision: np.ndarray
    missing: np.ndarray
    beside: np.ndarray
    shares: np.ndarray  # how much of each reading each of its slots is


def candidates(
    parts: Sequence[tuple[Part, np.ndarray | None]],
    readings: Sequence[Reading],
    *,
    model: Model | None = None,
    vectors: Vectors | None = None,
    day: int | None = None,
    most: int | None = None,
) -> Candidates:
    """The codes that the readings may mean. Each part comes with the rows of its phrases in
    `vectors`, -1 where there is none; `day` is the date of service as an ordinal.

    Everything is worked out for all parts and readings at once: most of the time goes into calls,
    not into numbers.
    """
    by_meaning = model is not None and vectors is not None and len(vectors) > 0
    most = most or (MOST_BESIDE_NEAR if by_meaning else MOST_PHRASES)
    if by_meaning:
        place_nearness([reading for reading in readings if reading.near is None], model, vectors)
    pieces = []
    for place, (part, rows) in enumerate(parts):
        found = [
            _phrases_for(part, reading, rows if by_meaning else None, most) for reading in readings
        ]
        if any(len(numbers) for numbers, _, _ in found):
            pieces.append((place, part, _agreement(part, readings, found)))
    if not pieces:
        none = np.zeros(0, np.int64)
        return Candidates(none, none, none, np.zeros((0, len(FEATURES))), none, none.astype(bool))
    return _by_code(pieces, len(readings), day, by_meaning=by_meaning)


def _phrases_for(part: Part, reading: Reading, rows: np.ndarray | None, most: int):
    """The phrases with the words or the meaning of a reading, BM25 (1 is the best), nearness."""
    asked: dict[str, float] = {}
    told = wanted = 0  # places of the reading that tell something
    for slot in reading.slots:
        tells = False
        for stem, quality in slot.stems.items():
            number = part.stem_number.get(stem)
            if number is not None:
                weak = part.weak.item(number)
                tells = tells or weak == 1
                asked[stem] = max(asked.get(stem, 0.0), quality * weak)
        told += tells
        wanted += tells or not WEAK_STEMS.issuperset(slot.stems)
    if not part.is_main and told < LEAST_TOLD * max(wanted, 1):
        # What editors wrote is looked through where it may tell as much as any text.
        asked = {}
    phrases, bm25 = part.phrases_with(asked, most)
    if len(bm25):
        bm25 = bm25 / max(float(bm25[0]), 1e-6)
    if rows is None or reading.near is None:
        return phrases, bm25, np.zeros(len(phrases), np.float32)
    every = reading.near
    found = np.union1d(phrases, _nearest_phrases(rows, every))
    bm25_of = np.zeros(len(found), np.float32)
    bm25_of[np.searchsorted(found, phrases)] = bm25
    own = rows[found]
    return found, bm25_of, np.where(own >= 0, every[np.maximum(own, 0)], 0.0).astype(np.float32)


def place_nearness(readings: Sequence[Reading], model: Model, vectors: Vectors) -> None:
    """Fill in how near every row of `vectors` is to each reading: all in one pass of the rows."""
    wanted = [reading for reading in readings if reading.vector is not None]
    if wanted and len(vectors):
        near = model.nearness(vectors.matrix, np.stack([reading.vector for reading in wanted]))
        for reading, column in zip(wanted, near.T, strict=True):
            reading.near = np.ascontiguousarray(column)


def _nearest_phrases(rows: np.ndarray, every: np.ndarray) -> np.ndarray:
    """The phrases whose vectors are nearest, but none that is not near at all (int64)."""
    is_near = np.r_[every > NEAR_ENOUGH, False]
    places = np.flatnonzero(is_near[rows])
    if len(places) > MOST_NEAR:
        values = every[rows[places]]
        places = places[np.argpartition(-values, MOST_NEAR)[:MOST_NEAR]]
    return places


def _agreement(part: Part, readings: Sequence[Reading], found) -> _Phrases:
    """How much of the question each phrase has, how much of it was asked for, how many words of
    the question it lacks, and how many it has beside.
    """
    numbers = np.concatenate([phrases for phrases, _, _ in found])
    sizes = [len(phrases) for phrases, _, _ in found]
    of_reading = np.repeat(np.arange(len(readings)), sizes)
    # Each stem that is asked for has a place; the place 0 is any other.
    width = max(len(reading.slots) for reading in readings)
    places: dict[int, int] = {}
    asked = []
    weight = np.zeros((len(readings), width), np.float32)
    matters = np.zeros((len(readings), width), np.bool_)
    for row, reading in enumerate(readings):
        for column, slot in enumerate(reading.slots):
            weight[row, column], matters[row, column] = _slot_weight(part, slot)
            for stem, quality in slot.stems.items():
                number = part.stem_number.get(stem)
                if number is not None:
                    place = places.setdefault(number, len(places) + 1)
                    asked.append((row, place, column, quality))
    beyond = len(places) + 1
    qualities = np.zeros((len(readings), beyond, width), np.float32)
    for row, place, column, quality in asked:
        qualities[row, place, column] = quality
    qualities = qualities.reshape(-1, width)
    served = qualities.max(axis=1)
    place_of = np.zeros(len(part.stems) + 1, np.int16)
    place_of[list(places)] = np.arange(1, beyond)

    owners, tokens = part.tokens(numbers)
    ids = part.token_id[tokens]
    at = np.flatnonzero(place_of[ids])  # the tokens that were asked for
    slots = np.zeros((len(numbers), width), np.float32)
    sums = np.zeros((len(numbers), 3), np.float32)
    if len(at):
        owners, ids, is_own = owners[at], ids[at], part.token_flag[tokens[at]] == 0
        rows = of_reading[owners] * beyond + place_of[ids]
        starts = _starts(owners)
        of_phrase = owners[starts]
        slots[of_phrase] = np.maximum.reduceat(qualities[rows], starts)
        serves = served[rows]
        terms = np.empty((len(at), 3), np.float32)
        good = part.weights[ids] * serves
        np.multiply(good, is_own, out=terms[:, 0])
        np.subtract(good, terms[:, 0], out=terms[:, 1])
        terms[:, 2] = is_own & (serves > 0) & (part.weak[ids] == 1)
        sums[of_phrase] = np.add.reduceat(terms, starts)
    agreed, half, strong = sums[:, 0], 0.5 * sums[:, 1], sums[:, 2]
    whole = np.maximum(weight.sum(axis=1), 1e-6)
    return _Phrases(
        numbers,
        of_reading,
        np.concatenate([bm25 for _, bm25, _ in found]),
        np.concatenate([nearness for _, _, nearness in found]),
        slots,
        np.einsum("ij,ij->i", slots, (weight / whole[:, None])[of_reading]),
        (agreed + half) / np.maximum(part.said[numbers] + half, 1e-6),
        ((slots == 0) & matters[of_reading]).sum(axis=1),
        part.strong_count[numbers] - strong,
        weight / whole[:, None],
    )


def _slot_weight(part: Part, slot: Slot) -> tuple[float, bool]:
    """How much a place of the question tells, and whether a phrase without it lacks something."""
    numbers = part.numbers_of(slot.stems)
    if numbers:
        heaviest = max(numbers, key=part.weights.item) if len(numbers) > 1 else numbers[0]
        return part.weights.item(heaviest), part.weak.item(heaviest) == 1
    unknown = math.log1p(max(part.phrase_count, 1)) * 0.6
    return (unknown * WEAK_WEIGHT, False) if slot.is_everyday else (unknown, True)


def _by_code(pieces, reading_count: int, day: int | None, *, by_meaning: bool) -> Candidates:
    """The features of the codes that phrases speak for.

    Codes stand in the order of the books, so that those of a category, and of a branch of it, are
    neighbours: what is asked of such a group goes over one stretch of the columns.
    """
    numbers = [phrases.numbers for _, _, phrases in pieces]
    parts = [part for _, part, _ in pieces]
    coverage, precision, beside, bm25, slots = (
        _joined([getattr(phrases, name) for _, _, phrases in pieces])
        for name in ("coverage", "precision", "beside", "bm25", "slots")
    )
    agreement = coverage * (0.35 + 0.65 * precision)
    if day is not None:
        # The text of another release than the one in force speaks for a code, but less.
        first = _joined([part.phrase_first[own] for part, own in zip(parts, numbers, strict=True)])
        last = _joined([part.phrase_last[own] for part, own in zip(parts, numbers, strict=True)])
        agreement[(first > day) | (last < day)] *= 0.9
    prior = agreement + 0.1 * bm25
    nearness = None
    if by_meaning:
        nearness = _joined([phrases.nearness for _, _, phrases in pieces])
        prior += 0.6 * np.maximum(nearness, 0)

    # A block is a reading in a part; the best phrase of each of its codes comes first.
    block = _joined([place * reading_count + phrases.readings for place, _, phrases in pieces])
    owner = _joined([part.phrase_code[own] for part, own in zip(parts, numbers, strict=True)])
    owner = owner + block * BLOCK
    order = np.argsort(owner * 4.0 - prior, kind="stable")
    owner = owner[order]
    starts = _starts(owner)
    best = order[starts]
    key, block = owner[starts], block[best]
    base = block * BLOCK
    codes = key - base
    shares = np.zeros(((pieces[-1][0] + 1) * reading_count, slots.shape[1]), np.float32)
    ends = []
    for place, _, phrases in pieces:
        shares[place * reading_count : (place + 1) * reading_count] = phrases.shares
        ends.append(int(np.searchsorted(block, (place + 1) * reading_count)))
    spans = list(zip([0, *ends], ends, parts, strict=False))

    def of_codes(name: str) -> np.ndarray:
        return _joined([getattr(part, name)[codes[a:b]] for a, b, part in spans])

    filled = np.maximum.reduceat(slots[order], starts)
    share = shares[block]
    own = agreement[best]
    has_second = _sizes(starts, len(order)) > 1
    second = order[np.minimum(starts + 1, len(order) - 1)]
    family = _starts(of_codes("code_family") + base)
    branch = _starts(of_codes("code_branch") + base)
    blocks = _starts(block)
    families, branches, many = (_sizes(group, len(key)) for group in (family, branch, blocks))
    family_union = np.einsum("ij,ij->i", np.maximum.reduceat(filled, family), share[family])
    parent = of_codes("code_parent")
    parent_key = parent + base
    above = np.minimum(np.searchsorted(key, parent_key), len(key) - 1)
    is_above = (key[above] == parent_key) & (parent >= 0)
    best_coverage, best_beside = coverage[best], beside[best]
    best_phrases = _joined(numbers)[best]
    missing = _joined([phrases.missing for _, _, phrases in pieces])[best]

    table = np.zeros((len(FEATURES), len(key)), np.float32)
    for a, b, part in spans:
        table[CONSTANT, a:b] = constant_features(part)[codes[a:b]].T
        table[KIND_FEATURES[part.phrase_kind[best_phrases[a:b]]], np.arange(a, b)] = 1
    columns = {
        "coverage": best_coverage,
        "precision": precision[best],
        "agreement": own,
        "bm25": np.maximum.reduceat(bm25[order], starts),
        "second": agreement[second] * has_second,
        "family": np.repeat(_top_three(own, family, families), families),
        "whole": (best_coverage > 0.99) & (best_beside == 0),
        "missing": np.minimum(missing, 6) / 6,
        "beside": np.minimum(best_beside, 12) / 12,
        "union": np.einsum("ij,ij->i", filled, share),
        "family_union": np.repeat(family_union, families),
        "branch": np.repeat(_top_three(own, branch, branches), branches),
        "above": own[above] * is_above,
        "agreement_gap": np.repeat(np.maximum.reduceat(own, blocks), many) - own,
    }
    is_by_meaning = np.zeros(len(key), np.bool_)
    if by_meaning:
        near = np.maximum(np.maximum.reduceat(nearness[order], starts), 0)
        columns |= {
            "nearness": near,
            "second_nearness": nearness[second] * has_second,
            "family_nearness": np.repeat(_top_three(near, family, families), families),
            "branch_nearness": np.repeat(_top_three(near, branch, branches), branches),
            "above_nearness": near[above] * is_above,
            "near_gap": np.repeat(np.maximum.reduceat(near, blocks), many) - near,
        }
        is_by_meaning = (best_coverage < 0.5) & (nearness[best] > NEAR_ENOUGH)
    for name, values in columns.items():
        table[ROWS[name]] = values
    reading = block % reading_count
    place = block // reading_count
    return Candidates(place, reading, codes, table.T, best_phrases, is_by_meaning)


def constant_features(part: Part) -> np.ndarray:
    """The features of each code of a part that are the same in every search, as in CONSTANT."""
    found = part.constant_features
    if found is None:
        system = part.code_system
        found = part.constant_features = np.stack(
            [
                part.code_is_billable,
                system == SYSTEMS.index("hcpcs"),
                system == SYSTEMS.index("icd-10-pcs"),
                part.unspecified,
                part.is_later,
                np.minimum(part.code_depth, 7) / 7,
                np.log1p(part.phrase_total) / 6,
            ],
            axis=1,
            dtype=np.float32,
            casting="unsafe",
        )
    return found


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _starts(keys: np.ndarray) -> np.ndarray:
    """Where each stretch of the same key begins."""
    edges = np.flatnonzero(keys[1:] != keys[:-1])
    starts = np.zeros(len(edges) + 1, np.intp)
    np.add(edges, 1, out=starts[1:])
    return starts


def _sizes(starts: np.ndarray, count: int) -> np.ndarray:
    """How long each stretch is."""
    sizes = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=sizes[:-1])
    sizes[-1] = count - starts[-1]
    return sizes


def _top_three(values: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The mean of the three best values of each stretch; what lacks counts as 0."""
    order = np.argsort(np.repeat(np.arange(len(starts)) * 4.0, sizes) - values)
    rank = np.arange(len(values)) - np.repeat(starts, sizes)
    return np.add.reduceat(values[order] * (rank < 3), starts) / 3
