"""An answer: what was done, what was found, where it stands; as HTML and as plain text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assistant.facts import Citation, Fact, Table, ToolResult


class AnswerKind(StrEnum):
    """How an answer ended."""

    ANSWERED = "answered"
    ASKS_BACK = "asks-back"
    OUT_OF_SCOPE = "out-of-scope"
    NOT_KNOWN = "not-known"  # the record is silent, and the answer says where it looked
    LOCKED = "locked"  # all that was asked for is behind the meter


@dataclass(frozen=True)
class Step:
    """Something that was done for the answer, told as it happens."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A sentence or several, with the places they rest on."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Listing:
    """Items of one kind below each other."""

    items: tuple[Paragraph, ...]


Block = Paragraph | Listing | Table

WIDEST_ON_A_PHONE = 3  # columns
_AMOUNT = re.compile(r"-?[$]?[\d,]+[.]\d+%?|[\d,]+%|[$][\d,]+|\d{1,3}(?:,\d{3})+|\d{1,4}|–")


def paragraph(*facts: Fact) -> Paragraph:
    """Facts told one after the other."""
    texts = " ".join(fact.text for fact in facts)
    return Paragraph(texts, tuple(dict.fromkeys(fact.citation for fact in facts)))


@dataclass(frozen=True)
class Answer:
    """`releases` are the names of the releases used; `next_questions` two or three to go on with.

    `results` are the calls of tools behind the answer, `date_of_service` the date it holds on:
    one that the question names goes before the one it was asked with.
    """

    kind: AnswerKind
    blocks: list[Block]
    next_questions: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)
    date_of_service: date | None = None

    @property
    def citations(self) -> list[Citation]:
        """Each place once, in the order of its first use: the numbers in the text."""
        found = []
        for block in self.blocks:
            if isinstance(block, Table):
                found.append(block.citation)
            else:
                for item in _items(block):
                    found += item.citations
        return list(dict.fromkeys(found))

    @property
    def releases(self) -> list[str]:
        """The releases used, each once."""
        return list(dict.fromkeys(item.release for item in self.citations if item.release))

    @property
    def is_locked(self) -> bool:
        """Whether a part of what was asked for is behind the meter."""
        return any(result.is_locked for result in self.results)

    def to_html(self) -> SafeString:
        """The answer's blocks; citations as numbered links."""
        numbers = {citation: number for number, citation in enumerate(self.citations, start=1)}
        return format_html_join("\n", "{}", ((_block_html(b, numbers),) for b in self.blocks))

    def to_text(self, *, site_url: str = "") -> str:
        """The answer as plain text, with the places listed at its end.

        With a `site_url` each is followed by its whole address, in angle brackets.
        """
        numbers = {citation: number for number, citation in enumerate(self.citations, start=1)}
        parts = [_block_text(block, numbers) for block in self.blocks]
        if numbers:
            parts.append("\n".join(_source(item, n, site_url) for item, n in numbers.items()))
        return "\n\n".join(parts)


def _source(citation: Citation, number: int, site_url: str) -> str:
    line = f"[{number}] {citation.label}"
    return f"{line} <{site_url}{citation.url}>" if site_url else line


def _items(block: Paragraph | Listing) -> Iterable[Paragraph]:
    return block.items if isinstance(block, Listing) else (block,)


def _marks(citations: Iterable[Citation], numbers: dict[Citation, int]) -> SafeString:
    return format_html_join(
        "",
        '<a class="citation" href="{}" title="{}" aria-label="Source {}: {}">{}</a>',
        ((c.url, c.label, numbers[c], c.label, numbers[c]) for c in citations),
    )


def _told(item: Paragraph, numbers: dict[Citation, int]) -> SafeString:
    marks = _marks(item.citations, numbers)
    return format_html("{}&nbsp;{}", item.text, marks) if marks else format_html("{}", item.text)


def _block_html(block: Block, numbers: dict[Citation, int]) -> SafeString:
    if isinstance(block, Table):
        return _table_html(block, numbers)
    if isinstance(block, Listing):
        items = ((_told(item, numbers),) for item in block.items)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))
    return format_html("<p>{}</p>", _told(block, numbers))


def _table_html(table: Table, numbers: dict[Citation, int]) -> SafeString:
    classes = ["figure" if is_of_figures(table, n) else "" for n in range(len(table.columns))]
    head = format_html_join(
        "", '<th scope="col" class="{}">{}</th>', zip(classes, table.columns, strict=True)
    )
    rows = (
        (
            format_html_join(
                "",
                '<td data-label="{}" class="{}">{}</td>',
                zip(table.columns, classes, row, strict=True),
            ),
        )
        for row in table.rows
    )
    # Wide ones become cards on a phone. A group, not a region: an answer may show one table twice.
    return format_html(
        '<div class="table-region" role="group" aria-label="{}" tabindex="0">'
        '<table class="table{}"><caption>{} {}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        table.caption,
        " is-cards" if len(table.columns) > WIDEST_ON_A_PHONE else "",
        table.caption,
        _marks([table.citation], numbers),
        head,
        format_html_join("", "<tr>{}</tr>", rows),
    )


def is_of_figures(table: Table, column: int) -> bool:
    """Whether a column holds amounts, which stand below each other by their digits."""
    cells = [row[column] for row in table.rows]
    return any(cells) and all(_AMOUNT.fullmatch(cell) for cell in cells if cell)


def _block_text(block: Block, numbers: dict[Citation, int]) -> str:
    if isinstance(block, Table):
        lines = [f"{block.caption} [{numbers[block.citation]}]", " | ".join(block.columns)]
        return "\n".join([*lines, *(" | ".join(row) for row in block.rows)])
    mark = "- " if isinstance(block, Listing) else ""
    return "\n".join(
        mark + item.text + "".join(f" [{numbers[citation]}]" for citation in item.citations)
        for item in _items(block)
    )
