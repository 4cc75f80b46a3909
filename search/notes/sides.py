"""The side of the body that sentences speak of."""

import re
from collections.abc import Iterable

_SIDE = re.compile(r"\b(right|left|bilateral(?:ly)?|bilat|both)\b(?:[- ]sided)?", re.I)
# As notes abbreviate them: "L knee", "knee (R)", and of eyes OD, OS and OU.
_SHORT = re.compile(
    r"(?<![\w./-])(?:([LR])(?= [A-Za-z]{3}|\)|\.? *$)|(RT|LT|O[DSU]|B/L|b/l)(?!\w))"
)
_MEANT = {
    "L": "left", "R": "right", "LT": "left", "RT": "right", "OD": "right", "OS": "left",
    "OU": "bilateral", "B/L": "bilateral",
}  # fmt: skip
# "Left" that is no side, and sides of what the examination compares with.
_NO_SIDE = re.compile(
    r"\b(?:(?:has|have|had|he|she|was|is|who) left (?=the|for|his|her|to|off|at|early|home|over)"
    r"|right (?:now|away|after|before|at)|all right|contralateral \w+|left (?:over|untreated)"
    r"|right[- ]hand(?:ed)? domina\w+|left[- ]hand(?:ed)? domina\w+|(?:right|left)[- ]handed)\b",
    re.I,
)


def side_of(sentences: Iterable[str]) -> str:
    """'right', 'left' or 'bilateral' where the sentences tell one side or both; else ''."""
    found = set()
    for sentence in sentences:
        for side in _SIDE.findall(_NO_SIDE.sub(" ", sentence)):
            found.add("bilateral" if side.lower()[0] == "b" else side.lower())
        for short in _SHORT.finditer(sentence):
            found.add(_MEANT[(short[1] or short[2]).upper()])
    return found.pop() if len(found) == 1 else ""
