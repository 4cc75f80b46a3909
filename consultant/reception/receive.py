"""The one path of all mail: stored whole before anybody is told that it arrived."""

import logging

from django.db import transaction

from consultant.models import IncomingMail
from consultant.queueing import read_later

logger = logging.getLogger(__name__)


@transaction.atomic
def receive(raw: bytes, *, way: str, evidence: dict | None = None) -> IncomingMail:
    """Store a message and the job that reads it, both or neither.

    `evidence` is what is known of the sender beside the message (consultant.letters.evidence). When
    this returns the mail is committed, unless the caller opened a transaction around it: only then
    may it be acknowledged. Raises what the database raises; the sender must then try again.
    """
    mail = IncomingMail.objects.create(raw=raw, size=len(raw), way=way, evidence=evidence or {})
    read_later(mail.pk)
    logger.info("mail received", extra={"mail_id": mail.pk, "way": way, "size": mail.size})
    return mail
