"""Whom we told something today that is told once a day at most."""

from django.db import models


class Notice(models.Model):
    """A notice to one address on one day; a keyed hash of the address is kept for a few days."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", "The address answers members only"
        USED_UP = "used-up", "The day's allowance is used up"
        UNREADABLE = "unreadable", "The mail could not be read"
        NOT_VERIFIED = "not-verified", "The sender could not be verified"

    kind = models.CharField(max_length=12, choices=Kind)
    address_hash = models.CharField(max_length=64)
    day = models.DateField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address_hash", "day"], name="one_notice_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.day}"
