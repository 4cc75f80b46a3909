"""The address of a page on the web."""

from django.core.validators import URLValidator
from django.db import models


class WebAddressField(models.URLField):
    """http and https alone; in forms, what is written without either is https."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def formfield(self, **kwargs):
        return super().formfield(assume_scheme="https", **kwargs)
