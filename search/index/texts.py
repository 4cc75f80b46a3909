"""The phrases that lead to codes, read from PostgreSQL: what an index is made of."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.utils.text import Truncator

from codes.models import CodeSystem, Release, Source, TabularNote
from codes.queries.editorial import words_of
from codes.queries.releases import Releases, source_of
from search.results import WhyKind

ALWAYS = 0  # the first day of what has none
FOREVER = 9_999_999  # and the last
TABLES = {
    Source.ICD_10_CM_INDEX: WhyKind.INDEX,
    Source.ICD_10_CM_EXTERNAL_CAUSES: WhyKind.INDEX,
    Source.ICD_10_CM_NEOPLASMS: WhyKind.NEOPLASM,
    Source.ICD_10_CM_DRUGS: WhyKind.DRUG,
}
SYSTEMS = tuple(CodeSystem)
LONGEST_BODY = 1200  # characters of an editor's text that are read


class Listed(NamedTuple):
    """What a release says of a code. The publisher's own days, where it gives them."""

    release_id: int
    is_billable: bool
    added_day: int | None
    last_day: int | None
    text: str


@dataclass
class CodeRow:
    """A code: days are proleptic ordinals (`date.toordinal`), inclusive. `listings` go from the
    oldest release to the newest; `plain_title` is the editors'.
    """

    code_id: int
    system: str
    value: str
    is_billable: bool = True
    first_day: int = ALWAYS
    last_day: int = FOREVER
    listings: list[Listed] = field(default_factory=list)
    plain_title: str = ""


@dataclass(slots=True)
class Phrase:
    """A text that leads to a code. `extra` holds words that may be there or not (the nonessential
    modifiers of an index). Days as of a code: when the text is the one in force.
    """

    system: str
    value: str
    kind: WhyKind
    text: str
    extra: str = ""
    first_day: int = ALWAYS
    last_day: int = FOREVER


@dataclass
class Texts:
    """Everything one index is made of: codes by (system, stored value), and their phrases."""

    codes: dict[tuple[str, str], CodeRow] = field(default_factory=dict)
    phrases: list[Phrase] = field(default_factory=list)


def release_texts(releases: Releases) -> Texts:
    """What the published releases say: descriptions, inclusion terms, indexes and tables."""
    texts = Texts()
    for system in CodeSystem:
        _read_descriptions(texts, releases, system)
    newest = {source: releases.of(source)[-1] for source in Source if releases.of(source)}
    tabular = newest.get(Source.ICD_10_CM_TABULAR)
    if tabular:
        _add(texts, _inclusion_terms(tabular))
    entries = [
        (terms, column, code, see, TABLES[source])
        for source, release in newest.items()
        if source in TABLES
        for terms, column, code, see in _index_rows(release)
    ]
    _add(texts, index_phrases(entries))
    return texts


def editors_texts() -> Texts:
    """What editors wrote: plain-language descriptions, texts entered by hand, synonyms."""
    texts = Texts()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.system, c.value, d.long, d.medium, d.short, d.consumer, d.is_billable,"
            " d.added_date, d.termination_date, r.id, r.valid_from"
            " FROM codes_officialdescription d JOIN codes_release r ON r.id = d.release_id"
            " JOIN codes_code c ON c.id = d.code_id"
            " WHERE r.source = %s AND r.state = %s ORDER BY r.valid_from",
            [Source.ENTERED_BY_HAND, Release.State.PUBLISHED],
        )
        for row in cursor.fetchall():
            code_id, system, value, *written, is_billable, added, ended, release_id, begins = row
            code = texts.codes.setdefault((system, value), CodeRow(code_id, system, value))
            code.is_billable, code.last_day = is_billable, _day(ended) or FOREVER
            code.first_day = _day(added or begins)
            long, medium, short, _ = written
            listed = (release_id, is_billable, _day(added), _day(ended), long or medium or short)
            code.listings.append(Listed(*listed))
            for text in dict.fromkeys(filter(None, written)):
                texts.phrases.append(Phrase(system, value, WhyKind.OFFICIAL, text))
        cursor.execute(
            "SELECT c.id, c.system, c.value, p.published_title, p.published_html"
            " FROM codes_plaindescription p JOIN codes_code c ON c.id = p.code_id"
            " WHERE p.published_at IS NOT NULL"
        )
        for code_id, system, value, title, html in cursor.fetchall():
            code = texts.codes.setdefault((system, value), CodeRow(code_id, system, value))
            code.plain_title = title
            body = Truncator(words_of(html)).chars(LONGEST_BODY)
            for text in filter(None, (title, body)):
                texts.phrases.append(Phrase(system, value, WhyKind.PLAIN, text))
        cursor.execute(
            "SELECT c.id, c.system, c.value, s.text FROM search_synonym s"
            " JOIN codes_code c ON c.id = s.code_id"
        )
        for code_id, system, value, text in cursor.fetchall():
            texts.codes.setdefault((system, value), CodeRow(code_id, system, value))
            texts.phrases.append(Phrase(system, value, WhyKind.SYNONYM, text))
    return texts


def _day(value: date | None) -> int | None:
    return value.toordinal() if value else None


def _add(texts: Texts, phrases: Iterable[Phrase]) -> None:
    """Keep the phrases of codes that exist, each text of a code once."""
    seen = {(phrase.value, phrase.text.lower()) for phrase in texts.phrases}
    for phrase in phrases:
        key = (phrase.value, phrase.text.lower())
        if (phrase.system, phrase.value) in texts.codes and key not in seen:
            seen.add(key)
            texts.phrases.append(phrase)


# Descriptions


def _read_descriptions(texts: Texts, releases: Releases, system: CodeSystem) -> None:
    listing = releases.of(source_of(system))
    if not listing:
        return
    place = {release.pk: number for number, release in enumerate(listing)}
    begins = [release.valid_from.toordinal() for release in listing]
    # A text holds until the release after the last that has it; the oldest holds before, too.
    ends = [day - 1 for day in begins[1:]] + [FOREVER]
    starts = [ALWAYS, *begins[1:]]
    rows: dict[tuple[int, str], list] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.value, d.release_id, d.long, d.medium, d.short, d.consumer,"
            " d.is_billable, d.added_date, d.termination_date"
            " FROM codes_officialdescription d JOIN codes_code c ON c.id = d.code_id"
            " WHERE d.release_id = ANY(%s)",
            [list(place)],
        )
        for code_id, value, release_id, *rest in cursor:
            rows[code_id, value].append((place[release_id], *rest))
    # The short forms of ICD-10 are cut to a length, letter by letter: nobody types them.
    has_own_short = system in (CodeSystem.HCPCS, CodeSystem.CPT)
    for (code_id, value), found in rows.items():
        found.sort(key=lambda row: row[0])
        first, last = found[0], found[-1]
        *_, is_billable, _, ended = last
        added = next((row[-2] for row in reversed(found) if row[-2]), None)
        texts.codes[system, value] = CodeRow(
            code_id,
            system,
            value,
            is_billable,
            _day(added) or begins[first[0]],
            _day(ended) or ends[last[0]],
            [
                Listed(
                    listing[number].pk, billable, _day(since), _day(until), long or medium or short
                )
                for number, long, medium, short, _, billable, since, until in found
            ],
        )
        spans: dict[str, list[int]] = {}
        for number, long, medium, short, consumer, *_ in found:
            written = (long, medium, short, consumer) if has_own_short else (long or short,)
            for text in dict.fromkeys(filter(None, written)):
                spans.setdefault(text, [starts[number], 0])[1] = ends[number]
        for text, (start, end) in spans.items():
            texts.phrases.append(Phrase(system, value, WhyKind.OFFICIAL, text, "", start, end))


# The tabular list and the indexes of ICD-10-CM


def _inclusion_terms(release: Release) -> Iterator[Phrase]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place, text FROM codes_tabularnote WHERE release_id = %s AND kind = ANY(%s)"
            " ORDER BY position",
            [release.pk, [TabularNote.Kind.INCLUSION_TERM, TabularNote.Kind.INCLUDES]],
        )
        for place, text in cursor:
            yield Phrase(CodeSystem.ICD_10_CM, place, WhyKind.INCLUSION, text)


def _index_rows(release: Release) -> Iterator[tuple[list[str], str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT terms, column_, code, see FROM (SELECT id, terms, "column" AS column_, code,'
            " see FROM codes_indexentry WHERE release_id = %s AND (code <> '' OR see <> '')) AS e"
            " ORDER BY id",
            [release.pk],
        )
        yield from cursor


_PARENTHESES = re.compile(r"\s*\(([^()]*)\)")
_SEE = re.compile(r"^\W*(?:see)?\W*", re.IGNORECASE)


def index_phrases(
    entries: Iterable[tuple[list[str], str, str, str, WhyKind]],
) -> Iterator[Phrase]:
    """The phrases of index lines (terms, column, code, see, kind).

    A line that sends its reader elsewhere ("Attack, heart, see Infarct, myocardium") leads to the
    codes of the place it names.
    """
    entries = list(entries)
    places: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for terms, column, code, _, _ in entries:
        if code:
            for key in _keys(terms, column):
                places[key].add(code)
    for terms, column, code, see, kind in entries:
        text, extra = path_text([*terms, column] if column else terms)
        targets = {code} if code else _seen(see, places)
        for target in sorted(targets):
            yield Phrase(CodeSystem.ICD_10_CM, target, kind, text, extra)


def path_text(terms: list[str]) -> tuple[str, str]:
    """The terms of a line in one text, and the words of it that may be left out."""
    essential, extra = [], []
    for term in terms:
        extra += _PARENTHESES.findall(term)
        bare = _PARENTHESES.sub("", term).strip(" ,")
        first, *others = [part.strip() for part in bare.split(",")]
        essential.append(first)
        for other in others:
            # "Infarct, infarction": one word in two forms. "Dissolution, vertebra" is none.
            (extra if _is_another_form(first, other) else essential).append(other)
    return ", ".join(filter(None, essential)), " ".join(extra)


def _is_another_form(first: str, other: str) -> bool:
    return other[:3].lower() == first[:3].lower() and " " not in first


def _forms(term: str) -> list[str]:
    """The words under which a term may be named: 'kidney, renal' under either and as a whole."""
    bare = " ".join(_PARENTHESES.sub("", term).lower().replace("-", " ").split())
    bare = re.sub(r"\s+(?:nec|nos)\b", "", bare)
    parts = [part.strip() for part in bare.split(",") if part.strip()]
    forms = {bare.replace(",", ""), *parts}
    forms |= {form[:-1] for form in forms if form.endswith("s") and len(form) > 4}
    return list(forms)[:4]


def _keys(terms: list[str], column: str) -> Iterator[tuple[str, ...]]:
    if len(terms) > 4:
        return
    keys: list[tuple[str, ...]] = [()]
    for term in terms:
        keys = [(*key, form) for key in keys for form in _forms(term)][:64]
    yield from keys
    if column:
        yield from [(*key, column.lower()) for key in keys]


def _seen(see: str, places: dict[tuple[str, ...], set[str]]) -> set[str]:
    """The codes of the place that a reference names; none where it names no single place."""
    bare = " ".join(_PARENTHESES.sub("", _SEE.sub("", see)).lower().replace("-", " ").split())
    bare = re.sub(r"\s+(?:nec|nos)\b", "", bare)
    parts = [part.strip() for part in bare.split(",") if part.strip()]
    if not parts or parts == ["condition"]:
        return set()
    if parts[0] == "neoplasm" and "by site" in bare:
        return set()
    for first in (parts[0], parts[0].removesuffix("s")):
        found = places.get((first, *parts[1:]))
        if found and len(found) <= 2:
            return found
    return set()
