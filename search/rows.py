"""What the rows of the results page show beside a hit: its place, its variants, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from codes.models import CodeSystem
from codes.queries.divisions import Crumb
from codes.queries.service_date import with_date
from codes.queries.status import StatusKind
from search.completion import CompleteCode, complete_codes
from search.folding import aspects_that_vary, with_varying_words
from search.results import Hit

# What a claim calls the code in the claim checker's address.
CLAIM_PARTS = {
    CodeSystem.CPT: "line",
    CodeSystem.HCPCS: "line",
    CodeSystem.ICD_10_CM: "dx",
}


@dataclass(frozen=True)
class Variant:
    """A hit that differs in few words, which `html` sets apart."""

    hit: Hit
    html: SafeString
    claim_part: str


@dataclass(frozen=True)
class Row:
    """A hit with what stands round it.

    `place` leads from the code system down to it. `choices` are the complete codes of a header
    that needs a 7th character, `variants` the hits folded under this one, which differ in
    `vary_in`. `claim_part` is 'line', 'dx', or '' where no claim may carry the code.
    """

    hit: Hit
    place: list[Crumb]
    choices: list[CompleteCode] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    vary_in: str = ""
    claim_part: str = ""

    @property
    def is_opened_by_search(self) -> bool:
        """Whether a search for the code itself leads on: it is a header, and nothing is offered."""
        return not self.hit.is_billable and not self.choices and not self.variants


def rows_of(hits: Iterable[Hit], date_of_service: date) -> list[Row]:
    """The rows of a page, with one query for the 7th characters."""
    hits = list(hits)
    choices = complete_codes(hits, date_of_service)
    return [_row(hit, choices.get((hit.system, hit.value), [])) for hit in hits]


def _row(hit: Hit, choices: list[CompleteCode]) -> Row:
    offered = {choice.value for choice in choices}
    variants = [variant for variant in hit.variants if variant.value not in offered]
    return Row(
        hit,
        _place(hit),
        choices,
        [
            Variant(variant, with_varying_words(hit.system, variant.text), claim_part(variant))
            for variant in variants
        ],
        ", ".join(
            aspects_that_vary(hit.system, [hit.text, *(variant.text for variant in variants)])
        ),
        claim_part(hit),
    )


def _place(hit: Hit) -> list[Crumb]:
    """The system, then the category and what stands right above the code; else the section."""
    system = Crumb(hit.system_title, "")
    if hit.parents:
        ends = dict.fromkeys((hit.parents[0].key, hit.parents[-1].key))
        return [
            system,
            *(
                Crumb(f"{parent.printed} {parent.text}".strip(), parent.url)
                for parent in hit.parents
                if parent.key in ends
            ),
        ]
    chapter = hit.chapter
    return [system, Crumb(chapter.title, chapter.url)] if chapter else [system]


def claim_url(hits: Iterable[Hit], on_date: date | None) -> str:
    """The claim check of the codes among the hits that a claim may carry; '' where none may."""
    parts = [(claim_part(hit), hit.printed) for hit in hits]
    # Lines first, as the claim checker writes its own addresses.
    query = urlencode(
        sorted((part for part in parts if part[0]), reverse=True, key=lambda part: part[0])
    )
    return with_date(f"{reverse('claim_check')}?{query}", on_date) if query else ""


def claim_part(hit: Hit) -> str:
    """The parameter of the claim checker that takes the code; '' where no claim may carry it."""
    if hit.status.kind == StatusKind.HEADER or not hit.is_billable:
        return ""
    return CLAIM_PARTS.get(hit.system, "")
