"""Official descriptions, release by release."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

from codes.models.code import Code
from codes.models.release import Release

# What is indexed: a search must use this same expression, or it reads every row.
OFFICIAL_WORDS = SearchVector("long", "short", "consumer", config="english")


class OfficialDescription(models.Model):
    """What a release says of a code: its texts, whether it is billable, and its dates.

    CPT calls the texts descriptors, HCPCS and ICD-10 descriptions. Dates are the publisher's;
    only HCPCS gives them code by code. `termination_date` is the last day the code is valid.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="descriptions")
    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="descriptions")
    short = models.CharField(max_length=120, blank=True)
    medium = models.CharField(max_length=120, blank=True)
    long = models.TextField(blank=True)
    consumer = models.TextField(blank=True)
    is_billable = models.BooleanField(default=True, help_text="A header code is not billable.")
    added_date = models.DateField(null=True, blank=True)
    effective_date = models.DateField(
        null=True, blank=True, help_text="When the latest action on the code took effect."
    )
    termination_date = models.DateField(null=True, blank=True, help_text="The last valid day.")
    action_code = models.CharField(max_length=1, blank=True)

    class Meta:
        ordering = ["code", "-release__valid_from"]
        permissions = [("enter_by_hand", "Can enter an official description by hand")]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "release"], name="description_once_per_code_and_release"
            ),
        ]
        indexes = [
            GinIndex(OFFICIAL_WORDS, name="description_words"),
        ]

    def __str__(self) -> str:
        return f"{self.code_id}: {self.text}"

    @property
    def text(self) -> str:
        """The fullest official text there is."""
        return self.long or self.medium or self.short
