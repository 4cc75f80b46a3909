"""Medicare's National Correct Coding Initiative (NCCI): pairs of codes, units, add-on codes.

Codes are kept as text in the stored form, so that an edit stands whether or not its codes have
pages. Layouts: the header rows of CMS's files.
"""

from datetime import date

from django.db import models

from codes.models.release import Release


def _code_field(name: str = "") -> models.CharField:
    """A CPT or HCPCS Level II number; collation C keeps the order of the printed books."""
    return models.CharField(name, max_length=5, db_collation="C")


class PtpEdit(models.Model):
    """A procedure-to-procedure edit: Medicare pays column one, not column two, of the pair.

    `deletion_date` is the last day the edit was in force; None while it is. An edit deleted on or
    before its effective date was never in force; nor is one with modifier indicator 9.
    `rationale_number` is explained by the release's `PtpRationale`.

    The table is partitioned by release (`codes.importers.partitions`), and its key is not enforced:
    the publisher lists a few retired pairs twice. The loader sees to it that no pair is in force
    twice.
    """

    PARTITIONED_BY_RELEASE = True

    pk = models.CompositePrimaryKey("release_id", "column_one", "column_two", "effective_date")
    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    effective_date = models.DateField()
    deletion_date = models.DateField(null=True, blank=True)
    modifier_indicator = models.PositiveSmallIntegerField()
    rationale_number = models.PositiveSmallIntegerField()
    existed_before_1996 = models.BooleanField("in existence before 1996", default=False)
    column_one = _code_field()
    column_two = _code_field()

    class Meta:
        verbose_name = "NCCI procedure-to-procedure edit"

    def __str__(self) -> str:
        return f"{self.column_one} / {self.column_two}"


class PtpRationale(models.Model):
    """Why edits exist, in CMS's words: the rationales of one release, numbered as they came."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)

    class Meta:
        verbose_name = "NCCI edit rationale"
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="ptp_rationale_once"),
        ]

    def __str__(self) -> str:
        return self.text


class MueValue(models.Model):
    """A medically unlikely edit: the most units of a code for one patient, on one day or line.

    `adjudication_indicator`: 1 is checked on each claim line, 2 and 3 on the day's total.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="mue_values")
    code = _code_field()
    units = models.PositiveIntegerField("MUE value")
    adjudication_indicator = models.PositiveSmallIntegerField("MUE adjudication indicator")
    rationale = models.CharField("MUE rationale", max_length=100, blank=True)

    class Meta:
        verbose_name = "NCCI medically unlikely edit"
        constraints = [
            models.UniqueConstraint(fields=["code", "release"], name="mue_value_once_per_release"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.units}"


class AddOnEdit(models.Model):
    """An add-on code and a primary code with which Medicare pays it.

    `edit_type`: 1 names every primary code, 2 leaves them to the contractor (`primary_code` is
    empty), 3 names some and leaves more to the contractor. Deletion dates are the last days.
    """

    LAST_DAYS = ("deletion_date", "add_on_deletion_date", "primary_deletion_date")

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="add_on_edits")
    edit_type = models.PositiveSmallIntegerField()
    add_on_code = _code_field()
    add_on_deletion_date = models.DateField(null=True, blank=True)
    primary_code = models.CharField(max_length=5, blank=True, db_collation="C")
    primary_deletion_date = models.DateField(null=True, blank=True)
    effective_date = models.DateField()
    deletion_date = models.DateField(null=True, blank=True)
    note = models.TextField("special instruction", blank=True)

    class Meta:
        verbose_name = "NCCI add-on code edit"
        indexes = [
            models.Index(fields=["add_on_code", "release"], name="add_on_edit_by_add_on"),
            models.Index(fields=["primary_code", "release"], name="add_on_edit_by_primary"),
        ]

    def __str__(self) -> str:
        return f"{self.add_on_code} with {self.primary_code or 'what the contractor says'}"

    def is_in_force(self, date_of_service: date) -> bool:
        last_days = (getattr(self, name) for name in self.LAST_DAYS)
        return self.effective_date <= date_of_service and all(
            last_day is None or last_day >= date_of_service for last_day in last_days
        )
