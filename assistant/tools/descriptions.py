"""Open facts: what a code is, how codes differ, what words mean, what a release changed."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import Truncator

from assistant.facts import Citation, Fact, Table, ToolResult
from assistant.record import Record, Unknown
from codes.queries.changes import (
    ChangeKind,
    changed_codes,
    changes_of,
    counts_of,
    releases_of_system,
)
from codes.queries.code_forms import CodeSystem
from codes.queries.code_page import CodePage
from codes.queries.editorial import words_of
from codes.queries.status import StatusKind, day
from search.find import find

MOST_COMPARED = 8
MOST_HITS = 6
MOST_CHILDREN = 20
MOST_CHANGES = 25


def look_up(record: Record, code: str) -> ToolResult:
    """What a code is: its system, official and plain description, status on the date of service,
    what replaced it, and the codes below a header.
    """
    page = record.page(code)
    facts = [_what_it_is(record, page)]
    plain = _in_plain_words(page)
    if plain:
        facts.append(Fact(plain, record.cite(page, title="plain-language description")))
    facts.append(status_fact(record, page))
    notes = (Fact(page.note, _official(record, page)),) if page.note else ()
    facts += _replaced(record, page)
    tables = _below(record, page)
    values = {"status": page.status.kind.value, "title": page.title}
    return ToolResult(
        "look_up",
        {"code": page.code.printed},
        f"Looked up {page.code.printed}",
        tuple(facts),
        tables,
        values=values,
        notes=notes,
    )


def compare(record: Record, codes: list[str]) -> ToolResult:
    """What each of several codes is, side by side."""
    facts, rows, first = [], [], None
    shown = list(dict.fromkeys(codes))[:MOST_COMPARED]
    for code in shown:
        try:
            page = record.page(code)
        except Unknown as unknown:
            facts += unknown.result.facts
            continue
        first = first or page
        rows.append((page.code.printed, page.title or _NO_TEXT, page.status.label))
        facts.append(_what_it_is(record, page))
        facts.append(status_fact(record, page))
    step = f"Compared {', '.join(shown)}"
    if first is None:
        return ToolResult("compare", {"codes": shown}, step, tuple(facts), is_found=False)
    table = Table(
        f"On {record.day}", ("Code", "Description", "Status"), tuple(rows), _official(record, first)
    )
    return ToolResult("compare", {"codes": shown}, step, tuple(facts), (table,))


def search_codes(record: Record, words: str, system: str = "") -> ToolResult:
    """The codes that some words describe, best first; in one code system or in all."""
    found = find(words, record.date_of_service, system or None, limit=MOST_HITS)
    url = f"{reverse('search:code_find')}?{_query(words, system, record)}"
    place = Citation(f"Case2Code: {Truncator(words).chars(60)}", url)
    step = f"Searched for “{Truncator(words).chars(60)}”"
    arguments = {"words": words, "system": system}
    if not found.hits:
        missing = ""
        if found.not_loaded:
            names = ", ".join(item.label for item in found.not_loaded)
            missing = f" No release of {names} is loaded."
        text = f"No loaded description holds these words.{missing}"
        return ToolResult("search_codes", arguments, step, (Fact(text, place),), is_found=False)
    facts = tuple(
        Fact(
            f"{hit.printed} ({hit.system_title}, {hit.status.label.lower()} on {record.day}): "
            f"{hit.text or _NO_TEXT}",
            Citation(hit.printed, hit.url, str(hit.status.release) if hit.status.release else ""),
        )
        for hit in found.hits
    )
    rows = tuple(
        (hit.printed, hit.system_title, hit.text or _NO_TEXT, hit.status.label)
        for hit in found.hits
    )
    table = Table(
        f"{found.total:,} codes found, the best first" if found.total > 1 else "1 code found",
        ("Code", "System", "Description", "Status"),
        rows,
        place,
    )
    codes = [hit.key for hit in found.hits]
    return ToolResult("search_codes", arguments, step, facts, (table,), values={"codes": codes})


def changes(record: Record, system: str, since: date | None = None) -> ToolResult:
    """What a release of a code system added, revised and ended: the one that holds from `since`,
    or the newest.
    """
    label = CodeSystem(system).label
    listed = releases_of_system(system, record.releases)
    url = reverse("codes:changes_list", args=[system])
    arguments = {"system": system, "since": since.isoformat() if since else ""}
    if not listed:
        fact = Fact(f"No release of {label} is loaded here.", Citation(label, url))
        return ToolResult("changes", arguments, f"Looked for {label}", (fact,), is_found=False)
    release = listed[0]
    if since:
        begun = [item for item in listed if item.valid_from <= since]
        release = begun[0] if begun else listed[-1]
    place = Citation(f"Changes of {label}", f"{url}?release={release.pk}", str(release))
    step = f"Compared the releases of {label}"
    facts = []
    if since and (release.valid_from.year, release.valid_from.month) != (since.year, since.month):
        facts.append(
            Fact(
                f"No release of {label} that begins in {since:%B %Y} is loaded; the one in force "
                f"then is {release.name}, valid from {day(release.valid_from)}."
                if release.valid_from <= since
                else f"No release of {label} for {since:%B %Y} is loaded; the oldest is "
                f"{release.name}, valid from {day(release.valid_from)}.",
                place,
            )
        )
    earlier = record.releases.before(release)
    if earlier is None:
        text = f"{release} is the oldest one loaded, so there is nothing to compare it with."
        return ToolResult("changes", arguments, step, (*facts, Fact(text, place)), is_found=False)
    changed = changed_codes(release.pk, earlier.pk)
    counts = counts_of(changed)
    text = (
        f"Against {earlier.name}, {release} has {counts[ChangeKind.NEW]:,} new, "
        f"{counts[ChangeKind.REVISED]:,} revised and {counts[ChangeKind.ENDED]:,} ended codes."
    )
    facts.append(Fact(text, place))
    shown = changes_of(list(changed[:MOST_CHANGES]), release, earlier)
    rows = tuple((item.printed, item.kind.value, item.text) for item in shown)
    caption = f"The first {len(rows)} of {len(changed):,} changes" if rows else "No change"
    table = Table(caption, ("Code", "Change", "Description"), rows, place)
    return ToolResult(
        "changes", arguments, step, tuple(facts), (table,) if rows else (), values=counts
    )


_NO_TEXT = "no text is loaded"


def _query(words: str, system: str, record: Record) -> str:
    asked = {"q": words}
    if system:
        asked["system"] = system
    if record.on_date:
        asked["date"] = f"{record.on_date:%Y-%m-%d}"
    return urlencode(asked)


def _official(record: Record, page: CodePage) -> Citation:
    release = page.sources[-1] if page.sources else None
    return record.cite(page, title="official description", release=release)


def _what_it_is(record: Record, page: CodePage) -> Fact:
    code = page.code
    if page.official:
        text = f"{code.printed} is {_article(code)} code: {page.official.text}"
        text = text if text.endswith(".") else f"{text}."
        return Fact(text, _official(record, page))
    text = f"{code.printed} is {_article(code)} code whose official text is not loaded here"
    text += "; CPT® text belongs to the AMA." if code.system == CodeSystem.CPT else "."
    return Fact(text, _official(record, page))


def _article(code) -> str:
    """The title of the code's system with its article."""
    return f"{'an' if code.system_title.startswith('I') else 'a'} {code.system_title}"


def _in_plain_words(page: CodePage) -> str:
    if not page.plain:
        return ""
    title = f"{page.plain_title}. " if page.plain_title else ""
    return f"In plain words: {title}{Truncator(words_of(page.plain.html)).chars(400)}"


def status_fact(record: Record, page: CodePage) -> Fact:
    """Whether a claim may carry the code on the date of service, and what says so."""
    status = page.status
    text = f"On {record.day} its status is: {status.label.lower()}. {status.sentence}"
    return Fact(text, record.cite(page, title="status", release=status.release))


def _replaced(record: Record, page: CodePage) -> list[Fact]:
    if page.status.kind == StatusKind.ENDED and not page.replaced_by:
        text = "The record names no code in its place."
        return [Fact(text, _official(record, page))]
    cited = record.cite(page, title="cross-reference", release=page.status.release)
    facts = []
    for link in page.replaced_by:
        facts.append(Fact(f"CMS refers from {page.code.printed} to {link.printed}.", cited))
        if link.text:
            facts.append(_what_it_is(record, record.page(link.printed)))
    return facts


def _below(record: Record, page: CodePage) -> tuple[Table, ...]:
    links = page.children[:MOST_CHILDREN]
    if not links:
        return ()
    more = len(page.children) > MOST_CHILDREN or page.relatives.has_more_children
    caption = f"{'Some of the codes' if more else 'Codes'} below {page.code.printed}"
    rows = tuple((link.printed, link.text) for link in links)
    return (Table(caption, ("Code", "Description"), rows, _official(record, page)),)
