"""A mail as it arrived, from its reception until it is read."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class IncomingMail(models.Model):
    """One message handed to us, stored before it is acknowledged.

    `raw` is the message, byte for byte, and `evidence` what the way it came by tells of its sender
    (see consultant.letters.evidence): both are erased as soon as the mail is read, as they may hold
    what a patient's mail must not leave behind. The row stays as a line of the log, without a word
    of what was written: `outcome` says in a word what came of it.
    """

    class Way(models.TextChoices):
        """The way it came by."""

        SMTP = "smtp", "SMTP"
        LMTP = "lmtp", "LMTP"
        WEBHOOK = "webhook", "Webhook"
        IMAP = "imap", "IMAP"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        READ = "read", "Read"
        FAILED = "failed", "Failed"

    class Outcome(models.TextChoices):
        """What came of a mail that was read."""

        QUESTION = "question", "A question"
        DUPLICATE = "duplicate", "Came before"
        USED_UP = "used-up", "The day's allowance is used up"
        EMPTY = "empty", "Nothing was asked"
        UNREADABLE = "unreadable", "Could not be read"
        STRANGER = "stranger", "No member: invited"
        STRANGER_AGAIN = "stranger-again", "No member: invited today already"
        NOT_AUTHENTICATED = "not-authenticated", "Sender not authenticated"
        AUTOMATIC = "automatic", "Automatic reply, bounce, list or loop"
        NOT_FOR_US = "not-for-us", "Addressed to nobody here"
        CHECK = "check", "A trial of check_mail"

    way = models.CharField(max_length=8, choices=Way)
    raw = models.BinaryField(null=True)
    size = models.PositiveIntegerField()  # bytes
    evidence = models.JSONField(default=dict)
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    outcome = models.CharField(max_length=18, choices=Outcome, blank=True)
    # Why, in a sentence that names no person, as the authentication gives it.
    reason = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failed_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-received_at"]
        verbose_name = "mail received"
        verbose_name_plural = "mails received"
        indexes = [
            models.Index(
                fields=["received_at"], condition=Q(state="waiting"), name="incoming_mail_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.pk}"
