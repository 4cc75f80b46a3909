"""What a stroke left behind: codes of I69.3 in place of those for the stroke and the deficit.

Where a note does not say which hand is used more, a right side is the dominant one and a left side
is not (ICD-10-CM guidelines, I.C.6.a and I.C.9.d).
"""

import re
from collections.abc import Iterator, Sequence

from search.notes.sentences import Sentence

_STROKE = r"(?:CVA|strokes?|cerebral infarct\w*|cerebrovascular accident)"
_AFTER = re.compile(
    r"\b(?:due to|following|after|from|secondary to|since"
    r"|(?:late effects?|sequelae?|residuals?) of)"
    rf"(?:\s+\w+){{0,4}}?\s+{_STROKE}\b"
    rf"|\b(?:old|prior|previous|remote|history of|h/o|post)[- ](?:\w+ ){{0,2}}?{_STROKE}\b"
    r"(?=.{0,30}\b(?:with|residual|causing|leaving))"
    rf"|\bpost[- ]{_STROKE}\b",
    re.I,
)
_NONE = re.compile(r"\b(?:no|without)(?: \w+)? (?:residual|deficit|sequela)\w*", re.I)
_DEFICITS = [
    (re.compile(r"\b(?:hemipar\w+|hemipleg\w+)\b", re.I), "I6935"),
    (re.compile(r"\baphasia\b", re.I), "I69320"),
    (re.compile(r"\bdysarthria\b", re.I), "I69322"),
    (re.compile(r"\bdysphagia\b", re.I), "I69391"),
    (re.compile(r"\bfacial (?:weakness|droop)\b", re.I), "I69392"),
    (re.compile(r"\bataxia\b", re.I), "I69393"),
]
_RIGHT, _LEFT = re.compile(r"\bright\b", re.I), re.compile(r"\bleft\b", re.I)
_NOT_DOMINANT = re.compile(r"\bnon-?dominant\b", re.I)
_DOMINANT = re.compile(r"(?<!non)(?<!non-)\bdominant\b", re.I)
# What they take the place of.
REPLACED = ("I63", "I69398", "G819", "R4701", "R471", "R29810", "R270", "Z8673")


def sequelae_of(text: str, sentences: Sequence[Sentence]) -> Iterator[tuple[int, int, int, str]]:
    """The sentence, the place and the code (stored) of every deficit that is laid to a stroke."""
    for number, sentence in enumerate(sentences):
        said = text[sentence.start : sentence.end]
        if not _AFTER.search(said) or _NONE.search(said):
            continue
        for pattern, value in _DEFICITS:
            if found := pattern.search(said):
                code = value + _side(said) if value == "I6935" else value
                yield number, sentence.start + found.start(), sentence.start + found.end(), code


def _side(said: str) -> str:
    """The last character of the code for a hemiplegia after a stroke."""
    is_left = bool(_LEFT.search(said))
    if is_left == bool(_RIGHT.search(said)):
        return "9"
    if is_left:
        return "2" if _DOMINANT.search(said) else "4"
    return "3" if _NOT_DOMINANT.search(said) else "1"
