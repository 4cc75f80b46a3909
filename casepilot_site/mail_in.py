"""Where mail comes in: the listener of MAIL_LISTEN and the mailbox of IMAP_URL."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_LISTEN_FORM = "smtp://127.0.0.1:8025, lmtp://127.0.0.1:8024 or no"
_IMAP_FORM = "imaps://user:password@host/INBOX"


@dataclass(frozen=True)
class ListenAddress:
    """Where the listener takes mail; `protocol` is smtp or lmtp."""

    protocol: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}://{host}:{self.port}"


@dataclass(frozen=True)
class Mailbox:
    """The mailbox that is polled; `use_ssl` is TLS from the first byte."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    use_ssl: bool


def read_listen_address(text: str) -> ListenAddress | None:
    """The address of a MAIL_LISTEN; None for no."""
    if text.lower() in ("no", "0", "false", "off"):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _wrong_listen(text) from None
    if parts.scheme not in ("smtp", "lmtp") or not parts.hostname or not port:
        raise _wrong_listen(text)
    if parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise _wrong_listen(text)
    if parts.scheme == "lmtp" and port == 25:
        raise ImproperlyConfigured("MAIL_LISTEN: LMTP must not use port 25; choose another port.")
    return ListenAddress(parts.scheme, parts.hostname, port)


def _wrong_listen(text: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"MAIL_LISTEN must be of the form {_LISTEN_FORM}, not {text!r}.")


def read_imap_url(url: str) -> Mailbox | None:
    """The mailbox of an IMAP_URL; None for "". No part is shown in an error: it has a password."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(
            f"IMAP_URL is not an address of the form {_IMAP_FORM}."
        ) from None
    if parts.scheme not in ("imap", "imaps"):
        raise ImproperlyConfigured(f"IMAP_URL must begin with imaps://, as in {_IMAP_FORM}.")
    if not (parts.hostname and parts.username and parts.password):
        raise ImproperlyConfigured(f"IMAP_URL needs host, user and password: {_IMAP_FORM}.")
    use_ssl = parts.scheme == "imaps"
    if not use_ssl and not _is_loopback(parts.hostname):
        raise ImproperlyConfigured(
            "IMAP_URL would send its password in the clear: imap:// is for this machine alone, "
            "use imaps://."
        )
    return Mailbox(
        host=parts.hostname,
        port=port or (993 if use_ssl else 143),
        user=unquote(parts.username),
        password=unquote(parts.password),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        use_ssl=use_ssl,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_basic_secret(name: str, text: str) -> str:
    """The user:password of a webhook's address, or "" where it is off. Never shown in an error."""
    user, _, password = text.partition(":")
    if text and not (user and len(password) >= 12):
        raise ImproperlyConfigured(
            f"{name} must have the form user:password, with a password of 12 characters or more."
        )
    return text
