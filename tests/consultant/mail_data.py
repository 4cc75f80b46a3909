"""Mails as members write them, and what reads them at once."""

from django.conf import settings

from consultant.models import IncomingMail
from consultant.reading import read_mail
from consultant.reception.receive import receive


def raw_mail(
    text: str,
    *,
    sender: str,
    subject: str = "A case",
    message_id: str = "<1@example.com>",
    to: str = "",
    **headers: str,
) -> bytes:
    """A plain mail; `headers` are further ones, with _ for -."""
    lines = [
        f"From: Ann Coder <{sender}>",
        f"To: {to or settings.CONSULTANT_ADDRESS}",
        f"Subject: {subject}",
        "Date: Wed, 25 Nov 2026 10:00:00 -0500",
    ]
    if message_id:
        lines.append(f"Message-ID: {message_id}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text, ""]
    return "\r\n".join(lines).encode()


def receive_and_read(raw: bytes, *, to: str = "", **evidence) -> IncomingMail:
    """The mail after it was read, as it would be when the listener took it from a mail server."""
    evidence = {
        "client_ip": "127.0.0.1",
        "helo": "mx.example.com",
        "mail_from": "ann@example.com",
        "recipients": [to or settings.CONSULTANT_ADDRESS],
        **evidence,
    }
    mail = receive(raw, way=IncomingMail.Way.SMTP, evidence=evidence)
    read_mail(mail.pk)
    mail.refresh_from_db()
    return mail
