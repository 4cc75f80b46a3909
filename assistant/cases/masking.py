"""Identifiers of people, masked before anything else reads a case."""

from collections.abc import Collection
from dataclasses import dataclass

from search.identifiers import Identifier, masked


@dataclass(frozen=True)
class MaskedCase:
    """A text with its identifiers masked, and how many of each kind there were: 'name': 2."""

    text: str
    counts: dict[str, int]


def masked_case(text: str) -> MaskedCase:
    """What may be stored, shown and sent of a case that somebody wrote."""
    found = masked(text)
    return MaskedCase(found.text, dict(found.counts))


@dataclass(frozen=True)
class CheckedWords:
    """What a consultant is about to send: the text with identifiers masked, and which were found,
    each with its kind, its words and what stands in their place.
    """

    text: str
    found: tuple[Identifier, ...]


def checked_words(text: str, *, known: Collection[str] = ()) -> CheckedWords:
    """What looks like a patient's in the words of somebody who answers a case.

    `known` words are nobody's secret, as the writer's own name; nor are the links of an answer.
    """
    found = masked(text, known=known, but=("web address",))
    return CheckedWords(found.text, found.found)
