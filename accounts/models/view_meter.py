"""The page-view meter: guests, periods, and the code pages opened in each."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Guest(models.Model):
    """A browser that opened a code page without an account.

    No address is stored: `network_hash` is a keyed hash of the network prefix and the day, kept
    only to bound how many fresh guests one network gets a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network_hash = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.id)


class ViewPeriod(models.Model):
    """A reader's allowance period: begins with the first view, lasts VIEW_PERIOD_DAYS."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="view_period",
    )
    guest = models.OneToOneField(
        Guest, null=True, blank=True, on_delete=models.CASCADE, related_name="view_period"
    )
    started_at = models.DateTimeField()
    used_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest__isnull=True)
                | Q(user__isnull=True, guest__isnull=False),
                name="view_period_has_one_reader",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used_count} views since {self.started_at:%Y-%m-%d}"


class CodeView(models.Model):
    """A code page unlocked in a period: opening it again is free."""

    period = models.ForeignKey(ViewPeriod, on_delete=models.CASCADE, related_name="code_views")
    code_key = models.CharField(max_length=24, help_text="`system:code`, e.g. cpt:96522.")
    viewed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "code_key"], name="view_once_per_period"),
        ]

    def __str__(self) -> str:
        return self.code_key
