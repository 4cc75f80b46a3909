"""The official text of a code as a page shows it, with its publisher's line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from codes.models import CodeSystem, OfficialDescription, Release, Source, has_form_of
from codes.queries.relatives import CodeLink
from codes.queries.releases import SOURCE_OF_SYSTEM, Releases, source_of

# Whose words a release holds of the codes of a system: its descriptions, or its notes on them.
SYSTEM_OF_SOURCE = {
    **{source: system for system, source in SOURCE_OF_SYSTEM.items()},
    Source.ICD_10_CM_TABULAR: CodeSystem.ICD_10_CM,
}
_WORD = re.compile(r"\b[0-9]{4}[0-9A-Z]\b", re.ASCII)


@dataclass(frozen=True)
class OfficialText:
    """An official description, where it comes from, and the line its publisher asks for.

    `differs_by_date` is a sentence when the text is that of another release than the one in
    force on the date of service, else ''.
    """

    long: str
    medium: str
    short: str
    consumer: str
    copyright_line: str
    source_title: str
    release_name: str
    valid_from: date
    is_by_hand: bool
    differs_by_date: str

    @property
    def text(self) -> str:
        return self.long or self.medium or self.short


def publisher_line(system: str, release: Release) -> str:
    """The publisher's own copyright line, or who publishes what is in the public domain."""
    return {
        CodeSystem.CPT: (
            f"© Copyright {release.valid_from.year} American Medical Association. "
            "All rights reserved."
        ),
        CodeSystem.HCPCS: "Published by the Centers for Medicare & Medicaid Services.",
        CodeSystem.ICD_10_CM: (
            "Published by the National Center for Health Statistics and CMS. "
            "Based on ICD-10, © World Health Organization."
        ),
        CodeSystem.ICD_10_PCS: "Published by the Centers for Medicare & Medicaid Services.",
    }[CodeSystem(system)]


def publisher_lines_of(releases: Iterable[Release]) -> list[str]:
    """The lines of the publishers of those releases that hold words on codes, each once."""
    of_system: dict[str, Release] = {}
    for release in releases:
        if system := SYSTEM_OF_SOURCE.get(release.source):
            of_system.setdefault(system, release)
    return list(dict.fromkeys(publisher_line(*each) for each in of_system.items()))


def publisher_lines_of_systems(
    systems: Iterable[str], releases: Releases, date_of_service: date
) -> list[str]:
    """The lines of the publishers of these code systems, for a list of their codes, each once.

    Nothing is said of a system without a release, or an entry by hand, on the site.
    """
    wanted, lines = set(systems), []
    for system in CodeSystem:
        if system in wanted:
            shown = releases.shown(source_of(system), date_of_service)
            shown = shown or releases.shown(Source.ENTERED_BY_HAND, date_of_service)
            lines += [publisher_line(system, shown)] if shown else []
    return list(dict.fromkeys(lines))


def publisher_lines_of_links(
    links: Iterable[CodeLink], releases: Releases, date_of_service: date
) -> list[str]:
    """The lines of the publishers of the linked codes that are shown with a text, each once."""
    systems = {link.system for link in links if link.text}
    return publisher_lines_of_systems(systems, releases, date_of_service) if systems else []


def publisher_lines_of_words(text: str, releases: Releases, date_of_service: date) -> list[str]:
    """The AMA's line for a text that a person wrote, where it names a CPT code described here.

    Such a text may repeat the description, whole or in part; no other publisher asks for a line.
    """
    values = [word for word in set(_WORD.findall(text)) if has_form_of(CodeSystem.CPT, word)]
    described = OfficialDescription.objects.filter(
        code__system=CodeSystem.CPT,
        code__value__in=values,
        release__state=Release.State.PUBLISHED,
    )
    if not values or not described.exists():
        return []
    return publisher_lines_of_systems([CodeSystem.CPT], releases, date_of_service)


def official_text(
    system: str, description: OfficialDescription | None, in_force: Release | None
) -> OfficialText | None:
    """The text of a description for a page; None where there is none."""
    if description is None or not description.text:
        return None
    release = description.release
    is_by_hand = release.source == Source.ENTERED_BY_HAND
    differs = ""
    if not is_by_hand and (in_force is None or in_force.id != release.id):
        differs = f"Text of {release.name}."
    return OfficialText(
        long=description.long,
        medium=description.medium,
        short=description.short,
        consumer=description.consumer,
        copyright_line=publisher_line(system, release),
        source_title=release.get_source_display(),
        release_name=release.name,
        valid_from=release.valid_from,
        is_by_hand=is_by_hand,
        differs_by_date=differs,
    )
