"""Mails to members: written with what they tell, in the same transaction; sent by the worker."""

import logging
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from careers.models import Invitation, Mail, SavedSearch

logger = logging.getLogger(__name__)

MOST_TRIES = 8


def write_mail(
    *,
    subject: str,
    template: str,
    user: User | None = None,
    invitation: Invitation | None = None,
    search: SavedSearch | None = None,
    **context,
) -> Mail:
    """A mail in the outbox, from the template of that name in careers/email/."""
    context |= {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    text = render_to_string(f"careers/email/{template}.txt", context)
    mail = Mail.objects.create(
        user=user,
        invitation=invitation,
        search=search,
        subject=" ".join(subject.split())[:200],
        text=text,
    )
    transaction.on_commit(_wake_the_worker)
    return mail


def _wake_the_worker() -> None:
    from procrastinate.exceptions import AlreadyEnqueued

    from careers.jobs import send_mails

    try:
        send_mails.defer(timestamp=0)
    except AlreadyEnqueued:
        pass


def send_waiting_mails() -> int:
    """Send every mail that is due, each in a transaction of its own; how many were sent.

    The row stays locked while its mail is handed over and is marked in the same transaction, so
    two workers never send one mail, and what a killed worker had not handed over is sent by the
    next. A mail handed over twice, should the worker be killed between the server's answer and
    the mark, bears the same Message-ID (decision 9).
    """
    sent = 0
    connection = get_connection()
    while (was_sent := _send_next(connection)) is not None:
        sent += was_sent
    return sent


@transaction.atomic
def _send_next(connection) -> int | None:
    now = timezone.now()
    mail = (
        Mail.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(sent_at=None, try_at__lte=now, failed_count__lt=MOST_TRIES)
        .select_related("user", "search", "invitation")
        .order_by("try_at", "pk")
        .first()
    )
    if mail is None:
        return None
    if mail.user and not mail.user.is_active:
        mail.delete()
        return 0
    try:
        message_of(mail, connection).send()
    except OSError as error:  # smtplib's errors are of this kind too
        mail.failed_count += 1
        mail.try_at = now + timedelta(minutes=2**mail.failed_count)
        mail.save(update_fields=["failed_count", "try_at"])
        logger.warning("mail not sent: %s", type(error).__name__, extra={"mail_id": mail.pk})
        return 0
    mail.sent_at = timezone.now()
    mail.save(update_fields=["sent_at"])
    logger.info("mail sent", extra={"mail_id": mail.pk})
    return 1


def message_of(mail: Mail, connection=None) -> EmailMessage:
    """The message as it is handed over. An alert carries RFC 8058's one-click headers."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    headers = {
        "Message-ID": f"<{mail.message_id}@{host or urlsplit(settings.SITE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    if mail.search:
        url = settings.SITE_URL + reverse("careers:alert_stop", args=[mail.search.key])
        headers["List-Unsubscribe"] = f"<{url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    to = mail.user.email if mail.user else mail.invitation.email
    return EmailMessage(mail.subject, mail.text, to=[to], headers=headers, connection=connection)


@transaction.atomic
def prune_mails() -> int:
    """Delete mails that were sent or given up a month ago."""
    long_ago = timezone.now() - timedelta(days=30)
    count, _ = Mail.objects.filter(created_at__lt=long_ago).delete()
    logger.info("old mails pruned", extra={"mail_count": count})
    return count
