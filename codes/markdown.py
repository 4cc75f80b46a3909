"""Editors' Markdown to the HTML a page prints: CommonMark and tables, nothing that can run.

Raw HTML is not read as HTML, images are reduced to their words, and links lead only where a
reader may follow them. What the renderer produced is sanitized once more before it is stored.
"""

import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

# The page's own headings are the first and the second level.
TOP_HEADING = 3

_TAGS = {"h3", "h4", "h5", "h6", "p", "br", "hr", "em", "strong", "code", "pre", "blockquote"} | {
    *("ul", "ol", "li", "a", "div", "table", "thead", "tbody", "tr", "th", "td")
}
_ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"role", "aria-label", "tabindex"},
}
# The content policy of the site forbids style attributes, so alignment is a class.
_CLASSES = {
    "th": {"figure", "is-centred"},
    "td": {"figure", "is-centred"},
    "div": {"table-region"},
}
_ALIGNMENTS = {"text-align:right": "figure", "text-align:center": "is-centred"}
_SCHEMES = {"http", "https", "mailto"}
# What browsers drop or skip inside an address, so that it cannot hide a scheme from us.
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060\ufeff]")


def to_html(markdown: str) -> str:
    """Sanitized HTML of a Markdown text; '' for an empty one.

    The highest heading of the text becomes an h3 and the others follow it. Links lead to http,
    https, mailto, an address of this site that begins with / or a place on the page; any other
    link is reduced to its words. Links to other hosts carry rel="nofollow noopener".
    """
    tokens = _parser.parse(markdown.replace("\x00", ""))
    _lower_headings(tokens)
    for token in tokens:
        if token.type == "inline":
            token.children = _safe_links(token.children or [])
    _shape_tables(tokens)
    html = _parser.renderer.render(tokens, _parser.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=_kept_attribute,
        url_schemes=_SCHEMES,
        link_rel=None,
    ).strip()


def is_allowed_link(address: str) -> bool:
    """Whether a text may link to the address; see `to_html`."""
    if _INVISIBLE.search(address) or "\\" in address:
        return False
    if address.startswith("#"):
        return True
    if address.startswith("/"):
        return not address.startswith("//")
    scheme, colon, rest = address.partition(":")
    if not colon or scheme.lower() not in _SCHEMES:
        return False
    return scheme.lower() == "mailto" or rest.startswith("//")


def _lower_headings(tokens: list[Token]) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    shift = TOP_HEADING - min((int(token.tag[1]) for token in headings), default=TOP_HEADING)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + shift)}"


def _safe_links(children: list[Token]) -> list[Token]:
    kept, open_links = [], []
    for token in children:
        if token.type == "link_open":
            address = str(token.attrGet("href") or "")
            open_links.append(is_allowed_link(address))
            if open_links[-1] and address.lower().startswith(("http:", "https:")):
                token.attrSet("rel", "nofollow noopener")
            if open_links[-1]:
                kept.append(token)
        elif token.type == "link_close":
            if open_links.pop():
                kept.append(token)
        else:
            kept.append(token)
    return kept


def _shape_tables(tokens: list[Token]) -> None:
    """Columns named for screen readers, alignment as a class, a region that scrolls by itself."""
    for position, token in enumerate(tokens):
        if token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if style in _ALIGNMENTS:
                token.attrSet("class", _ALIGNMENTS[style])
            if token.type == "th_open":
                token.attrSet("scope", "col")
        elif token.type == "table_open":
            token.meta["columns"] = _columns(tokens[position:])


def _columns(tokens: list[Token]) -> str:
    names = []
    for position, token in enumerate(tokens):
        if token.type == "thead_close":
            break
        if token.type == "th_open":
            names.append(_words(tokens[position + 1].children or []))
    return ", ".join(name for name in names if name)


def _words(tokens: list[Token]) -> str:
    return "".join(token.content for token in tokens if token.type in ("text", "code_inline"))


def _table_open(renderer, tokens, index, options, env) -> str:
    label = nh3.clean_text(f"Table: {tokens[index].meta['columns']}")
    return f'<div class="table-region" role="region" aria-label="{label}" tabindex="0">\n<table>\n'


def _table_close(renderer, tokens, index, options, env) -> str:
    return "</table>\n</div>\n"


def _image(renderer, tokens, index, options, env) -> str:
    return nh3.clean_text(renderer.renderInlineAsText(tokens[index].children or [], options, env))


def _kept_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and not is_allowed_link(value):
        return None
    return value


_parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable("table")
# Every link is parsed, and those that lead nowhere allowed are reduced to their words above.
_parser.validateLink = lambda address: True
_parser.add_render_rule("table_open", _table_open)
_parser.add_render_rule("table_close", _table_close)
_parser.add_render_rule("image", _image)
