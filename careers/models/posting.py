"""Job postings, where the work is, and everything that happened to them."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from careers.models.employer import Employer
from careers.models.listed import Credential, Specialty
from careers.models.web_address import WebAddressField


class PostingQuerySet(models.QuerySet):
    def live(self) -> "PostingQuerySet":
        """What the board shows: live, not past its last day, of an employer not blocked."""
        return self.filter(
            state=Posting.State.LIVE,
            valid_through__gte=timezone.localdate(),
            employer__is_blocked=False,
        )


class Posting(models.Model):
    """A job offered by an employer, valid through the end of a day."""

    class State(models.TextChoices):
        """Where a posting is in its life; `actions.postings` says which steps there are."""

        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Waiting for approval"
        REJECTED = "rejected", "Rejected"
        APPROVED = "approved", "Approved, not yet live"
        LIVE = "live", "Live"
        FILLED = "filled", "Filled"
        EXPIRED = "expired", "Expired"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ARCHIVED = "archived", "Archived"

    class Type(models.TextChoices):
        """Employment types, by schema.org's names."""

        FULL_TIME = "FULL_TIME", "Full-time"
        PART_TIME = "PART_TIME", "Part-time"
        CONTRACTOR = "CONTRACTOR", "Contract"
        TEMPORARY = "TEMPORARY", "Temporary"
        PER_DIEM = "PER_DIEM", "Per diem (PRN)"
        INTERN = "INTERN", "Internship"

    class Workplace(models.TextChoices):
        """Where the work is done."""

        REMOTE = "remote", "Remote"
        HYBRID = "hybrid", "Hybrid"
        ONSITE = "onsite", "On site"

    class Level(models.TextChoices):
        """The experience asked for."""

        ENTRY = "entry", "Entry level, no experience"
        ONE = "1-2", "1–2 years"
        THREE = "3-5", "3–5 years"
        SENIOR = "6", "6 years or more"
        LEAD = "lead", "Lead or supervisor"

    class PayUnit(models.TextChoices):
        """What the pay is for."""

        HOUR = "HOUR", "hour"
        DAY = "DAY", "day"
        WEEK = "WEEK", "week"
        MONTH = "MONTH", "month"
        YEAR = "YEAR", "year"

    class ApplyBy(models.TextChoices):
        """How candidates apply."""

        HERE = "here", "Here, through this site"
        LINK = "link", "At a web address"
        EMAIL = "email", "By e-mail"

    class CodeSystem(models.TextChoices):
        """The code systems worked in."""

        CPT = "cpt", "CPT®"
        HCPCS = "hcpcs", "HCPCS Level II"
        CM = "icd-10-cm", "ICD-10-CM"
        PCS = "icd-10-pcs", "ICD-10-PCS"
        DRG = "drg", "MS-DRG"
        HCC = "hcc", "HCC"
        APC = "apc", "APC"

    HOURS = {"HOUR": 2080, "DAY": 260, "WEEK": 52, "MONTH": 12, "YEAR": 1}  # units in a year

    employer = models.ForeignKey(Employer, on_delete=models.CASCADE, related_name="postings")
    title = models.CharField(max_length=100)
    description = models.TextField(max_length=20_000, help_text="Markdown.")
    description_html = models.TextField(editable=False)
    employment_type = models.CharField(max_length=12, choices=Type, default=Type.FULL_TIME)
    workplace = models.CharField(max_length=8, choices=Workplace, default=Workplace.REMOTE)
    remote_states = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        help_text="Where remote workers may live; empty: anywhere in the United States.",
    )
    pay_min = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    pay_max = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    pay_unit = models.CharField(max_length=5, choices=PayUnit, default=PayUnit.HOUR)
    credentials = models.ManyToManyField(Credential, blank=True, related_name="postings")
    specialty = models.ForeignKey(
        Specialty, null=True, blank=True, on_delete=models.SET_NULL, related_name="postings"
    )
    level = models.CharField("experience", max_length=5, choices=Level, blank=True)
    code_systems = ArrayField(
        models.CharField(max_length=10, choices=CodeSystem), default=list, blank=True
    )
    software = models.CharField(max_length=200, blank=True)
    expectations = models.CharField(
        "productivity and accuracy", max_length=200, blank=True, help_text="E.g. 12 charts an hour."
    )
    apply_by = models.CharField(max_length=5, choices=ApplyBy, default=ApplyBy.HERE)
    apply_url = WebAddressField(max_length=500, blank=True)
    apply_email = models.EmailField(blank=True)
    live_from = models.DateField(null=True, blank=True)
    valid_through = models.DateField()

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    went_live_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="created_postings",
    )
    # The employer's own number of a posting that was imported: importing it again changes it.
    external_id = models.CharField(max_length=200, blank=True)
    is_demonstration = models.BooleanField(default=False)

    # What moderation looks at: sentences, and the fingerprint that near copies share.
    signals = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    fingerprint = models.BigIntegerField(default=0)
    search = SearchVectorField(null=True, editable=False)

    objects = PostingQuerySet.as_manager()

    class Meta:
        ordering = ["-went_live_at", "-pk"]
        indexes = [
            GinIndex(fields=["search"], name="posting_search"),
            models.Index(fields=["state", "valid_through"], name="posting_state"),
            models.Index(fields=["employer", "state"], name="posting_of_employer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(pay_min__isnull=True)
                | Q(pay_max__isnull=True)
                | Q(pay_max__gte=models.F("pay_min")),
                name="posting_pay_in_order",
            ),
            models.UniqueConstraint(
                fields=["employer", "external_id"],
                condition=~Q(external_id=""),
                name="posting_imported_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("careers:job_detail", args=[self.pk, slugify(self.title)[:60] or "job"])

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def is_on_board(self) -> bool:
        """Whether the board shows it today. Reads the employer."""
        return (
            self.state == self.State.LIVE
            and self.valid_through >= timezone.localdate()
            and not self.employer.is_blocked
        )

    @property
    def is_new(self) -> bool:
        """Whether it went live in the last two days."""
        return bool(self.went_live_at) and (timezone.now() - self.went_live_at).days < 2

    @property
    def yearly_pay(self) -> Decimal | None:
        """The best pay of a full year in dollars, for comparing; None where none is told."""
        best = self.pay_max or self.pay_min
        return best * self.HOURS[self.pay_unit] if best else None

    @property
    def pay_text(self) -> str:
        """E.g. "$28.50–$34.00 an hour", "$62,000–$75,000 a year"; '' where none is told."""
        if self.pay_min is None and self.pay_max is None:
            return ""
        per = "an hour" if self.pay_unit == "HOUR" else f"a {self.get_pay_unit_display()}"
        if self.pay_min is None:
            return f"Up to {_dollars(self.pay_max)} {per}"
        if self.pay_max is None:
            return f"From {_dollars(self.pay_min)} {per}"
        if self.pay_min == self.pay_max:
            return f"{_dollars(self.pay_min)} {per}"
        return f"{_dollars(self.pay_min)}–{_dollars(self.pay_max)} {per}"

    @property
    def code_system_names(self) -> list[str]:
        return [self.CodeSystem(value).label for value in self.code_systems]


CLOSED = frozenset(
    {
        Posting.State.FILLED,
        Posting.State.EXPIRED,
        Posting.State.WITHDRAWN,
        Posting.State.ARCHIVED,
    }
)


def _dollars(amount: Decimal | int | float) -> str:
    is_round = amount >= 1000 and amount == int(amount)
    return f"${amount:,.0f}" if is_round else f"${amount:,.2f}"


class Location(models.Model):
    """A place where the work is done, or where a hybrid or remote job reports to."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="locations")
    city = models.CharField(max_length=80)
    state = models.CharField(max_length=2)
    zip_code = models.CharField("ZIP code", max_length=10, blank=True)
    # The point of the ZIP code, in degrees.
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.city}, {self.state}"

    @property
    def line(self) -> str:
        """As the form reads it: `Boise, ID 83702`."""
        return f"{self} {self.zip_code}".strip()


class PostingChange(models.Model):
    """Something that was done to a posting: by whom (nobody: a scheduled job) and when."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="changes")
    from_state = models.CharField(max_length=10, choices=Posting.State, blank=True)
    to_state = models.CharField(max_length=10, choices=Posting.State)
    reason = models.TextField(blank=True, max_length=1000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="posting_changes",
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        if self.from_state == self.to_state:
            return "Edited"
        return self.get_to_state_display()


class PostingViews(models.Model):
    """How often a posting's page was opened on one day; nothing of who opened it."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="views_by_day")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "posting views"
        constraints = [
            models.UniqueConstraint(fields=["posting", "day"], name="posting_views_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.count} on {self.day}"


class PostingReport(models.Model):
    """Somebody says that a posting should not be here. One a day from each network."""

    class Reason(models.TextChoices):
        """What is said to be wrong."""

        SCAM = "scam", "It asks for money or looks like a scam"
        DATA = "data", "It asks for a Social Security number, bank details or patient data"
        NOT_A_JOB = "not-a-job", "It is not a coding or billing job"
        CLOSED = "closed", "The job is filled or does not exist"
        UNLAWFUL = "unlawful", "It discriminates or is unlawful"
        OTHER = "other", "Something else"

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=10, choices=Reason)
    details = models.TextField(blank=True, max_length=1000)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="posting_reports",
    )
    network_hash = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="handled_reports",
    )

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["posting", "network_hash"], name="report_once_a_day_from_network"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.posting}"
