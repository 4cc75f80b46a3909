"""A mail's content as plain text of 72 columns."""

import re
from collections.abc import Iterable
from functools import singledispatch
from itertools import groupby
from textwrap import TextWrapper

from assistant.answer import Block, Listing, Paragraph, is_of_figures
from assistant.facts import Citation, Table
from consultant.mails.content import (
    MOST_ROWS,
    Button,
    Content,
    Heading,
    Links,
    Note,
    Quoted,
    Small,
    Told,
    Words,
    Written,
    absolute,
    more_rows,
    numbers_of,
)
from consultant.replies import reply_text

WIDTH = 72
_GAP = "  "
_ITEM = re.compile(r"\s*(?:[-*+] |\d+[.)] )?")


def as_text(content: Content) -> str:
    """The whole mail; addresses stand on lines of their own, so that no wrapping breaks them."""
    elements = "\n\n".join(map(_written, content.elements))
    # A line of two hyphens and a blank: what follows is a signature, which replies leave out.
    return f"{elements}\n\n-- \n" + "\n\n".join(map(_written, content.foot)) + "\n"


@singledispatch
def _written(element) -> str:
    raise TypeError(f"A mail does not hold {type(element).__name__}.")


@_written.register
def _(element: Heading) -> str:
    title = _wrapped(element.text)
    return f"{title}\n{'-' * max(map(len, title.splitlines()), default=0)}"


@_written.register
def _(element: Words) -> str:
    return "\n".join(_wrapped(line) for line in element.text.splitlines())


@_written.register
def _(element: Written) -> str:
    return "\n".join(map(_written_line, reply_text(element.text).splitlines()))


def _written_line(line: str) -> str:
    """A line as it was written, with the rest of an item below its beginning."""
    mark = _ITEM.match(line)[0]
    return _wrapped(line[len(mark) :], mark, " " * len(mark))


@_written.register
def _(element: Quoted) -> str:
    lines = element.text.splitlines()
    return "\n".join([f"{element.label}:", *(_wrapped(line, "> ", "> ") for line in lines)])


@_written.register
def _(element: Note) -> str:
    return _wrapped(element.text, "* ", "  ")


@_written.register
def _(element: Button) -> str:
    return f"{element.text}:\n  {element.url}"


@_written.register
def _(element: Links) -> str:
    lines = [_wrapped(element.label)] if element.label else []
    for link in element.links:
        lines += [f"{link.text}:", f"  {link.url}"]
    return "\n".join(lines)


@_written.register
def _(element: Small) -> str:
    return _wrapped(element.text)


@_written.register
def _(element: Told) -> str:
    numbers = numbers_of(element.answer)
    parts = [_block(block, numbers) for block in element.answer.blocks]
    parts.append("\n".join(_sources(numbers)))
    return "\n\n".join(parts)


def _sources(numbers: dict[Citation, int]) -> list[str]:
    """The places by number; several of one address stand above it."""
    if not numbers:
        return ["No release was used."]
    lines = ["Sources and releases used:"]
    for url, places in groupby(numbers, key=lambda citation: citation.url):
        lines += [_wrapped(place.label, f"[{numbers[place]}] ", "    ") for place in places]
        lines.append(f"    {absolute(url)}")
    return lines


def _block(block: Block, numbers: dict[Citation, int]) -> str:
    if isinstance(block, Table):
        return _table(block, numbers)
    if isinstance(block, Listing):
        return "\n".join(_wrapped(_told(item, numbers), "- ", "  ") for item in block.items)
    return _wrapped(_told(block, numbers))


def _told(item: Paragraph, numbers: dict[Citation, int]) -> str:
    return item.text + "".join(f" [{numbers[citation]}]" for citation in item.citations)


def _table(table: Table, numbers: dict[Citation, int]) -> str:
    """Columns below each other where they fit the width; else a block for each row."""
    rows = [tuple(map(_one_line, row)) for row in table.rows[:MOST_ROWS]]
    widths = [max(map(len, cells)) for cells in zip(table.columns, *rows, strict=True)]
    is_narrow = sum(widths) + len(_GAP) * (len(widths) - 1) <= WIDTH
    lines = [_wrapped(f"{table.caption} [{numbers[table.citation]}]"), ""]
    lines += _aligned(table, rows, widths) if is_narrow else _by_rows(table, rows)
    if more := more_rows(len(table.rows)):
        lines += ["", more]
    return "\n".join(lines)


def _aligned(table: Table, rows: list[tuple[str, ...]], widths: list[int]) -> Iterable[str]:
    is_right = [is_of_figures(table, column) for column in range(len(widths))]

    def line(cells: Iterable[str]) -> str:
        columns = zip(cells, widths, is_right, strict=True)
        return _GAP.join(c.rjust(w) if right else c.ljust(w) for c, w, right in columns).rstrip()

    return [line(table.columns), _GAP.join("-" * width for width in widths), *map(line, rows)]


def _by_rows(table: Table, rows: list[tuple[str, ...]]) -> Iterable[str]:
    lines = []
    for number, row in enumerate(rows):
        lines += [""] if number else []
        for name, cell in zip(table.columns, row, strict=True):
            if cell:
                lines.append(_wrapped(cell, f"{name}: ", "  "))
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _wrapped(text: str, first: str = "", others: str = "") -> str:
    """A paragraph in lines of the width, each behind its indent; no word is ever broken."""
    wrapper = TextWrapper(
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.fill(_one_line(text)) or first.rstrip()
