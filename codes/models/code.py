"""Codes as identities: a code system and a value. What a code means stands in releases."""

import re

from django.db import models
from django.urls import reverse

from codes.models.release import CodeSystem

_FORMS = {
    # CPT: five characters; Category II ends in F, III in T, PLA in U, MAAA in M (AMA).
    CodeSystem.CPT: re.compile(r"\d{4}[\dFTUMA]"),
    # HCPCS Level II: a letter and four digits (CMS).
    CodeSystem.HCPCS: re.compile(r"[A-V]\d{4}"),
    # ICD-10-CM: a letter, two characters of which one is a digit (Z45, C7A, and since FY 2026
    # QA0), then up to four more (NCHS).
    CodeSystem.ICD_10_CM: re.compile(r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)[0-9A-Z]{0,4}"),
    # ICD-10-PCS: tables have three characters, codes seven; I and O are not used (CMS).
    CodeSystem.ICD_10_PCS: re.compile(r"[0-9A-HJ-NP-Z]{3}(?:[0-9A-HJ-NP-Z]{4})?"),
}


def stored_value(text: str) -> str:
    """The form a code is stored in: upper case, no blanks, no dot, no control characters."""
    if not text.isalnum():
        text = re.sub(r"[\s.\x00-\x1f\x7f]", "", text)
    return text.upper()


def has_form_of(system: str, value: str) -> bool:
    """Whether a stored value has the shape of the system's codes. It may still not exist."""
    return bool(_FORMS[CodeSystem(system)].fullmatch(value))


def printed_value(system: str, value: str) -> str:
    """The form the publisher prints: ICD-10-CM has a dot after the third character."""
    if system == CodeSystem.ICD_10_CM and len(value) > 3:
        return f"{value[:3]}.{value[3:]}"
    return value


def code_url(system: str, value: str) -> str:
    """The address of a code's page from the stored value."""
    return reverse("codes:code_detail", args=[system, printed_value(system, value)])


class Code(models.Model):
    """A code of a system: as printed, upper case, ICD-10-CM stored without the dot."""

    system = models.CharField(max_length=12, choices=CodeSystem.choices)
    # Collation C, so that order and ranges are those of the printed books on every server.
    value = models.CharField(max_length=7, db_collation="C")

    class Meta:
        ordering = ["system", "value"]
        constraints = [
            models.UniqueConstraint(fields=["system", "value"], name="code_once_per_system"),
        ]

    def __str__(self) -> str:
        return f"{self.system_title} {self.printed}"

    def get_absolute_url(self) -> str:
        return code_url(self.system, self.value)

    @property
    def system_title(self) -> str:
        return self.get_system_display()

    @property
    def printed(self) -> str:
        return printed_value(self.system, self.value)

    @property
    def key(self) -> str:
        """`system:code` in the canonical form, e.g. `icd-10-cm:Z45.1`."""
        return f"{self.system}:{self.printed}"
