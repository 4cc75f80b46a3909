"""What a code page holds behind the meter, in reading order, and who may read it.

This list is the only place that says which section a page has, for which systems and on which
access. A locked section's query is never run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from codes.models import CodeSystem, SectionSlug
from codes.queries.code_page import CodePage
from codes.queries.compliance import compliance_count, compliance_of
from codes.queries.coverage_section import (
    coverage_count,
    coverage_in_full,
    coverage_of,
    coverage_table,
)
from codes.queries.crosswalks import crosswalks_count, crosswalks_in_full, crosswalks_of
from codes.queries.crosswalks_table import crosswalks_table
from codes.queries.editorial import SectionHtml, published_sections
from codes.queries.fees import payment_in_full, payment_section, payment_table
from codes.queries.guidelines import guidelines_count, guidelines_of
from codes.queries.history import history_of, history_table
from codes.queries.modifiers import modifier_section, modifier_table
from codes.queries.ncci_section import ncci_count, ncci_facts, ncci_in_full, ncci_of, ncci_table

Table = tuple[list[str], list[list]]  # the names of the columns, and the rows
EVERY_SYSTEM = frozenset(CodeSystem)


@dataclass(frozen=True)
class Section:
    """A gated section: `summary` says in one open line what is inside; `query` fetches it.

    `query` takes the page's open facts (code, date of service, releases, descriptions) and
    returns what `template` shows; without one the section has only the editors' text. `count`
    says how many facts the query would find: an open fact, taken from what the page has read
    already. `facts` says so in words, for readers of a locked section. `full_query` takes its
    place on the section's own page, with the parameters of the address (filters, pages, a
    reader's question). `table` turns what the query found into the
    section's download, and `table_release` names the release that stands in its file name.
    """

    slug: SectionSlug
    summary: str
    systems: frozenset[str] = EVERY_SYSTEM
    query: Callable[[CodePage], Any] | None = None
    full_query: Callable[[CodePage, Mapping[str, str]], Any] | None = None
    count: Callable[[CodePage], int] | None = None
    facts: Callable[[CodePage], str] | None = None
    template: str = ""
    table: Callable[[Any], Table] | None = None
    table_release: Callable[[Any], str] | None = None

    @property
    def title(self) -> str:
        return self.slug.label

    @property
    def leads_with_data(self) -> bool:
        """Whether readers open the section's own page for its table, not for an explanation."""
        return self.table is not None


SECTIONS = [
    Section(SectionSlug.CLINICAL_USE, "Indications, the procedure, and what follows it."),
    Section(
        SectionSlug.GUIDELINES,
        "What to document, and when the code may be reported.",
        query=guidelines_of,
        count=guidelines_count,
        template="codes/sections/guidelines.html",
    ),
    Section(
        SectionSlug.MODIFIERS,
        "Which may apply, and why.",
        query=lambda page: modifier_section(page.payment),
        count=lambda page: page.row_counts["modifiers"],
        template="codes/sections/modifiers.html",
        table=modifier_table,
        table_release=lambda section: section.schedule.name,
    ),
    Section(
        SectionSlug.NCCI_EDITS,
        "Which codes may not be billed together, and how many units.",
        query=ncci_of,
        full_query=ncci_in_full,
        count=ncci_count,
        facts=ncci_facts,
        template="codes/sections/ncci_edits.html",
        table=ncci_table,
    ),
    Section(
        SectionSlug.CROSSWALKS,
        "The codes that go with it in other systems.",
        query=crosswalks_of,
        full_query=crosswalks_in_full,
        count=crosswalks_count,
        template="codes/sections/crosswalks.html",
        table=crosswalks_table,
    ),
    Section(
        SectionSlug.COMPLIANCE,
        "What auditors and payers look for.",
        query=compliance_of,
        count=compliance_count,
        template="codes/sections/compliance.html",
    ),
    Section(
        SectionSlug.MEDICARE_COVERAGE,
        "When Medicare covers it.",
        query=coverage_of,
        full_query=coverage_in_full,
        count=coverage_count,
        template="codes/sections/medicare_coverage.html",
        table=coverage_table,
    ),
    Section(
        SectionSlug.MEDICARE_PAYMENT,
        "How Medicare pays for it.",
        query=lambda page: payment_section(page.payment),
        full_query=lambda page, parameters: payment_in_full(page.payment, parameters),
        count=lambda page: page.row_counts["fee schedule"] + page.row_counts["opps"],
        template="codes/sections/medicare_payment.html",
        table=payment_table,
        table_release=lambda section: section.release_name,
    ),
    Section(
        SectionSlug.HISTORY,
        "When it was added, revised or ended.",
        query=lambda page: history_of(page.descriptions, page.releases),
        count=lambda page: len(page.descriptions),
        template="codes/sections/history.html",
        table=history_table,
    ),
]


@dataclass(frozen=True)
class SectionView:
    """A section as a page shows it: `state` is open, locked or empty.

    `editorial` and `content` are None unless the section is open.
    """

    section: Section
    state: str
    editorial: SectionHtml | None = None
    content: Any = None
    facts: str = ""

    @property
    def slug(self) -> str:
        return self.section.slug.value

    @property
    def title(self) -> str:
        return self.section.title

    @property
    def count(self) -> int | None:
        """How many facts an open section shows, where it says so."""
        count = getattr(self.content, "count", None)
        return count if isinstance(count, int) else None

    @property
    def summary(self) -> str:
        return self.section.summary

    @property
    def template(self) -> str:
        return self.section.template


def section_of(slug: str) -> Section | None:
    """The section of an address, None where there is none."""
    return next((section for section in SECTIONS if section.slug == slug), None)


def has_sections(page: CodePage) -> bool:
    """Whether the page has anything behind the meter. Opening one that has not costs nothing."""
    offered = [section for section in SECTIONS if page.code.system in section.systems]
    if any(section.count and section.count(page) for section in offered):
        return True
    return bool(page.published_slugs)


def sections_of(page: CodePage, *, is_open: bool, is_editor: bool = False) -> list[SectionView]:
    """The sections of a code page in reading order.

    Those with nothing to say are left out; an editor sees them as empty. Unless `is_open`,
    neither the editors' text nor any query of a section is fetched.
    """
    code = page.code
    offered = [section for section in SECTIONS if code.system in section.systems]
    texts = published_sections(code) if is_open else {}
    slugs = set(texts) if is_open else page.published_slugs
    views = []
    for section in offered:
        has_content = bool(section.count and section.count(page))
        if section.slug not in slugs and not has_content:
            if is_editor:
                views.append(SectionView(section, "empty"))
        elif not is_open:
            facts = section.facts(page) if section.facts and has_content else ""
            views.append(SectionView(section, "locked", facts=facts))
        else:
            content = section.query(page) if has_content else None
            views.append(SectionView(section, "open", texts.get(section.slug), content))
    return views


def section_in_full(
    section: Section, page: CodePage, parameters: Mapping[str, str] | None = None
) -> SectionView:
    """One open section, for readers who may read it, as the address's parameters ask for it."""
    code = page.code
    texts = published_sections(code, {section.slug.value})
    content = None
    if section.count and section.count(page):
        if section.full_query:
            content = section.full_query(page, parameters or {})
        else:
            content = section.query(page)
    editorial = texts.get(section.slug.value)
    state = "open" if editorial or content else "empty"
    return SectionView(section, state, editorial, content)
