"""The page-view meter: periods, the code pages opened in each, and fresh guests per network."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


def period_length() -> timedelta:
    return timedelta(days=settings.VIEW_PERIOD_DAYS)


class ViewPeriod(models.Model):
    """A reader's allowance period: begins with the first view, lasts VIEW_PERIOD_DAYS.

    A reader is a member or a guest. A guest is a browser, known by the random id in its signed
    cookie; nothing else is stored of it. Each reader has one period, which begins anew with the
    first view after its end.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="view_period",
    )
    guest = models.UUIDField(null=True, blank=True, unique=True)
    started_at = models.DateTimeField(db_index=True)
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

    @property
    def ends_at(self) -> datetime:
        """The moment from which the reader has the whole allowance again."""
        return self.started_at + period_length()

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()


class CodeView(models.Model):
    """A code page unlocked in a period: opening it again is free."""

    period = models.ForeignKey(ViewPeriod, on_delete=models.CASCADE, related_name="code_views")
    code_key = models.CharField(max_length=24, help_text="`system:code`, e.g. cpt:96522.")
    viewed_at = models.DateTimeField()
    # A guest's view counts for one member only, and once.
    is_carried_over = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "code_key"], name="view_once_per_period"),
        ]

    def __str__(self) -> str:
        return self.code_key

    @property
    def printed(self) -> str:
        """The code without its system."""
        return self.code_key.partition(":")[2]

    @property
    def system(self) -> str:
        return self.code_key.partition(":")[0]


class NetworkDay(models.Model):
    """How many fresh guests one network had on one day.

    `network_hash` is a keyed hash of the network's prefix and the day: no address is stored, and
    the days of one network cannot be told to belong together.
    """

    network_hash = models.CharField(max_length=64, primary_key=True)
    day = models.DateField(db_index=True)
    guest_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.guest_count} guests on {self.day}"
