"""Codes that publishers map to other codes or to groups. Values are stored forms."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from codes.models.release import Release


class CodeConversion(models.Model):
    """What NCHS's conversion table says of a new ICD-10-CM code: what was assigned before it.

    `previous_text` is the publisher's wording; `previous_values` are the codes it names one by
    one, without the ranges.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="conversions")
    value = models.CharField(max_length=7, db_collation="C")
    effective_date = models.DateField()
    previous_text = models.TextField()
    previous_values = ArrayField(models.CharField(max_length=7, db_collation="C"), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["release", "value"], name="code_conversion_value"),
            GinIndex(fields=["previous_values"], name="code_conversion_previous"),
        ]

    def __str__(self) -> str:
        return f"{self.value}, before {self.effective_date}: {self.previous_text}"


class GeneralEquivalence(models.Model):
    """A row of the general equivalence mappings between ICD-9-CM and ICD-10-CM diagnoses (CMS).

    The flags are the file's: a combination's scenarios are alternatives, of each of which one
    code of every choice list is needed. A row without a map has an empty `target`.
    """

    class Direction(models.TextChoices):
        TO_ICD_9_CM = "10-to-9", "ICD-10-CM to ICD-9-CM"
        TO_ICD_10_CM = "9-to-10", "ICD-9-CM to ICD-10-CM"

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="equivalences")
    direction = models.CharField(max_length=7, choices=Direction.choices)
    value = models.CharField(max_length=7, db_collation="C")
    target = models.CharField(max_length=7, blank=True, db_collation="C")
    is_approximate = models.BooleanField()
    is_combination = models.BooleanField()
    scenario = models.PositiveSmallIntegerField()
    choice_list = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["release", "value", "direction"], name="equivalence_value"),
        ]

    def __str__(self) -> str:
        return f"{self.value} -> {self.target or 'no map'}"


class HccMapping(models.Model):
    """A diagnosis that counts towards a condition category of a risk model (CMS)."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="hcc_mappings")
    value = models.CharField(max_length=7, db_collation="C")
    model = models.CharField(max_length=40)
    category = models.PositiveSmallIntegerField()
    label = models.TextField(blank=True)

    class Meta:
        verbose_name = "HCC mapping"
        indexes = [models.Index(fields=["release", "value"], name="hcc_mapping_value")]

    def __str__(self) -> str:
        return f"{self.value}: {self.model} {self.category}"


class RbcsAssignment(models.Model):
    """The place of a CPT or HCPCS code in the Restructured BETOS Classification System (CMS).

    It holds from `effective_date` until a later row of the code; `ended_date` is the code's last
    day, empty where it has not ended.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="rbcs_assignments")
    value = models.CharField(max_length=5, db_collation="C")
    procedure = models.CharField(max_length=40)
    category = models.CharField(max_length=60)
    subcategory = models.CharField(max_length=80)
    family = models.CharField(max_length=120)
    added_date = models.DateField(null=True, blank=True)
    ended_date = models.DateField(null=True, blank=True)
    effective_date = models.DateField()

    class Meta:
        verbose_name = "RBCS assignment"
        indexes = [models.Index(fields=["release", "value"], name="rbcs_assignment_value")]

    def __str__(self) -> str:
        return f"{self.value}: {self.category}, {self.subcategory}, {self.family}"
