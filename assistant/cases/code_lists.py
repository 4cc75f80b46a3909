"""Lists of codes in a mail, as people paste them to have a claim checked."""

import re

from django.utils import timezone

from assistant.question import read_question
from assistant.question.dates import read_date
from codes.queries.claim_check.written_claim import is_diagnosis, read_text

_PROCEDURE = r"(?:\d{5}|\d{4}[A-Za-z]|[A-Va-v]\d{4})"
_MODIFIER = r"(?:\d\d|[A-Z][A-Z0-9]|(?:rt|lt|tc|kx|x[epsu]))"
_HEAD = re.compile(
    r"^\s*(?:[•·▪*–-]\s+|\(?\d{1,2}[.)]\s+|lines?\s*\d{1,2}\b\s*[:.)]?\s*)?"
    r"(?:(?:cpt|hcpcs|icd(?:-?10)?(?:-?cm)?|dx|diagnos[ei]s|procedures?|codes?|billed|px)®?"
    r"(?:[/ ]*(?:cpt|hcpcs|codes?))*\s*\d{0,2}\s*(?::|=|-(?=\s)|(?=\s))\s*)?",
    re.I,
)
_WORD = re.compile(
    rf"{_PROCEDURE}(?:[-/]{_MODIFIER})*|{_MODIFIER}|[xX×*]\d{{1,4}}|\d{{1,4}}(?:u|units?)?|[xX]|"
    r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/(?:20)?\d\d|[$]?[\d,]+\.\d\d|"
    r"(?i:and|&|plus|with|\+|mods?|modifiers?|units?|qty|dos|pos|pos\d\d?|dx|on)",
    re.ASCII,
)
_DESCRIBED = re.compile(
    rf"^({_PROCEDURE}(?:-{_MODIFIER})*|[A-TV-Z]\d[0-9A-Z](?:\.\w{{1,4}})?)"
    r"(?:\s*[-–—:]\s+|\s+)(?=[A-Za-z(])(?!(?i:x\d|mod|units?|and|with|dx|pos))[^?]{3,120}$"
)
_UNITS = re.compile(r"\bx\s?(\d{1,4})\b|\b(\d{1,4}) units?\b", re.I)
_HEADINGS = re.compile(
    r"^\W*(?:(?:cpt|hcpcs|icd(?:-?10)?(?:-?cm)?|procedures?|diagnos[ei]s|dx|codes?|mods?|modifiers?|"
    r"units?|qty|pos|dos|date|charges?|lines?|#|and|or|billed|claim|description)®?[\s/|,:;&()-]*)+$",
    re.I,
)
_DAY = re.compile(r"^\W*(?:dos|date of service|service date|date)\b\W*(.{6,24})$", re.I)
_ASKED_FOR = re.compile(
    r"^(?:please\s+|pls\s+|can you\s+|could you\s+)*(?:check|review|scrub|validate|verify|audit|"
    r"look at|run|bill(?:ing|ed)?)\b[^\d:,]{0,60}?[:,]?\s*(?=[A-V]?\d{4})(?<!zip )",
    re.I,
)


def list_in(line: str) -> str:
    """What /claim-check/ reads of a line that holds nothing but codes; '' of another one.

    Words that describe the code at its beginning are left out, and so are amounts of money.
    """
    head = _HEAD.match(line)
    body = line[head.end() :].strip().rstrip(".;,:")
    words = [word for word in re.split(r"[\s,;|()]+", body) if word]
    if not words:
        return ""
    if all(_is_of_list(word) for word in words) and not _ends_open(words):
        kept = [word for word in words if not re.fullmatch(r"[$]?[\d,]+\.\d\d", word)]
        is_dx = re.search(r"\b(?:dx|diagnos|icd)", head[0], re.I)
        written = f"{'dx ' if is_dx else ''}{' '.join(kept)}"
    else:
        described = _DESCRIBED.match(body)
        if not described or _asks_something(body[described.end(1) :]):
            return ""
        units = _UNITS.search(body[described.end(1) :])
        written = f"{described[1]} x{units[1] or units[2]}" if units else described[1]
    read = read_text(written)
    is_read = not read.problems and all(re.match(_PROCEDURE, item) for item in read.lines)
    return written if is_read and (read.lines or read.diagnoses) else ""


def list_asked_for(sentence: str) -> str:
    """The list in "Please check 36561-59, 96522 and Z45.1"; '' in another sentence."""
    found = _ASKED_FOR.match(sentence)
    return list_in(sentence[found.end() :].rstrip("?!. ")) if found else ""


def day_in(line: str) -> str:
    """The date, YYYY-MM-DD, of a line that tells nothing but the date of service; else ''."""
    found = _DAY.match(line)
    day, _ = read_date(found[1], timezone.localdate()) if found else (None, "")
    return day.isoformat() if day else ""


def is_bare(lists: str) -> bool:
    """Whether lists hold codes of procedures alone, without all that a claim says of them."""
    return all(re.fullmatch(_PROCEDURE, line) for line in lists.splitlines())


def is_heading(line: str) -> bool:
    """Whether a line only names what stands below it: "CPT codes:", "Code Mod Units"."""
    return bool(_HEADINGS.match(line))


def is_claim(lines: list[str]) -> bool:
    """Whether lists make something to check: two codes, or one with more than a modifier."""
    read = read_text("\n".join(lines))
    if len(read.lines) + len(read.diagnoses) > 1:
        return True
    return any(re.search(r"x\d|~", line) for line in read.lines)


def _ends_open(words: list[str]) -> bool:
    """Whether the last word wants another: "J9271 J9299 units" asks for them."""
    *before, last = words
    is_counted = before and before[-1].isdecimal() and last.lower().startswith("unit")
    return bool(_OPEN.fullmatch(last)) and not is_counted


_OPEN = re.compile(r"and|&|plus|with|\+|mods?|modifiers?|units?|qty|dos|pos|dx|on", re.I)


def _is_of_list(word: str) -> bool:
    word = word.strip(":.")
    return not word or bool(_WORD.fullmatch(word)) or (word.isupper() and is_diagnosis(word))


def _asks_something(words: str) -> bool:
    read = read_question(words, timezone.localdate())
    return bool(read.topics or read.names_codes or read.place or _VERB.search(words))


_VERB = re.compile(
    r"\b(?:is|are|was|were|has|had|billed|denied|paid|done|in|on|for a|same)\b", re.I
)
