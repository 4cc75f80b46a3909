"""The tree of each code system: from its divisions down to the codes of one of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left, Length

from codes.models import Code, CodeSystem, Release
from codes.queries.divisions import (
    DIVISIONS,
    Crumb,
    Division,
    body_system_title,
    division_crumbs,
    divisions_of,
    path_to,
    system_url,
)
from codes.queries.relatives import known_codes
from codes.queries.releases import Releases, published_releases, source_of

LONGEST_LIST = 100  # a division with no more codes lists them; a longer one is divided first


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
        return system_url(self.system)


@dataclass(frozen=True)
class Branch:
    """A division to go down to: `count` is the number of its codes, headers left out."""

    title: str
    span: str
    url: str
    count: int


@dataclass(frozen=True)
class Level:
    """One level of a system's tree: either branches, or codes to be listed in pages.

    `codes` have value, text and billable (see `known_codes`). `division` is None at the top.
    `release` is the one shown, None where no release of the system is loaded.
    """

    system: CodeSystem
    release: Release | None
    division: Division | None
    crumbs: list[Crumb]
    branches: list[Branch] = field(default_factory=list)
    codes: QuerySet[Code] | None = None


LINES = {
    CodeSystem.CPT: "Procedures and services, by the American Medical Association.",
    CodeSystem.HCPCS: "Supplies, drugs, equipment and services outside CPT®, by CMS.",
    CodeSystem.ICD_10_CM: "Diagnoses, by the National Center for Health Statistics.",
    CodeSystem.ICD_10_PCS: "Procedures of hospital inpatients, by CMS.",
}


def code_systems(date_of_service: date) -> list[SystemEntry]:
    """Every code system with the release that lists show on a date, and its number of codes."""
    releases = published_releases()
    entries = []
    for system in CodeSystem:
        release = releases.shown(source_of(system), date_of_service)
        count = sum(_counts(system, release).values())
        entries.append(SystemEntry(system, LINES[system], release, count))
    return entries


def level_of(system: str, slug: str, date_of_service: date, releases: Releases) -> Level | None:
    """The level of a system's tree at a division; None where there is no such division.

    The top is the empty slug. Codes are those of the release in force on the date (or else of
    the oldest loaded), or every code known where no release of the system is loaded.
    """
    system = CodeSystem(system)
    release = releases.shown(source_of(system), date_of_service)
    if not slug:
        crumbs = [Crumb(system.label, "")]
        branches = list(_branches(DIVISIONS[system], _counts(system, release)))
        return Level(system, release, None, crumbs, branches)
    path = path_to(system, slug)
    if system == CodeSystem.ICD_10_PCS:
        return _pcs_level(release, slug, path)
    if system == CodeSystem.HCPCS and re.fullmatch(r"[a-z]\d\d", slug):
        path = _with_hundred(slug.upper())
    if not path:
        return None
    division = path[-1]
    counts = _counts(system, release)
    parts = division.parts
    if system == CodeSystem.HCPCS and len(division.slug) != 3:
        if _count_in(division, counts) <= LONGEST_LIST:
            parts = ()
        elif not parts:
            parts = _hundreds(division, counts)
    crumbs = _crumbs_to(system, path)
    if parts:
        return Level(system, release, division, crumbs, list(_branches(parts, counts)))
    codes = _codes_in(known_codes(system, release), division)
    if system == CodeSystem.ICD_10_CM and release:
        codes = codes.annotate(length=Length("value")).filter(length=3)
    return Level(system, release, division, crumbs, codes=codes)


def _pcs_level(release: Release | None, slug: str, path: list[Division]) -> Level | None:
    """ICD-10-PCS: a section's body systems, a body system's tables, a table's codes.

    The names of body systems and tables are the official titles of the tables.
    """
    system = CodeSystem.ICD_10_PCS
    prefix = slug.upper()
    sections = path or divisions_of(system, prefix)
    if not sections or not re.fullmatch(r"[0-9A-Z]{1,3}", prefix):
        return None
    section = sections[0]
    if release is None:
        crumbs = _crumbs_to(system, [section])
        return Level(
            system, None, section, crumbs, codes=_codes_in(known_codes(system, None), section)
        )
    codes = known_codes(system, release).filter(value__startswith=prefix)
    tables = codes.annotate(length=Length("value")).filter(length=3)
    if len(prefix) == 1:
        return _pcs_section(release, section, tables)
    titles = {code.value: code.text for code in tables}
    if not titles:
        return None
    body_system = Division(
        system,
        slug[:2],
        _body_system_of(section, list(titles.values())),
        prefix[:2],
        prefix[:2],
    )
    if len(prefix) == 2:
        crumbs = _crumbs_to(system, [section, body_system])
        return Level(system, release, body_system, crumbs, codes=tables)
    table = Division(system, slug, titles[prefix], prefix, prefix)
    crumbs = _crumbs_to(system, [section, body_system, table])
    table_codes = codes.exclude(value=prefix)
    return Level(system, release, table, crumbs, codes=table_codes)


def _pcs_section(release, section: Division, tables) -> Level:
    titles: dict[str, list[str]] = {}
    for code in tables.order_by("value"):
        titles.setdefault(code.value[:2], []).append(code.text)
    divisions = [
        Division(section.system, start.lower(), _body_system_of(section, texts), start, start)
        for start, texts in titles.items()
    ]
    branches = list(_branches(divisions, _counts(section.system, release)))
    crumbs = _crumbs_to(section.system, [section])
    return Level(section.system, release, section, crumbs, branches)


def _body_system_of(section: Division, table_titles: list[str]) -> str:
    """The name of a body system, from the titles of its tables; the section's where none has it."""
    names = {body_system_title(section.title, title) for title in table_titles}
    return min(names, key=len) or section.title


def _with_hundred(prefix: str) -> list[Division]:
    """The path to a hundred of HCPCS codes, e.g. A04: A0400 to A0499."""
    above = divisions_of(CodeSystem.HCPCS, f"{prefix}00")
    if not above:
        return []
    return [*above, _hundred(prefix)]


def _hundred(prefix: str) -> Division:
    first, last = f"{prefix}00", f"{prefix}99"
    return Division(CodeSystem.HCPCS, prefix.lower(), f"{first}–{last}", first, last)


def _hundreds(division: Division, counts: dict[str, int]) -> tuple[Division, ...]:
    return tuple(_hundred(prefix) for prefix in sorted(counts) if division.holds(f"{prefix}00"))


def _crumbs_to(system: CodeSystem, path: list[Division]) -> list[Crumb]:
    """The way to a division; the division itself is where the reader is, so it has no address."""
    *above, here = division_crumbs(system, path)
    return [*above, Crumb(here.title, "")]


def _branches(divisions, counts: dict[str, int]) -> Iterator[Branch]:
    """The divisions that have codes."""
    for division in divisions:
        count = _count_in(division, counts)
        if count:
            span = division.span if division.title != division.span else ""
            yield Branch(division.title, span, division.url, count)


def _count_in(division: Division, counts: dict[str, int]) -> int:
    # HCPCS is counted by hundreds: A00 stands for A0000 to A0099.
    rest = "00" if division.system == CodeSystem.HCPCS else ""
    return sum(count for start, count in counts.items() if division.holds(start + rest))


def _codes_in(codes: QuerySet[Code], division: Division) -> QuerySet[Code]:
    found = codes.filter(value__gte=division.first, value__lt=division.beyond)
    if division.ending:
        return found.filter(value__endswith=division.ending)
    if division.system == CodeSystem.CPT:
        return found.filter(value__regex="[0-9]$")
    return found


def _counts(system: CodeSystem, release: Release | None) -> dict[str, int]:
    """How many codes begin with each value's first characters, headers left out.

    Three characters tell the division everywhere but in CPT, whose last character matters.
    """
    if release is None:
        return _count(system, None)
    return _counts_of_release(system, release.pk, release.row_count)


@lru_cache(maxsize=32)
def _counts_of_release(system: CodeSystem, release_id: int, row_count: int) -> dict[str, int]:
    """Counted once per process: a published release does not change."""
    return _count(system, Release(pk=release_id))


def _count(system: CodeSystem, release: Release | None) -> dict[str, int]:
    codes = Code.objects.filter(system=system)
    is_counted = Q()
    if release is not None:
        codes = codes.filter(descriptions__release=release)
        is_counted = Q(descriptions__is_billable=True)
    rows = (
        codes.order_by()
        .values_list(Left("value", 5 if system == CodeSystem.CPT else 3))
        .annotate(count=Count("pk", filter=is_counted))
    )
    return dict(rows)
