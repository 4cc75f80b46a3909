"""The wishes of one sentence, where each has codes of its own: "What is A4206 and may E0100 be
billed with K0001?"
"""

import re
from datetime import date

from assistant.cases.sentences import asks
from assistant.question import Question, Topic, read_question

_AND = re.compile(
    r"\s*[,;]\s*(?:and |also |and also |plus )?|\s+(?:and also|and|also|plus)\s+", re.I
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|them|they|their|that|those|this|these|both|either|neither|the (?:same|other|two|"
    r"first|second|latter|former)|one)\b",
    re.I,
)
_OF_SEVERAL = {Topic.PAIR, Topic.BYPASS, Topic.COMPARE}


def wishes_of(sentence: str, today: date) -> list[str]:
    """The sentence's wishes in its order; the sentence itself where it has one, or where what one
    means may hang on another.

    Each names codes, the later ones begin with a word that asks and point back at nothing, and
    what is asked of the codes differs, or of which codes it is asked what they are to each other.
    """
    for found in _AND.finditer(sentence):
        before, after = sentence[: found.start()], sentence[found.end() :]
        if asks(after) and not _POINTS_BACK.search(after) and _are_two(before, after, today):
            return [before.strip(), *wishes_of(after[:1].upper() + after[1:], today)]
    return [sentence]


def _are_two(before: str, after: str, today: date) -> bool:
    first, second = read_question(before, today), read_question(after, today)
    is_one_wish = first.topics == second.topics and first.asks_for_a_code == second.asks_for_a_code
    if is_one_wish and _OF_SEVERAL & set(first.topics):
        is_one_wish = set(first.codes) == set(second.codes)  # else each with each would be asked
    return asks(before) and not is_one_wish and _is_whole(first) and _is_whole(second)


def _is_whole(asked: Question) -> bool:
    """Whether it names what it asks of: two codes, where it asks what they are to each other."""
    if not asked.names_codes:
        return False
    return len(asked.codes) > 1 or bool(asked.ranges) or not _OF_SEVERAL & set(asked.topics)
