"""What goes when its time is over, and what is taken up again that a killed worker left."""

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from consultant.actions import threads
from consultant.models import IncomingMail, Message, Notice, Thread
from consultant.queueing import answer_later, read_later

logger = logging.getLogger(__name__)

LOG_DAYS = 30  # of mails that were read, without their words
NOTICE_DAYS = 3
LEFT_SECONDS = 60  # a mail or question that waits longer has lost its job


def prune() -> None:
    """Delete threads, mails and notices whose time is over."""
    now = timezone.now()
    count = 0
    if settings.CONSULTANT_KEEP_DAYS:
        over = now - timedelta(days=settings.CONSULTANT_KEEP_DAYS)
        done = [Thread.State.ANSWERED, Thread.State.REPLIED, Thread.State.CLOSED]
        for thread in Thread.objects.filter(state__in=done, updated_at__lt=over).iterator():
            threads.delete(thread=thread)
            count += 1
    mails = IncomingMail.objects.exclude(state=IncomingMail.State.WAITING)
    mails.filter(received_at__lt=now - timedelta(days=LOG_DAYS)).delete()
    mails.filter(received_at__lt=now - timedelta(days=settings.MAIL_RAW_DAYS)).exclude(
        raw=None
    ).update(raw=None, evidence={})
    Notice.objects.filter(day__lt=timezone.localdate() - timedelta(days=NOTICE_DAYS)).delete()
    logger.info("old cases pruned", extra={"thread_count": count})


def take_up() -> None:
    """Give a job to each mail and question that waits without one, as after a crash."""
    before = timezone.now() - timedelta(seconds=LEFT_SECONDS)
    waiting = IncomingMail.objects.filter(state=IncomingMail.State.WAITING, received_at__lt=before)
    for mail_id in waiting.values_list("pk", flat=True):
        read_later(mail_id)
    questions = Message.objects.filter(state=Message.State.WAITING, created_at__lt=before)
    for message_id in questions.values_list("pk", flat=True):
        answer_later(message_id)
