"""Short notes: a few sentences of prose about a patient, in a mail that asks nothing else.

What is a note of 40 words is told by how often it speaks of a patient (`notes.py`). A shorter one
is told by what it consists of: who came, why, what was found or done, what is to be done.
"""

import re
from datetime import date

from assistant.question import read_question

FEWEST_WORDS = 5
FEWEST_CUES = 3  # of one kind, where none of another stands beside them
# Who, why, what was found or done, and what is to be done. A note has two of the four.
_WHO = (
    r"\d{1,3}[- ]?(?:years?|yrs?|months?|mos?|weeks?|wks?|days?)[- ]?old|\d{1,3} ?y\.?[/ ]?o\b|"
    r"\d{1,3} ?[mf]\b|\d{1,2} mo\b|(?:established|new) (?:pt|patient)\b(?!\W+(?:visit|code|e/m))|"
    r"(?:pt|patient|he|she|(?:mrs?|ms)\.?\s\S+)\b(?=\W+(?:is an?|was|has|had|seen|here|present|"
    r"return|c/o|complain|came|comes|report|deni|state|fell|underwent|tolerated|received))"
)
_WHY = (
    r"(?:seen|evaluated|admitted|examined|treated|referred|here|in|back|brought in|taken)"
    r"(?: \w+){0,3}? (?:for|with|after|by|because)\b|present(?:s|ed|ing)?(?: \w+){0,4}? "
    r"(?:with|for|to|after)\b|(?:comes|came) (?:in|to)\b|complain(?:s|ed|ing) of|c/o|cc:|"
    r"returns?(?: \w+)? (?:for|with|to)\b|f/u|follow(?:s|ed|ing)?[- ]?up\b|s/p|status post|"
    r"post[- ]?op\b|subjective:|(?:fell|fall) from"
)
_FOUND = (
    r"denies|objective:|(?:on )?exam(?:ination)?:|o/e|(?:well|poorly|un)[- ]?controlled|stable|"
    r"afebrile|non-?tender|tender|wnl|within normal limits|bp:? ?\d{2,3}/\d{2,3}|vitals|"
    r"lungs? (?:are )?clear|(?:x-?rays?|mri) (?:shows?|showed|negative)|nkda|radiat(?:es|ing)|"
    r"on (?!hold\b)[a-z]{4,}(?:in|ol|ide|one|pril|tan|am|ine|ate|mab)\b|worse(?:ning|ns)?\b|"
    r"improv(?:ed|ing)|x ?\d+ ?(?:days?|weeks?|months?|d|wks?)\b|for (?:the past )?"
    r"(?:\d+|two|three|several) (?:days|weeks|months)|healing|healed|clean|bilateral|"
    r"injected (?:with|into)|sutured|splinted|aspirated|drained|excis(?:ed|ion)|closed in layers|"
    r"(?:local|general) anesthesia|lidocaine|specimen|given|applied|positive|negative|"
    r"reactive|elevated|tolerated|prepped|draped|underwent|\d+(?:\.\d+)? ?cm\b|no complications"
)
_TO_DO = (
    r"plan:|a/p:?|assessment(?: (?:and|&) plan)?:|impression:|rx|prescribed|cont(?:inue|\.)?\b|"
    r"start(?:ed)? (?:on )?\w+|increase|decrease|refer(?:red)? (?:to|for)|rtc|re-?check|"
    r"(?:will )?return (?:in|to clinic)|follow[- ]?up in|ordered|discharged|advised|"
    r"\d+ ?(?:mg|mcg|ml)\b"
)
_CUES = [
    re.compile(rf"(?<![\w/])(?:{words})(?![a-z])", re.I) for words in (_WHO, _WHY, _FOUND, _TO_DO)
]
# Words of whoever bills or asks, which stand in no note.
_OF_BILLING = re.compile(
    r"\b(?:bill\w*|claims?|cod(?:e|es|ed|ing)|cpt|hcpcs|icd\S*|modifiers?|reimburs\w*|fees?|"
    r"rvus?|global|bundl\w*|separately|incident[- ]to|i have a (?:pt|patient)|(?:my|our) \w+|"
    r"(?<!\d )units?|paid|pay(?:s|able|er|ers|ment)?|cover(?:s|ed|age)|edits?|ncci|mue|e/m|lcd|"
    r"ncd|drg|denials?|(?:is|was|were|got|been|being) denied|denied by|rejected|appeal\w*|"
    r"authoriz\w*|insurance|how|what|whether|(?:can|may|do|does|did|should|could|would|is) "
    r"(?:i|we|you|it|this|that|these|there))\b|\?",
    re.I,
)
_CODE_THIS = re.compile(
    r"^\W*(?:(?:please|pls|kindly|can you|could you|help me)\s+)*(?:code|review)"
    r"(?:\s+(?:this|the|my|following|note|visit|encounter|case|below))*\s*[:;–—-]\s*",
    re.I,
)


def without_request(text: str) -> str:
    """The text without "Please code this:" before it."""
    return _CODE_THIS.sub("", text, count=1)


def is_short_note(text: str, today: date) -> bool:
    """Whether prose tells of a visit as a note does, and of nothing that a biller asks.

    It names two of: who came (an age, "pt"), why ("seen for", "c/o", "s/p"), what was found or done
    ("denies", "BP 142/88", "sutured"), what is to be done ("plan:", "continue"); or three things of
    one of them. An age with a diagnosis is none, nor what holds a question mark, a verb that asks,
    the code of a procedure or a word of billing.
    """
    if _OF_BILLING.search(text) or len(re.findall(r"[A-Za-z]{2,}", text)) < FEWEST_WORDS:
        return False
    read = read_question(text, today)
    if read.names_codes or read.asks_for_a_code:
        return False
    counts = [len({found[0].lower() for found in cue.finditer(text)}) for cue in _CUES]
    return sum(map(bool, counts)) > 1 or max(counts) >= FEWEST_CUES
