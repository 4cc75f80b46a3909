"""Releases: what was loaded from a publisher, from which day it holds, and who may see it."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class CodeSystem(models.TextChoices):
    """The code systems a page can show. The value is the part of the address."""

    CPT = "cpt", "CPT®"
    HCPCS = "hcpcs", "HCPCS Level II"
    ICD_10_CM = "icd-10-cm", "ICD-10-CM"
    ICD_10_PCS = "icd-10-pcs", "ICD-10-PCS"


class Source(models.TextChoices):
    """The publications a release can come from."""

    HCPCS_LEVEL_II = "hcpcs-level-ii", "HCPCS Level II"
    ICD_10_CM_ORDER = "icd-10-cm-order", "ICD-10-CM order file"
    ICD_10_PCS_ORDER = "icd-10-pcs-order", "ICD-10-PCS order file"
    CPT_DESCRIPTORS = "cpt-descriptors", "CPT® descriptors"
    PHYSICIAN_FEE_SCHEDULE = "physician-fee-schedule", "Physician fee schedule"
    PHYSICIAN_FEE_SCHEDULE_QP = (
        "physician-fee-schedule-qp",
        "Physician fee schedule, qualifying APM participants",
    )
    GPCI = "gpci", "Geographic practice cost indices"
    ANESTHESIA_FACTORS = "anesthesia-factors", "Anesthesia conversion factors"
    LOCALITY_COUNTIES = "locality-counties", "Counties of the payment localities"
    OPPS_CAP = "opps-cap", "OPPS cap on imaging"
    ZIP_LOCALITIES = "zip-localities", "ZIP codes by carrier and locality"
    OPPS_ADDENDUM_B = "opps-addendum-b", "OPPS Addendum B"
    PLACE_OF_SERVICE = "place-of-service", "Place of service codes"
    ICD_10_CM_TABULAR = "icd-10-cm-tabular", "ICD-10-CM tabular list"
    ICD_10_CM_INDEX = "icd-10-cm-index", "ICD-10-CM alphabetic index"
    ICD_10_CM_EXTERNAL_CAUSES = "icd-10-cm-external-causes", "ICD-10-CM external cause index"
    ICD_10_CM_NEOPLASMS = "icd-10-cm-neoplasms", "ICD-10-CM table of neoplasms"
    ICD_10_CM_DRUGS = "icd-10-cm-drugs", "ICD-10-CM table of drugs and chemicals"
    ICD_10_CM_CONVERSION = "icd-10-cm-conversion", "ICD-10-CM conversion table"
    POA_EXEMPT_LIST = "poa-exempt-list", "Present on admission exempt list"
    GENERAL_EQUIVALENCE = "general-equivalence", "General equivalence mappings"
    HCC_MAPPINGS = "hcc-mappings", "HCC mappings"
    RBCS = "rbcs", "Restructured BETOS classification"
    HCPCS_PROCESSING_NOTES = "hcpcs-processing-notes", "HCPCS processing notes"
    MCD_DOCUMENTS = "mcd-documents", "Medicare Coverage Database, list of documents"
    MCD_ARTICLES = "mcd-articles", "Medicare Coverage Database, articles"
    MCD_LCDS = "mcd-lcds", "Medicare Coverage Database, LCDs"
    MCD_NCDS = "mcd-ncds", "Medicare Coverage Database, NCDs"
    NCCI_PTP_PRACTITIONER = "ncci-ptp-practitioner", "NCCI PTP edits, practitioner services"
    NCCI_PTP_HOSPITAL = "ncci-ptp-hospital", "NCCI PTP edits, outpatient hospital services"
    NCCI_MUE_PRACTITIONER = "ncci-mue-practitioner", "NCCI MUE table, practitioner services"
    NCCI_MUE_HOSPITAL = "ncci-mue-hospital", "NCCI MUE table, outpatient hospital services"
    NCCI_MUE_DME = "ncci-mue-dme", "NCCI MUE table, DME supplier services"
    NCCI_ADD_ON = "ncci-add-on", "NCCI add-on code edits"
    ENTERED_BY_HAND = "entered-by-hand", "Entered by hand"

    @property
    def system(self) -> CodeSystem | None:
        """The code system whose codes this source lists; None where it may describe any."""
        return {
            Source.HCPCS_LEVEL_II: CodeSystem.HCPCS,
            Source.ICD_10_CM_ORDER: CodeSystem.ICD_10_CM,
            Source.ICD_10_PCS_ORDER: CodeSystem.ICD_10_PCS,
            Source.CPT_DESCRIPTORS: CodeSystem.CPT,
        }.get(self)

    @property
    def has_descriptions(self) -> bool:
        """Whether its releases describe codes; the others hold facts about codes."""
        return self.system is not None or self is Source.ENTERED_BY_HAND

    @property
    def publisher(self) -> str:
        return {
            Source.HCPCS_LEVEL_II: "Centers for Medicare & Medicaid Services",
            Source.ICD_10_CM_ORDER: "National Center for Health Statistics and CMS",
            Source.ICD_10_PCS_ORDER: "Centers for Medicare & Medicaid Services",
            Source.CPT_DESCRIPTORS: "American Medical Association",
            **dict.fromkeys(_OF_MEDICARE_PAYMENT, "Centers for Medicare & Medicaid Services"),
            **dict.fromkeys(_OF_ICD_10_CM, "National Center for Health Statistics and CMS"),
            **dict.fromkeys(_OF_CROSSWALKS, "Centers for Medicare & Medicaid Services"),
            **dict.fromkeys(_OF_NCCI, "Centers for Medicare & Medicaid Services"),
            **dict.fromkeys(_OF_COVERAGE, "Centers for Medicare & Medicaid Services"),
        }.get(self, "")


_OF_COVERAGE = (
    Source.MCD_DOCUMENTS,
    Source.MCD_ARTICLES,
    Source.MCD_LCDS,
    Source.MCD_NCDS,
)
_OF_MEDICARE_PAYMENT = (
    Source.PHYSICIAN_FEE_SCHEDULE,
    Source.PHYSICIAN_FEE_SCHEDULE_QP,
    Source.GPCI,
    Source.ANESTHESIA_FACTORS,
    Source.LOCALITY_COUNTIES,
    Source.OPPS_CAP,
    Source.ZIP_LOCALITIES,
    Source.OPPS_ADDENDUM_B,
    Source.PLACE_OF_SERVICE,
)


_OF_ICD_10_CM = (
    Source.ICD_10_CM_TABULAR,
    Source.ICD_10_CM_INDEX,
    Source.ICD_10_CM_EXTERNAL_CAUSES,
    Source.ICD_10_CM_NEOPLASMS,
    Source.ICD_10_CM_DRUGS,
    Source.ICD_10_CM_CONVERSION,
)
_OF_CROSSWALKS = (
    Source.POA_EXEMPT_LIST,
    Source.GENERAL_EQUIVALENCE,
    Source.HCC_MAPPINGS,
    Source.RBCS,
    Source.HCPCS_PROCESSING_NOTES,
)


_OF_NCCI = (
    Source.NCCI_PTP_PRACTITIONER,
    Source.NCCI_PTP_HOSPITAL,
    Source.NCCI_MUE_PRACTITIONER,
    Source.NCCI_MUE_HOSPITAL,
    Source.NCCI_MUE_DME,
    Source.NCCI_ADD_ON,
)


class Release(models.Model):
    """One edition of one source.

    `valid_from` is the publisher's date, not the day of import. A release is published whole or
    not at all: readers see only state `published`.
    """

    class State(models.TextChoices):
        LOADING = "loading", "Loading"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"
        FAILED = "failed", "Failed"

    source = models.CharField(max_length=40, choices=Source.choices)
    name = models.CharField(max_length=80, help_text="As the publisher calls it, e.g. July 2026.")
    valid_from = models.DateField(help_text="The publisher's date, not the day of import.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.LOADING)
    file_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField("SHA-256 of the file", max_length=64, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    rejected_count = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField(auto_now_add=True)
    is_demonstration = models.BooleanField(
        default=False, help_text="Made way for as soon as a real release of its source is in."
    )

    replaced_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="replaces",
        help_text="The corrected file that was imported in place of this one.",
    )

    # Against the source's release before it; empty where there is none. Counted when published.
    new_count = models.PositiveIntegerField(null=True, blank=True)
    revised_count = models.PositiveIntegerField(null=True, blank=True)
    ended_count = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["source", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "valid_from"],
                condition=Q(state="published") & ~Q(source="entered-by-hand"),
                name="one_published_release_per_source_and_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{Source(self.source).label}, {self.name}"


class RejectedRow(models.Model):
    """A row of a publisher's file that could not be read: counted and listed, never dropped."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="rejected_rows")
    line_number = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["release", "line_number"]

    def __str__(self) -> str:
        return f"line {self.line_number}: {self.reason}"


class LicenseAcceptance(models.Model):
    """That somebody said the operator holds a publisher's license: who, and when."""

    license = models.CharField(max_length=40)
    accepted_by = models.CharField(max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-accepted_at"]

    def __str__(self) -> str:
        return f"{self.license}, accepted by {self.accepted_by}"
