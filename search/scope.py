"""Where a search looks: on a date of service, in the systems, chapters and codes chosen."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from codes.models import CodeSystem, Source
from codes.queries.divisions import Division, path_to
from codes.queries.releases import Releases, source_of


@dataclass(frozen=True)
class Scope:
    """What the releases say on a date, and what of it was chosen; '' and False are all."""

    releases: Releases
    date_of_service: date
    system: str = ""
    division: Division | None = None
    is_billable_only: bool = False
    is_active_only: bool = False

    @cached_property
    def release_ids(self) -> tuple[int, ...]:
        """The releases whose official texts lists show on the date, and the texts by hand."""
        systems = [CodeSystem(self.system)] if self.system else list(CodeSystem)
        shown = [self.releases.shown(source_of(item), self.date_of_service) for item in systems]
        by_hand = self.releases.of(Source.ENTERED_BY_HAND)
        return tuple(release.pk for release in [*shown, *by_hand] if release)


def scope_of(
    releases: Releases,
    date_of_service: date,
    system: str | None = None,
    *,
    chapter: str = "",
    is_billable_only: bool = False,
    is_active_only: bool = False,
) -> Scope:
    """Where to look on the date.

    A `chapter` (`system:slug`) that does not exist, or is of another system, is as none.
    """
    division = division_of(chapter)
    if division and system and division.system != system:
        division = None
    return Scope(
        releases,
        date_of_service,
        str(system or (division.system if division else "")),
        division,
        is_billable_only,
        is_active_only,
    )


def division_of(chapter: str) -> Division | None:
    """The division that `system:slug` names; None where there is none."""
    system, _, slug = chapter.partition(":")
    if not slug or system not in CodeSystem.values:
        return None
    return next(reversed(path_to(system, slug)), None)
