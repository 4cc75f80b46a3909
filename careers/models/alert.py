"""Saved searches, and what they told already."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from careers.models.posting import Posting


class SavedSearch(models.Model):
    """A search that a person keeps, and how often new jobs in it are mailed to them."""

    class Frequency(models.TextChoices):
        """How often a mail may come."""

        INSTANT = "instant", "As soon as a job is posted"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"
        NEVER = "never", "Never"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=100)
    # The search's address after `?`, in one order and without what is empty.
    query = models.CharField(max_length=1000, blank=True)
    frequency = models.CharField(max_length=7, choices=Frequency, default=Frequency.DAILY)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    # When new jobs were last looked for.
    looked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(fields=["user", "query"], name="search_saved_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mails_about(self) -> str:
        """What its mails in the outbox are about."""
        return f"careers.search:{self.pk}"


class AlertedPosting(models.Model):
    """A posting that a saved search has told of: it does not tell it again."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="alerted")
    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="alerted")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["search", "posting"], name="alerted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.search}: {self.posting}"
