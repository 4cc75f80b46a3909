"""Which codes the readings of a text mean, best first: features weighed as learned.

`ranking_weights.json` holds the weights; `benchmarks/search_quality.py --fit` learns them from the
half of the data that may be tuned on.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from codes.models import CodeSystem
from search.features import FEATURES, ROWS, candidates
from search.index.build import SYSTEMS
from search.index.part import Part
from search.meaning import Model
from search.reading import Reading
from search.spreading import MOST_PLACED, spread
from search.vectors import Vectors
from search.words import stems

DIAGNOSES = SYSTEMS.index(CodeSystem.ICD_10_CM)
WEIGHTS_FILE = Path(__file__).with_name("ranking_weights.json")
MOST_BEGUN = 100  # while it is being typed
LATER_STEMS = frozenset(stems("sequela subsequent late effect aftercare follow healing open"))
LATER_SHARE = 0.1  # of a code for a later encounter where none was asked for
OVER_SHARE = 0.4  # of a code that is not valid on the date of service
DOUBT = 4.0  # how much a reading's trust weighs
# A code is among the results if its score is at least so much, and so much of the best one's.
LEAST_SCORE, LEAST_SHARE = 0.00005, 0.0005
LEAST_SHARE_BEGUN = 0.004  # the few suggestions had better be sure
LEAST_UNKNOWN = 0.0002  # where no word is known: by meaning, "asdf qwerty" scores less
MOST_MATCHES = 1000


class Ranked(NamedTuple):
    """A code with its score from 0 to 1, and the phrase that speaks for it best."""

    part: Part
    code: int
    phrase: int
    score: float
    is_by_meaning: bool


@dataclass(frozen=True)
class Found:
    """Codes with their scores as columns; it goes through them as Ranked, in its order."""

    sources: Sequence[Part]
    parts: np.ndarray
    codes: np.ndarray
    phrases: np.ndarray
    scores: np.ndarray
    by_meaning: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[Ranked]:
        columns = (self.parts, self.codes, self.phrases, self.scores, self.by_meaning)
        for place, *item in zip(*(column.tolist() for column in columns), strict=True):
            yield Ranked(self.sources[place], *item)

    def __getitem__(self, which) -> "Found":
        """Those at some places: a slice, an array of places or of yes and no."""
        columns = (self.parts, self.codes, self.phrases, self.scores, self.by_meaning)
        return Found(self.sources, *(column[which] for column in columns))

    def with_others(self, others: "Found") -> "Found":
        """These, and others of the same parts behind them."""
        own = (self.parts, self.codes, self.phrases, self.scores, self.by_meaning)
        more = (others.parts, others.codes, others.phrases, others.scores, others.by_meaning)
        return Found(self.sources, *map(np.concatenate, zip(own, more, strict=True)))

    def facts(self, name: str) -> np.ndarray:
        """An array of the parts that is kept by code, for these codes."""
        found = getattr(self.sources[-1], name).take(self.codes, mode="clip")
        for part, places in self._elsewhere:
            found[places] = getattr(part, name).take(self.codes.take(places))
        return found

    @cached_property
    def _elsewhere(self) -> list[tuple[Part, np.ndarray]]:
        """The parts but the last, with the places of those codes that are theirs."""
        parts = enumerate(self.sources[:-1])
        found = [(part, (self.parts == place).nonzero()[0]) for place, part in parts]
        return [(part, places) for part, places in found if len(places)]

    @cached_property
    def code_ids(self) -> np.ndarray:
        """Their keys."""
        return self.facts("code_id")

    def main_numbers(self) -> np.ndarray:
        """Their numbers in the main index, the last of the parts; -1 where it has not the code."""
        found = self.codes.copy()
        for part, places in self._elsewhere:
            found[places] = part.number_in_main.take(self.codes.take(places))
        return found

    def best(self, least_score: float = LEAST_SCORE, least_share: float = LEAST_SHARE) -> "Found":
        """Those likely enough to show, best first, each code once; variants stand back."""
        if not len(self):
            return self
        least = max(least_score, least_share * self.scores.max().item())
        likely = (self.scores >= least).nonzero()[0]
        found = self[likely.take(np.argsort(-self.scores.take(likely), kind="stable"))]
        place_of: dict[int, int] = {}  # where each code stands first, by its key
        for place, key in enumerate(found.code_ids.tolist()):
            place_of.setdefault(key, place)
        places = np.array(list(place_of.values())[:MOST_MATCHES], np.intp)
        first = found[places[:MOST_PLACED]]
        order = spread(first.diagnoses(), first.scores.tolist())
        places[:MOST_PLACED] = places.take(order)
        return found[places]

    def diagnoses(self) -> list[str]:
        """The stored values, '' for those of other systems than ICD-10-CM."""
        values = self.facts("code_value").tolist()
        systems = self.facts("code_system").tolist()
        return [
            value.decode() if system == DIAGNOSES else ""
            for value, system in zip(values, systems, strict=True)
        ]


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


def ranked(
    parts: Sequence[tuple[Part, np.ndarray | None]],
    readings: Sequence[Reading],
    *,
    model: Model | None = None,
    vectors: Vectors | None = None,
    day: int | None = None,
    is_begun: bool = False,
) -> Found:
    """The codes that the readings may mean, in no order, perhaps several times: `Found.best` has
    them in order. With `is_begun` fewer phrases are compared: the words are still being typed.
    """
    found = candidates(
        parts,
        readings,
        model=model,
        vectors=vectors,
        day=day,
        most=MOST_BEGUN if is_begun else None,
    )
    weights = learned()["meaning" if model is not None and vectors is not None else "words"]
    trust = np.array([reading.trust for reading in readings], np.float32)
    asks_later = np.array([_asks_later(reading) for reading in readings])
    scores = scores_of(weights, found.features, trust.take(found.readings))
    is_later = found.features[:, ROWS["is_later"]] > 0
    is_unasked = is_later & ~asks_later.take(found.readings)
    np.multiply(scores, LATER_SHARE, out=scores, where=is_unasked)
    if day is not None:
        first, last = found.facts("code_first"), found.facts("code_last")
        np.multiply(scores, OVER_SHARE, out=scores, where=(first > day) | (last < day))
    sources = [part for part, _ in parts]
    return Found(sources, found.parts, found.codes, found.phrases, scores, found.by_meaning)


def _asks_later(reading: Reading) -> bool:
    return any(not LATER_STEMS.isdisjoint(slot.stems) for slot in reading.slots)


def scores_of(weights: Weights, features: np.ndarray, trust) -> np.ndarray:
    """Scores from 0 to 1; a reading that is less sure counts less."""
    logits = weights.logits(features) + DOUBT * np.log(trust)
    return 1 / (1 + np.exp(-logits))
