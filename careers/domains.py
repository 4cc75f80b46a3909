"""The domain of an employer's website, to which a mail of verification may go."""

from urllib.parse import urlsplit

# Anybody can have an address there: it proves nothing about an employer.
_OF_EVERYBODY = {
    "gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com",
    "msn.com", "aol.com", "icloud.com", "me.com", "proton.me", "protonmail.com", "mail.com",
    "gmx.com", "zoho.com", "yandex.com", "facebook.com", "linkedin.com", "google.com",
    "wixsite.com", "wordpress.com", "blogspot.com", "github.io", "indeed.com",
}  # fmt: skip


def mail_domain(website: str) -> str:
    """The host of a website without www.; '' where a mail there would prove nothing."""
    host = (urlsplit(website).hostname or "").removeprefix("www.").rstrip(".")
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or ":" in host:
        return ""
    if host in _OF_EVERYBODY or ".".join(labels[-2:]) in _OF_EVERYBODY:
        return ""
    return host
