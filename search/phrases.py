"""Many short phrases at once, each with the codes that it names best: for coding a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from codes.models import CodeSystem
from codes.queries.relatives import CodeForms
from search.find import find
from search.results import Why


@dataclass(frozen=True)
class PhraseMatch(CodeForms):
    """A code for a phrase. Scores of different phrases may be compared: from 0 to 1, where 1 is a
    text that says the same word for word, and below 0.3 hardly anything agrees.
    """

    system: CodeSystem
    value: str
    score: float
    why: Why | None


def best_codes(
    phrases: Sequence[str],
    date_of_service: date,
    *,
    systems: Sequence[str] = (),
    each: int = 5,
) -> list[list[PhraseMatch]]:
    """For every phrase, in its order, at most `each` codes of the systems (all where none is
    named), best first; [] for a phrase that names none.
    """
    wanted = list(systems) or [None]
    matches = []
    for phrase in phrases:
        found = [
            PhraseMatch(hit.system, hit.value, hit.score, hit.why)
            for system in wanted
            for hit in find(phrase, date_of_service, system, limit=each).hits
        ]
        matches.append(sorted(found, key=lambda match: -match.score)[:each])
    return matches
