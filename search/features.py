"""How well codes agree with what was asked: the features of their phrases.

A code is as good as its best phrases, and as those of its neighbors. `search.ranking` weighs the
features.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.agreement import (
    NEAR_ENOUGH,
    Phrases,
    Stretches,
    phrases_found,
    place_nearness,
    starts_in,
)
from search.index.build import KINDS, SYSTEMS
from search.index.part import Part
from search.meaning import Model
from search.reading import Reading
from search.vectors import Vectors

MOST_PHRASES = 250  # of one reading by words
MOST_BESIDE_NEAR = 400  # by words, where others come by meaning
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
    stretches: Stretches

    def facts(self, name: str) -> np.ndarray:
        """An array of the parts that is kept by code, for these codes."""
        return self.stretches.take(name, self.codes)


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
    """
    by_meaning = model is not None and vectors is not None and len(vectors) > 0
    most = most or (MOST_BESIDE_NEAR if by_meaning else MOST_PHRASES)
    if by_meaning:
        place_nearness([reading for reading in readings if reading.near is None], model, vectors)
    phrases = phrases_found(parts, readings, most, by_meaning=by_meaning)
    if phrases is None:
        none, nowhere = np.zeros(0, np.int64), Stretches([parts[0][0]], [0])
        features = np.zeros((0, len(FEATURES)), np.float32)
        return Candidates(none, none, none, features, none, none.astype(bool), nowhere)
    return _by_code(phrases, day, by_meaning=by_meaning)


def _by_code(phrases: Phrases, day: int | None, *, by_meaning: bool) -> Candidates:
    """The features of the codes that phrases speak for.

    Codes stand in the order of the books, so that those of a category, and of a branch of it, are
    neighbors: what is asked of such a group goes over one stretch of the columns.
    """
    take = phrases.stretches.take
    agreement = phrases.coverage * (0.35 + 0.65 * phrases.precision)
    if day is not None:
        # The text of another release than the one in force speaks for a code, but less.
        first, last = take("phrase_first", phrases.numbers), take("phrase_last", phrases.numbers)
        np.multiply(agreement, 0.9, out=agreement, where=(first > day) | (last < day))
    prior = agreement + 0.1 * phrases.bm25
    if by_meaning:
        prior += 0.6 * np.maximum(phrases.nearness, 0)

    # The best phrase of each code of a block comes first.
    owner = take("phrase_code", phrases.numbers) + phrases.block * BLOCK
    order = np.argsort(owner * 4.0 - prior, kind="stable")
    owner = owner.take(order)
    is_best = starts_in(owner)
    starts = is_best.nonzero()[0]
    key, best = owner.take(starts), order.take(starts)
    block = phrases.block.take(best)
    base = block * BLOCK
    codes = key - base
    count = len(codes)
    # The next phrase is the second one, unless it is the best of another code, or the last again.
    second = order.take(starts + 1, mode="clip")
    has_second = ~is_best.take(starts + 1, mode="clip")
    own = agreement.take(best)

    blocks = block.searchsorted(np.arange(len(phrases.blocks)))
    of_codes = Stretches([each.part for each in phrases.blocks], [*blocks[1:].tolist(), count])
    take = of_codes.take

    # Groups are the categories, and behind them the branches.
    beyond = len(phrases.blocks) * BLOCK
    groups = np.concatenate(
        [take("code_family", codes) + base, take("code_branch", codes) + (base + beyond)]
    )
    is_start = starts_in(groups)
    group, group_starts = is_start.cumsum() - 1, is_start.nonzero()[0]
    rank = np.arange(len(groups)) - group_starts.take(group)
    family = group_starts[: group_starts.searchsorted(count)]
    parent_key = take("code_parent", codes) + base
    above = key.searchsorted(parent_key)
    is_above = key.take(above, mode="clip") == parent_key

    def of_neighbors(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The mean of the three best values of the category (what lacks counts as 0), that of the
        branch, and the value of the code above.
        """
        values = np.concatenate([values, values])
        ordered = values.take(np.argsort(groups * 4.0 - values))
        best = (np.add.reduceat(ordered * (rank < 3), group_starts) / 3).take(group)
        return best[:count], best[count:], values.take(above) * is_above

    def behind_best(values: np.ndarray) -> np.ndarray:
        """How far each value is from the best one of its block."""
        return np.maximum.reduceat(values, blocks).take(block) - values

    share = phrases.shares.take(block, axis=1)
    filled = np.maximum.reduceat(phrases.slots.take(order, axis=1), starts, axis=1)
    filled_by_family = np.maximum.reduceat(filled, family, axis=1) * share.take(family, axis=1)
    coverage, beside = phrases.coverage.take(best), phrases.beside.take(best)
    best_phrases = phrases.numbers.take(best)
    of_family, of_branch, of_above = of_neighbors(own)
    columns = {
        "coverage": coverage,
        "precision": phrases.precision.take(best),
        "agreement": own,
        "bm25": np.maximum.reduceat(phrases.bm25.take(order), starts),
        "second": agreement.take(second) * has_second,
        "family": of_family,
        "whole": (coverage > 0.99) & (beside == 0),
        "missing": np.minimum(phrases.missing.take(best), 6) / 6,
        "beside": np.minimum(beside, 12) / 12,
        "union": (filled * share).sum(axis=0),
        "family_union": filled_by_family.sum(axis=0).take(group[:count]),
        "branch": of_branch,
        "above": of_above,
        "agreement_gap": behind_best(own),
    }
    is_by_meaning = np.zeros(count, np.bool_)
    if by_meaning:
        nearness = phrases.nearness
        near = np.maximum(np.maximum.reduceat(nearness.take(order), starts), 0)
        of_family, of_branch, of_above = of_neighbors(near)
        columns |= {
            "nearness": near,
            "second_nearness": nearness.take(second) * has_second,
            "family_nearness": of_family,
            "branch_nearness": of_branch,
            "above_nearness": of_above,
            "near_gap": behind_best(near),
        }
        is_by_meaning = (coverage < 0.5) & (nearness.take(best) > NEAR_ENOUGH)

    table = np.zeros((len(FEATURES), count), np.float32)
    for part, start, end in of_codes.each:
        constant = constant_features(part).take(codes[start:end], axis=1)
        for row, values in zip(CONSTANT, constant, strict=True):
            table[row, start:end] = values
    kinds = take("phrase_kind", best_phrases)
    table[KIND_FEATURES.take(kinds), np.arange(count)] = 1
    for name, values in columns.items():
        table[ROWS[name]] = values
    place = np.array([each.place for each in phrases.blocks]).take(block)
    reading = np.array([each.reading for each in phrases.blocks]).take(block)
    return Candidates(place, reading, codes, table.T, best_phrases, is_by_meaning, of_codes)


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
            dtype=np.float32,
            casting="unsafe",
        )
    return found
