"""Medicare coverage documents: articles, local and national determinations, and what they list.

All of it comes from the Medicare Coverage Database. A document is known by its number and version
within a release; what belongs to it carries both, so that half a million rows go in by COPY.
CPT wording that the database repeats beside the codes is the AMA's and is not stored.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from codes.models.release import Release


class CoverageDocument(models.Model):
    """One version of a billing article, an LCD or an NCD.

    `end_date` is the last day of the version, `retired_date` the last day of the document; dates
    that the file does not tell are None. `display_id` is `A52421`, `L36668`, or of an NCD the
    section of the manual, `190.15`. `note` is the publisher's (`Retired`, `Future`).
    """

    class Kind(models.TextChoices):
        ARTICLE = "article", "Article"
        LCD = "lcd", "Local coverage determination"
        NCD = "ncd", "National coverage determination"

    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, related_name="coverage_documents"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    display_id = models.CharField(max_length=20, db_collation="C")
    title = models.TextField()
    document_type = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=100, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    retired_date = models.DateField(null=True, blank=True)
    updated_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "number", "version"],
                name="coverage_document_once_per_release",
            ),
        ]
        indexes = [models.Index(fields=["display_id"], name="coverage_document_display_id")]

    def __str__(self) -> str:
        return f"{self.display_id} version {self.version}: {self.title}"

    @property
    def url(self) -> str:
        """The document's page at CMS."""
        key = {"article": "articleid", "lcd": "lcdid", "ncd": "ncdid"}[self.kind]
        version = "ncdver" if self.kind == self.Kind.NCD else "ver"
        return (
            f"https://www.cms.gov/medicare-coverage-database/view/{self.kind}.aspx"
            f"?{key}={self.number}&{version}={self.version}"
        )


class CoverageContractor(models.Model):
    """A contractor of a document. `states` are postal abbreviations of where it administers
    Medicare; `regions` the parts of states the publisher names (`New York - Queens`). Both are
    empty where the file does not tell.
    """

    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, related_name="coverage_contractors"
    )
    number = models.PositiveIntegerField("number of the document")
    version = models.PositiveIntegerField("version of the document")
    contractor_number = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=150)
    contractor_type = models.CharField(max_length=100, blank=True)
    states = ArrayField(models.CharField(max_length=2), default=list)
    regions = ArrayField(models.CharField(max_length=80), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["release", "number", "version"], name="coverage_contractor_of")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.contractor_number}".strip()


class CoverageList(models.TextChoices):
    """The lists of codes a document has. Each numbers its groups by itself: that a group of one
    list has the number of a group of another says nothing.
    """

    PROCEDURES = "procedures", "CPT®/HCPCS codes"
    COVERED = "covered", "ICD-10-CM codes that support medical necessity"
    NONCOVERED = "noncovered", "ICD-10-CM codes that do not support medical necessity"
    PCS = "pcs", "ICD-10-PCS codes"
    MODIFIERS = "modifiers", "Modifiers"


class CoverageGroup(models.Model):
    """The publisher's words on a group of a list: the authority on how the groups combine.

    `asterisk_paragraph` says what an asterisk beside a code of the group means.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="coverage_groups")
    number = models.PositiveIntegerField("number of the document")
    version = models.PositiveIntegerField("version of the document")
    code_list = models.CharField(max_length=10, choices=CoverageList.choices)
    group = models.PositiveSmallIntegerField()
    paragraph = models.TextField(blank=True)
    asterisk_paragraph = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["release", "number", "version"], name="coverage_group_of")]

    def __str__(self) -> str:
        return f"{self.number}, {self.code_list}, group {self.group}"


class CoverageCode(models.Model):
    """A code of a group, in its stored form. `range_mark` is the publisher's: B, M and E are the
    beginning, the middle and the end of a range.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="coverage_codes")
    number = models.PositiveIntegerField("number of the document")
    version = models.PositiveIntegerField("version of the document")
    code_list = models.CharField(max_length=10, choices=CoverageList.choices)
    group = models.PositiveSmallIntegerField()
    value = models.CharField(max_length=7, db_collation="C")
    sort_order = models.PositiveIntegerField(default=0)
    has_asterisk = models.BooleanField(default=False)
    range_mark = models.CharField(max_length=1, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["value", "release", "code_list"], name="coverage_code_value"),
            models.Index(
                fields=["release", "number", "version", "code_list", "group"],
                name="coverage_code_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} in {self.number}, {self.code_list}, group {self.group}"


class CoverageRelation(models.Model):
    """Another document that a document names as related. A version of 0 means any."""

    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, related_name="coverage_relations"
    )
    number = models.PositiveIntegerField("number of the document")
    version = models.PositiveIntegerField("version of the document")
    related_kind = models.CharField(max_length=8, choices=CoverageDocument.Kind.choices)
    related_number = models.PositiveIntegerField()
    related_version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["release", "number", "version"], name="coverage_relation_of")
        ]

    def __str__(self) -> str:
        return f"{self.number} to {self.related_kind} {self.related_number}"
