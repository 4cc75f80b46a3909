"""How what was typed may be read: words as they stand, corrected, spelled out, or still begun."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz.distance import Prefix

from search.everyday import EVERYDAY
from search.index.part import Part
from search.results import Correction, Expansion
from search.spelling import near_words, nearest
from search.vocabulary import SIDES, Terms, terms_in
from search.words import stems, words

MOST_WORDS = 24
MOST_READINGS = 6
MOST_BEGUN = 6  # words that a beginning may stand for
SHORTEST_TERM_BEGUN = 5  # letters
_CORRECTED = 0.8  # how well a corrected word serves beside one that was typed so
_BEGUN = 0.9
_SPELLED_OUT = 0.95
_JOINED = 0.95  # a word written in one, where the text has it in two, or the other way round
# Two stems are forms of one word where they share so many letters, and so much of the longer one.
SHORTEST_SHARED, SHARE_SHARED = 4, 0.55
SHORTEST_JOINED = 6  # letters of two words that may be one


@dataclass
class Slot:
    """A place of a reading: the stems that may stand there, with how well each serves (0 to 1).

    An everyday word that no text of a code has counts as little as one that tells nothing.
    """

    stems: dict[str, float]
    is_everyday: bool = False


@dataclass
class Reading:
    """One way to read what was asked: its slots, its words for the model, and how sure it is.

    `near` is how near each row of the vectors is to its own.
    """

    slots: list[Slot]
    text: str
    trust: float = 1.0
    vector: np.ndarray | None = field(default=None, repr=False)
    near: np.ndarray | None = field(default=None, repr=False)


@dataclass
class Understood:
    """The readings, the likeliest first, and what was changed to come to them."""

    readings: list[Reading]
    corrections: list[Correction] = field(default_factory=list)
    expansions: list[Expansion] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def is_unknown(self) -> bool:
        """Whether no word of it is known."""
        return len(self.unknown) == sum(len(reading.slots) for reading in self.readings)


def understand(
    text: str,
    parts: Sequence[Part],
    terms: Terms,
    *,
    is_begun: bool = False,
    corrects: bool = True,
) -> Understood:
    """The readings of a text. With `is_begun` its last word may be the beginning of one."""
    typed = words(text)[:MOST_WORDS]
    if not typed:
        return Understood([])
    spans = (is_begun and _term_begun(typed, terms)) or terms_in(typed, terms)
    plain, corrections, unknown = _plain(typed, parts, spans, is_begun, corrects)
    readings = [plain]
    expansions = []
    if spans:
        expansions = [Expansion(" ".join(typed[a:b]), meanings) for a, b, meanings in spans]
        readings = [*_spelled_out(typed, spans, parts, corrects), plain]
        plain.trust = 0.85 if any(b - a == 1 for a, b, _ in spans) else 0.95
    return Understood(readings[:MOST_READINGS], corrections, expansions, unknown)


def nearest_words(text: str, parts: Sequence[Part], most: int = 5) -> list[str]:
    """The words of the index that look most like those of a text that found nothing."""
    found: list[str] = []
    for word in words(text)[:MOST_WORDS]:
        for part in parts:
            found += [near for near, _ in near_words(word, part, most=2, further=1)]
    return list(dict.fromkeys(found))[:most]


def _plain(typed, parts, spans, is_begun, corrects):
    slots, text, corrections, unknown = [], [], [], []
    in_term = {place for first, beyond, _ in spans for place in range(first, beyond)}
    for place, word in enumerate(typed):
        last = place == len(typed) - 1
        stem = stems(word)
        served = dict.fromkeys(stem, 1.0)
        if is_begun and last and len(word) > 1:
            for part in parts:
                for at, begun in enumerate(part.stems_begun(word, MOST_BEGUN)):
                    served.setdefault(begun, _BEGUN - 0.03 * at)
        halves = next((part.joined[word] for part in parts if word in part.joined), None)
        is_known = halves or any(word in part.word_number or part.has_stem(stem) for part in parts)
        is_everyday = not is_known and word in EVERYDAY
        if not is_known and not is_everyday and len(served) == len(stem) and place not in in_term:
            near = nearest(word, parts) if corrects else []
            if near:
                best = near[0][0]
                corrections.append(Correction(word, best))
                served = {}
                for found, share in near:
                    for item in stems(found):
                        served[item] = max(served.get(item, 0.0), _CORRECTED * share)
                word = best
            elif not word.isdigit():
                unknown.append(word)
        if halves:
            # "preeclampsia" stands for both words of "pre-eclampsia".
            slots += [Slot({**served, **dict.fromkeys(stems(half), _JOINED)}) for half in halves]
        else:
            slots.append(Slot(served, is_everyday))
        text.append(word)
    _join(typed, parts, slots)
    return Reading(_forms_joined(slots), " ".join(text)), corrections, unknown


def _join(typed: list[str], parts: Sequence[Part], slots: list[Slot]) -> None:
    """Let two words stand for the one that they make: heart burn, blood stream."""
    if len(slots) != len(typed):
        return
    for place in range(len(typed) - 1):
        word = typed[place] + typed[place + 1]
        if (
            len(word) >= SHORTEST_JOINED
            and word.isalpha()
            and any(word in part.word_number for part in parts)
        ):
            for slot in slots[place : place + 2]:
                for item in stems(word):
                    slot.stems.setdefault(item, _JOINED)


def _forms_joined(slots: list[Slot]) -> list[Slot]:
    """One slot for forms of one word side by side, as an index has them: embolism, embolic."""
    joined: list[Slot] = []
    for slot in slots:
        before = joined[-1].stems if joined else {}
        if any(_are_forms(one, other) for one in before for other in slot.stems):
            for stem, quality in slot.stems.items():
                before[stem] = max(quality, before.get(stem, 0.0))
        else:
            joined.append(slot)
    return joined


def _are_forms(one: str, other: str) -> bool:
    shared = Prefix.similarity(one, other)
    return shared >= SHORTEST_SHARED and shared >= SHARE_SHARED * max(len(one), len(other))


def _term_begun(typed: list[str], terms: Terms) -> list[tuple[int, int, list[str]]]:
    """What was typed, all of it, as the shortest of the terms that it begins."""
    text = " ".join(typed)
    if len(text) < SHORTEST_TERM_BEGUN or text in terms:
        return []
    begun = min(terms.beginning_with(text), key=len, default="")
    return [(0, len(typed), terms[begun])] if begun else []


def _spelled_out(typed, spans, parts, corrects) -> list[Reading]:
    """A reading for each meaning of the term with most of them, the others as they first mean."""
    most = max(spans, key=lambda span: len(span[2]))
    readings = []
    for number, meaning in enumerate(most[2][:4]):
        pieces, place = [], 0
        for first, beyond, meanings in spans:
            pieces += typed[place:first]
            chosen = meaning if (first, beyond) == most[:2] else meanings[0]
            meant = words(chosen)
            if beyond - first > 1:
                pieces += [side for side in typed[first:beyond] if side in SIDES - set(meant)]
            pieces += meant
            place = beyond
        pieces += typed[place:]
        reading, _, _ = _plain(pieces, parts, [], False, corrects)
        reading.trust = 1.0 if number == 0 else 0.97
        readings.append(reading)
    return readings
