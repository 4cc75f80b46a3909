"""The words of a note's sentences as stems, with what abbreviations and lay words among them mean.

The table of terms is made for searches. In a note fewer of its terms mean what they mean there:
a lay word that the texts of the codes have themselves is taken as it is written, one that they
lack only where the note speaks of the patient's condition, and a plan to check the CMP is no
cardiomyopathy.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from search.everyday import EVERYDAY
from search.index.current import Index
from search.notes.sections import Section
from search.notes.sentences import Sentence, Word
from search.notes.stemming import told
from search.vocabulary import SIDES
from search.words import stems, words

LONGEST_TERM = 5  # words
SHORTEST_WORD = 4  # letters of a term in small letters
_SHORT_WORDS = frozenset({"flu"})  # which are words, and abbreviate nothing
_COMMA_OK = frozenset(
    stems("type stage grade right left bilateral acute chronic unspecified uncomplicated initial "
          "subsequent mild moderate severe recurrent with without primary in of due lumbar "
          "cervical thoracic lumbosacral")
)  # fmt: skip
_SPRAINED = frozenset(stems("ligament ligaments meniscus"))
_LOWER, _UPPER, _SHAFT = "lower end", "upper end", "shaft"
# Beside the table that editors keep.
_SPELLED_OUT = {
    "mcl": "medial collateral ligament",
    "lcl": "lateral collateral ligament",
    "pcl": "posterior cruciate ligament",
    "dip": "interphalangeal joint",
    "pip": "interphalangeal joint",
    "mcp": "metacarpophalangeal joint",
    "diabetic": "diabetes",
    "low back": "lower back lumbar",
    "lower back": "low back lumbar",
    "lumbar": "lumbar region low back",
    "cervical": "cervical region",
    "thoracic": "thoracic region",
    "degenerative disc disease": "intervertebral disc degeneration",
    "rotator cuff tear": "rotator cuff tear or rupture not specified as traumatic",
    "lower extremity": "lower extremity leg",
    "lower extremities": "lower extremity leg",
    "upper extremity": "upper extremity arm",
    "upper extremities": "upper extremity arm",
    "sacrum": "sacral region",
    "pituitary adenoma": "benign neoplasm of pituitary gland",
    "chemotherapy": "antineoplastic chemotherapy",
    "tobacco use disorder": "nicotine dependence",
    "degenerative joint disease": "osteoarthritis",
    "nuclear sclerotic cataract": "age-related nuclear cataract",
    "nuclear sclerosis": "age-related nuclear cataract",
    "ureteral stone": "calculus of ureter",
    "distal radius": f"{_LOWER} of radius",
    "distal radial": f"{_LOWER} of radius",
    "distal ulna": f"{_LOWER} of ulna",
    "distal humerus": f"{_LOWER} of humerus",
    "distal femur": f"{_LOWER} of femur",
    "distal tibia": f"{_LOWER} of tibia",
    "distal fibula": f"{_LOWER} of fibula",
    "proximal radius": f"{_UPPER} of radius",
    "proximal ulna": f"{_UPPER} of ulna",
    "proximal humerus": f"{_UPPER} of humerus",
    "proximal tibia": f"{_UPPER} of tibia",
    "proximal fibula": f"{_UPPER} of fibula",
    "midshaft": _SHAFT,
    "colon": "large intestine",
    "lateral malleolus": "lateral malleolus of fibula",
    "lateral malleolar": "lateral malleolus of fibula",
    "medial malleolus": "medial malleolus of tibia",
    "medial malleolar": "medial malleolus of tibia",
    "patellofemoral pain syndrome": "patellofemoral disorders",
    "patellofemoral syndrome": "patellofemoral disorders",
    "difficulty urinating": "difficulties with micturition",
    "gait impairment": "abnormalities of gait and mobility",
    "liver enzymes": "levels of serum enzymes",
    "disc herniation": "intervertebral disc displacement",
    "herniated disc": "intervertebral disc displacement",
    "disc herniations": "intervertebral disc displacement",
    "morbid obesity": "morbid severe obesity due to excess calories",
    "hypertriglyceridemia": "pure hyperglyceridemia",
    "carotid stenosis": "occlusion and stenosis of carotid artery",
    "carotid artery stenosis": "occlusion and stenosis of carotid artery",
    "peripheral neuropathy": "polyneuropathy",
    "vaginal candidiasis": "candidiasis of vulva and vagina",
    "pulmonary nodule": "solitary pulmonary nodule",
    "lung nodule": "solitary pulmonary nodule",
    "adenocarcinoma": "carcinoma malignant neoplasm",
    "ductal carcinoma in situ": "intraductal carcinoma in situ",
    "ductal carcinoma": "malignant neoplasm",
    "lobular carcinoma": "malignant neoplasm",
    "hypogonadism": "testicular hypogonadism",
    "cognitive impairment": "cognitive deficit",
    "elevated alkaline phosphatase": "abnormal level of alkaline phosphatase",
    "elevated liver enzymes": "abnormal levels of serum enzymes",
    "rotator cuff tendinopathy": "other shoulder lesions",
    "rotator cuff tendinitis": "other shoulder lesions",
    "rotator cuff tendonitis": "other shoulder lesions",
    "cholelithiasis": "calculus of gallbladder",
    "gallstone": "calculus of gallbladder",
    "gallstones": "calculus of gallbladder",
    "squamous cell carcinoma in situ": "carcinoma in situ of skin",
    "hypoxic": "hypoxia",
    "hypoxemic": "hypoxia",
    "hypercapnic": "hypercapnia",
    "hypercarbic": "hypercapnia",
    "flu": "influenza",
    "mi": "acute myocardial infarction",
    "myocardial infarction": "acute myocardial infarction",
    "nstemi": "non-st elevation nstemi myocardial infarction",
    "stemi": "st elevation stemi myocardial infarction of unspecified site",
    "hemianopia": "hemianopia hemianopsia",
    "bimalleolar": "bimalleolar lower leg",
    "trimalleolar": "trimalleolar lower leg",
    "tick bite": "insect bite nonvenomous",
    "bug bite": "insect bite nonvenomous",
    "mosquito bite": "insect bite nonvenomous",
    **{
        f"{site} {word}": f"secondary malignant neoplasm of {site}"
        for site in ("bone", "brain", "liver", "lung")
        for word in ("metastasis", "metastases", "mets")
    },
}
_NO_TERM = frozenset({"pt", "or", "as", "all", "is", "it", "us", "hr", "bp", "add", "ad", "pe"})
# In notes these are the primary care provider, headings, complaints that a diagnosis explains,
# the family, of which the notes have their own rules, tests (CMP), places (ED, CVS), an artery
# (LAD), the hand that is used more (RHD), or how something came about.
_NEVER_SPELLED_OUT = """
pcp|ed|cvs|lad|rhd|dob|cmp|tsh|psa|lft|lfts|labs|abnormal lab|abnormal labs|cholesterol|sedentary
allergies|allergic reaction|side effect|side effects|low salt|low sodium|consumption|overdue|tennis
diabetes under|diabetic neuropathy|insulin pump|twisted
mom had|mother had|dad had|father had|sister had|brother had
"""
_NEVER = frozenset(re.split(r"[|\n]", _NEVER_SPELLED_OUT.strip()))
_MECHANISMS = ("twisted ", "rolled ", "hurt ", "injured ", "jammed ")
# Terms with these first in their meaning name a procedure by the words of ICD-10-PCS, or a visit:
# what is done, not what the patient has.
_DONE = """
abortion alteration beam bypass change computerized control creation destruction
detachment dilation division drainage encounter examination excision extirpation extraction
extracorporeal fluoroscopy fragmentation fusion immunization inspection insertion introduction
irrigation magnetic manipulation map measurement monitoring occlusion packing percutaneous
performance pheresis plain planar positron reattachment release removal repair replacement
reposition resection restriction screening stereotactic supplement
transfer transfusion transplantation ultrasonography
"""
_OPERATIONS = frozenset(_DONE.split())
# A meaning with one of these is what is given, as the influenza vaccine.
_GIVEN = frozenset({"administration", "immunization", "vaccination", "vaccine"})
# Where a note speaks of what the patient has.
_OF_CONDITION = {
    Section.COMPLAINT, Section.PRESENT, Section.PAST, Section.ASSESSMENT, Section.OTHER,
    Section.FAMILY, Section.SYSTEMS,
}  # fmt: skip
_STAGES = frozenset({"stage", "grade", "type", "class", "ckd"})
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "iiia": "3a", "iiib": "3b"}
_WITH_STAGE = re.compile(r"(ckd)([1-5][ab]?)")
# Written so in a note without capitals, these are abbreviations.
_ABBREVIATED = re.compile(r"[^\Waeiou\d_]{2,5}|copd|gerd|cad|uti|osa|uri|tia|cva|bph|dm2|t2dm")
# The region of the spine by its vertebrae, where a sentence speaks of the spine.
_VERTEBRA = re.compile(r"(?:(l)|(c)|(t))\d{1,2}")
_REGIONS = ("lumbar region low back", "cervical region neck", "thoracic region")
_OF_SPINE = frozenset(
    stems(
        "disc disk vertebra radiculopathy stenosis spinal herniation spondylosis level compression"
    )
)
FEW_CAPITALS = 0.005  # of the letters of a note that was dictated without any


@dataclass
class SentenceWords:
    """A sentence's words as stems: each word's own and those it is spelled out as."""

    stems: list[set[str]]
    clause: list[int]
    covers: dict[int, int]  # the last word of a term of several, by its first
    spelled: dict[int, frozenset[str]]  # what a term tells, by its first word


@lru_cache(maxsize=20_000)
def _stems_of(word: str) -> tuple[str, ...]:
    return tuple(stems(word))


class Reader:
    """Reads the sentences of a note by an index and its table of terms."""

    def __init__(self, text: str, index: Index):
        self.text = text
        self.terms: Mapping[str, list[str]] = index.terms
        self.parts = [part for part, _ in index.parts]
        letters = sum(map(str.isalpha, text))
        self.is_dictated = sum(map(str.isupper, text)) < FEW_CAPITALS * letters

    def read(self, sentence: Sentence) -> SentenceWords:
        """The words of a sentence of the note."""
        own = [set(_stems_of(word.text.lower())) for word in sentence.words]
        read = SentenceWords(own, self._clauses(sentence, own), {}, {})
        self._spell_out(sentence, read)
        _tell_stages(sentence, own)
        _tell_regions(sentence, own)
        for place, word in enumerate(sentence.words[1:]):
            if word.text.lower() == "to":  # "secondary to", which is no secondary disease
                own[place].discard("secondari")
        # Ligaments and menisci are sprained, whatever the note calls it.
        if set().union(*own) & _SPRAINED:
            for place, stems_there in enumerate(own):
                if "strain" in stems_there:
                    own[place] = stems_there | {"sprain"}
        return read

    def _clauses(self, sentence: Sentence, own: list[set[str]]) -> list[int]:
        clause, number = [], 0
        for place, word in enumerate(sentence.words):
            if place:
                between = self.text[sentence.words[place - 1].end : word.start]
                if (
                    re.search(r"[;:\n]", between)
                    or self._is_aside(between, word)
                    or ("," in between and not own[place] & _COMMA_OK)
                ):
                    number += 1
            clause.append(number)
        return clause

    def _is_aside(self, between: str, word: Word) -> bool:
        """Whether a bracket opens or closes here, but round more than an abbreviation: (MCL)."""
        if "(" in between:
            return not re.match(r"\w+\)", self.text[word.start :])
        return ")" in between and not re.search(r"\(\w+\)\W*$", self.text[: word.start])

    def _spell_out(self, sentence: Sentence, read: SentenceWords) -> None:
        typed = [" ".join(words(word.text.lower())) for word in sentence.words]
        place = 0
        while place < len(typed):
            for length in range(min(LONGEST_TERM, len(typed) - place), 0, -1):
                last = place + length - 1
                written = self.text[sentence.words[place].start : sentence.words[last].end]
                term = " ".join(_without_side(typed[place : last + 1]))
                if length > 1 and self._is_given(term):
                    place = last
                    break
                meaning = self._meaning(term, written, sentence)
                if meaning:
                    read.stems[place] |= set(_stems_of(meaning))
                    read.covers[place] = last
                    read.spelled[place] = told(meaning)
                    place = last
                    break
            place += 1

    def _is_given(self, term: str) -> bool:
        """Whether a term names a vaccine: a flu shot is no flu."""
        return not _GIVEN.isdisjoint(" ".join(self.terms.get(term, ())).split())

    def _meaning(self, term: str, written: str, sentence: Sentence) -> str:
        """What a term of the tables, as it is written in a sentence, means; '' for nothing."""
        is_short = (
            len(term) <= SHORTEST_WORD
            and term not in _SHORT_WORDS
            and not (written[:2].isupper() or self.is_dictated)
        )
        if term in _SPELLED_OUT and not is_short:
            return _SPELLED_OUT[term]
        found = self.terms.get(term)
        if found is None and " " not in term and term.endswith("s") and len(term) <= 6:
            found = self.terms.get(term[:-1])
        if not found or term in _NEVER or term.startswith(_MECHANISMS):
            return ""
        meaning = found[0]
        if meaning.split()[0] in _OPERATIONS:
            return ""
        if " " in term:
            # F/C, not the F c/o of "a 45 yo F c/o".
            is_letters = all(len(letter) == 1 for letter in term.split())
            return "" if is_letters and " " in written else meaning
        if written[:2].isupper() and len(written) <= 6:
            return meaning
        return meaning if self._is_word_for(term, sentence) else ""

    def _is_word_for(self, term: str, sentence: Sentence) -> bool:
        """Whether a word in small letters is taken for what it means among patients."""
        if self.is_dictated and _ABBREVIATED.fullmatch(term):
            return term not in _NO_TERM
        return (
            len(term) >= SHORTEST_WORD
            and term not in _NO_TERM
            and term not in EVERYDAY
            and sentence.section in _OF_CONDITION
            and not any(part.has_stem(_stems_of(term)) for part in self.parts)
        )


def _without_side(typed: list[str]) -> list[str]:
    """Words without a side between them: the distal left radius is a distal radius."""
    if len(typed) < 3:
        return typed
    return [typed[0], *(word for word in typed[1:-1] if word not in SIDES), typed[-1]]


def _tell_regions(sentence: Sentence, own: list[set[str]]) -> None:
    """The region of the spine that L4-5 is of."""
    if not set().union(*own) & _OF_SPINE:
        return
    for place, word in enumerate(sentence.words):
        if found := _VERTEBRA.fullmatch(word.text.lower()):
            own[place] |= set(_stems_of(_REGIONS[found.lastindex - 1]))


def _tell_stages(sentence: Sentence, own: list[set[str]]) -> None:
    """Stages as codes write them: CKD3a, CKD 4 and stage IV are a stage 3a and 4."""
    for place, word in enumerate(sentence.words):
        low = word.text.lower()
        if found := _WITH_STAGE.fullmatch(low):
            own[place] |= {*_stems_of("chronic kidney disease stage"), found[2]}
        elif place and (before := sentence.words[place - 1].text.lower()) in _STAGES:
            if low in _ROMAN:
                own[place].add(_ROMAN[low])
            if before == "ckd" and own[place] & {"1", "2", "3", "3a", "3b", "4", "5"}:
                own[place].add("stage")
