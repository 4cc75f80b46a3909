"""Medicare's physician fee schedule: relative values, geographic indices, and what goes with them.

Codes are kept as text in the stored form, so that a row stands whether or not the code has a page.
Amounts are US dollars. Layout and meaning: the record layout in CMS's RVU zip (RVU26C.pdf).
"""

from django.db import models

from codes.models.release import Release

CONTRACTOR_LENGTH, LOCALITY_LENGTH = 5, 2


def hcpcs_field() -> models.CharField:
    """A CPT or HCPCS Level II number; collation C keeps the order of the printed books."""
    return models.CharField("HCPCS", max_length=5, db_collation="C")


def contractor_field() -> models.CharField:
    """The Medicare administrative contractor's number, five digits."""
    return models.CharField("MAC", max_length=CONTRACTOR_LENGTH, db_collation="C")


def locality_field() -> models.CharField:
    """The number of a payment locality: two digits, unique only within contractor and state."""
    return models.CharField(max_length=LOCALITY_LENGTH, db_collation="C")


def rvu_field(name: str = "") -> models.DecimalField:
    return models.DecimalField(name, max_digits=9, decimal_places=2)


def indicator_field(name: str = "", length: int = 1) -> models.CharField:
    """A payment indicator as published; codes.queries.indicators says what it means."""
    return models.CharField(name, max_length=length, blank=True)


class FeeScheduleRow(models.Model):
    """A code, with or without modifier 26, TC or 53, in one release of the fee schedule.

    `nonfacility_na` and `facility_na` mark a setting in which the service is rarely or never
    performed; the value published beside it then is not to be used. `is_not_for_medicare` marks
    values that CMS publishes for others' use. `opps_*` are the values that cap the technical part
    of imaging at what hospitals are paid.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="fee_schedule_rows")
    hcpcs = hcpcs_field()
    modifier = models.CharField(max_length=2, blank=True)
    status = indicator_field("status code")
    is_not_for_medicare = models.BooleanField("not used for Medicare payment", default=False)
    work_rvu = rvu_field("work RVU")
    nonfacility_pe_rvu = rvu_field("non-facility practice expense RVU")
    nonfacility_na = models.BooleanField("not applicable outside a facility", default=False)
    facility_pe_rvu = rvu_field("facility practice expense RVU")
    facility_na = models.BooleanField("not applicable in a facility", default=False)
    mp_rvu = rvu_field("malpractice RVU")
    nonfacility_total = rvu_field("non-facility total RVU")
    facility_total = rvu_field("facility total RVU")
    pctc = indicator_field("PC/TC indicator")
    global_days = indicator_field("global days", 3)
    preoperative = models.DecimalField("preoperative share", max_digits=4, decimal_places=2)
    intraoperative = models.DecimalField("intraoperative share", max_digits=4, decimal_places=2)
    postoperative = models.DecimalField("postoperative share", max_digits=4, decimal_places=2)
    multiple_procedure = indicator_field("multiple procedure")
    bilateral = indicator_field("bilateral surgery")
    assistant = indicator_field("assistant at surgery")
    co_surgeon = indicator_field("co-surgeons")
    team = indicator_field("team surgery")
    endoscopic_base = models.CharField("endoscopic base code", max_length=5, blank=True)
    conversion_factor = models.DecimalField(max_digits=9, decimal_places=4)
    supervision = indicator_field("physician supervision of diagnostic procedures", 2)
    calculation_flag = indicator_field("calculation flag")
    imaging_family = indicator_field("diagnostic imaging family", 2)
    opps_nonfacility_pe_rvu = rvu_field("non-facility practice expense for the OPPS amount")
    opps_facility_pe_rvu = rvu_field("facility practice expense for the OPPS amount")
    opps_mp_rvu = rvu_field("malpractice for the OPPS amount")

    class Meta:
        verbose_name = "fee schedule row"
        constraints = [
            models.UniqueConstraint(
                fields=["hcpcs", "release", "modifier"], name="fee_row_once_per_release"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hcpcs}-{self.modifier}" if self.modifier else self.hcpcs


class GeographicIndex(models.Model):
    """The three geographic practice cost indices (GPCI) of a payment locality.

    `mark` holds the asterisks of the name, which point to a footnote on a floor set by law.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="gpcis")
    contractor = contractor_field()
    state = models.CharField(max_length=2)
    locality = locality_field()
    name = models.CharField(max_length=160)
    mark = models.CharField(max_length=3, blank=True)
    work = models.DecimalField(max_digits=6, decimal_places=3)
    practice_expense = models.DecimalField(max_digits=6, decimal_places=3)
    malpractice = models.DecimalField(max_digits=6, decimal_places=3)

    class Meta:
        verbose_name = "geographic practice cost index"
        verbose_name_plural = "geographic practice cost indices"
        constraints = [
            models.UniqueConstraint(
                fields=["release", "contractor", "locality", "state"],
                name="gpci_once_per_locality_and_release",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contractor}-{self.locality} {self.name}"


class AnesthesiaFactor(models.Model):
    """What Medicare pays for one anesthesia unit in a locality, in US dollars.

    The national factor stands as a row without contractor and locality. `qp_factor` is that of
    qualifying participants, from 2026.
    """

    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, related_name="anesthesia_factors"
    )
    contractor = contractor_field()
    locality = locality_field()
    name = models.CharField(max_length=160)
    factor = models.DecimalField(max_digits=9, decimal_places=4)
    qp_factor = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = "anesthesia conversion factor"
        constraints = [
            models.UniqueConstraint(
                fields=["release", "contractor", "locality", "name"],
                name="anesthesia_factor_once_per_locality_and_release",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contractor}-{self.locality} {self.factor}"


class OppsCapPrice(models.Model):
    """The most Medicare pays for the technical part of an imaging service in a locality.

    What CMS publishes for services whose fee lies above the hospitals' (OPPS) amount, or which
    contractors price. US dollars.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="opps_cap_prices")
    hcpcs = hcpcs_field()
    modifier = models.CharField(max_length=2, blank=True)
    status = indicator_field("status code")
    contractor = contractor_field()
    locality = locality_field()
    facility_price = models.DecimalField(max_digits=11, decimal_places=2)
    nonfacility_price = models.DecimalField(max_digits=11, decimal_places=2)

    class Meta:
        verbose_name = "OPPS cap price"
        constraints = [
            models.UniqueConstraint(
                fields=["hcpcs", "release", "modifier", "contractor", "locality"],
                name="opps_cap_price_once_per_release",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hcpcs} in {self.contractor}-{self.locality}"
