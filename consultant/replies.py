"""What a consultant writes to a member: Markdown, as the site shows it and mails tell it."""

import re

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from accounts.markdown import to_html

# A link to a page of this site, which needs its host in a mail.
_OWN_LINK = re.compile(r"\]\((?=/(?!/))")


def reply_html(text: str, *, is_mail: bool = False) -> SafeString:
    """Sanitized HTML; in a mail links within the site are whole."""
    base_url = settings.SITE_URL if is_mail else ""
    return mark_safe(to_html(text, base_url=base_url))  # noqa: S308


def reply_text(text: str) -> str:
    """The text as it was written, which reads as plain text too, with whole links."""
    return _OWN_LINK.sub(f"]({settings.SITE_URL}", text)
