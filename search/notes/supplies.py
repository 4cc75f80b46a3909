"""Things and drugs of a note: HCPCS items that are ordered, injected drugs, long-term drugs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from codes.models import CodeSystem
from search.notes.context import State, context_of
from search.notes.sections import Section
from search.notes.sentences import Sentence

_HERE = Path(__file__).parent
_JUDGING = (Section.ASSESSMENT, Section.PLAN, Section.INSTRUCTIONS)
_GIVEN = (*_JUDGING, Section.PROCEDURES, Section.MEDICATIONS, Section.PRESENT)
_INJECTED = re.compile(
    r"\b(?:inject\w*|infus\w*|intravenous\w*|intramuscular\w*|IV|IM|administered|chemotherapy|shot"
    r"|regimen|cycles?)\b"
)
_STOPPED = re.compile(
    r"\b(?:discontinu\w*|stop(?:ped)?|hold(?:ing)?|allerg\w*|intoleran\w*|no longer|refus\w*"
    r"|declin\w*|previously|in the past|reactions?|adverse)\b",
    re.I,
)
_NO_ORDER = re.compile(r"\b(?:without|off|out of|discontinu\w*|remove\w*|wean\w*|no longer|past)\b",
                       re.I)  # fmt: skip
# Right before a drug: "not on insulin", "off of warfarin".
_NOT_TAKEN = re.compile(
    r"\b(?:not|never|off|without)(?: (?:on|of|yet|taking|using|any))*\s*$", re.I
)
# Of the ways to give a drug, those that are named where they are meant.
_SPECIAL_FORM = re.compile(
    r"\b(?:implant|ophthalmic|intravitreal|inhalation|intranasal|oral)\b", re.I
)
_SALTS = re.compile(
    r" (?:acetate|acetonide|sodium|sodium phosphate|sodium succinate|hydrochloride|hcl|sulfate"
    r"|phosphate|citrate|tartrate|mesylate)$"
)
_INGREDIENT = re.compile(r"^injection,\s*([a-z][a-z -]{4,}?)(?:\s*\(|,|\s+\d|$)", re.I)
# Named in injections, but not drugs by themselves, or given in ways that have codes of their own.
_NO_INGREDIENT = frozenset({"insulin", "sodium chloride", "heparin sodium", "water", "potassium",
                            "lidocaine", "lidocaine hydrochloride", "bupivacaine"})  # fmt: skip


@dataclass(frozen=True)
class Supply:
    """A code that the words from `start` to `end` of the note speak for, with other choices."""

    system: CodeSystem
    value: str
    choices: tuple[str, ...]
    sentence: int
    start: int
    end: int
    why: str


def items_of(
    text: str, sentences: Sequence[Sentence], known: Mapping[str, str]
) -> Iterator[Supply]:
    """Things that the plan orders or gives. `known` are the texts of HCPCS codes in force."""
    for number, sentence in enumerate(sentences):
        if sentence.section not in _JUDGING:
            continue
        said = text[sentence.start : sentence.end]
        for found in _item_pattern().finditer(said):
            codes = [code for code in _items()[_key(found[0])] if code in known]
            context = context_of(said, found.start(), found.end(), sentence.section)
            if (
                codes
                and context.state == State.PRESENT
                and not _NO_ORDER.search(said[: found.start()])
            ):
                yield _supply(CodeSystem.HCPCS, codes, number, sentence, found,
                              "The plan names the item.")  # fmt: skip


@dataclass
class Items:
    """The HCPCS Level II codes in force with their long text."""

    texts: dict[str, str]

    @cached_property
    def injected(self) -> dict[str, list[str]]:
        """The codes of drugs that are injected, by the ingredient as HCPCS names it, and without
        its salt.
        """
        names: dict[str, list[str]] = {}
        for value, description in self.texts.items():
            found = _INGREDIENT.match(description) if value[0] in "JQ" else None
            if found and (name := found[1].strip().lower()) not in _NO_INGREDIENT:
                names.setdefault(name, []).append(value)
                if (plain := _SALTS.sub("", name)) != name and plain not in _NO_INGREDIENT:
                    names.setdefault(plain, []).append(value)
        return names


def injections_of(text: str, sentences: Sequence[Sentence], items: Items) -> Iterator[Supply]:
    """Drugs that are injected or infused, by the ingredient as HCPCS names it."""
    known = items.texts
    lower = text.lower()
    named = {name: codes for name, codes in items.injected.items() if name in lower}
    has_chemotherapy = "chemotherapy" in lower
    for name, codes in named.items():
        pattern = re.compile(rf"\b{re.escape(name)}\b", re.I)
        for number, sentence in enumerate(sentences):
            if sentence.section not in _GIVEN:
                continue
            said = text[sentence.start : sentence.end]
            found = pattern.search(said)
            if not found or _STOPPED.search(said):
                continue
            is_given = bool(_INJECTED.search(said)) or (codes[0][:2] == "J9" and has_chemotherapy)
            context = context_of(said, found.start(), found.end(), sentence.section)
            if is_given and context.state == State.PRESENT:
                ordered = sorted(
                    codes,
                    key=lambda code: (
                        bool(_SPECIAL_FORM.search(known[code])) and not _SPECIAL_FORM.search(said),
                        "not otherwise specified" not in known[code].lower(),
                        len(known[code]),
                        code,
                    ),
                )
                yield _supply(CodeSystem.HCPCS, ordered, number, sentence, found,
                              "The note says that the drug is injected or infused.")  # fmt: skip


def long_term_drugs_of(text: str, sentences: Sequence[Sentence]) -> Iterator[Supply]:
    """Diagnoses for the long-term use of a drug that the note has the patient take."""
    for number, sentence in enumerate(sentences):
        if sentence.section in (Section.ALLERGIES, Section.FAMILY):
            continue
        said = text[sentence.start : sentence.end]
        for found in _drug_pattern().finditer(said):
            context = context_of(said, found.start(), found.end(), sentence.section)
            is_taken = not (_STOPPED.search(said) or _NOT_TAKEN.search(said[: found.start()]))
            if context.state == State.PRESENT and is_taken:
                value = _drugs()[found[0].lower()].replace(".", "")
                yield _supply(CodeSystem.ICD_10_CM, [value], number, sentence, found,
                              "The note has the patient take the drug.")  # fmt: skip


def _supply(system, codes, number, sentence, found, why) -> Supply:
    return Supply(
        system,
        codes[0],
        tuple(codes),
        number,
        sentence.start + found.start(),
        sentence.start + found.end(),
        why,
    )


def _read(name: str) -> Iterator[tuple[str, str]]:
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            left, _, right = line.partition(" = ")
            yield left, right


def _key(written: str) -> str:
    return " ".join(written.lower().replace("-", " ").split())


@lru_cache(maxsize=1)
def _items() -> dict[str, list[str]]:
    return {_key(term): right.split() for left, right in _read("items.txt")
            for term in left.split("|")}  # fmt: skip


@lru_cache(maxsize=1)
def _item_pattern() -> re.Pattern:
    terms = sorted(_items(), key=len, reverse=True)
    every = "|".join(re.escape(term).replace(r"\ ", r"[ -]+") for term in terms)
    return re.compile(rf"\b(?:{every})\b", re.I)


@lru_cache(maxsize=1)
def _drugs() -> dict[str, str]:
    return {name: left for left, right in _read("drugs.txt") for name in right.split("|")}


@lru_cache(maxsize=1)
def _drug_pattern() -> re.Pattern:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, _drugs()))})\b", re.I)
