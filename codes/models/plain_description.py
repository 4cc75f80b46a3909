"""The plain-language description of a code, written by the site's editors."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from codes.models.code import Code
from codes.models.editorial_text import EditorialText

# What is indexed: a search must use this same expression, or it reads every row.
PLAIN_WORDS = SearchVector("published_title", "published_text", config="english")


class PlainDescription(EditorialText):
    """What a code means in plain words: one per code, open to every reader."""

    code = models.OneToOneField(Code, on_delete=models.CASCADE, related_name="plain_description")
    title = models.CharField(
        max_length=120,
        blank=True,
        help_text="A few plain words for lists and page titles, where no official text is loaded.",
    )
    published_title = models.CharField(max_length=120, blank=True, editable=False)
    # Rendered anew from the text, never compared or restored.
    history = HistoricalRecords(excluded_fields=["published_html"])

    class Meta:
        ordering = ["code__system", "code__value"]
        verbose_name = "plain-language description"
        indexes = [GinIndex(PLAIN_WORDS, name="plain_description_words")]

    @property
    def is_changed(self) -> bool:
        return super().is_changed or self.title != self.published_title

    @classmethod
    def difference(cls) -> Q:
        return super().difference() | ~Q(title=F("published_title"))

    def __str__(self) -> str:
        return f"Plain-language description of {self.code}"
