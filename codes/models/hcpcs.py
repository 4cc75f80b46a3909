"""What CMS's HCPCS Level II file says besides the descriptions.

Field names and order are those of the official record layout (320-byte contractor record).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from codes.models.code import Code
from codes.models.release import Release


def _codes(length: int) -> ArrayField:
    return ArrayField(models.CharField(max_length=length), default=list, blank=True)


class HcpcsRecord(models.Model):
    """The administrative part of a HCPCS record in one release."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="hcpcs_records")
    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="hcpcs_records")
    pricing_indicators = _codes(2)
    multiple_pricing_indicator = models.CharField(max_length=1, blank=True)
    cim_references = _codes(6)
    mcm_references = _codes(8)
    statute = models.CharField(max_length=10, blank=True)
    lab_certifications = _codes(3)
    cross_reference_codes = _codes(5)
    coverage_code = models.CharField(max_length=1, blank=True)
    asc_payment_group = models.CharField(max_length=2, blank=True)
    asc_payment_date = models.DateField(null=True, blank=True)
    processing_note_number = models.CharField(max_length=4, blank=True)
    betos = models.CharField("BETOS", max_length=3, blank=True)
    types_of_service = _codes(1)
    anesthesia_base_units = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "HCPCS record"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "release"], name="hcpcs_record_once_per_code_and_release"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code_id} in {self.release_id}"


class HcpcsModifier(models.Model):
    """A Level II modifier as one release of the HCPCS file lists it (records 7 and 8)."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="hcpcs_modifiers")
    value = models.CharField(max_length=2, db_collation="C")
    short = models.CharField(max_length=28, blank=True)
    long = models.TextField(blank=True)
    coverage_code = models.CharField(max_length=1, blank=True)
    added_date = models.DateField(null=True, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    termination_date = models.DateField(null=True, blank=True)
    action_code = models.CharField(max_length=1, blank=True)

    class Meta:
        verbose_name = "HCPCS modifier"
        ordering = ["value"]
        constraints = [
            models.UniqueConstraint(
                fields=["value", "release"], name="hcpcs_modifier_once_per_release"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.short}"
