"""The sections of a clinical note, found by their headings."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Section(StrEnum):
    """What a part of a note is about; the value is what a reader is told."""

    COMPLAINT = "chief complaint"
    PRESENT = "history of present illness"
    PAST = "past medical history"
    SURGICAL = "surgical history"
    FAMILY = "family history"
    SOCIAL = "social history"
    SYSTEMS = "review of systems"
    MEDICATIONS = "medications"
    ALLERGIES = "allergies"
    EXAM = "physical examination"
    RESULTS = "results"
    PROCEDURES = "procedures"
    ASSESSMENT = "assessment"
    PLAN = "plan"
    INSTRUCTIONS = "instructions"
    OTHER = "note"


# Headings in small letters as notes write them.
_HEADINGS = {
    Section.COMPLAINT: "chief complaint|chief concern|cc|reason for visit|reason for consultation"
    "|reason for consult|presenting complaint|presenting problem|chief complaints",
    Section.PRESENT: "history of present illness|history of presenting illness|hpi|present illness"
    "|interval history|subjective|history|clinical history|indication|indications|s|hospital course"
    "|ed course|brief hospital course",
    Section.PAST: "past medical history|medical history|past history|pmh|pmhx|past medical"
    "|medical|problem list|active problems|comorbidities|past medical and surgical history",
    Section.SURGICAL: "past surgical history|surgical history|psh|pshx|surgical|past surgical"
    "|prior surgeries",
    Section.FAMILY: "family history|family medical history|fh|fhx|family",
    Section.SOCIAL: "social history|sh|shx|social|tobacco|alcohol|drug|drugs"
    "|occupational and educational|occupation|substance use",
    Section.SYSTEMS: "review of systems|review of symptoms|ros|systems review",
    Section.MEDICATIONS: "medications|current medications|medication|home medications|meds"
    "|medication list|current meds|prescriptions",
    Section.ALLERGIES: "allergies|allergy|drug allergies|medication allergies|nkda",
    Section.EXAM: "physical exam|physical examination|exam|examination|pe|objective|vitals"
    "|vital signs|vitals reviewed|mental status exam|mental status examination|focused exam"
    "|o",
    Section.RESULTS: "results|labs|laboratory|laboratory data|laboratory results|lab results"
    "|imaging|imaging results|radiology|diagnostics|diagnostic studies|data|data reviewed|studies"
    "|test results|ekg|ecg|electrocardiogram|echocardiogram|findings|pathology",
    Section.PROCEDURES: "procedure|procedures|procedure note|procedure performed"
    "|procedures performed|operation|operation performed|operative procedure|description of "
    "procedure|operative findings",
    Section.ASSESSMENT: "assessment|impression|impressions|diagnosis|diagnoses|final diagnosis"
    "|final diagnoses|discharge diagnosis|discharge diagnoses|admitting diagnosis|assessment and "
    "plan|assessment & plan|assessment/plan|a/p|a&p|a and p|impression and plan|impression/plan"
    "|impression & plan|clinical impression|preoperative diagnosis|postoperative diagnosis"
    "|medical decision making|mdm|assessment and recommendations|dx|diagnosis list|a|ddx|encounter "
    "diagnoses|principal diagnosis|secondary diagnoses|primary diagnosis|post-operative diagnosis"
    "|pre-operative diagnosis|impression and recommendations",
    Section.PLAN: "plan|p|treatment plan|treatment|recommendations|recommendation|plan of care"
    "|orders|disposition",
    Section.INSTRUCTIONS: "instructions|patient instructions|patient agreements|follow up"
    "|follow-up|discharge instructions|patient education|return precautions",
}
_SECTION_OF = {
    heading: section for section, written in _HEADINGS.items() for heading in written.split("|")
}
_BEFORE = r"[ \t]*(?:[#*•–-]+[ \t]*|\(?\d{1,2}[.)][ \t]*)?\**"
_ALONE = re.compile(rf"^{_BEFORE}([A-Za-z][A-Za-z &/-]{{0,50}}?)[ \t]*\**:?\**[ \t]*$")
_INLINE = re.compile(rf"^{_BEFORE}([A-Za-z][A-Za-z &/-]{{0,50}}?)[ \t]*\**:\**[ \t]*(?=\S)")
_VITAL = re.compile(r"[ \t]*[A-Za-z]:[ \t]*\d")  # P: 72
# Too short or too ordinary to head a section unless a line of its own says so in capitals or
# with a colon.
_NEEDS_MARK = frozenset(
    {
        "s",
        "o",
        "a",
        "p",
        "history",
        "medical",
        "surgical",
        "family",
        "social",
        "drug",
        "drugs",
        "data",
        "findings",
    }
)
# Parts of an examination or a review: a line "Medications:" among them begins something else.
_NO_INLINE = frozenset({"medical", "drug", "follow up", "follow-up"})


@dataclass(frozen=True)
class SectionSpan:
    """A part of a note: its characters from `start` up to `end`, its heading left out."""

    section: Section
    heading: str
    start: int
    end: int


def sections_of(text: str) -> list[SectionSpan]:
    """The parts of a note in their order; what stands before the first heading is OTHER."""
    marks = [(0, 0, Section.OTHER, "")]
    place = 0
    for line in text.splitlines(keepends=True):
        found = heading_of(line)
        if found:
            section, heading, length = found
            marks.append((place, place + length, section, heading))
        place += len(line)
    spans = []
    for number, (_, start, section, heading) in enumerate(marks):
        end = marks[number + 1][0] if number + 1 < len(marks) else len(text)
        if text[start:end].strip():
            spans.append(SectionSpan(section, heading, start, end))
    return spans


def heading_of(line: str) -> tuple[Section, str, int] | None:
    """The section that a line begins, its heading, and how many characters of the line it takes."""
    body = line.rstrip("\r\n")
    alone = _ALONE.match(body)
    if alone:
        words = " ".join(alone[1].lower().split())
        section = _SECTION_OF.get(words)
        is_marked = ":" in body or alone[1].isupper()
        if section and (is_marked or words not in _NEEDS_MARK):
            return section, alone[1].strip(), len(line)
    inline = _INLINE.match(body)
    if inline and not _VITAL.match(body):
        words = " ".join(inline[1].lower().split())
        section = _SECTION_OF.get(words)
        if section and words not in _NO_INLINE:
            return section, inline[1].strip(), inline.end()
    return None
