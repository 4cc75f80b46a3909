"""Chapters and sections: the fixed upper levels of each code system, above its codes."""

from dataclasses import dataclass

from django.urls import reverse

from codes.models import Code, CodeSystem


@dataclass(frozen=True)
class Crumb:
    """A step of the way down to a code."""

    title: str
    url: str


@dataclass(frozen=True)
class Division:
    """A chapter or section: its codes run from `first` to `last`, stored values, inclusive."""

    slug: str
    title: str
    first: str
    last: str

    @property
    def span(self) -> str:
        return f"{self.first}–{self.last}"


def division_url(system: str, division: Division) -> str:
    return f"{reverse('codes:system_detail', args=[system])}{division.slug}/"


def trail_of(code: Code) -> list[Crumb]:
    """The way from the system down to the division a code stands in."""
    system = CodeSystem(code.system)
    return [Crumb(system.label, reverse("codes:system_detail", args=[system.value]))]
