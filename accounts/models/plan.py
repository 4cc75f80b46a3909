"""Plans: how much a member may read."""

from django.db import models


class Plan(models.Model):
    """What a member may use. Members without a plan have the site's free allowance."""

    name = models.CharField(max_length=60, unique=True)
    is_unlimited = models.BooleanField(default=False)
    views_per_period = models.PositiveIntegerField(
        "code page views per period",
        null=True,
        blank=True,
        help_text="Empty: the free allowance of the settings. Ignored when unlimited.",
    )
    claim_check_codes = models.PositiveSmallIntegerField(
        "codes in a claim check",
        null=True,
        blank=True,
        help_text="How many codes may be checked at once, 50 at most. Empty: 50.",
    )

    notes_per_day = models.PositiveIntegerField(
        "notes coded per day",
        null=True,
        blank=True,
        help_text="Empty: the free allowance of the settings. Ignored when unlimited.",
    )
    questions_per_day = models.PositiveIntegerField(
        "questions to the assistant per day",
        null=True,
        blank=True,
        help_text="Empty: the free allowance of the settings. Ignored when unlimited.",
    )
    mails_per_day = models.PositiveIntegerField(
        "cases by e-mail per day",
        null=True,
        blank=True,
        help_text="Empty: the free allowance of the settings. Ignored when unlimited.",
    )
    job_postings = models.PositiveSmallIntegerField(
        "job postings at the same time",
        null=True,
        blank=True,
        help_text="For the owner of an employer. Empty: the free number of the settings. Ignored "
        "when unlimited.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
