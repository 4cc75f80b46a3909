"""The mails of every app: written with what they tell, sent by the worker (decision 9)."""

import logging
import re
import smtplib
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from email.utils import parseaddr
from enum import Enum
from typing import NamedTuple
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.encoding import punycode
from procrastinate.exceptions import AlreadyEnqueued

from accounts.models import OutgoingMail, User
from accounts.models.outgoing_mail import MAX_SUBJECT_LENGTH
from accounts.one_line import one_line

logger = logging.getLogger(__name__)

MOST_RETRIES = 8
DAYS_KEPT = 30
# Written by this module or by the mail itself: not among the further headers of a mail.
_OWN_HEADERS = {
    "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "message-id", "date",
    "mime-version", "content-type", "content-transfer-encoding",
}  # fmt: skip
_HEADER_NAME = re.compile(r"[!-9;-~]+")  # RFC 5322, 2.2: printable, no colon
_ERASED = {
    "subject": "", "text": "", "html": "", "address": "", "reply_to": "", "headers": {}
}  # fmt: skip


class _Outcome(Enum):
    """What came of a mail that was due."""

    SENT = "mail sent"
    DROPPED = "mail dropped: its receiver is gone"
    NO_SERVER = "mail not sent: no mail server"
    FAILED = "mail not sent"


class _Attempt(NamedTuple):
    mail: OutgoingMail
    outcome: _Outcome
    error: Exception | None = None


def write_mail(
    *,
    subject: str,
    text: str,
    html: str = "",
    user: User | None = None,
    address: str = "",
    sender: str = "",
    reply_to: str = "",
    headers: dict[str, str] | None = None,
    about: str = "",
    priority: int = 1,
) -> OutgoingMail:
    """A mail in the outbox, which leaves once the transaction is committed.

    It goes to a member (`user`), or to an `address` that is no member's. `sender` and `reply_to`
    are addresses with or without a name; the site's own sender is the default. `headers` are
    further ones by name. `about` names what the mail is about, for drop_waiting; a lower `priority`
    goes first. `message_id` of the answer is the whole Message-ID, to which others may refer.

    Raises ValueError for a mail to nobody or to both, and for a header that is not to be given.
    """
    if bool(user) == bool(address):
        raise ValueError("A mail goes to a member or to an address.")
    mail = OutgoingMail.objects.create(
        user=user,
        address=one_line(address),
        sender=one_line(sender),
        reply_to=one_line(reply_to),
        subject=one_line(subject)[:MAX_SUBJECT_LENGTH],
        text=text,
        html=html,
        headers=_safe_headers(headers or {}),
        message_id=f"<{uuid.uuid4()}@{_host_of(sender or settings.DEFAULT_FROM_EMAIL)}>",
        about=about,
        priority=priority,
    )
    transaction.on_commit(wake_the_worker)
    return mail


def drop_waiting(*, about: str | Iterable[str]) -> int:
    """Delete the mails about something (or some things) that are not sent yet; how many.

    Call it after what they are about is deleted: a mail that another transaction wrote before is
    then seen too.
    """
    names = [name for name in ([about] if isinstance(about, str) else about) if name]
    count, _ = OutgoingMail.objects.filter(about__in=names, sent_at=None).delete()
    if count:
        logger.info("waiting mails dropped", extra={"mail_count": count})
    return count


def wake_the_worker() -> None:
    """Have the worker send what waits, unless it is about to."""
    from accounts.jobs import send_mails  # the jobs call this module, so not at the top

    try:
        send_mails.defer(timestamp=0)
    except AlreadyEnqueued:
        pass


def send_waiting_mails(
    *, most: int | None = None, while_true: Callable[[], bool] = lambda: True
) -> int:
    """Send the mails that are due, one transaction each; how many were sent.

    After `most` of them, or once `while_true` says no before one, the worker is woken anew for the
    rest, so that other jobs have their turn. One connection serves them all; a failure closes it,
    and without a server nothing more is tried.
    """
    sent_count = tried_count = 0
    connection = get_connection()
    while True:
        if tried_count == most or not while_true():
            wake_the_worker()
            break
        attempt = _send_next(connection)
        if attempt is None:
            break
        tried_count += 1
        sent_count += attempt.outcome is _Outcome.SENT
        if attempt.error:
            _close(connection)
        _log(attempt)
        if attempt.outcome is _Outcome.NO_SERVER:
            break
    _close(connection)
    return sent_count


def _send_next(connection) -> _Attempt | None:
    """Send the first mail that is due and that no other worker is sending.

    The row is locked and marked first; once the server has taken the mail only COMMIT is left. A
    worker that is killed before takes the mark back with it, and the next one sends the mail.
    """
    with transaction.atomic():
        mail = (
            OutgoingMail.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(sent_at=None, given_up_at=None, try_at__lte=timezone.now())
            .select_related("user")
            .order_by("priority", "try_at", "pk")
            .first()
        )
        if mail is None:
            return None
        address = mail.address or _confirmed_address(mail.user)
        if not address:
            OutgoingMail.objects.filter(pk=mail.pk).delete()
            return _Attempt(mail, _Outcome.DROPPED)
        before = transaction.savepoint()
        outcome = _Outcome.NO_SERVER
        try:
            connection.open()
            outcome = _Outcome.FAILED
            OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), **_ERASED)
            message_of(mail, address, connection).send()
        except Exception as error:  # whatever is wrong with one mail, the others are to go out
            transaction.savepoint_rollback(before)
            _note_failure(mail, error)
            return _Attempt(mail, outcome, error)
        return _Attempt(mail, _Outcome.SENT)


def _note_failure(mail: OutgoingMail, error: Exception) -> None:
    """Have it tried again after 2, 4, 8 ... minutes, unless that is of no use."""
    now = timezone.now()
    mail.failed_count += 1
    if _is_for_good(error) or mail.failed_count > MOST_RETRIES:
        mail.given_up_at = now
    else:
        mail.try_at = now + timedelta(minutes=2**mail.failed_count)
    mail.save(update_fields=["failed_count", "try_at", "given_up_at"])


def _is_for_good(error: Exception) -> bool:
    """Whether the address is refused for good (5xx to RCPT), or no message can be made at all."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    # A certificate's failure is a ValueError too, and the operator's to mend.
    return isinstance(error, ValueError) and not isinstance(error, OSError)


def _log(attempt: _Attempt) -> None:
    """One line, with ids and the kind of the error alone: its text may hold an address."""
    mail, outcome, error = attempt
    told = {"mail_id": mail.pk, "user_id": mail.user_id}
    if error:
        told |= {"error": type(error).__name__, "failed_count": mail.failed_count}
    text = outcome.value + (", given up" if mail.given_up_at else "")
    logger.log(logging.WARNING if error else logging.INFO, text, extra=told)


def _close(connection) -> None:
    try:
        connection.close()
    except OSError:  # smtplib's errors are of this kind too
        pass


def message_of(mail: OutgoingMail, address: str, connection=None) -> EmailMultiAlternatives:
    """The message as it is handed over: text alone, or text and HTML as alternatives."""
    headers = {"Message-ID": mail.message_id, **mail.headers}
    if "auto-submitted" not in {name.lower() for name in headers}:
        headers["Auto-Submitted"] = "auto-generated"  # RFC 3834
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        mail.sender or None,
        [address],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
        connection=connection,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


@transaction.atomic
def try_mails_again(*, mails: QuerySet[OutgoingMail]) -> int:
    """Have mails that are not sent tried at once, as if they were new; how many."""
    count = mails.filter(sent_at=None).update(
        try_at=timezone.now(), failed_count=0, given_up_at=None
    )
    transaction.on_commit(wake_the_worker)
    logger.info("mails tried again", extra={"mail_count": count})
    return count


@transaction.atomic
def prune_mails() -> int:
    """Delete mails that were written a month ago, sent or given up; how many."""
    long_ago = timezone.now() - timedelta(days=DAYS_KEPT)
    count, _ = OutgoingMail.objects.filter(created_at__lt=long_ago).delete()
    logger.info("old mails pruned", extra={"mail_count": count})
    return count


def _confirmed_address(user: User) -> str:
    """The member's own confirmed address; empty for who is inactive or never confirmed one."""
    if not user.is_active:
        return ""
    found = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return found.values_list("email", flat=True).first() or ""


def _safe_headers(headers: dict[str, str]) -> dict[str, str]:
    for name in headers:
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
            raise ValueError(f"{name!r} is not a further header of a mail.")
    return {name: one_line(value) for name, value in headers.items()}


def _host_of(sender: str) -> str:
    host = parseaddr(sender)[1].rpartition("@")[2] or urlsplit(settings.SITE_URL).hostname
    return punycode(host)
