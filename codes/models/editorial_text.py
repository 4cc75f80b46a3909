"""Text written by the site's editors: a draft, and what readers see of it."""

from django.conf import settings
from django.db import models


class EditorialText(models.Model):
    """Markdown of an editor, with the published copy beside the working one.

    Editing `text` never changes what readers see: publishing copies it to `published_text` and
    renders `published_html` (sanitised then, so that a page only prints it). An import of
    official files never touches these tables.
    """

    text = models.TextField(blank=True, help_text="Markdown. Readers see it once published.")
    published_text = models.TextField(blank=True, editable=False)
    published_html = models.TextField(blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reviewed_date = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        CHANGED = "changed", "Published, with unpublished changes"

    @property
    def state(self) -> "EditorialText.State":
        if not self.published_at:
            return self.State.DRAFT
        return self.State.CHANGED if self.is_changed else self.State.PUBLISHED

    @property
    def is_changed(self) -> bool:
        """Whether the working copy says other than what readers see."""
        return self.text != self.published_text
