"""What people write, from Markdown to the HTML that is printed: nothing in it can run.

Employers' texts of the job board and consultants' replies; the editors' texts of the reference,
with tables and headings of their own, have codes/markdown.py.

Raw HTML is read as plain words, images are left out, and links carry rel="nofollow ugc noopener".
"""

import nh3
from markdown_it import MarkdownIt

_TAGS = {"h3", "h4", "p", "br", "hr", "em", "strong", "blockquote", "ul", "ol", "li", "a", "code"}
_parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).disable(
    "image"
)
_HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}


def to_html(markdown: str, *, base_url: str = "") -> str:
    """Sanitized HTML; '' for an empty text. Headings become an h3 or an h4.

    With a `base_url`, as for a mail, links within the site begin with it.
    """
    tokens = _parser.parse(markdown.replace("\x00", ""))
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    html = _parser.renderer.render(tokens, _parser.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
        url_relative=("rewrite_with_base", base_url) if base_url else "pass_through",
    ).strip()


def to_text(markdown: str) -> str:
    """The words alone on one line, for descriptions of a page, mails and comparison."""
    text = nh3.clean(_parser.render(markdown.replace("\x00", "")), tags=set())
    for written, meant in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(written, meant)
    return " ".join(text.split())
