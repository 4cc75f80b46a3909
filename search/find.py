"""Case2Code: finds codes by what a reader typed. Exact codes first, then begun ones, then words."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Length
from django.utils.safestring import SafeString

from codes.models import (
    Code,
    CodeSystem,
    OfficialDescription,
    Release,
    Source,
    code_url,
)
from codes.queries.loaded import systems_not_loaded
from codes.queries.relatives import CodeForms, CodeLink, linked_codes, nearest_codes
from codes.queries.releases import Releases, published_releases, source_of
from codes.queries.status import Status, description_on, status_on
from search.asked import Asked, read, systems_with_form
from search.word_match import (
    Scope,
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


@dataclass(frozen=True)
class Hit(CodeForms):
    """A code found: `text` in one line, `highlighted` the same as HTML with the words marked."""

    system: CodeSystem
    value: str
    text: str
    status: Status
    highlighted: SafeString | str = ""


@dataclass(frozen=True)
class Results:
    """The hits of one page in rank order, and how many there are in all.

    `exact` are the addresses of the codes that were named in full, on any page. Where nothing was
    found: `near_codes` are the neighbours of what has the form of a code, and `not_loaded` the
    systems that could not be searched.
    """

    asked: Asked
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    exact: list[str] = field(default_factory=list)
    near_codes: list[CodeLink] = field(default_factory=list)
    not_loaded: list[CodeSystem] = field(default_factory=list)


def find(
    text: str,
    date_of_service: date,
    system: str | None = None,
    limit: int = 25,
    offset: int = 0,
    *,
    is_exact_enough: bool = False,
) -> Results:
    """The codes that `text` names or describes, on a date of service, in one system or all.

    Nothing in the text is an error; what means nothing finds nothing. With `is_exact_enough` a
    single code named in full is the whole answer, and `hits` stays empty.
    """
    asked = read(text)
    if not asked.text:
        return Results(asked)
    releases = published_releases()
    system = system or asked.system
    scope = _scope(releases, date_of_service, system)
    named, exact = _named(asked, system), []
    code_ids, total = [], 0
    if named is not None:
        exact = _exact(asked, named)
        if is_exact_enough and len(exact) == 1:
            return Results(asked, total=1, exact=exact)
        total = named.count()
        code_ids = list(named.values_list("pk", flat=True)[offset : offset + limit])
    query, of_words = None, []
    if not asked.whole and not asked.first and total <= MOST_BEGINNINGS:
        query, of_words, word_total = _by_words(
            asked,
            scope,
            without=named if total else None,
            limit=limit - len(code_ids),
            offset=max(0, offset - total),
        )
        total += word_total
    hits = _hits(code_ids + of_words, releases, date_of_service)
    if query is not None:
        marked = highlighted([hit.text for hit in hits], query)
        hits = [
            Hit(hit.system, hit.value, hit.text, hit.status, html)
            for hit, html in zip(hits, marked, strict=True)
        ]
    if total:
        return Results(asked, hits, total, exact)
    return Results(
        asked,
        near_codes=_near(asked, system, releases),
        not_loaded=[item for item in systems_not_loaded(releases) if system in (None, "", item)],
    )


def suggest(text: str, date_of_service: date, limit: int = 8) -> list[CodeLink]:
    """The first codes for text that is still being typed; [] for fewer than two characters."""
    asked = read(text)
    if len(asked.text) < 2:
        return []
    releases = published_releases()
    code_ids = []
    named = _named(asked, asked.system)
    if named is not None:
        code_ids = list(named.values_list("pk", flat=True)[:limit])
    typed = being_typed(asked.words)
    if typed and not code_ids:
        query, beginnings = typed
        code_ids, _ = matching_codes(
            query,
            _scope(releases, date_of_service, None),
            beginnings=beginnings,
            limit=limit,
            most=MOST_COMPARED,
        )
    places = {code_id: place for place, code_id in enumerate(code_ids)}
    codes = Code.objects.filter(pk__in=code_ids).order_by().values_list("pk", "system", "value")
    ordered = sorted(codes, key=lambda row: places[row[0]])
    pairs = [(found_system, value) for _, found_system, value in ordered]
    return linked_codes(pairs, [release.pk for release in releases.all()]) if pairs else []


def _scope(releases: Releases, date_of_service: date, system: str | None) -> Scope:
    """The releases that lists show on the date, and the texts entered by hand."""
    systems = [CodeSystem(system)] if system else list(CodeSystem)
    shown = [releases.shown(source_of(item), date_of_service) for item in systems]
    by_hand = releases.of(Source.ENTERED_BY_HAND)
    release_ids = tuple(release.pk for release in [*shown, *by_hand] if release)
    # A release lists the codes of one system; only those by hand have to be told apart.
    return Scope(release_ids, date_of_service, str(system or ""))


def _named(asked: Asked, system: str | None) -> QuerySet[Code] | None:
    """The codes named: whole ones first, then the shorter, in the order of the book."""
    if not asked.is_code:
        return None
    # Every system is named, so that the index on (system, value) serves.
    codes = Code.objects.filter(system__in=[system] if system else CodeSystem.values)
    if asked.whole:
        codes = codes.filter(value__in=asked.whole)
    elif asked.first:
        codes = codes.filter(
            system__in=set(systems_with_form(asked.first)) & set(systems_with_form(asked.last)),
            value__gte=asked.first,
            value__lt=f"{asked.last}~",
        )
        return codes.order_by("system", "value")
    else:
        codes = codes.filter(value__startswith=asked.beginning)
    place = Case(
        When(value=asked.beginning, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return codes.order_by(place, Length("value"), "value", "system")


def _exact(asked: Asked, named: QuerySet[Code]) -> list[str]:
    if not asked.beginning:
        return []
    exact = named.filter(value=asked.beginning).values_list("system", "value")
    return [code_url(system, value) for system, value in exact]


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


def _hits(code_ids: list[int], releases: Releases, date_of_service: date) -> list[Hit]:
    """The codes with the text and the status they have on the date, in the order of the keys."""
    by_id: dict[int, Release] = {release.pk: release for release in releases.all()}
    codes = {
        code.pk: code
        for code in Code.objects.filter(pk__in=code_ids)
        .select_related("plain_description")
        .only("system", "value", "plain_description__published_title")
        .order_by()
    }
    described: dict[int, list[OfficialDescription]] = {code_id: [] for code_id in code_ids}
    for item in OfficialDescription.objects.filter(
        code_id__in=codes, release_id__in=by_id
    ).order_by():
        item.release, item.code = by_id[item.release_id], codes[item.code_id]
        described[item.code_id].append(item)
    return [
        _hit(codes[code_id], described[code_id], releases, date_of_service)
        for code_id in code_ids
        if code_id in codes
    ]


def _hit(
    code: Code, described: list[OfficialDescription], releases: Releases, date_of_service: date
) -> Hit:
    shown = description_on(code, described, releases, date_of_service)
    plain = getattr(code, "plain_description", None)
    text = (shown.text if shown else "") or (plain.published_title if plain else "")
    status = status_on(code, described, releases, date_of_service)
    return Hit(CodeSystem(code.system), code.value, text, status)


def _near(asked: Asked, system: str | None, releases: Releases) -> list[CodeLink]:
    """The codes round one that does not exist, in each system whose codes look like it.

    Where none do, those round it that begin with the same two characters.
    """
    value = asked.beginning or asked.first
    if len(value) < 2:
        return []
    wanted = [item for item in CodeSystem if system in (None, "", item)]
    alike = [item for item in systems_with_form(value) if item in wanted]
    release_ids = [release.pk for release in releases.all()]
    links = [
        link
        for item in alike or wanted
        for link in nearest_codes(item, value, release_ids, count=4)
    ]
    return links if alike else [link for link in links if link.value.startswith(value[:2])]
