"""What NCHS and CMS say of ICD-10-CM codes besides their descriptions.

The tabular list and the indexes are older or newer than the order file at times: which codes exist
is the order file's to say.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from codes.models.release import Release


class TabularEntry(models.Model):
    """A chapter, section or code of one release of the tabular list.

    `place` names it within the release: `chapter-4`, `E08-E13` (a section of one category is
    `B20-B20`), or a stored code value. `path` are the places from the chapter down to it: every
    note there holds for it too.
    """

    class Level(models.TextChoices):
        CHAPTER = "chapter", "Chapter"
        SECTION = "section", "Section"
        CODE = "code", "Code"

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="tabular_entries")
    place = models.CharField(max_length=12, db_collation="C")
    level = models.CharField(max_length=7, choices=Level.choices)
    title = models.TextField()
    path = ArrayField(models.CharField(max_length=12, db_collation="C"))

    class Meta:
        verbose_name_plural = "tabular entries"
        constraints = [
            models.UniqueConstraint(fields=["release", "place"], name="tabular_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.title}"


class TabularNote(models.Model):
    """A note of the tabular list, at the place where it stands.

    `position` counts the notes of a release in the order of the list. `character` is filled only
    for the meaning of a seventh character.
    """

    class Kind(models.TextChoices):
        INCLUSION_TERM = "inclusion-term", "Inclusion term"
        INCLUDES = "includes", "Includes"
        EXCLUDES1 = "excludes1", "Excludes1"
        EXCLUDES2 = "excludes2", "Excludes2"
        CODE_FIRST = "code-first", "Code first"
        USE_ADDITIONAL_CODE = "use-additional-code", "Use additional code"
        CODE_ALSO = "code-also", "Code also"
        NOTE = "note", "Note"
        SEVENTH_CHARACTER_NOTE = "seventh-character-note", "7th character"
        SEVENTH_CHARACTER = "seventh-character", "7th character value"

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="tabular_notes")
    place = models.CharField(max_length=12, db_collation="C")
    kind = models.CharField(max_length=22, choices=Kind.choices)
    position = models.PositiveIntegerField()
    character = models.CharField(max_length=1, blank=True)
    text = models.TextField()

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["release", "place"], name="tabular_note_place")]

    def __str__(self) -> str:
        return f"{self.place}, {self.get_kind_display()}: {self.text}"


class IndexEntry(models.Model):
    """A line of the alphabetic index, the external cause index, or a cell of the neoplasm table
    or the table of drugs.

    `terms` lead to it from the main term down, nonessential modifiers in parentheses. `column` is
    the heading of a table's column, '' in the indexes. An incomplete code (printed with a dash)
    needs further characters. `manifestation` is the second code of a pair.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="index_entries")
    terms = ArrayField(models.TextField())
    column = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=7, blank=True, db_collation="C")
    is_incomplete = models.BooleanField(default=False)
    manifestation = models.CharField(max_length=8, blank=True, db_collation="C")
    see = models.TextField(blank=True)
    see_also = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "index entries"
        indexes = [models.Index(fields=["release", "code"], name="index_entry_code")]

    def __str__(self) -> str:
        return f"{', '.join(self.terms)} {self.code or self.see}"


class PoaExemption(models.Model):
    """A code that needs no present-on-admission indicator on an inpatient claim (CMS)."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="poa_exemptions")
    value = models.CharField(max_length=7, db_collation="C")

    class Meta:
        verbose_name = "POA exemption"
        indexes = [models.Index(fields=["release", "value"], name="poa_exemption_value")]

    def __str__(self) -> str:
        return self.value
