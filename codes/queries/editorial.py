"""The editors' texts as readers see them."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape

from django.utils.html import strip_tags

from codes.models import Code, PlainDescription, SectionText

# Where one paragraph, point or cell ends: its words and the next one's are no word together.
_BLOCK_END = re.compile(r"</(?!(?:a|em|strong|code)>)|<br")


@dataclass(frozen=True)
class SectionHtml:
    """Published text of a section: sanitized HTML and the day an editor reviewed it."""

    html: str
    reviewed_date: date | None


@dataclass(frozen=True)
class PlainText:
    """A published plain-language description: sanitized HTML and when it was reviewed."""

    html: str
    reviewed_date: date | None
    published_year: int


def published_slugs(code: Code) -> set[str]:
    """The sections of a code with published text. Their text is not fetched."""
    published = SectionText.objects.filter(code=code, published_at__isnull=False)
    return set(published.exclude(published_html="").values_list("section", flat=True))


def published_sections(code: Code, slugs: set[str] | None = None) -> dict[str, SectionHtml]:
    """The published texts of a code's sections by slug; only these slugs where they are given."""
    published = SectionText.objects.filter(code=code, published_at__isnull=False)
    if slugs is not None:
        published = published.filter(section__in=slugs)
    rows = published.exclude(published_html="").values_list(
        "section", "published_html", "reviewed_date"
    )
    return {section: SectionHtml(html, reviewed) for section, html, reviewed in rows}


def plain_text(description: PlainDescription | None) -> PlainText | None:
    """The published part of a plain-language description; None where nothing is published."""
    if description is None or not description.published_at or not description.published_html:
        return None
    return PlainText(
        description.published_html, description.reviewed_date, description.published_at.year
    )


def words_of(html: str) -> str:
    """The words of a published text, on one line."""
    return " ".join(unescape(strip_tags(_BLOCK_END.sub(r" \g<0>", html))).split())
