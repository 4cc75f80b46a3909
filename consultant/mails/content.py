"""What a mail holds, in reading order; as_html.py and as_text.py write it down.

Besides the elements below, the blocks of an answer (paragraphs, listings, tables) are written.
"""

from dataclasses import dataclass

from django.conf import settings

from assistant.answer import Answer, Paragraph
from assistant.facts import Citation

MOST_ROWS = 30  # of a table; mailboxes cut a mail that is longer than some 100 KB


@dataclass(frozen=True)
class Heading:
    """The beginning of a part."""

    text: str


@dataclass(frozen=True)
class Words:
    """Plain text of ours or a person's; blank lines divide paragraphs."""

    text: str


@dataclass(frozen=True)
class Written:
    """What a consultant wrote, as Markdown."""

    text: str


@dataclass(frozen=True)
class Quoted:
    """What somebody wrote before, under a word that says whose it is."""

    label: str
    text: str


@dataclass(frozen=True)
class Note:
    """A sentence that must be seen."""

    text: str


@dataclass(frozen=True)
class Told:
    """An answer with its sources by number."""

    answer: Answer


@dataclass(frozen=True)
class Link:
    """A way on: where it leads, in words, and the absolute address."""

    text: str
    url: str


@dataclass(frozen=True)
class Button:
    """The one thing to do next."""

    text: str
    url: str


@dataclass(frozen=True)
class Links:
    """Ways on, after a few words or ''."""

    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Small:
    """What need not be read at once."""

    text: str


Element = Heading | Words | Written | Quoted | Note | Told | Button | Links | Small


@dataclass(frozen=True)
class Content:
    """A mail's inside. `preview` is what mailboxes show of it beside the subject; the foot stands
    under a line, as a signature does.
    """

    title: str
    preview: str
    elements: tuple[Element, ...]
    foot: tuple[Element, ...]


def absolute(url: str) -> str:
    """A path of the site as an address that works anywhere."""
    return url if url.startswith(("https://", "http://")) else f"{settings.SITE_URL}{url}"


def numbers_of(answer: Answer) -> dict[Citation, int]:
    """The citations of an answer with their numbers in its text."""
    return {citation: number for number, citation in enumerate(answer.citations, start=1)}


def more_rows(count: int) -> str:
    """A line under a table whose last rows are left to the site; '' where there are none."""
    left = count - MOST_ROWS
    if left <= 0:
        return ""
    return f"{left:,} more row{'' if left == 1 else 's'} on the page of your case."


def first_words(answer: Answer) -> str:
    """The first sentence or two of an answer, for the preview."""
    for block in answer.blocks:
        if isinstance(block, Paragraph):
            return block.text[:180]
    return ""
