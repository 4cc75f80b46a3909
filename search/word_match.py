"""Which codes' texts hold the words asked for, best first: PostgreSQL's full-text search."""

import re

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Length, NullIf
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from codes.models import Code, OfficialDescription, PlainDescription
from codes.models.description import OFFICIAL_WORDS
from codes.models.plain_description import PLAIN_WORDS
from search.named import chosen_descriptions
from search.scope import Scope

ENGLISH = "english"
MOST_WORDS = 12
MOST_TERMS = 40
SHORTEST_BEGINNING = 3  # letters
# A word or words in quotes, perhaps with a sign that leaves them out.
_TERM = re.compile(r'-?"[^"]+"|(?<![^\s])-?\w[^\s"]*|\w[^\s"]*')
_MARK, _UNMARK = "\x02", "\x03"


def all_words(text: str) -> SearchQuery:
    """Every word, in any form; quotes hold words together and - leaves a word out."""
    # Signs that stand alone are dropped: hundreds of them exhaust PostgreSQL's parser.
    readable = " ".join(_TERM.findall(text)[:MOST_TERMS])
    return SearchQuery(readable, config=ENGLISH, search_type="websearch")


def words_begun(text: str) -> tuple[SearchQuery, list[str]] | None:
    """Every word as the beginning of one, and these beginnings; None where there is no word.

    The index holds stems ('infus'), which may be shorter than what is typed ('infusio'): words
    are looked for by their first letters, and the texts found must also hold the beginnings.
    """
    words = [word for word in _words(text) if len(word) >= SHORTEST_BEGINNING]
    if not words:
        return None
    # The configuration 'simple' leaves the letters as they are.
    return SearchQuery(_first_letters(words), config="simple", search_type="raw"), words


def being_typed(text: str) -> tuple[SearchQuery, list[str]] | None:
    """The query for text that is still being typed: its last word may be begun only."""
    words = _words(text)
    if not words:
        return None
    *complete, last = words
    if len(last) < SHORTEST_BEGINNING:
        # Too short to begin a word with: every second text would match.
        return _complete(complete or [last]), []
    begun, beginnings = words_begun(last)
    return (_complete(complete) & begun if complete else begun), beginnings


def _complete(words: list[str]) -> SearchQuery:
    return SearchQuery(" & ".join(f"'{word}'" for word in words), config=ENGLISH, search_type="raw")


def _first_letters(words: list[str]) -> str:
    return " & ".join(f"'{word[: max(SHORTEST_BEGINNING, len(word) - 3)]}':*" for word in words)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())[:MOST_WORDS]


def matching_codes(
    query: SearchQuery,
    scope: Scope,
    *,
    beginnings: list[str] | None = None,
    without: QuerySet[Code] | None = None,
    limit: int,
    offset: int = 0,
    most: int | None = None,
) -> tuple[list[int], int]:
    """The keys of the codes whose open texts match, best first, and how many there are.

    Codes in force go before those that have ended, short texts before long ones, billable codes
    before headers. Each of `beginnings` must begin a word of the text; `without` leaves codes
    out; with `most` only so many matches are compared, and the number tells no more.
    """
    official = _official(query, scope)
    plain = _plain(query, scope)
    for beginning in beginnings or ():
        pattern = rf"\m{beginning}"
        official = official.filter(Q(long__iregex=pattern) | Q(short__iregex=pattern))
        plain = plain.filter(Q(published_title__iregex=pattern) | Q(published_text__iregex=pattern))
    if without is not None:
        keys = without.order_by().values("pk")
        official, plain = official.exclude(code_id__in=keys), plain.exclude(code_id__in=keys)
    # What matches in both has its place by the official text.
    plain = plain.exclude(Exists(official.order_by().filter(code_id=OuterRef("code_id"))))
    columns = ("code_id", "size", "is_header", "is_over")
    (sql_1, values_1), (sql_2, values_2) = (
        found.order_by().values_list(*columns)[:most].query.sql_with_params()
        for found in (official, plain)
    )
    statement = (
        f"SELECT code_id, count(*) OVER () FROM (({sql_1}) UNION ALL ({sql_2}))"  # noqa: S608
        " AS match (code_id, size, is_header, is_over)"
        " ORDER BY is_over, size, is_header, code_id LIMIT %s OFFSET %s"
    )
    values = [*values_1, *values_2]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, limit, offset])
        rows = cursor.fetchall()
        if rows or not offset:
            # A code may be described by a publisher and by hand.
            return list(dict.fromkeys(code_id for code_id, _ in rows)), rows[0][1] if rows else 0
        cursor.execute(statement, [*values, 1, 0])
        rows = cursor.fetchall()
    return [], rows[0][1] if rows else 0


def _official(query: SearchQuery, scope: Scope) -> QuerySet[OfficialDescription]:
    # No release has the key 0: Django would compile an empty list to no statement at all.
    found = OfficialDescription.objects.annotate(words=OFFICIAL_WORDS).filter(
        words=query, release_id__in=scope.release_ids or (0,)
    )
    if scope.system:
        found = found.filter(code__system=scope.system)
    found = chosen_descriptions(_within(found, scope), scope)
    return found.annotate(
        size=Length(Coalesce(NullIf(F("long"), Value("")), F("short"), output_field=CharField())),
        is_header=Case(When(is_billable=True, then=False), default=True),
        is_over=Case(
            When(termination_date__lt=scope.date_of_service, then=True),
            default=False,
            output_field=BooleanField(),
        ),
    )


def _within(found: QuerySet, scope: Scope) -> QuerySet:
    if scope.division:
        first, beyond = scope.division.first, scope.division.beyond
        found = found.filter(code__value__gte=first, code__value__lt=beyond)
        if scope.division.ending:
            found = found.filter(code__value__endswith=scope.division.ending)
    return found


def _plain(query: SearchQuery, scope: Scope) -> QuerySet[PlainDescription]:
    found = PlainDescription.objects.annotate(words=PLAIN_WORDS).filter(
        words=query, published_at__isnull=False
    )
    if scope.system:
        found = found.filter(code__system=scope.system)
    found = _within(found, scope)
    if scope.is_billable_only or scope.is_active_only:
        described = OfficialDescription.objects.filter(
            code_id=OuterRef("code_id"), release_id__in=scope.release_ids or (0,)
        )
        found = found.filter(Exists(chosen_descriptions(described, scope)))
    return found.annotate(
        title_words=SearchVector("published_title", config=ENGLISH),
        size=Case(
            When(title_words=query, then=Length("published_title")),
            default=Length("published_text"),
        ),
        is_header=Value(False),
        is_over=Value(False),
    )


def highlighted(texts: list[str], query: SearchQuery) -> list[SafeString]:
    """The texts as HTML with the words that match in `<mark>`, in one query."""
    if not texts:
        return []
    compiler = Code.objects.none().query.get_compiler(connection=connection)
    compiled, values = compiler.compile(query.resolve_expression())
    options = f"HighlightAll=true, StartSel={_MARK}, StopSel={_UNMARK}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ts_headline('english', text, {compiled}, %s)"  # noqa: S608
            " FROM unnest(%s::text[]) WITH ORDINALITY AS given (text, place) ORDER BY place",
            [*values, options, texts],
        )
        marked = [text for (text,) in cursor.fetchall()]
    # Escaped first: the marks are control characters that no text may hold.
    return [
        mark_safe(escape(text).replace(_MARK, "<mark>").replace(_UNMARK, "</mark>"))  # noqa: S308
        for text in marked
    ]
