"""What the search of the board keeps: the state of the board, and the words of its postings."""

import uuid

from django.db import models


class Board(models.Model):
    """One row. Its version is another one after every change of what the board shows."""

    # Drawn at random: one that was rolled back never comes again.
    version = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return f"version {self.version}"


class Word(models.Model):
    """A word of a posting that is or was live, for reading what was mistyped."""

    text = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.text
