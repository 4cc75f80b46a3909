"""The tree of each code system: from its divisions down to its codes."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from codes.models import CodeSystem, Release
from codes.queries.releases import Releases, published_releases, source_of


@dataclass(frozen=True)
class SystemEntry:
    """A code system in the list of them: the release in force and how many codes it has."""

    system: CodeSystem
    line: str
    release: Release | None
    code_count: int

    @property
    def title(self) -> str:
        return self.system.label

    @property
    def url(self) -> str:
        return reverse("codes:system_detail", args=[self.system.value])


LINES = {
    CodeSystem.CPT: "Procedures and services, of the American Medical Association.",
    CodeSystem.HCPCS: "Supplies, drugs, equipment and services that CPT® does not have, of CMS.",
    CodeSystem.ICD_10_CM: "Diagnoses, of the National Center for Health Statistics.",
    CodeSystem.ICD_10_PCS: "Procedures of hospital inpatients, of CMS.",
}


def code_systems(date_of_service: date, releases: Releases | None = None) -> list[SystemEntry]:
    """Every code system with the release in force on a date."""
    releases = releases or published_releases()
    entries = []
    for system in CodeSystem:
        release = releases.shown(source_of(system), date_of_service)
        count = release.row_count if release else 0
        entries.append(SystemEntry(system, LINES[system], release, count))
    return entries
