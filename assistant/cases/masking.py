"""Identifiers of people, masked before anything else reads a case."""

from dataclasses import dataclass

from search.identifiers import masked


@dataclass(frozen=True)
class MaskedCase:
    """A text with its identifiers masked, and how many of each kind there were: 'name': 2."""

    text: str
    counts: dict[str, int]


def masked_case(text: str) -> MaskedCase:
    """What may be stored, shown and sent of a case that somebody wrote."""
    found = masked(text)
    return MaskedCase(found.text, dict(found.counts))
