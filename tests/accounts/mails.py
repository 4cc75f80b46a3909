"""Reading the mails of a test."""

import re


def link_in(mail) -> str:
    """The path and query of the mail's only link that is not the site's own address."""
    (link,) = re.findall(r"https?://[^/\s]+(/\S+)", mail.body)
    return link


def html_of(mail) -> str:
    (alternative,) = mail.alternatives
    assert alternative.mimetype == "text/html"
    return alternative.content
