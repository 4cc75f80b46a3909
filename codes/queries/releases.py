"""Which releases are published, and which is in force on a date of service."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from codes.models import CodeSystem, Release, Source
from codes.queries.questions import ask
from codes.queries.stored_rows import stored_rows

# CMS and the AMA replace a release after so many months. Used only to tell a reader that a
# newer one should exist: ICD-10 changes on 1 October, CPT on 1 January, HCPCS every quarter.
_MONTHS = {
    Source.ICD_10_CM_ORDER: 12,
    Source.ICD_10_PCS_ORDER: 12,
    Source.CPT_DESCRIPTORS: 12,
    Source.HCPCS_LEVEL_II: 3,
    Source.PHYSICIAN_FEE_SCHEDULE: 3,
    Source.PHYSICIAN_FEE_SCHEDULE_QP: 3,
    Source.OPPS_ADDENDUM_B: 3,
    Source.NCCI_PTP_PRACTITIONER: 3,
    Source.NCCI_PTP_HOSPITAL: 3,
    Source.NCCI_MUE_PRACTITIONER: 3,
    Source.NCCI_MUE_HOSPITAL: 3,
    Source.NCCI_MUE_DME: 3,
    Source.NCCI_ADD_ON: 3,
}
SOURCE_OF_SYSTEM = {source.system: source for source in Source if source.system}


@dataclass(frozen=True)
class Releases:
    """The published releases of every source, oldest first; read once per request."""

    by_source: dict[str, list[Release]] = field(default_factory=dict)

    def of(self, source: str) -> list[Release]:
        """The source's published releases, oldest first."""
        return self.by_source.get(source, [])

    def in_force(self, source: str, date_of_service: date) -> Release | None:
        """The newest release that was valid by the date; None where the date is before all."""
        found = [release for release in self.of(source) if release.valid_from <= date_of_service]
        return found[-1] if found else None

    def shown(self, source: str, date_of_service: date) -> Release | None:
        """The release in force, or else the oldest there is: what lists and trees show."""
        return self.in_force(source, date_of_service) or next(iter(self.of(source)), None)

    def after(self, release: Release) -> Release | None:
        """The published release of the same source that follows."""
        newer = [item for item in self.of(release.source) if item.valid_from > release.valid_from]
        return newer[0] if newer else None

    def before(self, release: Release) -> Release | None:
        """The published release of the same source that goes before."""
        older = [item for item in self.of(release.source) if item.valid_from < release.valid_from]
        return older[-1] if older else None

    def all(self) -> list[Release]:
        return [release for releases in self.by_source.values() for release in releases]


def published_releases() -> Releases:
    """Every published release, in one query."""
    by_source = defaultdict(list)
    condition = "state = %s ORDER BY source, valid_from, id"
    for release in ask(stored_rows(Release, condition, [Release.State.PUBLISHED.value])):
        by_source[release.source].append(release)
    return Releases(dict(by_source))


def next_release_due(release: Release) -> date | None:
    """The day the publisher's next regular release takes effect; None where there is no rhythm."""
    months = _MONTHS.get(release.source)
    if not months:
        return None
    # Regular releases begin on the first of a quarter; an update in between ends with its period.
    start = release.valid_from
    count = start.year * 12 + start.month - 1
    anchor = 9 if release.source in (Source.ICD_10_CM_ORDER, Source.ICD_10_PCS_ORDER) else 0
    due = count - (count - anchor) % months + months
    return date(due // 12, due % 12 + 1, 1)


def staleness_note(release: Release | None, date_of_service: date) -> str:
    """A sentence that names the release when the date lies past its period, else ''."""
    note = past_period_note(release, date_of_service)
    return f"{release}: {note[0].lower()}{note[1:]}" if note else ""


def past_period_note(release: Release | None, date_of_service: date) -> str:
    """The same for a place that has named the release already."""
    if release is None:
        return ""
    due = next_release_due(release)
    if due is None or date_of_service < due:
        return ""
    last = due - timedelta(days=1)
    return (
        f"Published for dates of service through {last.day} {last:%b %Y}; no release for "
        f"{date_of_service.day} {date_of_service:%b %Y} is loaded here."
    )


def source_of(system: str) -> Source:
    """The source that lists the system's codes."""
    return SOURCE_OF_SYSTEM[CodeSystem(system)]
