"""Editors' text of the gated sections of a code page."""

from django.db import models
from simple_history.models import HistoricalRecords

from codes.models.code import Code
from codes.models.editorial_text import EditorialText


class SectionSlug(models.TextChoices):
    """The gated sections in reading order. The value is the part of the address."""

    CLINICAL_USE = "clinical-use", "Clinical use"
    GUIDELINES = "guidelines", "Guidelines"
    MODIFIERS = "modifiers", "Modifiers"
    NCCI_EDITS = "ncci-edits", "NCCI edits"
    CROSSWALKS = "crosswalks", "Crosswalks"
    COMPLIANCE = "compliance", "Compliance"
    MEDICARE_COVERAGE = "medicare-coverage", "Medicare coverage"
    MEDICARE_PAYMENT = "medicare-payment", "Medicare payment"
    HISTORY = "history", "History"


class SectionText(EditorialText):
    """The editors' part of one section of one code."""

    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="section_texts")
    section = models.CharField(max_length=20, choices=SectionSlug.choices)
    # Rendered anew from the text, never compared or restored.
    history = HistoricalRecords(excluded_fields=["published_html"])

    class Meta:
        ordering = ["code__system", "code__value", "section"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "section"], name="section_text_once_per_code_and_section"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_section_display()} of {self.code}"
