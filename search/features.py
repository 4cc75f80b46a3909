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

MOST_PHRASES = 400  # of one reading by words
MOST_NEAR = 400  # of one reading by meaning
NEAR_ENOUGH = 0.35
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
KIND_FEATURES = np.array([FEATURES.index(f"is_{kind.value}") for kind in KINDS])


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
    weight: np.ndarray  # of each slot of each reading, in this part
    whole: np.ndarray  # of each reading


def candidates(
    parts: Sequence[tuple[Part, np.ndarray | None]],
    readings: Sequence[Reading],
    *,
    model: Model | None = None,
    vectors: Vectors | None = None,
    day: int | None = None,
    most: int = MOST_PHRASES,
) -> Candidates:
    """The codes that the readings may mean. Each part comes with the rows of its phrases in
    `vectors`, -1 where there is none; `day` is the date of service as an ordinal.

    Everything is worked out for all parts and readings at once: most of the time goes into calls,
    not into numbers.
    """
    by_meaning = model is not None and vectors is not None and len(vectors) > 0
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
    asked = {}
    for slot in reading.slots:
        for stem, quality in slot.stems.items():
            number = part.stem_number.get(stem)
            if number is not None:
                asked[stem] = max(asked.get(stem, 0.0), quality * float(part.weak[number]))
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
    count = len(numbers)
    of_reading = np.repeat(np.arange(len(readings)), [len(phrases) for phrases, _, _ in found])
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

    owners, ids, flags = part.tokens(numbers)
    place = place_of[ids]
    at = np.flatnonzero(place)  # tokens that were asked for
    owners, ids, place, is_own = owners[at], ids[at], place[at], flags[at] == 0
    slots = np.zeros((count, width), np.float32)
    sums = np.zeros((count, 3), np.float32)
    if len(at):
        rows = of_reading[owners] * beyond + place
        starts = np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]])
        of_phrase = owners[starts]
        slots[of_phrase] = np.maximum.reduceat(qualities[rows], starts)
        serves = served[rows]
        good = part.weights[ids] * serves
        terms = np.empty((len(at), 3), np.float32)
        terms[:, 0] = good * is_own
        terms[:, 1] = good - terms[:, 0]
        terms[:, 2] = is_own & (serves > 0) & (part.weak[ids] == 1)
        sums[of_phrase] = np.add.reduceat(terms, starts)
    agreed, more, strong = sums.T
    whole = np.maximum(weight.sum(axis=1), 1e-6)
    return _Phrases(
        numbers,
        of_reading,
        np.concatenate([bm25 for _, bm25, _ in found]),
        np.concatenate([nearness for _, _, nearness in found]),
        slots,
        (slots * weight[of_reading]).sum(axis=1) / whole[of_reading],
        (agreed + 0.5 * more) / np.maximum(part.said[numbers] + 0.5 * more, 1e-6),
        ((slots == 0) & matters[of_reading]).sum(axis=1),
        part.strong_count[numbers] - strong,
        weight,
        whole,
    )


def _slot_weight(part: Part, slot: Slot) -> tuple[float, bool]:
    """How much a place of the question tells, and whether a phrase without it lacks something."""
    numbers = part.numbers_of(slot.stems)
    if numbers:
        heaviest = max(numbers, key=part.weights.item)
        return part.weights.item(heaviest), part.weak.item(heaviest) == 1
    unknown = math.log1p(max(part.phrase_count, 1)) * 0.6
    return (unknown * WEAK_WEIGHT, False) if slot.is_everyday else (unknown, True)


def _by_code(pieces, reading_count: int, day: int | None, *, by_meaning: bool) -> Candidates:
    """The features of the codes that phrases speak for.

    Codes stand in the order of the books, so that those of a category, and of a branch of it, are
    neighbours: what is asked of such a group goes over one stretch of the columns.
    """

    def joined(column) -> np.ndarray:
        arrays = [column(part, phrases) for _, part, phrases in pieces]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    def of_codes(name: str) -> np.ndarray:
        arrays = [getattr(part, name)[codes[a:b]] for a, b, part in stretches]
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    coverage = joined(lambda _, phrases: phrases.coverage)
    precision = joined(lambda _, phrases: phrases.precision)
    beside = joined(lambda _, phrases: phrases.beside)
    bm25 = joined(lambda _, phrases: phrases.bm25)
    agreement = coverage * (0.35 + 0.65 * precision)
    if day is not None:
        # The text of another release than the one in force speaks for a code, but less.
        first = joined(lambda part, phrases: part.phrase_first[phrases.numbers])
        last = joined(lambda part, phrases: part.phrase_last[phrases.numbers])
        agreement[(first > day) | (last < day)] *= 0.9
    prior = agreement + 0.1 * bm25
    if by_meaning:
        nearness = joined(lambda _, phrases: phrases.nearness)
        prior += 0.6 * np.maximum(nearness, 0)

    # A block is a reading in a part; the best phrase of each of its codes comes first.
    block = np.concatenate(
        [place * reading_count + phrases.readings for place, _, phrases in pieces]
    )
    owner = joined(lambda part, phrases: part.phrase_code[phrases.numbers]) + block * BLOCK
    order = np.argsort(owner * 4.0 - prior, kind="stable")
    owner = owner[order]
    starts = _starts(owner)
    counts = np.diff(starts, append=len(owner))
    best = order[starts]
    key = owner[starts]
    block = block[best]
    codes = key - block * BLOCK
    edges = np.searchsorted(block, [(place + 1) * reading_count for place, _, _ in pieces])
    stretches = [
        (a, b, part)
        for a, b, (_, part, _) in zip([0, *edges.tolist()], edges.tolist(), pieces, strict=False)
    ]
    # Slots by block; pieces may have as many slots as their readings have at most: the same.
    weight = np.zeros(
        (pieces[-1][0] * reading_count + reading_count, pieces[0][2].slots.shape[1]), np.float32
    )
    whole = np.ones(len(weight), np.float32)
    for place, _, phrases in pieces:
        weight[place * reading_count : (place + 1) * reading_count] = phrases.weight
        whole[place * reading_count : (place + 1) * reading_count] = phrases.whole

    filled = np.maximum.reduceat(joined(lambda _, phrases: phrases.slots)[order], starts)
    weighed = weight[block]
    of_whole = whole[block]
    family = _starts(of_codes("code_family") + block * BLOCK)
    branch = _starts(of_codes("code_branch") + block * BLOCK)
    family_size, branch_size = (np.diff(group, append=len(key)) for group in (family, branch))
    family_filled = np.maximum.reduceat(filled, family)
    family_union = (family_filled * weighed[family]).sum(axis=1) / of_whole[family]
    own = agreement[best]
    parent = of_codes("code_parent")
    above = np.minimum(np.searchsorted(key, parent + block * BLOCK), len(key) - 1)
    is_above = (key[above] == parent + block * BLOCK) & (parent >= 0)
    blocks = _starts(block)
    block_size = np.diff(blocks, append=len(key))
    has_second = counts > 1
    second = order[np.minimum(starts + 1, len(order) - 1)]
    best_coverage, best_beside = coverage[best], beside[best]
    system = of_codes("code_system")
    best_phrases = joined(lambda _, phrases: phrases.numbers)[best]
    missing = joined(lambda _, phrases: phrases.missing)[best]
    kinds = [part.phrase_kind[best_phrases[a:b]] for a, b, part in stretches]
    columns = {
        "coverage": best_coverage,
        "precision": precision[best],
        "agreement": own,
        "bm25": np.maximum.reduceat(bm25[order], starts),
        "second": np.where(has_second, agreement[second], 0.0),
        "family": np.repeat(_top_three(own, family, family_size), family_size),
        "whole": (best_coverage > 0.99) & (best_beside == 0),
        "missing": np.minimum(missing, 6) / 6,
        "beside": np.minimum(best_beside, 12) / 12,
        "is_billable": of_codes("code_is_billable"),
        "is_hcpcs": system == SYSTEMS.index("hcpcs"),
        "is_pcs": system == SYSTEMS.index("icd-10-pcs"),
        "is_unspecified": of_codes("unspecified"),
        "is_later": of_codes("is_later"),
        "depth": np.minimum(of_codes("code_depth"), 7) / 7,
        "phrases": np.log1p(of_codes("phrase_total")) / 6,
        "union": (filled * weighed).sum(axis=1) / of_whole,
        "family_union": np.repeat(family_union, family_size),
        "branch": np.repeat(_top_three(own, branch, branch_size), branch_size),
        "above": np.where(is_above, own[above], 0.0),
        "agreement_gap": np.repeat(np.maximum.reduceat(own, blocks), block_size) - own,
    }
    if by_meaning:
        near = np.maximum(np.maximum.reduceat(nearness[order], starts), 0)
        columns |= {
            "nearness": near,
            "second_nearness": np.where(has_second, nearness[second], 0.0),
            "family_nearness": np.repeat(_top_three(near, family, family_size), family_size),
            "branch_nearness": np.repeat(_top_three(near, branch, branch_size), branch_size),
            "above_nearness": np.where(is_above, near[above], 0.0),
            "near_gap": np.repeat(np.maximum.reduceat(near, blocks), block_size) - near,
        }
    kind = kinds[0] if len(kinds) == 1 else np.concatenate(kinds)
    table = np.zeros((len(FEATURES), len(key)), np.float32)
    for name, values in columns.items():
        table[FEATURES.index(name)] = values
    table[KIND_FEATURES[kind], np.arange(len(key))] = 1
    is_by_meaning = (
        (best_coverage < 0.5) & (nearness[best] > NEAR_ENOUGH)
        if by_meaning
        else np.zeros(len(key), np.bool_)
    )
    return Candidates(
        block // reading_count, block % reading_count, codes, table.T, best_phrases, is_by_meaning
    )


def _starts(keys: np.ndarray) -> np.ndarray:
    """Where each stretch of the same key begins."""
    return np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])


def _top_three(values: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The mean of the three best values of each stretch; what lacks counts as 0."""
    group = np.repeat(np.arange(len(starts)), sizes)
    order = np.argsort(group * 4.0 - values)
    rank = np.arange(len(values)) - np.repeat(starts, sizes)
    return np.add.reduceat(np.where(rank < 3, values[order], 0.0), starts) / 3
