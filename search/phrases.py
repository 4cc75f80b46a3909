"""Many short phrases at once, each with the codes that it names best: for coding a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from codes.models import CodeSystem
from codes.queries.relatives import CodeForms
from codes.queries.releases import published_releases
from search.find import find
from search.index.current import Index, current
from search.index_match import matches
from search.results import Why, WhyKind
from search.scope import Scope, scope_of


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
    releases = published_releases()
    index = current(releases)
    wanted = [str(system) for system in systems]
    if index is None:
        return [_found_by_words(phrase, date_of_service, wanted, each) for phrase in phrases]
    scope = scope_of(releases, date_of_service, wanted[0] if len(wanted) == 1 else None)
    return [_found_in(index, phrase, scope, wanted, each) for phrase in phrases]


def _found_in(
    index: Index, phrase: str, scope: Scope, wanted: list[str], each: int
) -> list[PhraseMatch]:
    found = matches(phrase, index, scope).chosen or ()
    chosen = [item for item in found if not wanted or item.part.system(item.code) in wanted]
    return [
        PhraseMatch(
            CodeSystem(item.part.system(item.code)),
            item.part.value(item.code),
            item.score,
            Why(WhyKind(item.part.kind(item.phrase)), item.part.text(item.phrase)),
        )
        for item in chosen[:each]
    ]


def _found_by_words(
    phrase: str, date_of_service: date, wanted: list[str], each: int
) -> list[PhraseMatch]:
    found = [
        PhraseMatch(hit.system, hit.value, hit.score, hit.why)
        for system in wanted or [None]
        for hit in find(phrase, date_of_service, system, limit=each).hits
    ]
    return sorted(found, key=lambda match: -match.score)[:each]
