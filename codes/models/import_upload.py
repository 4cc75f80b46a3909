"""Official files that an administrator uploaded, and how far their import is."""

from django.conf import settings
from django.db import models


class ImportUpload(models.Model):
    """An uploaded official file. The background worker imports it, keeps the report here, and
    removes the file.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for the background worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    file = models.FileField(upload_to="imports/", max_length=300)
    file_name = models.CharField(max_length=255, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    accept_ama_license = models.BooleanField(
        "the AMA's license",
        default=False,
        help_text="For CPT® files: I confirm that the operator of this site holds a license of "
        "the American Medical Association that covers their use here. Recorded with my name.",
    )
    release = models.CharField(
        max_length=80,
        blank=True,
        help_text="Only where the file does not tell it: July 2026, FY 2026, CPT 2026.",
    )
    valid_from = models.DateField(
        null=True, blank=True, help_text="Only where the file does not tell it."
    )
    replace = models.BooleanField(
        "replace a published release",
        default=False,
        help_text="The file is a correction of a release that is published already.",
    )
    allow_fall = models.BooleanField(
        "allow far fewer codes",
        default=False,
        help_text="Import although more than 20 % of the codes of the release before are missing.",
    )

    state = models.CharField(
        max_length=10, choices=State.choices, default=State.QUEUED, editable=False
    )
    percent = models.PositiveSmallIntegerField(default=0, editable=False)
    progress = models.CharField(max_length=300, blank=True, editable=False)
    report = models.JSONField(default=list, blank=True, editable=False)
    problem = models.TextField(blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = "import of official files"
        verbose_name_plural = "imports of official files"

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)
