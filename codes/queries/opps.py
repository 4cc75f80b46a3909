"""How hospital outpatient departments are paid for a code: OPPS Addendum B."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from codes.models import Code, CodeSystem, OppsRow, Release, Source
from codes.queries.indicators import OPPS_STATUS, Meaning, meaning_of
from codes.queries.releases import Releases, staleness_note

_CHANGES = {
    "CH": "Status or APC changed in this release.",
    "NC": "New code, or changed so much that it counts as one.",
    "NI": "New code; its assignment is provisional.",
    "NP": "New code of a coming year; its assignment is proposed.",
}


@dataclass(frozen=True)
class OppsFacts:
    """A code's line in Addendum B with what it means."""

    row: OppsRow
    release: Release
    note: str

    @property
    def status(self) -> Meaning:
        return meaning_of(OPPS_STATUS, self.row.status_indicator)

    @property
    def change(self) -> str:
        """A sentence on the comment indicator, '' where there is none."""
        return _CHANGES.get(self.row.change, "")


def rows_on(code: Code, releases: Releases, date_of_service: date) -> QuerySet | None:
    """The code's row in the release in force, or else the oldest."""
    release = releases.shown(Source.OPPS_ADDENDUM_B, date_of_service)
    if code.system not in (CodeSystem.CPT, CodeSystem.HCPCS) or release is None:
        return None
    return OppsRow.objects.filter(hcpcs=code.value, release_id=release.pk)


def opps_facts(rows: list[OppsRow], releases: Releases, date_of_service: date) -> OppsFacts | None:
    """What the rows that `rows_on` gave say; None where there are none."""
    if not rows:
        return None
    release = releases.shown(Source.OPPS_ADDENDUM_B, date_of_service)
    return OppsFacts(rows[0], release, date_note(release, date_of_service))


def date_note(release: Release, date_of_service: date) -> str:
    """A sentence that names the release where the date lies outside its period, or ''."""
    if release.valid_from > date_of_service:
        first = release.valid_from
        return (
            f"{release}: valid from {first.day} {first:%b %Y}; no release for "
            f"{date_of_service.day} {date_of_service:%b %Y} is loaded here."
        )
    return staleness_note(release, date_of_service)
