"""What of a mail is no part of a case: greetings, thanks, signatures, disclaimers."""

import re

from assistant.cases.lines import lines_of

_GREETED = (
    r"(?:\s+(?:there|all|team|everyone|everybody|folks|again|sir|madam|sirs?|or|/|and|to|the|you|"
    r"dr\.?|mr\.?|mrs\.?|ms\.?|\[name\]|[A-Z][\w'’-]*)){0,5}"
)
_HELLO = (
    r"(?:hi|hello|hey|hiya|dear|greetings|good (?:morning|afternoon|evening|day)|"
    r"happy (?:monday|tuesday|wednesday|thursday|friday|new year)|to whom it may concern)"
)
_GREETING = re.compile(rf"^\s*(?i:{_HELLO}){_GREETED}\s*(?:[,!.:;–—-]+\s*|$)")
_HELLO_ALONE = re.compile(r"^\s*(?:hi|hello|hey)(?: there| all| team)?\s+(?=\w)", re.I)
_DISCLAIMER = re.compile(
    r"\bintended (?:only |solely )?for\b|\bintended recipient|^\W*confidentiality (?:notice|note)|"
    r"\bthis (?:e-?mail|message|communication|transmission|fax)\b.{0,60}\b(?:contains?|intended|"
    r"confidential|privileged)|\breceived this (?:e-?mail|message|communication|transmission)\b|"
    r"^\W*sent from (?:my|outlook|yahoo|mail|gmail|samsung)|^\W*get outlook for|"
    r"\bscanned (?:for|by) (?:viruses|malware)|\bvirus-free\b|\bconsider the environment\b|"
    r"^\W*(?:caution|warning|external)\b.{0,30}\b(?:e-?mail|sender|originated)\b|^\W*disclaimer\b",
    re.I | re.S,
)
_SENT_FROM = re.compile(r"\s*\b(?:sent from my \w+|get outlook for \w+)\W*$", re.I)
_APPROVES = (
    r"(?:ok(?:ay)?|great|perfect|excellent|awesome|wonderful|super|good|fine|got it|noted|will do|"
    r"(?:that|this)(?:[’']?s| is)? (?:helps?|helpful|perfect|great|clear|all)|that helped)"
)
_CLOSING = re.compile(
    rf"^\W*(?:{_APPROVES}\W+){{0,3}}"
    r"(?:(?:many |much )?thanks?(?: you)?(?: so much| very much| a lot| again)?"
    r"(?: in advance| for (?:your|the|any|all)\b.{0,50})?|thx|tia|ty|cheers|sincerely"
    r"(?: yours)?|yours(?: (?:truly|sincerely|faithfully))?|respectfully(?: yours)?|cordially|"
    r"(?:(?:best|kind|kindest|warm|warmest|with (?:best|kind|warm)) )?(?:regards|wishes)|best|"
    r"thank you\b.{0,60}|have a (?:great|good|nice|wonderful|blessed) (?:\w+ ?){1,3}|take care)"
    r"\W*$",
    re.I,
)
_MARK = re.compile(r"^(?:-- ?|[_=*-]{3,})$")
_HEADER = re.compile(r"^(?:from|to|cc|bcc|sent|reply-to)\s*:\s*\S*(?:@|\[e-mail\]|\d{4})", re.I)
_POLITE = re.compile(
    r"^\W*(?:thanks?\b|thank you\b|thx\b|i (?:really )?appreciate\b|appreciate\b|much appreciated|"
    r"(?:any|all|your) (?:help|assistance|guidance|advice|input|insight|feedback)\b.{0,40}\b"
    r"appreciated|please (?:advise|help|respond|reply|assist)\b[\s\w]{0,25}\W*$|"
    r"let me know if (?:you (?:need|have|want|require)|there(?:'s| is)|anything|any)\b|"
    r"(?:i )?(?:look(?:ing)?) forward\b|(?:i )?hope (?:you|this|all|your|everyone|that)\b|"
    r"i am hoping you\b|how are you\b|sorry (?:for|to)\b|nice to\b|have a (?:great|good|nice)\b|"
    r"happy to (?:provide|send)\b|feel free\b|please (?:do not|don't) hesitate\b|"
    r"please let me know(?: your thoughts| what you think| asap)?\W*$|"
    r"(?:just )?let me know(?: your thoughts| what you think)?\W*$)",
    re.I,
)
MOST_SIGNATURE_LINES = 10
LONGEST_SIGNATURE_LINE = 80


def without_courtesies(lines: list[str]) -> list[str]:
    """The lines of a mail without greetings, mail headers, disclaimers and what follows the
    closing. What is left out in between leaves an empty line.
    """
    kept = _without_greetings(lines)
    kept = _without_disclaimers(kept)
    return _without_signature(kept)


def is_courtesy(sentence: str) -> bool:
    """Whether a sentence only thanks, greets or closes."""
    return bool(_POLITE.match(sentence) or _CLOSING.match(sentence) or is_greeting(sentence))


def says_anything(text: str) -> bool:
    """Whether a mail says more than thanks and that all is well."""
    lines = without_courtesies(lines_of(text))
    left = [line for line in lines if re.search(r"\w", line) and not is_courtesy(line)]
    return any(not _APPROVAL.match(line) for line in left)


_APPROVAL = re.compile(rf"^\W*(?:{_APPROVES}\W*)+$", re.I)


def is_greeting(line: str) -> bool:
    found = _GREETING.match(line)
    return bool(found) and found.end() == len(line.rstrip())


def _without_greetings(lines: list[str]) -> list[str]:
    kept = []
    for line in lines:
        if _HEADER.match(line):
            line = ""
        found = _GREETING.match(line) or _HELLO_ALONE.match(line)
        kept.append(_SENT_FROM.sub("", line[found.end() :] if found else line))
    return kept


def _without_disclaimers(lines: list[str]) -> list[str]:
    """Whole paragraphs go: a disclaimer has several sentences."""
    kept: list[str] = []
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line)
            continue
        first = next(
            (
                at
                for at, said in enumerate(paragraph)
                if _DISCLAIMER.search(said) or _DISCLAIMER.search(" ".join(paragraph[at : at + 2]))
            ),
            len(paragraph),
        )
        kept += [*paragraph[:first], ""]
        paragraph = []
    return kept


def _without_signature(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        is_mark = bool(_MARK.match(line.strip()))
        if (is_mark or _CLOSING.match(line)) and _is_signature(lines[at + 1 :]):
            return lines[:at]
    return lines


def _is_signature(lines: list[str]) -> bool:
    """Whether the lines after a closing are somebody's name and place, and ask nothing."""
    said = [line.strip() for line in lines if line.strip()]
    return len(said) <= MOST_SIGNATURE_LINES and not any(
        "?" in line or len(line) > LONGEST_SIGNATURE_LINE or _CODES.search(line) for line in said
    )


# A code with a modifier, units or a dot; a bare number may be a ZIP code.
_CODES = re.compile(r"\b\d{5}-\w{2}\b|\b[A-V]\d{4}\b|\b[A-TV-Z]\d\w\.\w+|\b\d{5}\s+(?:\d\d|x\d)\b")
