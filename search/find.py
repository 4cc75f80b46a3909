"""Case2Code: finds codes by what a reader typed. Exact codes first, then begun ones, then words.

This is the app's interface: `find` for a page of results, `suggest` while somebody types, and
`search.phrases.best_codes` for many phrases at once. `search.results` says what an answer holds.
"""

from dataclasses import replace
from datetime import date

from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet

from codes.models import Code
from codes.queries.loaded import systems_not_loaded
from codes.queries.releases import published_releases
from search.asked import Asked, read
from search.hits import families_of, folded_hits, hits_of
from search.named import exact_codes, named_codes, near_codes
from search.results import Hit, Results
from search.scope import Scope, scope_of
from search.word_match import (
    all_words,
    being_typed,
    highlighted,
    matching_codes,
    words_begun,
)

# Beyond so many codes with a beginning nobody looks for words as well.
MOST_BEGINNINGS = 1000
# So many matches are compared for a list of suggestions, where an answer at once is worth more.
MOST_COMPARED = 2000
# So many codes are put into rows together with their variants.
MOST_FOLDED = 1000
# So many suggestions are looked at for each that is shown, which may have variants.
MOST_VARIANTS = 8

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
    releases = published_releases()
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
    query, of_words = None, []
    if not asked.whole and not asked.first and total <= MOST_BEGINNINGS:
        query, of_words, word_total = _by_words(
            asked,
            scope,
            without=named if total else None,
            limit=most - len(code_ids),
            offset=max(0, first - total),
        )
        total += word_total
    code_ids += of_words
    row_total = total
    if is_folded:
        families = families_of(code_ids, scope)
        row_total = len(families)
        hits = folded_hits(families[offset : offset + limit], releases, scope)
    else:
        hits = hits_of(code_ids, releases, scope)
    if query is not None:
        marked = highlighted([hit.text for hit in hits], query)
        hits = [replace(hit, highlighted=html) for hit, html in zip(hits, marked, strict=True)]
    if total:
        return Results(
            asked,
            hits,
            total,
            [code.get_absolute_url() for code in exact],
            has_more=is_folded and total > len(code_ids),
            row_total=row_total,
        )
    return Results(
        asked,
        near_codes=near_codes(asked, system, releases),
        not_loaded=[item for item in systems_not_loaded(releases) if system in (None, "", item)],
    )


def suggest(text: str, date_of_service: date, limit: int = 8) -> list[Hit]:
    """The first codes for text that is still being typed, variants of one another together.

    [] for fewer than two characters.
    """
    asked = read(text)
    if len(asked.text) < 2:
        return []
    releases = published_releases()
    scope = scope_of(releases, date_of_service, asked.system)
    code_ids = []
    named = named_codes(asked, scope)
    if named is not None:
        code_ids = list(named.values_list("pk", flat=True)[:limit])
    typed = being_typed(asked.words)
    if typed and not code_ids:
        query, beginnings = typed
        code_ids, _ = matching_codes(
            query,
            scope_of(releases, date_of_service),
            beginnings=beginnings,
            limit=limit * MOST_VARIANTS,
            most=MOST_COMPARED,
        )
        return folded_hits(families_of(code_ids, scope)[:limit], releases, scope)
    return hits_of(code_ids, releases, scope)


def _by_words(
    asked: Asked, scope: Scope, *, without: QuerySet[Code] | None, limit: int, offset: int
) -> tuple[SearchQuery | None, list[int], int]:
    """The query that found something, the keys of a page of codes, and how many there are.

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
    return (query if total else None), found[:limit], total
