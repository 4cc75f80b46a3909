"""Chapters and sections: the fixed upper levels of each code system, above its codes.

ICD-10-CM's chapters are those of its tabular list (NCHS), HCPCS's sections those of CMS's
alphanumeric file, ICD-10-PCS's sections those of its tables (CMS). CPT's are the numbers' ranges
named in our own generic words. Finer levels come from the codes themselves: hundreds of HCPCS,
body systems and tables of ICD-10-PCS (see tree.py).
"""

from dataclasses import dataclass, field

from django.urls import reverse

from codes.models import Code, CodeSystem
from codes.queries.division_titles import (
    CPT_SECTIONS,
    HCPCS_SECTIONS,
    ICD_10_CM_CHAPTERS,
    ICD_10_PCS_SECTIONS,
)


@dataclass(frozen=True)
class Crumb:
    """A step of the way down to a code."""

    title: str
    url: str


@dataclass(frozen=True)
class Division:
    """A chapter or section: its codes run from `first` to `last`, stored values, inclusive.

    Where the system counts its divisions by ranges the slug is the range, lower case.
    """

    system: CodeSystem
    slug: str
    title: str
    first: str
    last: str
    parts: tuple["Division", ...] = field(default=(), compare=False)

    @property
    def span(self) -> str:
        """The range as it is printed; one value where it begins and ends alike."""
        return self.first if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def beyond(self) -> str:
        """A value above every code of the division and below every later one.

        `last` may be the beginning of codes: the chapter to B99 holds B99.9 too.
        """
        return f"{self.last}~"

    @property
    def url(self) -> str:
        return within_url(self.system, self.slug)

    @property
    def ending(self) -> str:
        """The letter its codes end in where CPT's categories share numbers; '' elsewhere."""
        is_lettered = self.system == CodeSystem.CPT and not self.last[-1].isdigit()
        return self.last[-1] if is_lettered else ""

    def holds(self, value: str) -> bool:
        if not self.first <= value < self.beyond:
            return False
        if self.ending:
            return value.endswith(self.ending)
        return self.system != CodeSystem.CPT or value[-1:].isdigit()


def system_url(system: str) -> str:
    return reverse("codes:system_detail", args=[system])


def within_url(system: str, slug: str) -> str:
    """The address of a part of a system's tree."""
    return f"{system_url(system)}?within={slug}"


def _range(system: CodeSystem, first: str, last: str, title: str, *parts: Division) -> Division:
    slug = f"{first}-{last}".lower() if first != last else first.lower()
    return Division(system, slug, title, first, last, parts)


def _ranges(system: CodeSystem, rows: tuple) -> tuple[Division, ...]:
    """Divisions of rows (first, last, title) or (first, last, title, rows of its parts)."""
    return tuple(
        _range(system, first, last, title, *_ranges(system, parts[0] if parts else ()))
        for first, last, title, *parts in rows
    )


DIVISIONS: dict[CodeSystem, tuple[Division, ...]] = {
    CodeSystem.CPT: _ranges(CodeSystem.CPT, CPT_SECTIONS),
    CodeSystem.HCPCS: _ranges(CodeSystem.HCPCS, HCPCS_SECTIONS),
    CodeSystem.ICD_10_CM: _ranges(CodeSystem.ICD_10_CM, ICD_10_CM_CHAPTERS),
    CodeSystem.ICD_10_PCS: tuple(
        _range(CodeSystem.ICD_10_PCS, character, character, title)
        for character, title in ICD_10_PCS_SECTIONS
    ),
}


def path_to(system: str, slug: str) -> list[Division]:
    """The fixed divisions from the top down to the one with this slug; [] where there is none."""

    def search(divisions: tuple[Division, ...]) -> list[Division]:
        for division in divisions:
            if division.slug == slug:
                return [division]
            below = search(division.parts)
            if below:
                return [division, *below]
        return []

    return search(DIVISIONS[CodeSystem(system)])


def divisions_of(system: str, value: str) -> list[Division]:
    """The fixed divisions a stored value stands in, from the top down."""
    found, level = [], DIVISIONS[CodeSystem(system)]
    while True:
        division = next((item for item in level if item.holds(value)), None)
        if division is None:
            return found
        found.append(division)
        level = division.parts


def division_crumbs(system: str, divisions: list[Division]) -> list[Crumb]:
    """The system and its divisions, from the top down."""
    crumbs = [Crumb(CodeSystem(system).label, system_url(system))]
    for division in divisions:
        title = division.title
        if division.first != division.last and system != CodeSystem.HCPCS:
            title = f"{division.span} {title}"
        crumbs.append(Crumb(title, division.url))
    return crumbs


def trail_of(code: Code, table_title: str = "") -> list[Crumb]:
    """The way from the system down to the division a code stands in, divisions linked.

    `table_title` is the official title of an ICD-10-PCS code's table, which names its body
    system; without it the way ends at the section.
    """
    divisions = divisions_of(code.system, code.value)
    crumbs = division_crumbs(code.system, divisions)
    if code.system == CodeSystem.ICD_10_PCS and divisions and table_title:
        title = body_system_title(divisions[0].title, table_title)
        if title:
            crumbs.append(Crumb(title, within_url(code.system, code.value[:2].lower())))
    return crumbs


def body_system_title(section_title: str, table_title: str) -> str:
    """The body system in a table's title: 'Veins' in 'Imaging, Veins, Ultrasonography'.

    Titles read section, body system, operation; those of section 0 leave the section out (order
    file FY2026). '' where the title names no body system.
    """
    rest = table_title.removeprefix(f"{section_title}, ")
    return rest.rpartition(", ")[0]
