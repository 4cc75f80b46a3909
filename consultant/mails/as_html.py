"""A mail's content as HTML that mail programs draw alike.

Tables of 600 pixels carry the layout and every element its own style, as desktop Outlook heeds
little else; the one style sheet holds the dark colors, for those that know them. No image, no font
and no script is fetched from anywhere. All text passes through format_html, which escapes it.
"""

import re
from collections.abc import Iterable
from functools import singledispatch

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from assistant.answer import Block, Listing, Paragraph, is_of_figures
from assistant.facts import Citation, Table
from consultant.mails.content import (
    MOST_ROWS,
    Button,
    Content,
    Element,
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
from consultant.replies import reply_html

_INK, _INK_2, _LINE, _WASH = "#16202a", "#4a5a68", "#dfe5ea", "#f5f8f9"
_ACCENT, _ACCENT_WASH = "#0b6e69", "#e6f3f2"
_FACE = "font-family:Arial,Helvetica,sans-serif"
_READ = f"{_FACE};font-size:16px;line-height:25px;color:{_INK}"
_SMALL = f"{_FACE};font-size:13px;line-height:20px;color:{_INK_2}"
_LINK = f"color:{_ACCENT};text-decoration:underline"
_WIDE = 4  # columns from which on a table is set smaller
_SHORT = 10  # characters: a code with its modifier, which stays on a line
_UNBROKEN = ";white-space:nowrap"
_PARAGRAPHS = re.compile(r"\n\s*\n")


def as_html(content: Content) -> str:
    """The whole mail."""
    context = {
        "content": content,
        "body": _all(content.elements),
        "foot": _all(content.foot),
        "site_name": settings.SITE_NAME,
    }
    return render_to_string("consultant/email/frame.html", context)


def _all(elements: Iterable[Element]) -> SafeString:
    return format_html_join("\n", "{}", ((_drawn(element),) for element in elements))


@singledispatch
def _drawn(element) -> SafeString:
    raise TypeError(f"A mail does not hold {type(element).__name__}.")


@_drawn.register
def _(element: Heading) -> SafeString:
    return format_html(
        '<h2 class="ink" style="margin:28px 0 12px;{};font-size:19px;line-height:26px;'
        'font-weight:bold;color:{}">{}</h2>',
        _FACE,
        _INK,
        element.text,
    )


@_drawn.register
def _(element: Words) -> SafeString:
    paragraphs = _PARAGRAPHS.split(element.text.strip())
    return format_html_join("\n", "{}", ((_paragraph(_lines(each)),) for each in paragraphs))


@_drawn.register
def _(element: Written) -> SafeString:
    html = reply_html(element.text, is_mail=True)
    for plain, styled in _STYLED.items():
        html = html.replace(plain, styled)
    return mark_safe(html)  # noqa: S308


# The tags of a reply's HTML, whose own text holds none, with the style that mails need.
_STYLED = {
    "<p>": f'<p class="ink" style="margin:0 0 14px;{_READ}">',
    "<ul>": '<ul style="margin:0 0 14px 22px;padding:0">',
    "<ol": '<ol style="margin:0 0 14px 22px;padding:0"',
    "<li>": f'<li class="ink" style="margin:0 0 6px;{_READ}">',
    "<h3>": f'<h3 class="ink" style="margin:20px 0 8px;{_READ};font-weight:bold">',
    "<h4>": f'<h4 class="ink" style="margin:16px 0 8px;{_READ};font-weight:bold">',
    "<blockquote>": (
        f'<blockquote style="margin:0 0 14px 2px;padding:0 0 0 12px;border-left:3px solid {_LINE}">'
    ),
    "<a ": f'<a class="accent" style="{_LINK}" ',
}


@_drawn.register
def _(element: Quoted) -> SafeString:
    return _box(
        format_html(
            '<p class="ink-2" style="margin:0 0 4px;{};font-weight:bold">{}</p>'
            '<p class="ink-2" style="margin:0;{};font-size:15px;line-height:22px">{}</p>',
            _SMALL,
            element.label,
            _SMALL,
            _lines(element.text),
        ),
        wash=_WASH,
        name="wash",
    )


@_drawn.register
def _(element: Note) -> SafeString:
    text = format_html('<p class="ink" style="margin:0;{}">{}</p>', _READ, element.text)
    return _box(text, wash=_ACCENT_WASH, name="accent-wash")


@_drawn.register
def _(element: Button) -> SafeString:
    return format_html(
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0"'
        ' style="margin:4px 0 18px;border-collapse:separate"><tr>'
        '<td class="button" bgcolor="{0}" style="padding:10px 18px;background-color:{0};'
        'border-radius:8px"><a class="button-text" href="{1}" style="{2};font-size:15px;'
        'line-height:20px;font-weight:bold;color:#ffffff;text-decoration:none">{3}</a></td>'
        "</tr></table>",
        _ACCENT,
        element.url,
        _FACE,
        element.text,
    )


@_drawn.register
def _(element: Links) -> SafeString:
    links = format_html_join(
        " · ",
        '<a class="accent" href="{}" style="{}">{}</a>',
        ((link.url, _LINK, link.text) for link in element.links),
    )
    return _paragraph(format_html("{} {}", element.label, links) if element.label else links)


@_drawn.register
def _(element: Small) -> SafeString:
    return format_html(
        '<p class="ink-2" style="margin:0 0 8px;{}">{}</p>', _SMALL, _lines(element.text)
    )


@_drawn.register
def _(element: Told) -> SafeString:
    numbers = numbers_of(element.answer)
    blocks = format_html_join("\n", "{}", ((_block(b, numbers),) for b in element.answer.blocks))
    return format_html("{}\n{}", blocks, _sources(numbers))


def _block(block: Block, numbers: dict[Citation, int]) -> SafeString:
    if isinstance(block, Table):
        return _table(block, numbers)
    if isinstance(block, Listing):
        items = format_html_join(
            "",
            '<li class="ink" style="margin:0 0 6px;{}">{}</li>',
            ((_READ, _told(item, numbers)) for item in block.items),
        )
        return format_html(
            '<ul class="ink" style="margin:0 0 14px 22px;padding:0;{}">{}</ul>', _READ, items
        )
    return _paragraph(_told(block, numbers))


def _told(item: Paragraph, numbers: dict[Citation, int]) -> SafeString:
    return format_html("{}{}", item.text, _marks(item.citations, numbers))


def _marks(citations: Iterable[Citation], numbers: dict[Citation, int]) -> SafeString:
    """The numbers of the citations as links, kept on the line of the last word."""
    return format_html_join(
        "",
        '&nbsp;<a class="accent" href="{}" title="{}" style="{};font-size:12px">[{}]</a>',
        ((absolute(c.url), c.label, _LINK, numbers[c]) for c in citations),
    )


def _table(table: Table, numbers: dict[Citation, int]) -> SafeString:
    size = "13px;line-height:18px" if len(table.columns) >= _WIDE else "14px;line-height:20px"
    cell = f"padding:6px 10px 6px 0;{_FACE};font-size:{size};border-bottom:1px solid {_LINE}"
    sides = ["right" if is_of_figures(table, n) else "left" for n in range(len(table.columns))]
    head = format_html_join(
        "",
        '<th scope="col" class="ink-2 line" align="{}" valign="bottom" style="{};text-align:{};'
        'color:{};font-weight:bold">{}</th>',
        ((s, cell, s, _INK_2, name) for s, name in zip(sides, table.columns, strict=True)),
    )
    rows = (
        (
            format_html_join(
                "",
                '<td class="ink line" align="{}" valign="top" style="{};color:{}{}">{}</td>',
                (
                    (s, cell, _INK, _UNBROKEN if len(text) <= _SHORT else "", text)
                    for s, text in zip(sides, row, strict=True)
                ),
            ),
        )
        for row in table.rows[:MOST_ROWS]
    )
    return format_html(
        '<p class="ink-2" style="margin:18px 0 4px;{};font-weight:bold">{}{}</p>\n'
        '<table width="100%" cellpadding="0" cellspacing="0" border="0" summary="{}"'
        ' style="width:100%;margin:0 0 16px;border-collapse:collapse">'
        "<thead><tr>{}</tr></thead>\n<tbody>{}</tbody></table>{}",
        _SMALL,
        table.caption,
        _marks([table.citation], numbers),
        table.caption,
        head,
        format_html_join("\n", "<tr>{}</tr>", rows),
        _drawn(Small(more)) if (more := more_rows(len(table.rows))) else "",
    )


def _sources(numbers: dict[Citation, int]) -> SafeString:
    if not numbers:
        return _drawn(Small("No release was used."))
    rows = format_html_join(
        "",
        '<tr><td class="ink-2" align="right" valign="top" style="{0};padding:0 8px 3px 0">'
        '{1}.</td><td class="ink-2" valign="top" style="{0};padding:0 0 3px">'
        '<a class="accent" href="{2}" style="{3}">{4}</a>{5}</td></tr>',
        (
            (
                _SMALL,
                number,
                absolute(citation.url),
                _LINK,
                citation.title,
                f" · {citation.release}" if citation.release else "",
            )
            for citation, number in numbers.items()
        ),
    )
    return format_html(
        '<p class="ink-2" style="margin:16px 0 4px;{};font-weight:bold">Sources and releases used'
        '</p>\n<table role="presentation" cellpadding="0" cellspacing="0" border="0"'
        ' style="margin:0 0 16px;border-collapse:collapse">{}</table>',
        _SMALL,
        rows,
    )


def _paragraph(inside: SafeString) -> SafeString:
    return format_html('<p class="ink" style="margin:0 0 14px;{}">{}</p>', _READ, inside)


def _lines(text: str) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in text.splitlines()))


def _box(inside: SafeString, *, wash: str, name: str) -> SafeString:
    return format_html(
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
        ' style="width:100%;margin:0 0 16px;border-collapse:collapse"><tr>'
        '<td class="{}" bgcolor="{}" style="padding:12px 16px;background-color:{};'
        'border-left:3px solid {}">{}</td></tr></table>',
        name,
        wash,
        wash,
        _ACCENT,
        inside,
    )
