"""Whether a code is valid on a date of service, and what the loaded releases say of it then."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from codes.models import Code, CodeSystem, Release, Source
from codes.queries.releases import Releases, source_of


class StatusKind(StrEnum):
    ACTIVE = "active"
    HEADER = "header"
    NOT_YET_VALID = "not-yet-valid"
    ENDED = "ended"
    NOT_DESCRIBED = "not-described"
    NOT_COVERED = "not-covered"


class Listing(Protocol):
    """What is asked here of an OfficialDescription, or of a lighter row without its texts: claims
    and the search index have one each, of what they have read.
    """

    code: Code
    release: Release
    release_id: int
    is_billable: bool
    added_date: date | None
    termination_date: date | None


_LABELS = {
    StatusKind.ACTIVE: ("Active", "good"),
    StatusKind.HEADER: ("Not billable", "warn"),
    StatusKind.NOT_YET_VALID: ("Not yet valid", "warn"),
    StatusKind.ENDED: ("Ended", "bad"),
    StatusKind.NOT_DESCRIBED: ("Not described", "plain"),
    StatusKind.NOT_COVERED: ("Date not covered", "plain"),
}


@dataclass(frozen=True)
class Status:
    """What the releases say of a code on a date of service.

    `changes_on` is the first day of validity of a code not yet valid, or the last day of one
    that ended. `release` is the release the answer rests on.
    """

    kind: StatusKind
    sentence: str
    release: Release | None = None
    changes_on: date | None = None

    @property
    def label(self) -> str:
        return _LABELS[self.kind][0]

    @property
    def tone(self) -> str:
        return _LABELS[self.kind][1]

    @property
    def is_valid(self) -> bool:
        """Whether a claim may carry the code on that day."""
        return self.kind == StatusKind.ACTIVE


def day(value: date) -> str:
    """A date as the site prints it: 1 Jul 2026."""
    return f"{value.day} {value:%b %Y}"


Listed = TypeVar("Listed", bound=Listing)


def description_on(
    code: Code, descriptions: list[Listed], releases: Releases, date_of_service: date
) -> Listed | None:
    """The official description to show on a date: the release in force where it has the code,
    else the nearest later release that has it, else the latest earlier one. A licensed or
    published text goes before one entered by hand.
    """
    main = [item for item in descriptions if item.release.source == source_of(code.system)]
    by_hand = [item for item in descriptions if item.release.source == Source.ENTERED_BY_HAND]
    in_force = releases.in_force(source_of(code.system), date_of_service)
    later = []
    for item in sorted(main, key=lambda item: item.release.valid_from):
        if in_force and item.release_id == in_force.id:
            return item
        if item.release.valid_from > date_of_service:
            later.append(item)
    if later:
        return later[0]
    ordered = sorted(main or by_hand, key=lambda item: item.release.valid_from)
    begun = [item for item in ordered if item.release.valid_from <= date_of_service]
    return (begun or ordered or [None])[-1 if begun else 0]


def status_on(
    code: Code,
    descriptions: list[Listing],
    releases: Releases,
    date_of_service: date,
    *,
    fee_schedule: Release | None = None,
) -> Status:
    """The status of a code on a date, from its descriptions in published releases.

    `fee_schedule` is the release of Medicare's fee schedule that has the code, if any: where no
    text is loaded, the sentence tells that much.

    The publisher's own dates (HCPCS added and termination dates; the termination date is the
    last valid day) go before what the presence of the code in a release tells. Annual lists
    (ICD-10, CPT) have no dates of their own: there a code is valid while the release in force
    lists it.
    """
    source = source_of(code.system)
    listed = sorted(
        (item for item in descriptions if item.release.source == source),
        key=lambda item: item.release.valid_from,
    )
    if not listed:
        status = _status_without_list(code, descriptions, releases, date_of_service)
        if status.kind == StatusKind.NOT_DESCRIBED and fee_schedule:
            in_schedule = f"Medicare's physician fee schedule of {fee_schedule.name} lists it."
            return replace(status, sentence=f"{status.sentence} {in_schedule}")
        return status

    newest = listed[-1]
    in_force = releases.in_force(source, date_of_service)
    present = next((item for item in listed if in_force and item.release_id == in_force.id), None)
    ended = newest.termination_date
    if ended and date_of_service > ended:
        return _ended(newest.release, ended)
    if not present and newest.added_date and date_of_service < newest.added_date:
        return _not_yet_valid(newest.release, newest.added_date)
    if present and present.added_date and date_of_service < present.added_date:
        return _not_yet_valid(present.release, present.added_date)
    if present:
        return _present(present)
    later = [item for item in listed if item.release.valid_from > date_of_service]
    if later and later[-1].added_date:
        return _present(later[-1])
    if in_force is None:
        oldest = releases.of(source)[0]
        return Status(
            StatusKind.NOT_COVERED,
            f"No release in force on {day(date_of_service)} is loaded; the oldest is "
            f"{oldest.name}, valid from {day(oldest.valid_from)}.",
            oldest,
        )
    if later:
        return _not_yet_valid(later[0].release, later[0].release.valid_from)
    dropped_in = releases.after(newest.release)
    last_day = dropped_in.valid_from - timedelta(days=1)
    return _ended(dropped_in, last_day)


def _present(item: Listing) -> Status:
    if item.is_billable:
        return Status(StatusKind.ACTIVE, f"Listed in {item.release.name}.", item.release)
    if item.code.system == CodeSystem.ICD_10_PCS:
        sentence = "This is a table, not a code: a claim needs one of its seven-character codes."
    else:
        sentence = "This is a header: a claim needs one of the more specific codes below it."
    return Status(StatusKind.HEADER, sentence, item.release)


def _not_yet_valid(release: Release, first_day: date) -> Status:
    return Status(
        StatusKind.NOT_YET_VALID,
        f"Valid from {day(first_day)}, according to the {release.name} release.",
        release,
        first_day,
    )


def _ended(release: Release, last_day: date) -> Status:
    return Status(
        StatusKind.ENDED,
        f"Valid through {day(last_day)}, according to the {release.name} release.",
        release,
        last_day,
    )


def _status_without_list(
    code: Code, descriptions: list[Listing], releases: Releases, date_of_service: date
) -> Status:
    by_hand = description_on(code, descriptions, releases, date_of_service)
    first_day = by_hand and (by_hand.added_date or by_hand.release.valid_from)
    if by_hand and first_day > date_of_service:
        return _not_yet_valid(by_hand.release, first_day)
    if by_hand:
        return _present(by_hand)
    if not releases.of(source_of(code.system)):
        what = f"{source_of(code.system).label} are not loaded here"
        if code.system != CodeSystem.CPT:
            what = f"No release of {code.system_title} is loaded here"
        return Status(
            StatusKind.NOT_DESCRIBED, f"{what}, so its validity on a date cannot be told."
        )
    return Status(StatusKind.NOT_DESCRIBED, "No loaded release describes this code.")
