"""Text written by the site's editors: a draft, and what readers see of it."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class EditorialTextQuerySet(models.QuerySet):
    """Conditions on editors' texts; the same words as `EditorialText.State`."""

    def written(self) -> Self:
        """Texts with words in the working copy."""
        return self.exclude(text="")

    def drafts(self) -> Self:
        """Written, and not shown to readers."""
        return self.written().filter(published_at__isnull=True)

    def published(self) -> Self:
        """Shown to readers, whether or not the working copy has changed since."""
        return self.filter(published_at__isnull=False)

    def changed(self) -> Self:
        """Shown to readers, with a working copy that says something else."""
        return self.published().filter(self.model.difference())

    def waiting(self) -> Self:
        """Drafts and changed texts: what publishing would show."""
        return self.drafts() | self.changed()

    def in_state(self, state: str) -> Self:
        """The texts whose `state` is the given one."""
        if state == self.model.State.DRAFT:
            return self.drafts()
        if state == self.model.State.CHANGED:
            return self.changed()
        return self.published().exclude(self.model.difference())

    def reviewed_before(self, day: date) -> Self:
        """Written texts whose last review lies before the day; not those without a review."""
        return self.written().filter(reviewed_date__lt=day)

    def never_reviewed(self) -> Self:
        return self.written().filter(reviewed_date__isnull=True)


class EditorialText(models.Model):
    """Markdown of an editor, with the published copy beside the working one.

    Editing `text` never changes what readers see: publishing copies it to `published_text` and
    renders `published_html` (sanitized then, so that a page only prints it). An import of
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

    objects = EditorialTextQuerySet.as_manager()

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

    @classmethod
    def difference(cls) -> Q:
        """`is_changed` as a condition of the database."""
        return ~Q(text=F("published_text"))
