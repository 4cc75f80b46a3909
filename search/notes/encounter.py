"""Whether a note is of the first treatment of an injury or of a later one.

The 7th character A is for active treatment, D for routine care after it, S for what it left behind
(ICD-10-CM guidelines, I.C.19.a). Where the note's words do not tell, the reader does.
"""

import re

INITIAL, SUBSEQUENT, SEQUELA = "A", "D", "S"
_ENDINGS = {INITIAL, SUBSEQUENT, SEQUELA}

_SEQUELA = re.compile(r"\b(?:sequelae?|late effects?) of\b", re.I)
_SUBSEQUENT = re.compile(
    r"\b(?:subsequent (?:encounter|visit)|follow(?:s|ing|ed)?[- ]?up (?:visit|evaluation|of|for|on"
    r"|after)|post[- ]?operative visit|recheck|cast (?:removal|change)|suture removal"
    r"|healing (?:well|fracture)|(?:week|month)s? (?:after|out from|status post)"
    r"|returns? (?:today|to (?:the )?clinic))\b",
    re.I,
)
_INITIAL = re.compile(
    r"\b(?:initial (?:encounter|visit|evaluation)|first visit|new patient|new injury"
    r"|emergency (?:department|room)|acute injury|(?:today|yesterday|last night|this morning"
    r"|\w+ (?:hours|days) ago))\b",
    re.I,
)
# What a note plans is no word on today's visit.
_PLANNED = re.compile(r"\b(?:will|should|return in|follow up (?:in|with)|schedule)\b", re.I)


def encounter_of(sentences: list[str]) -> str:
    """'A', 'D' or 'S' by the words of a note's sentences; '' where they tell nothing or both."""
    said = [sentence for sentence in sentences if not _PLANNED.search(sentence)]
    if any(_SEQUELA.search(sentence) for sentence in said):
        return SEQUELA
    is_later = any(_SUBSEQUENT.search(sentence) for sentence in said)
    is_first = any(_INITIAL.search(sentence) for sentence in said)
    if is_later == is_first:
        return ""
    return SUBSEQUENT if is_later else INITIAL


_OPEN_FRACTURE = re.compile(r"\b(?:open fracture|compound fracture|bone (?:is )?exposed)\b", re.I)
_NOT_HEALING = re.compile(r"\b(?:non-?union|mal-?union|delayed (?:healing|union))\b", re.I)


def completed(value: str, completions: list[str], encounter: str, said: str = "") -> str:
    """The complete code of an injury for an encounter; '' where its endings are others than A, D
    and S. Those of a fracture tell more: one that is not `said` to be open is closed (guidelines,
    I.C.19.c), and its routine healing is taken for granted only where nothing else is said.
    """
    endings = {code[-1]: code for code in completions if len(code) == 7 and code.startswith(value)}
    if set(endings) == _ENDINGS:
        return endings.get(encounter, "")
    is_plain = not _OPEN_FRACTURE.search(said) and not _NOT_HEALING.search(said)
    return endings.get(encounter, "") if set(endings) > _ENDINGS and is_plain else ""
