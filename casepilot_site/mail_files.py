"""Where mails go: a server named by EMAIL_URL, or files under var/mail/ while there is none."""

import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend

_FORM = "smtp://user:password@host:587?tls=1 or smtps://user:password@host:465"
_YES_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


@dataclass(frozen=True)
class MailServer:
    """The operator's mail server: `use_tls` is STARTTLS, `use_ssl` TLS from the first byte."""

    host: str
    port: int
    user: str
    password: str
    use_tls: bool
    use_ssl: bool
    timeout: int  # seconds


def read_mail_url(url: str) -> MailServer:
    """The server of an EMAIL_URL. Its parts are never shown in an error: they hold a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"EMAIL_URL is not an address of the form {_FORM}.") from None
    if parts.scheme not in ("smtp", "smtps"):
        raise ImproperlyConfigured(f"EMAIL_URL must begin with smtp:// or smtps://, e.g. {_FORM}.")
    if not parts.hostname:
        raise ImproperlyConfigured(f"EMAIL_URL names no host. It has the form {_FORM}.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls, timeout = options.pop("tls", "0").lower(), options.pop("timeout", "20")
    if options:
        raise ImproperlyConfigured(
            f"EMAIL_URL has an unknown option {min(options)!r}; tls and timeout are known."
        )
    if tls not in _YES_NO:
        raise ImproperlyConfigured("The option tls of EMAIL_URL must be 1 or 0.")
    if not timeout.isdigit() or int(timeout) == 0:
        raise ImproperlyConfigured("The option timeout of EMAIL_URL must be a number of seconds.")
    use_ssl = parts.scheme == "smtps"
    use_tls = _YES_NO[tls] and not use_ssl
    return MailServer(
        host=parts.hostname,
        port=port or (465 if use_ssl else 587 if use_tls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=use_tls,
        use_ssl=use_ssl,
        timeout=int(timeout),
    )


class EmailBackend(BaseEmailBackend):
    """Writes one .eml file per message; names sort by time.

    Each is told on the console. The links in it open accounts, so they are shown there on trial
    sites only: a production site's output is kept as its log.
    """

    def send_messages(self, email_messages):
        for message in email_messages:
            file = _write(message.message().as_bytes(linesep="\n"))
            _tell(f"Mail “{message.subject}”: {file}")
            if not settings.IS_PRODUCTION:
                for line in message.body.splitlines():
                    if line.strip().startswith(("http://", "https://")):
                        _tell(f"  {line.strip()}")
        return len(email_messages)


def _write(content: bytes) -> Path:
    """The new file, which only the site's own user may read."""
    folder = settings.MAIL_FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
    file = folder / f"{moment}-{secrets.token_hex(3)}.eml"
    draft = file.with_suffix(".part")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    return draft.rename(file)


def _tell(line: str) -> None:
    print(line, file=sys.stdout, flush=True)
