"""The lines of a mail as they were meant: joined where a mail program broke them."""

import re

WRAP_WIDTH = 60  # a line that would have held the next word in less was ended by its writer
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]")
_BLANK = re.compile(r"[\t\u00a0\u2000-\u200a\u202f\u3000]")
_QUOTED = re.compile(r"^\s*(?:>\s?)+")
ITEM = re.compile(
    r"^\s*(?:\(?\d{1,2}[.)](?=\s|[A-Za-z])|[a-h][.)](?=\s)|[•·▪◦*–—-](?=\s)|#\d{1,2}[:.)]?)\s*"
)
_OPEN_END = re.compile(
    r"(?:,|\b(?:a|an|and|as|at|by|for|from|if|in|is|of|on|or|the|to|with|we|than|that|which|when))$",
    re.I,
)
_BEGINS_ANEW = re.compile(
    r"(?:what|which|who|when|where|why|how|can|could|may|is|are|does|do|did|should|would|will|"
    r"please|also|q\d?[:.)]|question)\b",
    re.I,
)
_LIST_NUMBER = re.compile(
    r"(?:(?<=[.?!:;])|^)\s*\(?(\d{1,2})[.)]\s+(?=\S)|\s\(?(\d{1,2})\)\s+(?=\S)"
)


def lines_of(text: str) -> list[str]:
    """The lines of a text without control characters and quotation marks of mail programs."""
    text = (
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    )
    text = _BLANK.sub(" ", _CONTROL.sub("", text))
    return [_QUOTED.sub("", line).rstrip() for line in text.split("\n")]


def joined(lines: list[str]) -> list[str]:
    """The lines of a paragraph with those together that were broken for their length."""
    found: list[str] = []
    last = ""
    for line in map(str.strip, lines):
        if found and _goes_on(found[-1], last, line):
            found[-1] = f"{found[-1]} {line}"
        else:
            found.append(line)
        last = line
    return found


def _goes_on(before: str, last: str, line: str) -> bool:
    """Whether a line goes on with what stands `before`, whose `last` line it follows."""
    if not line or not last or ITEM.match(line) or last[-1] in ".?!:;":
        return False
    begins_anew = bool(_BEGINS_ANEW.match(line))
    if _OPEN_END.search(before[-12:]) and not begins_anew:
        return True
    was_full = len(last) + 1 + len(line.split()[0]) > WRAP_WIDTH
    return was_full and not (line[0].isupper() and begins_anew)


def items_of(line: str) -> list[str]:
    """The items of a list that was written in one line, "1. ... 2. ..."; else the line itself,
    without the mark of a list.
    """
    starts, wanted = [], 1
    for found in _LIST_NUMBER.finditer(line):
        if int(found[1] or found[2]) == wanted:
            starts.append((found.start(), found.end()))
            wanted += 1
    if len(starts) > 1:
        ends = [start for start, _ in starts[1:]] + [len(line)]
        pieces = [line[: starts[0][0]]]
        pieces += [line[end:stop] for (_, end), stop in zip(starts, ends, strict=True)]
        return [piece.strip() for piece in pieces if piece.strip()]
    return [ITEM.sub("", line, count=1).strip()]
