"""What editors keep for the search: terms and what they mean, and synonyms of codes."""

from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from codes.models import Code


class Term(models.Model):
    """An abbreviation, a lay word or a brand name, and the words it is looked for as."""

    class Kind(models.TextChoices):
        """What sort of word it is."""

        ABBREVIATION = "abbreviation", "Abbreviation"
        LAY = "lay", "Lay word"
        DRUG = "drug", "Brand name of a drug"

    term = models.CharField(
        max_length=80,
        unique=True,
        help_text="In small letters, as readers type it: htn, heart attack.",
    )
    meanings = models.TextField(
        help_text="One meaning a line, the likeliest first, in the words of the publishers' texts."
    )
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.ABBREVIATION)
    updated_at = models.DateTimeField(auto_now=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["term"]

    def __str__(self) -> str:
        return self.term

    @property
    def meaning_list(self) -> list[str]:
        return [line.strip() for line in self.meanings.splitlines() if line.strip()]

    def clean(self) -> None:
        self.term = " ".join(self.term.lower().split())
        if not self.meaning_list:
            raise ValidationError({"meanings": "Write at least one meaning."})


class Synonym(models.Model):
    """Another name of a code, that readers use and no publisher's text has."""

    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="synonyms")
    text = models.CharField(max_length=200)
    updated_at = models.DateTimeField(auto_now=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["text"]
        constraints = [models.UniqueConstraint(fields=["code", "text"], name="synonym_once_a_code")]

    def __str__(self) -> str:
        return self.text
