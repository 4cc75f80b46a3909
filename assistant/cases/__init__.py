"""Cases: what a person writes in a mail, split into its parts, and an answer to each.

`reading.py` splits a text into questions, clinical notes and lists of codes; `answering.py` answers
them: questions as CasePilot does, notes as the note coding does, codes as the claim check does.
"""

from assistant.cases.answering import AnsweredPart, answer_case, answers_soon
from assistant.cases.courtesies import says_anything
from assistant.cases.masking import CheckedWords, MaskedCase, checked_words, masked_case
from assistant.cases.part import Part, PartKind
from assistant.cases.reading import parts_of

__all__ = [
    "AnsweredPart",
    "CheckedWords",
    "MaskedCase",
    "Part",
    "PartKind",
    "answer_case",
    "answers_soon",
    "checked_words",
    "masked_case",
    "parts_of",
    "says_anything",
]
