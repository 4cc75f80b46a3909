"""The lists an administrator edits: credentials and specialties."""

from django.db import models


class Credential(models.Model):
    """A credential of the field, e.g. CPC; `issuer` is who grants it."""

    abbreviation = models.CharField(max_length=20, unique=True)
    slug = models.SlugField(max_length=24, unique=True)
    name = models.CharField(max_length=120)
    issuer = models.CharField(max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=100, help_text="Order in lists.")

    class Meta:
        ordering = ["position", "abbreviation"]

    def __str__(self) -> str:
        return self.abbreviation


class Specialty(models.Model):
    """A field of coding, e.g. emergency medicine or inpatient facility."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=64, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "specialties"

    def __str__(self) -> str:
        return self.name
