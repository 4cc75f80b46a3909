"""Where the sentences of a note name what a phrase of the index says.

A phrase is named when each of its telling words stands in one clause of a sentence, in any order,
with hardly another word between. Words of a body part may stand in the note's complaint instead:
under "right knee pain" a "sprain of the medial collateral ligament" is one of the knee.
"""

import weakref
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from search.index.build import KINDS, SYSTEMS
from search.index.current import Index
from search.index.part import Part
from search.notes.context import negated_stems
from search.notes.sections import Section
from search.notes.sentences import Sentence
from search.notes.spelled_out import Reader, SentenceWords
from search.notes.stemming import INFLAMED, told
from search.results import WhyKind
from search.words import stems, words

MOST_BETWEEN = 7  # words that may stand among those of a phrase, with such as tell nothing
SITES = frozenset(
    stems(
        "knee ankle wrist elbow shoulder hip foot feet hand finger fingers thumb toe toes back "
        "lumbar cervical thoracic neck spine arm forearm leg thigh calf breast eye ear jaw heel "
        "kidney lung ureter lower upper index ring little great joint heart cardiac"
    )
)
# Words that may stand within a phrase: they tell of degree, side or time, or of nothing.
_BETWEEN_WORDS = """
a an the of in on at to for with and or his her their its this that both some any is due by from
right left bilateral bilaterally unilateral sided side acute chronic mild moderate severe minor
slight significant recurrent persistent intermittent new old known stable worsening primary
essential generalized diffuse nonspecific early late upper lower inner outer medial lateral
anterior posterior distal proximal superior inferior mid middle area region joint joints muscle
pitting valve located involving within seen noted present along bilat
newly diagnosed history uncontrolled controlled poorly well type stage grade
"""
BETWEEN = frozenset(stems(_BETWEEN_WORDS))
# Words of phrases that notes leave out without meaning less.
_LEFT_OUT = frozenset(stems("nos nec mellitus acquired personal"))
_OTHER = frozenset(stems("other elsewhere classified"))
_INFLAMED = (INFLAMED, "itic", "itides")
_NEGATORS = frozenset({"no", "not", "without", "nor", "denies"})
_WORDS_OF_IN_SITU = 2


@dataclass(frozen=True)
class Mention:
    """A phrase that a sentence (by number) names: what stands for it from `start` up to `end` of
    the note, its words' places, and how well it is named (the weights of the words it has).
    """

    sentence: int
    start: int
    end: int
    places: frozenset[int]
    part: Part = field(repr=False)
    code: int
    phrase: int
    stems: frozenset[str]
    weight: float
    gaps: int
    borrowed: int

    @property
    def value(self) -> str:
        return self.part.value(self.code)

    @property
    def system(self) -> str:
        return self.part.system(self.code)

    @property
    def kind(self) -> WhyKind:
        return KINDS[self.part.phrase_kind[self.phrase]]


class _Telling:
    """The telling words of a part's phrases, one phrase after the other."""

    def __init__(self, part: Part):
        own = (part.token_flag == 0) & (part.weak[part.token_id] == 1)
        left_out = {part.stem_number[stem] for stem in _LEFT_OUT if stem in part.stem_number}
        owners = np.repeat(np.arange(part.phrase_count), np.diff(part.token_start.astype(np.int64)))
        is_left_out = np.isin(part.token_id, list(left_out))
        # A phrase of such words alone keeps them.
        rest = np.bincount(owners[own & ~is_left_out], minlength=part.phrase_count)
        keep = own & (~is_left_out | (rest[owners] == 0))
        # The index has fractures under "Fracture, traumatic".
        of_fracture = np.bincount(
            owners[part.token_id == part.stem_number.get("fractur", -1)],
            minlength=part.phrase_count,
        )
        is_traumatic = part.token_id == part.stem_number.get("traumat", -1)
        keep &= ~(is_traumatic & (of_fracture[owners] > 0))
        self.ids = part.token_id[keep]
        counts = np.bincount(owners[keep], minlength=part.phrase_count)
        self.starts = np.r_[0, np.cumsum(counts)].astype(np.int64)
        systems = part.code_system[part.phrase_code]
        wanted = np.isin(systems, [SYSTEMS.index(name) for name in ("icd-10-cm", "cpt")])
        wanted &= ~np.isin(part.phrase_kind, [KINDS.index(WhyKind.DRUG)])
        # External causes say how, not what.
        first = part.code_value.astype("S1")[part.phrase_code]
        wanted &= ~(
            (systems == SYSTEMS.index("icd-10-cm")) & np.isin(first, [b"V", b"W", b"X", b"Y"])
        )
        # A disease is no manifestation "in diseases classified elsewhere" unless it says so.
        is_official = part.phrase_kind == KINDS.index(WhyKind.OFFICIAL)
        has = {
            stem: np.bincount(
                owners[part.token_id == part.stem_number.get(stem, -1)],
                minlength=part.phrase_count,
            )
            for stem in ("elsewher", "not")
        }
        of_manifestation = np.zeros(len(part.code_value), np.bool_)
        of_manifestation[
            part.phrase_code[is_official & (has["elsewher"] > 0) & (has["not"] == 0)]
        ] = True
        wanted &= is_official | ~of_manifestation[part.phrase_code]
        self.usable = np.flatnonzero(wanted & (counts > 0) & (counts <= 9))
        loose = np.bincount(owners[(part.token_flag == 0) & ~keep], minlength=part.phrase_count)
        # "Other hypertension" is what plain hypertension is not.
        other = [part.stem_number[stem] for stem in _OTHER if stem in part.stem_number]
        is_other = np.bincount(owners[np.isin(part.token_id, other) & (part.token_flag == 0)],
                               minlength=part.phrase_count)  # fmt: skip
        self.loose = loose + 20 * is_other

    def of(self, phrase: int) -> np.ndarray:
        return self.ids[self.starts[phrase] : self.starts[phrase + 1]]


_telling: "weakref.WeakKeyDictionary[Part, _Telling]" = weakref.WeakKeyDictionary()


def _telling_of(part: Part) -> _Telling:
    if part not in _telling:
        _telling[part] = _Telling(part)
    return _telling[part]


def mentions_of(
    text: str,
    sentences: Sequence[Sentence],
    index: Index,
    day: int,
    is_telling: Callable[[Mention, Section], bool] = lambda mention, section: True,
) -> list[Mention]:
    """What the sentences name, the best of each place among those that are telling in their
    section. `day` is the date of service, an ordinal.
    """
    reader = Reader(text, index)
    read = [reader.read(sentence) for sentence in sentences]
    for sentence, words_read in zip(sentences, read, strict=True):
        sentence.told = [
            frozenset(own) | told(word.text.lower())
            for word, own in zip(sentence.words, words_read.stems, strict=True)
        ]
    borrowed = _complaint(text, sentences, read)
    found: dict[int, list[Mention]] = defaultdict(list)
    for part, _ in index.parts:
        if part.phrase_count:
            for mention in _in_part(part, sentences, read, borrowed, day):
                if is_telling(mention, sentences[mention.sentence].section):
                    found[mention.sentence].append(mention)
    chosen = []
    for number in sorted(found):
        chosen += _best(found[number], sentences[number], read[number])
    return chosen


def _complaint(text, sentences, read) -> list[set[str]]:
    """For each sentence the stems of body parts that it may borrow: of the problem it stands
    under, else of the complaint.
    """
    complaint: set[str] = set()
    for sentence, words_read in zip(sentences, read, strict=True):
        if sentence.section == Section.COMPLAINT:
            complaint |= set().union(*words_read.stems) & SITES
    if not complaint:
        for sentence, words_read in zip(sentences[:4], read[:4], strict=True):
            if sentence.section in (Section.PRESENT, Section.OTHER):
                complaint |= set().union(*words_read.stems) & SITES
    found = []
    for number, sentence in enumerate(sentences):
        is_judging = sentence.section in (Section.ASSESSMENT, Section.PLAN)
        if not is_judging:
            found.append(set())
            continue
        own: set[str] = set()
        if sentence.problem >= 0 and sentence.problem != number:
            own = set().union(*read[sentence.problem].stems) & SITES
        found.append(own or complaint)
    return found


def _in_part(part: Part, sentences, read, borrowed, day):
    telling = _telling_of(part)
    is_there = np.zeros(len(part.stems), np.bool_)
    where: dict[int, set[int]] = defaultdict(set)
    for number, words_read in enumerate(read):
        for stem in set().union(*words_read.stems):
            place = part.stem_number.get(stem)
            if place is not None:
                is_there[place] = True
                where[place].add(number)
    if not is_there.any():
        return
    lacking = np.r_[0, np.cumsum(~is_there[telling.ids])]
    usable = telling.usable
    whole = lacking[telling.starts[usable + 1]] == lacking[telling.starts[usable]]
    codes = part.phrase_code[usable]
    whole &= (part.code_first[codes] <= day) & (part.code_last[codes] >= day)
    whole &= (part.phrase_first[usable] <= day) & (part.phrase_last[usable] >= day)
    site_numbers = {
        number: {part.stem_number[stem] for stem in stems_there if stem in part.stem_number}
        for number, stems_there in enumerate(borrowed)
    }
    lenders: dict[int, set[int]] = defaultdict(set)
    for number, ids in site_numbers.items():
        for place in ids:
            lenders[place].add(number)
    for phrase in usable[whole]:
        ids = telling.of(phrase).tolist()
        common = None
        for place in ids:
            here = where[place] | lenders[place]
            common = here if common is None else common & here
            if not common:
                break
        for number in common or ():
            own = [place for place in ids if number in where[place]]
            lent = len(ids) - len(own)
            if not own or lent > 2 or (lent and all(part.stems[i] in SITES for i in own)):
                continue
            sentence, words_read = sentences[number], read[number]
            mention = _window(part, int(phrase), own, lent, number, sentence, words_read)
            if mention and _says_the_same(mention, sentence, words_read):
                yield mention


def _window(part, phrase, ids, lent, number, sentence, words_read) -> Mention | None:
    """The tightest place in a sentence that has all the words of a phrase, if it is tight."""
    wanted = [part.stems[place] for place in ids]
    places = [[at for at, own in enumerate(words_read.stems) if stem in own] for stem in wanted]
    best = None
    for first in min(places, key=len):
        # The nearest place of every other word to this one.
        near = []
        for listed in places:
            at = bisect_left(listed, first)
            choices = listed[max(at - 1, 0) : at + 1]
            near.append(min(choices, key=lambda place: abs(place - first)))
        low, high = min(near), max(near)
        between = [at for at in range(low, high + 1) if at not in near]
        inside_terms = {
            at
            for start, end in words_read.covers.items()
            if start in near
            for at in range(start, end + 1)
        }
        between = [at for at in between if at not in inside_terms]
        foreign = sum(not words_read.stems[at] & BETWEEN for at in between)
        if words_read.clause[low] != words_read.clause[high]:
            continue
        if len(between) > MOST_BETWEEN or foreign > (1 if len(wanted) > 2 else 0):
            continue
        gaps = len(between) + 3 * foreign
        end = max([high, *(words_read.covers.get(at, at) for at in near)])
        if best is None or gaps < best[0]:
            best = (gaps, low, end, frozenset(near) | frozenset(inside_terms))
    if best is None:
        return None
    gaps, low, end, near = best
    weights = part.weights[ids]
    return Mention(
        number,
        sentence.words[low].start,
        sentence.words[end].end,
        near,
        part,
        int(part.phrase_code[phrase]),
        phrase,
        frozenset(wanted),
        float(weights.sum()),
        gaps,
        lent,
    )


def _says_the_same(mention: Mention, sentence: Sentence, words_read: SentenceWords) -> bool:
    """Whether the words of a phrase that are named are its words, not only of their stems: tonsils
    are no tonsillitis, a carcinoma in situ is not malignant yet, and what is "with bleeding" is not
    "without bleeding".
    """
    text = mention.part.text(mention.phrase).lower()
    if INFLAMED in text and not _is_inflamed(mention, text, sentence, words_read):
        return False
    low, high = min(mention.places), max(mention.places)
    around = {word.text.lower() for word in sentence.words[low : high + 1 + _WORDS_OF_IN_SITU]}
    if mention.value[0] == "C" and "situ" in around:
        return False
    absent = negated_stems(text)
    if absent & mention.stems:
        return bool(_NEGATORS & {word.text.lower() for word in sentence.words})
    inside = {word.text.lower() for word in sentence.words[low + 1 : high]}
    return bool(absent) or not inside & _NEGATORS


def _is_inflamed(mention, text: str, sentence: Sentence, words_read: SentenceWords) -> bool:
    """Whether each inflammation of a phrase is one in the sentence."""
    for word, stem in zip(words(text), stems(text), strict=False):
        if not word.endswith(INFLAMED) or stem not in mention.stems:
            continue
        if not any(
            word in words_read.spelled.get(at, ())
            or (
                stem in words_read.stems[at] and sentence.words[at].text.lower().endswith(_INFLAMED)
            )
            for at in mention.places
        ):
            return False
    return True


def _best(mentions: list[Mention], sentence: Sentence, words_read: SentenceWords) -> list[Mention]:
    """The best mention of each place of a sentence: the most telling, then the plainest."""
    ordered = sorted(mentions, key=_rank)
    chosen: list[Mention] = []
    taken: set[int] = set()
    for found in ordered:
        if found.places & taken:
            continue
        mention = _whole(found, sentence, words_read)
        chosen.append(mention)
        taken |= mention.places
    return sorted(chosen, key=lambda mention: mention.start)


def _whole(mention: Mention, sentence: Sentence, words_read: SentenceWords) -> Mention:
    """With the words right beside it that say no more than it does: the "arthritis" of rheumatoid
    arthritis where "rheumatoid" says it already, the "type" of type 2 diabetes.
    """
    low, high = min(mention.places), max(mention.places)
    places = set(mention.places)
    listed = sentence.words

    def is_of_it(at: int, beside: int) -> bool:
        first, second = sorted((at, beside))
        is_beside = listed[second].start - listed[first].end == 1
        return is_beside and bool(words_read.stems[at]) and words_read.stems[at] <= mention.stems

    while low and is_of_it(low - 1, low):
        low -= 1
        places.add(low)
    while high + 1 < len(listed) and is_of_it(high + 1, high):
        high += 1
        places.add(high)
    if low and sentence.words[low].text.isdigit():
        before = sentence.words[low - 1]
        if before.text.lower() in ("type", "stage", "grade"):
            low -= 1
    end = max(mention.end, sentence.words[high].end)
    return replace(mention, start=sentence.words[low].start, end=end, places=frozenset(places))


_KIND_RANK = {
    WhyKind.SYNONYM: 0,
    WhyKind.PLAIN: 1,
    WhyKind.OFFICIAL: 1,
    WhyKind.INCLUSION: 2,
    WhyKind.INDEX: 3,
    WhyKind.NEOPLASM: 4,
}


def _rank(mention: Mention):
    telling = _telling_of(mention.part)
    return (
        -round(mention.weight + 1.5 * min(mention.borrowed, 1) - 0.7 * mention.gaps, 1),
        int(telling.loose[mention.phrase]) >= 20,
        _KIND_RANK[mention.kind],
        int(telling.loose[mention.phrase]),
        not bool(mention.part.code_is_billable[mention.code]),
        len(mention.value),
        mention.value,
    )
