"""Texts that consultants use again and again."""

from django.db import models


class CannedText(models.Model):
    """A text to put into a reply, found by its title."""

    title = models.CharField(max_length=100, unique=True)
    text = models.TextField()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
