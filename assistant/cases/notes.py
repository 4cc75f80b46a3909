"""Clinical notes in a mail, told by their headings or by how they speak of a patient; those of a
few sentences are told in `short_notes.py`.
"""

import re
from dataclasses import dataclass

from search.notes.sections import Section, heading_of

FEWEST_WORDS = 40  # of a note without headings
FEWEST_CUES = 5
FEWEST_WORDS_ANNOUNCED = 15  # where the mail says that a note follows
FEWEST_CUES_ANNOUNCED = 2
_CLINICAL = {
    Section.COMPLAINT, Section.PRESENT, Section.PAST, Section.SURGICAL, Section.FAMILY,
    Section.SOCIAL, Section.SYSTEMS, Section.MEDICATIONS, Section.ALLERGIES, Section.EXAM,
    Section.RESULTS, Section.ASSESSMENT, Section.PLAN, Section.PROCEDURES,
}  # fmt: skip
_CUE = re.compile(
    r"\b(?:\d{1,3}[- ]?(?:year|yr|month|week|day)s?[- ]old|y/?o|presents?|presented|presenting|"
    r"complain\w*|c/o|denies|denied any|history of|h/o|hx|s/p|examination|exam|exams|vitals?|"
    r"afebrile|febrile|tender\w*|swelling|\d+ ?(?:mg|mcg|ml|cc|mmhg|g)\b|prescribed|diagnosed|"
    r"follow[- ]?up|returns?|symptoms?|pain|cough|fever|bilateral|acute|chronic|anesthesia|"
    r"incision|specimen|tolerated|sutures?|blood loss|consent|prepped|draped|labs?|x-rays?|mri|"
    r"ultrasound|infiltrat\w+|effusion|injected|physical therapy|medications?|daily|bid|tid|prn|"
    r"smok\w+|allerg\w+|lesions?|wound|ulcer|fracture|sprain|hypertension|diabetes|copd|surgery)\b",
    re.I,
)
_ANNOUNCES = re.compile(
    r"\b(?:code|coding|codes?|review)\b[^.?!\n]{0,40}\b(?:note|report|visit|encounter|chart|"
    r"documentation|dictation|case|below|following)\b|\b(?:note|report|visit|encounter|chart|"
    r"documentation|dictation)\b[^.?!\n]{0,30}\b(?:below|follows|following|attached|support\w*)\b|"
    r"\b(?:following|below|this is the|here is the)\b[^.?!\n]{0,20}\b(?:note|report|visit|"
    r"encounter|chart|documentation|dictation)\b",
    re.I,
)
_IN_LINE = re.compile(
    r"(?<=[.;,!?\w)])\s+(?=(?:CC|HPI|PMH|PSH|FH|SH|ROS|PE|Exam|EXAM|Vitals|VITALS|Subjective|"
    r"SUBJECTIVE|Objective|OBJECTIVE|Assessment|ASSESSMENT|Impression|IMPRESSION|A/P|Plan|PLAN|"
    r"Medications|MEDICATIONS|Allergies|ALLERGIES|History of Present Illness|Physical Exam)\s*:)"
)


@dataclass(frozen=True)
class Region:
    """Lines from `start` up to `end` that are one note."""

    start: int
    end: int


def unfolded(lines: list[str]) -> list[str]:
    """The lines with the headings of a note that stand in one line each in a line of its own."""
    found = []
    for line in lines:
        pieces = _IN_LINE.split(line)
        found += pieces if len(pieces) > 2 else [line]
    return found


def announces_note(text: str) -> bool:
    """Whether a mail says that it brings a note."""
    return bool(_ANNOUNCES.search(text))


def headed_note(lines: list[str], asks) -> Region | None:
    """The note under headings in a mail's lines; `asks` tells whether a line asks something.

    It goes from its first heading to the mail's end, or to the first paragraph after its last
    heading that asks something.
    """
    headings = {}
    for at, line in enumerate(lines):
        found = heading_of(line)
        if found and found[0] in _CLINICAL:
            headings[at] = found[0]
    if not headings:
        return None
    start, last = min(headings), max(headings)
    end = len(lines)
    for at in range(last + 1, len(lines)):
        if not lines[at - 1].strip() and lines[at].strip() and asks(lines[at]):
            end = at
            break
    words = len(re.findall(r"[A-Za-z]{2,}", " ".join(lines[start:end])))
    sections = len(set(headings.values()))
    is_note = (sections > 2 and words >= 10) or (sections > 1 and words >= 25)
    return Region(start, end) if is_note else None


def is_note(text: str, *, is_announced: bool) -> bool:
    """Whether prose without headings is a note."""
    words = len(re.findall(r"[A-Za-z]{2,}", text))
    cues = len({found[0].lower() for found in _CUE.finditer(text)})
    if is_announced:
        return words >= FEWEST_WORDS_ANNOUNCED and cues >= FEWEST_CUES_ANNOUNCED
    return words >= FEWEST_WORDS and cues >= FEWEST_CUES
