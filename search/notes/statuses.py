"""What a patient has had done or has in place, and the body mass index, as codes of a status."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from search.notes.context import State, context_of
from search.notes.sections import Section
from search.notes.sentences import Sentence
from search.notes.sides import side_of

_FILE = Path(__file__).parent / "statuses.txt"
_SIDES = ("right", "left", "bilateral", "")
_DONE = "s/p "
_WAS_DONE = re.compile(
    r"(?:\bs/p\b|\bstatus[- ]post|\bh/o\b|\bhistory of|\bunderwent|\bprior(?! to)|\bprevious|\bpast"
    r"|\b(?:has|have|had)\b|\bpost[- ]?op|\b(?:weeks?|months?|years?) (?:after|out from|from)"
    r"|\bfollowing|\bsince)|\bin (?:19|20)\d\d|\bago\b|\b(?:19|20)\d\d\b",
    re.I,
)
_PLANNED = re.compile(
    r"\b(?:schedul\w*|recommend\w*|plan(?:s|ned|ning)?|candidate|will|would|consider\w*|proceed\w*"
    r"|discuss\w*|undergo|refer\w*|options?|elective|needs?|await\w*|wants?|interested|start\w*"
    r"|prior to|before|upcoming|pre-?operative\w*)\b",
    re.I,
)
_LISTED = {Section.PAST, Section.SURGICAL}
_NOWHERE = {
    Section.FAMILY, Section.ALLERGIES, Section.PROCEDURES, Section.INSTRUCTIONS,
}  # fmt: skip
_BMI = re.compile(r"\bBMI\b\D{0,12}?(\d{2}(?:\.\d+)?)|\bbody mass index\D{0,12}?(\d{2}(?:\.\d+)?)",
                  re.I)  # fmt: skip
_OF_WEIGHT = ("E66", "E43", "E44", "E46", "R634", "R635", "R636")
# From this index on, by the last characters of Z68.
_BMI_CODES = [(70, "45"), (60, "44"), (50, "43"), (45, "42"), (40, "41")]


def statuses_of(text: str, sentences: Sequence[Sentence]) -> Iterator[tuple[int, int, int, str]]:
    """The sentence, the place and the code (stored) of every status that the note tells."""
    for number, sentence in enumerate(sentences):
        if sentence.section in _NOWHERE:
            continue
        said = text[sentence.start : sentence.end]
        for found in _pattern().finditer(said):
            was_done, codes = _statuses()[_key(found[0])]
            before = said[: found.start()]
            context = context_of(said, found.start(), found.end(), sentence.section)
            if context.state != State.PRESENT or _PLANNED.search(before):
                continue
            if was_done and sentence.section not in _LISTED and not _WAS_DONE.search(said):
                continue
            side = side_of([said]) if len(codes) > 1 else ""
            value = codes[_SIDES.index(side)] if len(codes) > 1 else codes[0]
            if value != "-":
                yield number, sentence.start + found.start(), sentence.start + found.end(), value


def body_mass_of(
    text: str, sentences: Sequence[Sentence], diagnoses: Sequence[str]
) -> tuple[int, int, int, str] | None:
    """The same for the body mass index of an adult, which is coded beside a diagnosis of weight
    alone (ICD-10-CM guidelines, I.B.14).
    """
    if not any(value.startswith(_OF_WEIGHT) for value in diagnoses):
        return None
    for number, sentence in enumerate(sentences):
        if found := _BMI.search(text, sentence.start, sentence.end):
            return number, found.start(), found.end(), body_mass_code(float(found[1] or found[2]))
    return None


def body_mass_code(index: float) -> str:
    """The stored value of the code for an adult's body mass index, in kg/m²."""
    if index < 20:
        return "Z681"
    for least, ending in _BMI_CODES:
        if index >= least:
            return f"Z68{ending}"
    return f"Z68{int(index)}"


def _key(written: str) -> str:
    return " ".join(written.lower().replace("-", " ").split())


@lru_cache(maxsize=1)
def _statuses() -> dict[str, tuple[bool, list[str]]]:
    """By the term: whether it must have been done, and its codes."""
    found = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            terms, _, codes = line.partition(" = ")
            values = codes.replace(".", "").split()
            for term in terms.removeprefix(_DONE).split("|"):
                found[term] = (terms.startswith(_DONE), values)
    return found


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern:
    terms = sorted(_statuses(), key=len, reverse=True)
    every = "|".join(re.escape(term).replace(r"\ ", r"[ -]+") for term in terms)
    return re.compile(rf"(?<!\w)(?:{every})(?!\w)", re.I)
