"""What a reader used on one day of the things that are allowed so many times a day."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class DailyUse(models.Model):
    """How often one reader used one thing on one day (in the site's time zone).

    A reader is a member or a guest, known as in the page-view meter. What was asked or pasted is
    not stored here.
    """

    class Kind(models.TextChoices):
        """What is counted."""

        NOTE = "note", "notes coded"
        QUESTION = "question", "questions to the assistant"
        MAIL = "mail", "cases by e-mail"

    kind = models.CharField(max_length=10, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="daily_uses",
    )
    guest = models.UUIDField(null=True, blank=True)
    day = models.DateField(db_index=True)
    used_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest__isnull=True)
                | Q(user__isnull=True, guest__isnull=False),
                name="daily_use_has_one_reader",
            ),
            models.UniqueConstraint(fields=["user", "kind", "day"], name="daily_use_of_member"),
            models.UniqueConstraint(fields=["guest", "kind", "day"], name="daily_use_of_guest"),
        ]

    def __str__(self) -> str:
        return f"{self.used_count} {self.get_kind_display()} on {self.day}"
