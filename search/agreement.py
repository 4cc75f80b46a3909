"""The phrases found for the readings of what was asked, and how well each agrees with its reading.

A phrase is found by its words (BM25) or by its meaning (the nearness of vectors). What is found for
one reading in one part is a block; the phrases of all blocks are worked through together, as
columns, one block after the other: most of the time goes into calls, not into numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import NamedTuple

import numpy as np

from search.index.part import WEAK_WEIGHT, Part
from search.meaning import Model
from search.reading import Reading
from search.vectors import Vectors
from search.words import WEAK_STEMS

MOST_NEAR = 400  # phrases of one reading by meaning
NEAR_ENOUGH = 0.35
LEAST_TOLD = 0.5  # of the words of a reading that the editors' texts must have among them


class Stretches:
    """Which stretch of a column is of which part: of neighbors in `parts`, perhaps the same part
    several times, each goes on to its place in `ends`.
    """

    def __init__(self, parts: Iterable[Part], ends: Iterable[int]):
        self.each: list[tuple[Part, int, int]] = []
        start = 0
        for part, end in dict(zip(parts, ends, strict=True)).items():
            self.each.append((part, start, end))
            start = end

    def take(self, name: str, numbers: np.ndarray) -> np.ndarray:
        """What the parts' arrays of a name hold at numbers: a column of numbers in those parts."""
        if len(self.each) == 1:
            return getattr(self.each[0][0], name).take(numbers)
        return np.concatenate(
            [getattr(part, name).take(numbers[start:end]) for part, start, end in self.each]
        )


class Asked(NamedTuple):
    """A stem that was asked for, as a part has it: the slot of the reading that it may serve, how
    well; how much it tells, and whether it tells codes apart.
    """

    stem: str
    slot: int
    quality: float
    weight: float
    is_strong: bool


@dataclass
class Block:
    """One reading in one part: what the part knows of its words, and the phrases found for it.

    `shares` are how much of the reading each slot is, `matters` whether a phrase without it lacks
    something.
    """

    place: int  # of the part, among those that are searched
    part: Part
    reading: int
    shares: list[float]
    matters: list[bool]
    asked: list[Asked]
    phrases: np.ndarray
    bm25: np.ndarray  # 1 is the best
    nearness: np.ndarray | None  # None where meanings are not asked for


@dataclass
class Phrases:
    """The phrases of all blocks, a row each: their numbers, the place of their block, and so on."""

    blocks: list[Block]
    stretches: Stretches
    numbers: np.ndarray
    block: np.ndarray
    bm25: np.ndarray
    nearness: np.ndarray | None
    slots: np.ndarray  # how well it fills each slot of its reading (slots by phrases)
    coverage: np.ndarray  # how much of the question it has
    precision: np.ndarray  # how much of it was asked for
    missing: np.ndarray  # words of the question that it lacks
    beside: np.ndarray  # words of it that were not asked for
    shares: np.ndarray  # how much of its reading each slot is (slots by blocks)


def phrases_found(
    parts: Sequence[tuple[Part, np.ndarray | None]],
    readings: Sequence[Reading],
    most: int,
    *,
    by_meaning: bool,
) -> Phrases | None:
    """At most so many phrases by words for each reading in each part, and with `by_meaning` the
    nearest ones; None where there are none.
    """
    every = [
        _block(place, part, rows if by_meaning else None, number, reading, most)
        for place, (part, rows) in enumerate(parts)
        if part.phrase_count
        for number, reading in enumerate(readings)
    ]
    blocks = [block for block in every if len(block.phrases)]
    return _agreement(blocks) if blocks else None


def _block(place, part, rows, number, reading, most) -> Block:
    weights, matters, asked = [], [], []
    wanted: dict[str, float] = {}  # by stem, how much it counts in BM25
    telling = open_count = 0  # slots that tell something, here and at all
    for at, slot in enumerate(reading.slots):
        heaviest, is_strong, tells = -1.0, False, False
        for stem, quality in slot.stems.items():
            own = part.stem_number.get(stem)
            if own is None:
                continue
            item = Asked(stem, at, quality, part.weights.item(own), part.weak.item(own) == 1)
            asked.append(item)
            if item.weight > heaviest:
                heaviest, is_strong = item.weight, item.is_strong
            tells = tells or item.is_strong
            counts = quality if item.is_strong else quality * WEAK_WEIGHT
            wanted[stem] = max(wanted.get(stem, 0.0), counts)
        if heaviest < 0:
            is_strong = not slot.is_everyday
            heaviest = part.unknown_weight * (1 if is_strong else WEAK_WEIGHT)
        weights.append(heaviest)
        matters.append(is_strong)
        telling += tells
        open_count += tells or not WEAK_STEMS.issuperset(slot.stems)
    if not part.is_main and telling < LEAST_TOLD * max(open_count, 1):
        # What editors wrote is looked through where it may tell as much as any text.
        wanted = {}
    phrases, bm25 = part.phrases_with(wanted, most)
    if len(bm25):
        bm25 /= max(bm25.item(0), 1e-6)
    nearness = None
    if rows is not None:
        phrases, bm25, nearness = _with_nearest(phrases, bm25, rows, reading.near)
    total = max(sum(weights), 1e-6)
    shares = [weight / total for weight in weights]
    return Block(place, part, number, shares, matters, asked, phrases, bm25, nearness)


def _with_nearest(phrases, bm25, rows, every):
    """Phrases found by words with those near in meaning, their BM25 and their nearness."""
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


def _agreement(blocks: list[Block]) -> Phrases:
    numbers = np.concatenate([block.phrases for block in blocks])
    bm25 = np.concatenate([block.bm25 for block in blocks])
    nearness = None
    if blocks[0].nearness is not None:
        nearness = np.concatenate([block.nearness for block in blocks])
    count = len(numbers)
    sizes = [len(block.phrases) for block in blocks]
    of_block = np.arange(len(blocks)).repeat(sizes)
    stretches = Stretches([block.part for block in blocks], accumulate(sizes))

    shares, matters = (
        np.array([*zip_longest(*columns, fillvalue=0)], np.float32)
        for columns in ([block.shares for block in blocks], [block.matters for block in blocks])
    )

    places: dict[str, int] = {}  # of each stem, from 1 on
    for block in blocks:
        for item in block.asked:
            places.setdefault(item.stem, len(places) + 1)
    owners, kinds = _tokens(stretches, numbers, places)
    kinds = kinds + of_block.take(owners) * (2 * len(places) + 2)
    sums, serving = _kinds(blocks, places)
    agreed, half, strong = told = np.zeros((3, count), np.float32)
    starts = starts_in(owners).nonzero()[0]
    rows = owners.take(starts)
    for total, values in zip(told, sums, strict=True):
        total[rows] = np.add.reduceat(values.take(kinds), starts)
    slots = np.zeros(len(shares) * count, np.float32)
    for slot_of, quality_of in serving:
        at = slot_of.take(kinds) * count + owners
        np.maximum.at(slots, at, quality_of.take(kinds))
    slots = slots.reshape(-1, count)
    return Phrases(
        blocks,
        stretches,
        numbers,
        of_block,
        bm25,
        nearness,
        slots,
        (slots * shares.take(of_block, axis=1)).sum(axis=0),
        (agreed + half) / np.maximum(stretches.take("said", numbers) + half, 1e-6),
        ((slots == 0) * matters.take(of_block, axis=1)).sum(axis=0),
        stretches.take("strong_count", numbers) - strong,
        shares,
    )


def starts_in(keys: np.ndarray) -> np.ndarray:
    """Whether a stretch of the same key begins, key by key."""
    is_start = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_start[1:])
    return is_start


def _tokens(stretches: Stretches, numbers: np.ndarray, places: dict[str, int]):
    """The words of phrases that were asked for: the row of the phrase that each is of; and twice
    its place, and 1 more where the phrase may be without it.
    """
    first = stretches.take("token_start", numbers)
    counts = stretches.take("token_start", numbers + 1) - first
    ends = counts.cumsum()
    owners = np.arange(len(numbers)).repeat(counts)
    tokens = np.arange(len(owners)) + (first - ends + counts).take(owners)
    of_parts = Stretches(
        [part for part, _, _ in stretches.each],
        [ends.item(end - 1) for _, _, end in stretches.each],
    )
    ids, flags = of_parts.take("token_id", tokens), of_parts.take("token_flag", tokens)
    found = np.concatenate(
        [_place_of(part, places).take(ids[start:end]) for part, start, end in of_parts.each]
    )
    at = found.nonzero()[0]
    return owners.take(at), 2 * found.take(at) + flags.take(at)


def _place_of(part: Part, places: dict[str, int]) -> np.ndarray:
    """The place of each stem of a part, 0 where it was not asked for."""
    table = np.zeros(len(part.stems), np.int16)
    for stem, place in places.items():
        number = part.stem_number.get(stem)
        if number is not None:
            table[number] = place
    return table


def _kinds(blocks: list[Block], places: dict[str, int]):
    """What a word tells of its phrase, by its kind (block, place, and whether it may be left out):
    how much agrees, half of what does and may be left out, and whether it tells codes apart. Then
    the slot that it serves and how well; and so on for words that serve several.
    """
    beyond = len(places) + 1
    agreed, half, strong = sums = [[0.0] * (2 * beyond * len(blocks)) for _ in range(3)]
    serving = []
    for at, block in enumerate(blocks):
        turns = dict.fromkeys(places, 0)
        for stem, slot, quality, weight, is_strong in block.asked:
            kind = 2 * (at * beyond + places[stem])
            good = max(weight * quality, agreed[kind])
            agreed[kind], half[kind + 1], strong[kind] = good, good / 2, is_strong
            if turns[stem] == len(serving):
                serving.append(([0] * len(agreed), [0.0] * len(agreed)))
            slot_of, quality_of = serving[turns[stem]]
            slot_of[kind] = slot_of[kind + 1] = slot
            quality_of[kind] = quality_of[kind + 1] = quality
            turns[stem] += 1
    return np.array(sums, np.float32), [
        (np.array(slot_of), np.array(quality_of, np.float32)) for slot_of, quality_of in serving
    ]
