"""Case2Code: finds codes by what a reader typed. Exact codes first, then begun ones, then words.

This is the app's interface: `find` for a page of results, `suggest` while somebody types, and
`search.phrases.best_codes` for many phrases at once. `search.results` says what an answer holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from codes.models import Code
from codes.queries.loaded import systems_not_loaded
from codes.queries.releases import Releases
from search.asked import Asked, read
from search.folding import asks_for_encounter, with_initial_first
from search.hits import NONE, families_of, hits_of
from search.index.current import Index, recent
from search.index_match import Matches, facets_with, matches, nothing_near
from search.marking import excerpt
from search.named import exact_codes, named_codes, near_codes
from search.ranking import Ranked
from search.results import (
    Correction,
    Expansion,
    Facets,
    Hit,
    Results,
    Suggestions,
    Why,
    with_corrections,
)
from search.scope import Scope, scope_of
from search.word_match import (
    all_words,
    being_typed,
    highlighted,
    matching_codes,
    words_begun,
)
from search.words import stems

# Beyond so many codes with a beginning nobody looks for words as well.
MOST_BEGINNINGS = 1000
# So many matches are compared for a list of suggestions, where an answer at once is worth more.
MOST_COMPARED = 2000
# So many codes are put into rows together with their variants.
MOST_FOLDED = 1000
# So many suggestions are looked at for each that is shown, which may have variants.
MOST_VARIANTS = 8
# So many suggestions are kept for who types the same; the oldest go first.
MOST_KEPT = 2000
MOST_QUOTED = 200  # characters of the text that was found
# Of more codes that were named no facets are counted.
MOST_COUNTED = 5000

__all__ = ["Hit", "Results", "find", "suggest"]


def find(
    text: str,
    date_of_service: date,
    system: str | None = None,
    limit: int = 25,
    offset: int = 0,
    *,
    is_billable_only: bool = False,
    chapter: str = "",
    is_active_only: bool = False,
    is_exact_enough: bool = False,
    is_folded: bool = False,
    is_as_typed: bool = False,
) -> Results:
    """The codes that `text` names or describes, on a date of service, in one system or all.

    `chapter` is a value of a facet (`system:slug`); `is_billable_only` leaves headers out,
    `is_active_only` what is not valid on the date. Nothing in the text is an error; what means
    nothing finds nothing. With `is_exact_enough` a single code named in full is the whole answer,
    and `hits` stays empty; a header is not, for what is wanted stands below it. With `is_folded`
    the hits of a page are rows: codes that differ only in side, encounter or the like are the
    `variants` of the best of them, and `limit` and `offset` count rows. With `is_as_typed` no
    word is corrected.
    """
    asked = read(text)
    if not asked.text:
        return Results(asked)
    releases, index = recent()
    system = system or asked.system
    scope = scope_of(
        releases,
        date_of_service,
        system,
        chapter=chapter,
        is_billable_only=is_billable_only,
        is_active_only=is_active_only,
    )
    named, exact = named_codes(asked, scope), []
    # Who names codes one by one wants to see each.
    is_folded = is_folded and not asked.whole
    first, most = (0, MOST_FOLDED) if is_folded else (offset, limit)
    code_ids, total = [], 0
    if named is not None:
        exact = exact_codes(asked, named, scope)
        if is_exact_enough and len(exact) == 1 and not exact[0].is_header:
            return Results(asked, total=1, exact=[exact[0].get_absolute_url()])
        total = named.count()
        code_ids = list(named.values_list("pk", flat=True)[first : first + most])
    said = _Said()
    if not asked.whole and not asked.first and total <= MOST_BEGINNINGS:
        place = {"limit": most - len(code_ids), "offset": max(0, first - total)}
        if index is not None:
            said = _by_index(
                asked, index, scope, named=named if total else None, corrects=not is_as_typed
            )
            said.code_ids = said.code_ids[place["offset"] :][: max(place["limit"], 0)]
        else:
            said = _by_words(asked, scope, without=named if total else None, **place)
    numbers = index.shown.numbers_of(code_ids) if index is not None and code_ids else {}
    if said.matches is not None:
        numbers |= said.matches.numbers
    code_ids += said.code_ids
    total += said.total
    row_total = total
    rows = [[code_id] for code_id in code_ids]
    if is_folded:
        families = families_of(code_ids, scope, index, numbers)
        row_total = len(families)
        rows = families[offset : offset + limit]
    if total:
        return Results(
            asked,
            _rows(rows, asked, said, scope, index, numbers),
            total,
            [code.get_absolute_url() for code in exact],
            facets=said.facets if named is None else _facets(asked, said, index, scope, releases),
            corrections=said.corrections,
            expansions=_as_typed(said.expansions, asked),
            has_more=is_folded and total > len(code_ids),
            row_total=row_total,
            is_without_index=index is None,
        )
    return Results(
        asked,
        near_codes=near_codes(asked, system, releases),
        nearest_words=nothing_near(asked.words, index) if index else [],
        not_loaded=[item for item in systems_not_loaded(releases) if system in (None, "", item)],
        facets=said.facets,
        corrections=said.corrections,
        expansions=_as_typed(said.expansions, asked),
        is_without_index=index is None,
    )


def suggest(text: str, date_of_service: date, limit: int = 8) -> Suggestions:
    """The first codes for text that is still being typed, variants of one another as one.

    None for fewer than two characters.
    """
    asked = read(text)
    if len(asked.text) < 2:
        return Suggestions()
    releases, index = recent()
    scope = scope_of(releases, date_of_service, asked.system)
    named = named_codes(asked, scope)
    code_ids = list(named.values_list("pk", flat=True)[:limit]) if named is not None else []
    if code_ids:
        numbers = index.shown.numbers_of(code_ids) if index is not None else {}
        return Suggestions(hits_of(code_ids, scope, index, numbers).values())
    if index is not None and asked.words:
        key = (asked.text, asked.system, date_of_service, limit)
        if key not in index.answers:
            while len(index.answers) >= MOST_KEPT:
                index.answers.pop(next(iter(index.answers)), None)
            index.answers[key] = _suggested(asked, index, scope, limit)
        return index.answers[key]
    typed = being_typed(asked.words) if index is None else None
    if not typed:
        return Suggestions()
    query, beginnings = typed
    code_ids, _ = matching_codes(
        query,
        scope_of(releases, date_of_service),
        beginnings=beginnings,
        limit=limit * MOST_VARIANTS,
        most=MOST_COMPARED,
    )
    hits = _rows(families_of(code_ids, scope)[:limit], asked, _Said(), scope)
    for hit in hits:
        hit.variants, hit.more_count = [], len(hit.variants)
    return Suggestions(hits)


def _suggested(asked: Asked, index: Index, scope: Scope, limit: int) -> Suggestions:
    """The codes that the index has for what is typed, with their texts of the day."""
    found = matches(asked.words, index, scope, is_begun=True)
    said = _said_of(found)
    code_ids = found.code_ids[: limit * MOST_VARIANTS]
    families = families_of(code_ids, scope, index, found.numbers)[:limit]
    sizes: dict[int, int] = {}  # of each family, by the key of the code that leads it
    is_open = _leaves_encounter_open(asked)
    for family in families:
        lead = 0
        if is_open and len(family) > 1:
            lead = with_initial_first(index.shown.values(family, found.numbers))[0]
        sizes[family[lead]] = len(family)
    leads = said.told(hits_of(list(sizes), scope, index, found.numbers))
    for code_id, hit in leads.items():
        hit.more_count = sizes[code_id] - 1
    shown = Suggestions(leads.values())
    shown.read_as = with_corrections(asked.text, said.corrections)
    return shown


def _leaves_encounter_open(asked: Asked) -> bool:
    """Whether the first encounter leads a row: nothing was asked of the encounter."""
    return not (asked.is_code or asks_for_encounter(asked.text))


def _rows(
    rows: list[list[int]],
    asked: Asked,
    said: "_Said",
    scope: Scope,
    index: Index | None = None,
    numbers: Mapping[int, int] = NONE,
) -> list[Hit]:
    """The hits of rows of keys: the best of each, with the others as its variants."""
    code_ids = [code_id for row in rows for code_id in row]
    hits = said.told(hits_of(code_ids, scope, index, numbers))
    found = []
    for row in rows:
        those = [hits[code_id] for code_id in row if code_id in hits]
        if len(those) > 1 and _leaves_encounter_open(asked):
            those = [those[place] for place in with_initial_first([hit.value for hit in those])]
        if those:
            lead, *lead.variants = those
            found.append(lead)
    return found


def _facets(
    asked: Asked, said: "_Said", index: Index | None, scope: Scope, releases: Releases
) -> Facets | None:
    """How the codes that were named, and those found by words beside them, divide."""
    if index is None:
        return None
    everywhere = named_codes(asked, scope_of(releases, scope.date_of_service))
    code_ids = list(everywhere.order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1])
    if len(code_ids) > MOST_COUNTED:
        return None
    return facets_with(code_ids, said.matches, index, scope)


@dataclass
class _Said:
    """What was found by words: keys of codes in rank order, and what to say about them."""

    code_ids: list[int] = field(default_factory=list)
    total: int = 0
    facets: Facets | None = None
    corrections: list[Correction] = field(default_factory=list)
    expansions: list[Expansion] = field(default_factory=list)
    matches: Matches | None = None
    query: SearchQuery | None = None

    def told(self, hits: dict[int, Hit]) -> dict[int, Hit]:
        """The hits with their words marked, why they matched, and how well."""
        if self.query is not None:
            marks = highlighted([hit.text for hit in hits.values()], self.query)
            for hit, html in zip(hits.values(), marks, strict=True):
                hit.highlighted = html
        if self.matches is not None:
            for code_id, item in self.matches.of(hits):
                _tell(hits[code_id], item, self.matches.wanted)
        return hits


def _tell(hit: Hit, item: Ranked, wanted: frozenset[str]) -> None:
    """Put into a hit what was found of it."""
    kind, text = item.part.kind(item.phrase), item.part.text(item.phrase)
    if text != hit.text:  # which is shown whole, and not said again
        text = excerpt(text, wanted, most=MOST_QUOTED)
    hit.why = Why(kind, text, item.is_by_meaning, wanted)
    hit.wanted, hit.score = wanted, round(item.score, 4)


def _as_typed(expansions: list[Expansion], asked: Asked) -> list[Expansion]:
    """What was read as something else, in the letters it was typed in: HTN, not htn.

    A word that is read as itself in another form needs no saying.
    """
    said = []
    for item in expansions:
        meanings = [meaning for meaning in item.meanings if stems(meaning) != stems(item.typed)]
        at = asked.text.lower().find(item.typed.lower())
        typed = asked.text[at : at + len(item.typed)] if at >= 0 else item.typed
        if meanings:
            said.append(Expansion(typed, meanings))
    return said


def _by_index(
    asked: Asked, index: Index, scope: Scope, *, named: QuerySet[Code] | None, corrects: bool
) -> _Said:
    without = named.order_by().values_list("pk", flat=True) if named is not None else ()
    # What looks like a code is not a word to correct.
    corrects = corrects and not asked.is_code
    return _said_of(matches(asked.words, index, scope, corrects=corrects, without=without))


def _said_of(found: Matches, most: int | None = None) -> _Said:
    understood = found.understood
    return _Said(
        found.code_ids[:most],
        len(found.chosen or ()),
        found.facets,
        understood.corrections,
        understood.expansions,
        found,
    )


def _by_words(
    asked: Asked, scope: Scope, *, without: QuerySet[Code] | None, limit: int, offset: int
) -> _Said:
    """By PostgreSQL's full text, while there is no index.

    Words that no text has are looked for once more, as beginnings of words.
    """
    # One is fetched where none is wanted: the number of all comes with it.
    place = {"limit": max(limit, 1), "offset": offset}
    query = all_words(asked.words)
    found, total = matching_codes(query, scope, without=without, **place)
    begun = None if total or asked.is_code else words_begun(asked.words)
    if begun is not None:
        query, beginnings = begun
        found, total = matching_codes(query, scope, beginnings=beginnings, **place)
    return _Said(found[: max(limit, 0)], total, query=query if total else None)
