"""What a member wishes beside an answer: a person."""

import re

MOST_WORDS = 12
_PERSON = r"(?:a|the|an|your|some|one of your)? ?(?:real |human )?(?:person|human|consultants?|people|expert|coders?|colleagues?)"  # noqa: E501
_WISH = re.compile(
    rf"\b(?:ask|(?:talk|speak|write) (?:to|with)|forward (?:this |it )?to|pass (?:this |it )?on to"
    rf"|hand (?:this |it )?(?:over )?to|need|want|would like|answer from|answered by|checked by"
    rf"|let) {_PERSON}\b",
    re.I,
)


def wishes_a_person(text: str) -> bool:
    """Whether the text asks that a person look at it: "Ask a person", "I want a human"."""
    return bool(_WISH.search(" ".join(text.split())))


def is_only_a_wish(text: str) -> bool:
    """Whether it says nothing else."""
    return wishes_a_person(text) and len(text.split()) <= MOST_WORDS and "?" not in text
