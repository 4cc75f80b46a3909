"""Where a search looks: on a date of service, in the systems, chapters and codes chosen."""

from dataclasses import dataclass
from datetime import date

from codes.models import CodeSystem, Source
from codes.queries.divisions import Division, path_to
from codes.queries.releases import Releases, source_of


@dataclass(frozen=True)
class Scope:
    """The official texts of these releases, and what of them was chosen; '' and False are all."""

    release_ids: tuple[int, ...]
    date_of_service: date
    system: str = ""
    division: Division | None = None
    is_billable_only: bool = False
    is_active_only: bool = False


def scope_of(
    releases: Releases,
    date_of_service: date,
    system: str | None = None,
    *,
    chapter: str = "",
    is_billable_only: bool = False,
    is_active_only: bool = False,
) -> Scope:
    """The releases that lists show on the date, and the texts entered by hand.

    A `chapter` (`system:slug`) that does not exist, or is of another system, is as none.
    """
    division = division_of(chapter)
    if division and system and division.system != system:
        division = None
    systems = [CodeSystem(system)] if system else list(CodeSystem)
    shown = [releases.shown(source_of(item), date_of_service) for item in systems]
    by_hand = releases.of(Source.ENTERED_BY_HAND)
    return Scope(
        tuple(release.pk for release in [*shown, *by_hand] if release),
        date_of_service,
        # A release lists the codes of one system; only those by hand have to be told apart.
        str(system or (division.system if division else "")),
        division,
        is_billable_only,
        is_active_only,
    )


def division_of(chapter: str) -> Division | None:
    """The division that `system:slug` names; None where there is none."""
    system, _, slug = chapter.partition(":")
    if system not in CodeSystem.values or not slug:
        return None
    return next(reversed(path_to(system, slug)), None)
