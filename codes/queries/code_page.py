"""The open part of a code page: everything that every reader may see."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import OuterRef, Subquery

from codes.models import (
    Code,
    CodeSystem,
    HcpcsRecord,
    OfficialDescription,
    Release,
    Source,
    stored_value,
)
from codes.queries.divisions import Crumb, trail_of, within_url
from codes.queries.editorial import PlainText, plain_text, published_slugs
from codes.queries.fees import CodePayment
from codes.queries.listed_facts import ListedFacts
from codes.queries.official_text import (
    OfficialText,
    official_text,
    publisher_lines_of_links,
)
from codes.queries.relatives import (
    PCS_TABLE_LENGTH,
    CodeLink,
    Relatives,
    linked_codes,
    relatives_of,
)
from codes.queries.releases import (
    Releases,
    published_releases,
    source_of,
    staleness_note,
)
from codes.queries.row_counts import row_counts
from codes.queries.status import Status, StatusKind, description_on, status_on


@dataclass(frozen=True)
class CodePage:
    """The open facts of a code on a date of service."""

    code: Code
    date_of_service: date
    is_today: bool
    status: Status
    official: OfficialText | None
    plain: PlainText | None
    relatives: Relatives
    breadcrumb: list[Crumb]
    replaced_by: list[CodeLink]
    sources: list[Release]
    note: str
    descriptions: list[OfficialDescription] = field(default_factory=list)
    releases: Releases = field(default_factory=Releases)
    plain_title: str = ""
    row_counts: dict[str, int] = field(default_factory=dict)
    payment: CodePayment | None = None  # reads nothing before a section asks it
    listed: ListedFacts | None = None  # the same

    @property
    def title(self) -> str:
        """The official text, or the editors' plain title; '' where there is neither."""
        return (self.official.text if self.official else "") or self.plain_title

    @property
    def publisher_lines(self) -> list[str]:
        """The line of the publisher of its title, for a page that shows the title alone."""
        return [self.official.copyright_line] if self.official else []

    @property
    def replaced_by_lines(self) -> list[str]:
        """The lines of the publishers of its replacements in other systems."""
        others = [link for link in self.replaced_by if link.system != self.code.system]
        return publisher_lines_of_links(others, self.releases, self.date_of_service)

    @cached_property
    def published_slugs(self) -> set[str]:
        """The sections with an editors' text, asked for once."""
        return published_slugs(self.code)

    @property
    def neighbors(self) -> list[CodeLink]:
        return self.relatives.neighbors

    @property
    def children(self) -> list[CodeLink]:
        return self.relatives.children

    @property
    def all_children_url(self) -> str:
        """The list of a table's codes, where the page shows only the first of them; else ''."""
        if not self.relatives.has_more_children:
            return ""
        return within_url(self.code.system, self.code.value.lower())


def find_code(system: str, value: str) -> Code | None:
    """The code of a stored value with its plain-language description, None where unknown."""
    codes = Code.objects.filter(system=system, value=value)
    return codes.select_related("plain_description").first()


def code_page(code: Code, date_of_service: date, today: date) -> CodePage:
    """Everything open on the page of a code, on a date of service."""
    releases = published_releases()
    descriptions = _descriptions(code, releases)
    source = source_of(code.system)
    in_force = releases.in_force(source, date_of_service)
    shown = description_on(code, descriptions, releases, date_of_service)
    counts = row_counts(code, releases, date_of_service)
    fee_schedule = releases.shown(Source.PHYSICIAN_FEE_SCHEDULE, date_of_service)
    status = status_on(
        code,
        descriptions,
        releases,
        date_of_service,
        fee_schedule=fee_schedule if counts["fee schedule"] else None,
    )
    replaced_by = []
    if status.kind == StatusKind.ENDED and code.system == CodeSystem.HCPCS:
        replaced_by = _replacements(descriptions, releases)
    relatives = relatives_of(code, releases.shown(source, date_of_service))
    plain_description = getattr(code, "plain_description", None)
    return CodePage(
        code=code,
        date_of_service=date_of_service,
        is_today=date_of_service == today,
        status=status,
        official=official_text(code.system, shown, in_force),
        plain=plain_text(plain_description),
        relatives=relatives,
        breadcrumb=[
            *trail_of(code, _table_title(code, shown, relatives)),
            *(Crumb(link.printed, link.url) for link in relatives.parents),
        ],
        replaced_by=replaced_by,
        sources=_sources(status, shown),
        note=staleness_note(in_force, date_of_service)
        if in_force == _newest(releases, source)
        else "",
        descriptions=descriptions,
        releases=releases,
        plain_title=plain_description.published_title if plain_description else "",
        row_counts=counts,
        payment=CodePayment(code, releases, date_of_service),
        listed=ListedFacts(code, releases, date_of_service),
    )


def _newest(releases: Releases, source: Source) -> Release | None:
    return (releases.of(source) or [None])[-1]


def _table_title(code: Code, shown: OfficialDescription | None, relatives: Relatives) -> str:
    """The title of the ICD-10-PCS table that a code stands in, or is."""
    if relatives.parents:
        return relatives.parents[0].text
    return shown.text if shown and len(code.value) == PCS_TABLE_LENGTH else ""


def _sources(status: Status, shown: OfficialDescription | None) -> list[Release]:
    """The releases the page rests on, each once."""
    releases = [status.release, shown.release if shown else None]
    return list({release.pk: release for release in releases if release}.values())


def _descriptions(code: Code, releases: Releases) -> list[OfficialDescription]:
    by_id = {release.id: release for release in releases.all()}
    found = OfficialDescription.objects.filter(code=code, release_id__in=by_id).order_by("id")
    if code.system == CodeSystem.HCPCS:  # for its replacements, should it have ended
        records = HcpcsRecord.objects.filter(code=code, release=OuterRef("release"))
        found = found.annotate(references=Subquery(records.values("cross_reference_codes")))
    descriptions = list(found)
    for item in descriptions:
        item.release = by_id[item.release_id]
        item.code = code
    return descriptions


def _replacements(descriptions: list[OfficialDescription], releases: Releases) -> list[CodeLink]:
    """CMS's cross-references of an ended HCPCS code. A five-digit one is a CPT number."""
    told = [item for item in descriptions if item.references is not None]
    newest = max(told, key=lambda item: item.release.valid_from, default=None)
    values = [stored_value(value) for value in newest.references] if newest else []
    pairs = [(_system_of(value), value) for value in values if value]
    if not pairs:
        return []
    return linked_codes(pairs, [release.pk for release in releases.all()])


def _system_of(value: str) -> str:
    return CodeSystem.CPT if value[0].isdigit() else CodeSystem.HCPCS
