"""What check_mail does: a mail goes out and comes in again by the ways that the settings name."""

import contextlib
import smtplib
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from consultant.addresses import with_detail
from consultant.models import IncomingMail
from consultant.reception import trial
from consultant.reception.webhooks.views import PROVIDERS

DONE, FAILED, NOTE = "✓", "✗", "–"
ANSWER_SECONDS = 20
LOOK_SECONDS = 0.2
HEARTBEAT_SECONDS = 60  # a worker tells every ten that it lives
HOW = {
    "dkim": "by its DKIM signature",
    "spf": "by SPF",
    "results": "by the Authentication-Results of your mail server",
    "provider": "by what the provider found",
}


class CheckFailed(Exception):
    """A step failed; the text is a sentence for the operator."""


@dataclass(frozen=True)
class Step:
    """One thing that was looked at, in words."""

    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.text}"


def check(wait_seconds: float) -> Iterator[Step]:
    """The steps as they are done; CheckFailed at the first that fails, but for the notes.

    The trial mail is read by the worker like any other, which notes what it found and erases it.
    """
    yield from _settings()
    token = trial.make_token()
    last = IncomingMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    started = time.monotonic()
    if settings.EMAIL_URL:
        yield from _send(_message(token))
    else:
        yield Step(NOTE, "Outgoing server: EMAIL_URL is not set, so the listener is tried alone.")
        yield from _hand_to_listener(_message(token))
    mail = _arrived(token, last, started + wait_seconds)
    seconds = time.monotonic() - started
    yield Step(DONE, f"Mail arrived: by {mail.get_way_display()}, after {seconds:.1f} seconds.")
    yield Step(DONE, f"Raw mail stored: {mail.size:,} bytes.")
    mail = _read(mail, started + wait_seconds)
    yield Step(DONE, "Worker running: it read the mail, and erased it.")
    yield _authenticated(mail)


def ways_in() -> list[str]:
    """The ways in that are configured, in words."""
    found = []
    if settings.MAIL_LISTEN:
        found.append(f"listener at {settings.MAIL_LISTEN}")
    found += [f"webhook of {name}" for name, module in PROVIDERS.items() if module.is_on()]
    if settings.IMAP_MAILBOX:
        found.append(f"mailbox at {settings.IMAP_MAILBOX.host}")
    return found


def _settings() -> Iterator[Step]:
    ways = ways_in()
    if not ways:
        raise CheckFailed(
            "No way in is configured: set MAIL_LISTEN, IMAP_URL or the secret of a provider "
            "(SES_TOPIC_ARNS, MAILGUN_SIGNING_KEY, POSTMARK_WEBHOOK_SECRET, "
            "SENDGRID_WEBHOOK_SECRET)."
        )
    local, _, domain = settings.CONSULTANT_ADDRESS.rpartition("@")
    if not local or not domain:
        raise CheckFailed("CONSULTANT_ADDRESS is no address.")
    yield Step(DONE, f"Settings: {settings.CONSULTANT_ADDRESS}, in by {', '.join(ways)}.")
    if not settings.MAIL_SENDERS_CHECKED:
        yield Step(NOTE, "Senders are not checked (MAIL_SENDERS_CHECKED): for trials alone.")


def _message(token: str) -> EmailMessage:
    return EmailMessage(
        subject=f"Trial of {settings.SITE_NAME}",
        body="check_mail sent this mail to itself. Nobody needs to answer it.",
        from_email=settings.CONSULTANT_ADDRESS,
        to=[with_detail(trial.address_detail(token))],
        headers={"Auto-Submitted": "auto-generated"},
    )


def _send(message: EmailMessage) -> Iterator[Step]:
    place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = get_connection(timeout=min(settings.EMAIL_TIMEOUT or ANSWER_SECONDS, 60))
    try:
        _open(connection, place)
        yield Step(DONE, f"Outgoing server reached: {place}, {_security(connection)}.")
        yield from _hand_over(connection.connection, message)
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()


def _open(connection, place: str) -> None:
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError:
        raise CheckFailed(f"{place} refuses the user or password of EMAIL_URL.") from None
    except smtplib.SMTPNotSupportedError:
        raise CheckFailed(f"{place} has no STARTTLS or no login; see EMAIL_URL.") from None
    except ssl.SSLError as error:
        raise CheckFailed(f"No TLS with {place}: {error.reason or 'it failed'}.") from None
    except (OSError, smtplib.SMTPException) as error:
        raise CheckFailed(
            f"The outgoing server {place} does not answer as it should ({type(error).__name__})."
        ) from None


def _security(connection) -> str:
    has_tls = isinstance(connection.connection.sock, ssl.SSLSocket)
    return f"{'with' if has_tls else 'without'} TLS, " + (
        "logged in" if settings.EMAIL_HOST_USER else "without login"
    )


def _hand_to_listener(message: EmailMessage) -> Iterator[Step]:
    address = settings.MAIL_LISTEN
    if address is None:
        raise CheckFailed("EMAIL_URL is not set and there is no listener, so no mail can be sent.")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104
    kind = smtplib.LMTP if address.protocol == "lmtp" else smtplib.SMTP
    try:
        server = kind(host, address.port, timeout=ANSWER_SECONDS)
    except (OSError, smtplib.SMTPException):
        raise CheckFailed(
            f"The listener does not answer at {address}: start `manage.py receive_mail`."
        ) from None
    with server:
        yield Step(DONE, f"Listener reached: {address}.")
        yield from _hand_over(server, message)


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> Iterator[Step]:
    try:
        server.send_message(message.message(), settings.CONSULTANT_ADDRESS, message.to)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise CheckFailed(f"The server refuses the address {message.to[0]} ({code}).") from None
    except smtplib.SMTPSenderRefused as error:
        raise CheckFailed(
            f"The server refuses {settings.CONSULTANT_ADDRESS} as a sender ({error.smtp_code})."
        ) from None
    except smtplib.SMTPResponseException as error:
        raise CheckFailed(f"The server refuses the mail ({error.smtp_code}).") from None
    except (OSError, smtplib.SMTPException) as error:
        raise CheckFailed(f"The server broke off: {type(error).__name__}.") from None
    yield Step(DONE, "Mail accepted.")


def _arrived(token: str, last: int, end: float) -> IncomingMail:
    while True:
        for mail in IncomingMail.objects.filter(pk__gt=last):
            # A mail that was read has no raw bytes, but the note of its reader.
            if trial.read_note(mail.reason)[0] == token or (
                mail.raw is not None and token.encode() in bytes(mail.raw).lower()
            ):
                return mail
        if time.monotonic() >= end:
            raise CheckFailed(
                "The mail was accepted and did not arrive in time: see that mail for "
                f"{settings.CONSULTANT_ADDRESS}, also with +anything, is led to the "
                f"{' or the '.join(ways_in())}, and that `manage.py receive_mail` runs."
            )
        time.sleep(LOOK_SECONDS)


def _read(mail: IncomingMail, end: float) -> IncomingMail:
    while mail.state == IncomingMail.State.WAITING and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
        mail.refresh_from_db()
    if mail.outcome == IncomingMail.Outcome.CHECK:
        return mail
    if mail.state == IncomingMail.State.READ:
        raise CheckFailed(f"The mail was read as another: {mail.get_outcome_display().lower()}.")
    alive = timezone.now() - timedelta(seconds=HEARTBEAT_SECONDS)
    if not ProcrastinateWorker.objects.filter(last_heartbeat__gt=alive).exists():
        raise CheckFailed("No worker runs: start `manage.py procrastinate worker`.")
    raise CheckFailed(f"The worker runs and did not read the mail in time. {mail.reason}".strip())


def _authenticated(mail: IncomingMail) -> Step:
    _, how, reason = trial.read_note(mail.reason)
    if how in HOW:
        return Step(DONE, f"Sender authenticated {HOW[how]}. {reason}".strip())
    text = f"Sender not authenticated. {reason}".strip()
    if settings.EMAIL_URL and settings.MAIL_SENDERS_CHECKED:
        raise CheckFailed(
            f"{text} Members’ mails may fare alike: see DKIM, SPF and MAIL_TRUSTED_AUTHSERV_IDS "
            "in docs/operations.md."
        )
    return Step(NOTE, f"{text} The listener was tried alone, where nothing signs the mail.")
