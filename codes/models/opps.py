"""OPPS Addendum B: how hospital outpatient departments are paid for a code."""

from django.db import models

from codes.models.fees import hcpcs_field
from codes.models.release import Release


def _amount(name: str = "", *, places: int = 2) -> models.DecimalField:
    return models.DecimalField(name, max_digits=14, decimal_places=places, null=True, blank=True)


class OppsRow(models.Model):
    """A code in one release of Addendum B. Amounts are US dollars, national and unadjusted.

    None where the addendum leaves a cell empty: most codes have no payment of their own.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="opps_rows")
    hcpcs = hcpcs_field()
    change = models.CharField("comment indicator", max_length=8, blank=True)
    status_indicator = models.CharField(max_length=2, blank=True)
    apc = models.CharField("APC", max_length=5, blank=True)
    relative_weight = _amount(places=4)
    payment_rate = _amount(places=3)
    national_copayment = _amount("national unadjusted copayment")
    minimum_copayment = _amount("minimum unadjusted copayment")
    coinsurance_percent = models.DecimalField(
        "coinsurance after the inflation rebate, percent",
        max_digits=6,
        decimal_places=3,
        null=True,
        blank=True,
    )
    adjusted_copayment = _amount("adjusted beneficiary copayment")
    pass_through_ends = models.CharField(
        "pass-through expiration during the year", max_length=40, blank=True
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "OPPS row"
        constraints = [
            models.UniqueConstraint(fields=["hcpcs", "release"], name="opps_row_once_per_release"),
        ]

    def __str__(self) -> str:
        return f"{self.hcpcs} {self.status_indicator}"
