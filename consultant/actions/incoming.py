"""What administrators do with a mail that arrived and could not be read."""

import logging

from django.db import transaction

from accounts.models import User
from consultant.models import IncomingMail
from consultant.queueing import read_later

logger = logging.getLogger(__name__)


@transaction.atomic
def read_again(*, mail: IncomingMail, by: User) -> bool:
    """Have a mail that failed read once more.

    False for one that did not fail, or whose bytes are erased already (MAIL_RAW_DAYS).
    """
    again = IncomingMail.objects.filter(
        pk=mail.pk, state=IncomingMail.State.FAILED, raw__isnull=False
    ).update(state=IncomingMail.State.WAITING, failed_count=0, outcome="", reason="", read_at=None)
    if again:
        read_later(mail.pk)
        logger.info("mail read again", extra={"mail_id": mail.pk, "by_id": by.pk})
    return bool(again)
