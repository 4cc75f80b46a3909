"""The lines that publishers ask for, for answers: those on the site and those in mails."""

from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils import timezone

from assistant.answer import Answer
from assistant.facts import Citation, Table
from assistant.models import Turn
from codes.queries.code_forms import CodeSystem
from codes.queries.official_text import SYSTEM_OF_SOURCE, publisher_line
from codes.queries.official_text import publisher_lines_of_words as lines_of_words
from codes.queries.releases import Release, Releases, published_releases, source_of


def with_publisher_lines(turns: list[Turn]) -> list[Turn]:
    """The turns, each with the `publisher_lines` of its answer, for a page of them."""
    releases = published_releases()
    for turn in turns:
        turn.publisher_lines = publisher_lines([turn.told], releases) if turn.told else []
    return turns


def publisher_lines(answers: Iterable[Answer], releases: Releases | None = None) -> list[str]:
    """The lines of the publishers whose descriptions of codes the answers may show, each once.

    The citations tell: the page of a code, or the claim checker, and a release that describes
    codes. A table of search results rests on no one release; the systems named in its cells tell
    whose text it shows.
    """
    cited, titles = [], set()
    for answer in answers:
        cited += answer.citations
        titles.update(_found_systems(answer))
    if not (cited or titles):
        return []
    releases = releases or published_releases()
    sources = {*SYSTEM_OF_SOURCE, "entered-by-hand"}
    describing = {str(each): each for each in releases.all() if each.source in sources}
    shown = {}
    for citation in cited:
        release = describing.get(citation.release)
        if release and (system := _system(citation, release)):
            shown.setdefault(system, release)
    for system in CodeSystem:
        if system.label in titles and (of_system := releases.of(source_of(system))):
            shown.setdefault(system, of_system[-1])
    return list(dict.fromkeys(publisher_line(*each) for each in shown.items()))


def publisher_lines_of_words(texts: Iterable[str]) -> list[str]:
    """The lines for texts that people wrote, who may have taken words from answers, each once."""
    return lines_of_words("\n".join(texts), published_releases(), timezone.localdate())


def _found_systems(answer: Answer) -> Iterator[str]:
    """The cells of its tables of search results, among them the titles of systems."""
    for block in answer.blocks:
        if isinstance(block, Table) and block.citation.url.startswith(reverse("search:code_find")):
            for row in block.rows:
                yield from row


def _system(citation: Citation, release: Release) -> str | None:
    """The system of the code whose page is cited; that of the release, where the claim checker is,
    which takes codes of all systems.
    """
    if citation.url.startswith(reverse("claim_check")):
        return SYSTEM_OF_SOURCE.get(release.source)
    for system in CodeSystem:
        if citation.url.startswith(reverse("codes:system_detail", args=[system])):
            return system
    return None
