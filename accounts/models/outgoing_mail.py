"""Mails that wait to be sent, and for a month those that were."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

MAX_SUBJECT_LENGTH = 250


class OutgoingMail(models.Model):
    """A mail, written with what it tells and sent by the worker (decision 9).

    It goes to a member, whose confirmed address is looked up when it is sent, or to the `address`
    of somebody who is none. What it says is erased once it is sent; the row stays for a month, and
    a row whose `sent_at` is set is never sent again.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="outgoing_mails",
    )
    address = models.EmailField(max_length=320, blank=True)
    # From; empty: the site's own.
    sender = models.CharField(max_length=500, blank=True)
    reply_to = models.CharField(max_length=500, blank=True)
    subject = models.CharField(max_length=MAX_SUBJECT_LENGTH, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)  # further ones, by name
    # The whole Message-ID, with its angle brackets.
    message_id = models.CharField(max_length=300, unique=True, editable=False)
    # What it is about, as "careers.search:12".
    about = models.CharField(max_length=100, blank=True)
    priority = models.PositiveSmallIntegerField(default=1)  # the lowest goes first
    created_at = models.DateTimeField(default=timezone.now)
    try_at = models.DateTimeField(default=timezone.now)
    failed_count = models.PositiveSmallIntegerField(default=0)
    given_up_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "outgoing mail"
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, address="")
                | (Q(user__isnull=True) & (~Q(address="") | Q(sent_at__isnull=False))),
                name="outgoing_mail_has_one_receiver",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "try_at", "id"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="outgoing_mail_waiting",
            ),
            models.Index(
                fields=["about"], condition=Q(sent_at__isnull=True), name="outgoing_mail_about"
            ),
        ]

    def __str__(self) -> str:
        return self.message_id
