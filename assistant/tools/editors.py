"""What the editors wrote of a code, where the releases that are loaded say nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from assistant.editors_text import beginning, passages
from assistant.facts import Fact, ToolResult
from assistant.record import Record
from codes.queries.code_page import CodePage
from codes.queries.editorial import published_sections
from codes.queries.status import day

MOST_CHARACTERS = 700  # of an editors' text


def editors_text(record: Record, page: CodePage, slug: str) -> list[Fact]:
    """The beginning of a section's text, passage by passage. The caller has asked whether the
    reader may read it.
    """
    found = published_sections(page.code, {slug}).get(slug)
    if found is None:
        return []
    name = slug.replace("-", " ").replace("ncci", "NCCI")
    place = record.cite(page, slug, title=f"{name}, editors’ text")
    return [Fact(text, place) for text in beginning(found.html, MOST_CHARACTERS)]


def editors_on_pair(record: Record, one: CodePage, two: CodePage) -> tuple[Fact, ...]:
    """What the editors' text on one code's NCCI edits says of the other; () where nothing, or
    where the reader may not read it.
    """
    for page, other in ((one, two), (two, one)):
        if "ncci-edits" not in page.published_slugs or record.locked(page):
            continue
        text = published_sections(page.code, {"ncci-edits"})["ncci-edits"]
        for told in passages(text.html):
            if re.search(rf"\b{re.escape(other.code.printed)}\b", told):
                place = record.cite(page, "ncci-edits", title="NCCI edits, editors’ text")
                reviewed = f", reviewed {day(text.reviewed_date)}," if text.reviewed_date else ""
                return (Fact(f"The editors’ text{reviewed} says: {told}", place),)
    return ()


def with_editors_text(slug: str, *, is_beside: bool = True) -> Callable:
    """A tool on one code that also tells the editors' text of a section, where nothing narrower
    than the code is asked: before the releases' facts, or only where they are silent.
    """

    def decorate(tool):
        @wraps(tool)
        def asked(record: Record, code: str, *args, **more) -> ToolResult:
            result = tool(record, code, *args, **more)
            if result.is_locked or any(args) or any(more.values()):
                return result
            if result.is_found and not is_beside:
                return result
            page = record.page(code)
            if slug not in page.published_slugs or record.locked(page):
                return result
            written = tuple(editors_text(record, page, slug))
            facts = written + result.facts if result.is_found else result.facts + written
            return replace(result, facts=facts)

        return asked

    return decorate
