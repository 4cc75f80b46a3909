"""One index, open: Tantivy's searcher and the arrays beside it, mapped and shared by processes."""

import json
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import tantivy

from codes.models import CodeSystem
from search.index.build import KINDS, SYSTEMS, analyzers, schema
from search.results import WhyKind
from search.words import WEAK_STEMS

WEAK_WEIGHT = 0.25  # of a word that hardly tells codes apart


class Part:
    """An index in a folder that is whole. Codes and phrases go by their numbers in it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.stamp = json.loads((folder / "stamp.json").read_text())
        for file in folder.glob("*.npy"):
            # Read-only maps as plain arrays: the subclass memmap makes each small step slower.
            setattr(self, file.stem, np.load(file, mmap_mode="r").view(np.ndarray))
        self._texts = np.zeros(0, np.uint8)
        if self.phrase_count:
            self._texts = np.memmap(folder / "texts", np.uint8, "r").view(np.ndarray)
        self.stems = (folder / "stems").read_text(encoding="utf-8").split("\n")
        self.stem_number = {stem: number for number, stem in enumerate(self.stems) if stem}
        # In order, as their arrays are.
        self.words = (folder / "words").read_text(encoding="utf-8").split("\n")
        # Words written as one, by those that a hyphen joins: xray is x-ray.
        self.joined = {
            word: halves
            for line in (folder / "joined").read_text(encoding="utf-8").splitlines()
            for word, *halves in [line.split()]
        }
        if not self.stem_number:
            self.stems, self.words = [], []
        self.word_number = {word: number for number, word in enumerate(self.words)}
        # What releases say of codes: (release_id, is_billable, added_day, last_day) of each.
        self.listings = json.loads((folder / "listings.json").read_text())
        index = tantivy.Index(schema(), path=str(folder / "tantivy"))
        for name, analyzer in analyzers().items():
            index.register_tokenizer(name, analyzer)
        index.reload()
        self._schema = index.schema
        self._searcher = index.searcher()
        self.weak = np.ones(len(self.stems), np.float32)
        weak = [self.stem_number[stem] for stem in WEAK_STEMS if stem in self.stem_number]
        self.weak[weak] = WEAK_WEIGHT
        self.weights = self._own_weights()
        self._sum_phrases()
        self.constant_features: np.ndarray | None = None  # kept here by search.features
        self.is_main = True
        self.number_in_main = np.zeros(0, np.int64)  # of each code, -1 where it has none

    @property
    def phrase_count(self) -> int:
        return len(self.phrase_code)

    @cached_property
    def unknown_weight(self) -> float:
        """How much a word tells that no text has: a little less than the rarest ones."""
        return math.log1p(max(self.phrase_count, 1)) * 0.6

    def _own_weights(self) -> np.ndarray:
        """How much each stem tells (float32): rare ones more, those of WEAK little."""
        total = max(self.phrase_count, 1)
        return np.log1p(total / (1.0 + self.stem_count)).astype(np.float32) * self.weak

    def weigh_as(self, other: "Part") -> None:
        """Give the stems that a larger index has the weights they have there; that one is the
        main index.
        """
        self.is_main = False
        for stem, number in self.stem_number.items():
            place = other.stem_number.get(stem)
            if place is not None:
                self.weights[number] = other.weights[place]
        self._sum_phrases()

    def _sum_phrases(self) -> None:
        """By phrase: the weight of the words it says (float32), and the number of those that tell
        something; words that may be left out aside.
        """
        owners = np.repeat(np.arange(self.phrase_count), np.diff(self.token_start))
        is_own = self.token_flag == 0
        owners, ids = owners[is_own], self.token_id[is_own]
        said = np.bincount(owners, self.weights[ids], self.phrase_count)
        strong = np.bincount(owners, self.weak[ids] == 1, self.phrase_count)
        self.said, self.strong_count = said.astype(np.float32), strong.astype(np.float32)

    def take_days_of(self, other: "Part") -> None:
        """Take over when codes are valid and billable from the index of their releases."""
        own = self.number_in_main = other.numbers_of_codes(self.code_id)
        for name in ("code_is_billable", "code_first", "code_last", "phrase_total"):
            values = np.array(getattr(self, name))
            values[own >= 0] = getattr(other, name)[own[own >= 0]]
            setattr(self, name, values)

    def has_stem(self, stems: Sequence[str]) -> bool:
        """Whether it has each of the stems, and there are some."""
        return bool(stems) and all(stem in self.stem_number for stem in stems)

    def stems_begun(self, beginning: str, most: int) -> list[str]:
        """The stems of the words that begin so, those of the most frequent words first."""
        first = bisect_left(self.words, beginning)
        last = bisect_left(self.words, f"{beginning}\U0010ffff")
        if first == last:
            return []
        order = np.argsort(-self.word_count[first:last], kind="stable")[:most]
        return [self.stems[number] for number in self.word_stem[first + order].tolist()]

    @cached_property
    def words_by_length(self) -> dict[int, list[str]]:
        """The words by the number of their letters."""
        found: dict[int, list[str]] = {}
        for word in self.words:
            found.setdefault(len(word), []).append(word)
        return found

    def count_of(self, word: str) -> int:
        """How often the texts have one of their words."""
        return self.word_count.item(self.word_number[word])

    def phrases_with(
        self, weights: Mapping[str, float], most: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the phrases with any of its stems, best first, and BM25's scores."""
        should = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, "words", stem, "freq"), weight
                ),
            )
            for stem, weight in weights.items()
        ]
        if not should:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        hits = self._searcher.search(tantivy.Query.boolean_query(should), most, count=False).hits
        if not hits:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        scores, places = zip(*hits, strict=True)
        numbers = self._searcher.fast_field_values("number", list(places))
        return np.array(numbers, np.int64), np.array(scores, np.float32)

    def text(self, phrase: int) -> str:
        """The phrase as it is written at its source."""
        start, end = self.text_start.item(phrase), self.text_start.item(phrase + 1)
        return self._texts[start:end].tobytes().decode()

    def kind(self, phrase: int) -> WhyKind:
        return KINDS[self.phrase_kind.item(phrase)]

    def system(self, code: int) -> CodeSystem:
        return SYSTEMS[self.code_system.item(code)]

    def value(self, code: int) -> str:
        return self.code_value.item(code).decode()

    @cached_property
    def _by_code(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.phrase_code, kind="stable").astype(np.int32)
        starts = np.searchsorted(self.phrase_code[order], np.arange(len(self.code_id) + 1))
        return order, starts

    def phrases_of(self, code: int) -> np.ndarray:
        """The numbers of the phrases of a code."""
        order, starts = self._by_code
        return order[starts[code] : starts[code + 1]]

    def title(self, code: int, place: int) -> str:
        """The official text of a code in the release at a place of its listings."""
        phrase = self.title_phrase.item(self.title_start.item(code) + place)
        return self.text(phrase) if phrase >= 0 else ""

    def plain_title(self, code: int) -> str:
        """The editors' title of a code; '' where it has none."""
        phrase = self.plain_phrase.item(code)
        return self.text(phrase) if phrase >= 0 else ""

    def numbers_of_codes(self, code_ids: np.ndarray) -> np.ndarray:
        """The number of each code (by its key) here, -1 where it has none."""
        if not len(self.code_id):
            return np.full(len(code_ids), -1)
        order = self._code_order
        places = np.searchsorted(self.code_id, code_ids, sorter=order)
        found = order[np.minimum(places, len(order) - 1)]
        return np.where(self.code_id[found] == code_ids, found, -1)

    @cached_property
    def _code_order(self) -> np.ndarray:
        return np.argsort(self.code_id, kind="stable").astype(np.int32)

    def tokens(self, phrases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The places of the phrases' tokens in `token_id` and `token_flag`, one phrase after the
        other, and for each the place of its phrase in `phrases`.
        """
        first = self.token_start[phrases]
        counts = self.token_start[phrases + 1] - first
        before = np.cumsum(counts) - counts
        owners = np.repeat(np.arange(len(phrases)), counts)
        return owners, np.arange(len(owners)) + (first - before)[owners]
