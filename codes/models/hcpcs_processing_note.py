"""The numbered notes that records of the HCPCS Level II file refer to."""

from django.db import models

from codes.models.release import Release


class HcpcsProcessingNote(models.Model):
    """A processing note of CMS, by the number that `HcpcsRecord.processing_note_number` gives."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="processing_notes")
    number = models.CharField(max_length=4, db_collation="C")
    text = models.TextField()

    class Meta:
        verbose_name = "HCPCS processing note"
        indexes = [models.Index(fields=["release", "number"], name="hcpcs_processing_note_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"
