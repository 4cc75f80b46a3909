"""The codes and groups that go with a code in other systems, and its earlier and later codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from codes.models import (
    CodeConversion,
    CodeSystem,
    GeneralEquivalence,
    HccMapping,
    RbcsAssignment,
    Release,
    Source,
    has_form_of,
    stored_value,
)
from codes.queries.code_page import CodePage
from codes.queries.coverage_section import DocumentView, diagnoses_through_articles
from codes.queries.crosswalk_rows import (
    ICD_10_CM,
    PROCEDURES,
    newest,
)
from codes.queries.official_text import publisher_lines_of_links
from codes.queries.relatives import CodeLink
from codes.queries.status import description_on


@dataclass(frozen=True)
class HccCategory:
    """A condition category a diagnosis counts towards."""

    category: int
    label: str


@dataclass(frozen=True)
class HccModel:
    """A risk model and the diagnosis's categories in it, those of the newest version first."""

    name: str
    categories: list[HccCategory]


@dataclass(frozen=True)
class HccCrosswalk:
    """Without models the diagnosis counts in none of the release."""

    release: Release
    models: list[HccModel]


@dataclass(frozen=True)
class Equivalent:
    """A way to say a diagnosis in ICD-9-CM: one code, or several that are needed together."""

    codes: list[str]
    is_approximate: bool
    sentence: str


@dataclass(frozen=True)
class Icd9Crosswalk:
    """Without equivalents the release lists the diagnosis with no map, or not at all."""

    release: Release
    equivalents: list[Equivalent]
    is_without_map: bool = False


@dataclass(frozen=True)
class Conversion:
    """A change of codes: `codes` are linked, `text` is the publisher's wording where it says
    more than they do.
    """

    effective_date: date
    codes: list[CodeLink]
    text: str = ""


@dataclass(frozen=True)
class ConversionCrosswalk:
    """Codes assigned before this one, and codes that came in its place since."""

    release: Release
    earlier: list[Conversion]
    later: list[Conversion]


@dataclass(frozen=True)
class RbcsPlace:
    """The kind of care a procedure is, in CMS's words; `family` is '' where there is none."""

    release: Release
    category: str
    subcategory: str
    family: str
    procedure: str
    effective_date: date


@dataclass(frozen=True)
class CrossReferences:
    """Codes that CMS's HCPCS file refers to from this one, and codes it refers to this one from.

    From an ended code the reference is to what replaces it (CMS's record layout, XREF).
    `publisher_lines` are those of the texts beside the codes.
    """

    release: Release
    to: list[CodeLink] = field(default_factory=list)
    come_from: list[CodeLink] = field(default_factory=list)
    publisher_lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Crosswalks:
    """The section's content. What is None is not loaded, or says nothing of codes like this.

    `articles` are the coverage documents that lead from a procedure to diagnoses, or back.
    """

    hcc: HccCrosswalk | None = None
    icd_9: Icd9Crosswalk | None = None
    conversion: ConversionCrosswalk | None = None
    references: CrossReferences | None = None
    rbcs: RbcsPlace | None = None
    articles: list[DocumentView] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(
            (self.hcc, self.icd_9, self.conversion, self.references, self.rbcs, self.articles)
        )


def crosswalks_count(page: CodePage) -> int:
    """How many crosswalks the page has, from what it has read already.

    For a billable diagnosis it is a fact too that no risk model counts it.
    """
    counted = [
        "coverage",
        "icd-9-cm equivalents",
        "earlier codes",
        "later codes",
        "rbcs",
        "hcpcs references",
    ]
    has_hcc = page.row_counts.get("hcc", 0) or _tells_of_no_hcc(page)
    return sum(bool(page.row_counts.get(name, 0)) for name in counted) + bool(has_hcc)


def _tells_of_no_hcc(page: CodePage) -> bool:
    if page.code.system != ICD_10_CM:
        return False
    release = page.releases.shown(Source.HCC_MAPPINGS, page.date_of_service)
    return release is not None and _is_billable(page)


def _is_billable(page: CodePage) -> bool:
    shown = description_on(page.code, page.descriptions, page.releases, page.date_of_service)
    return bool(shown and shown.is_billable)


def crosswalks_of(page: CodePage, *, in_full: bool = False) -> Crosswalks:
    found = Crosswalks()
    if page.code.system == ICD_10_CM:
        found = _of_diagnosis(page)
    elif page.code.system in PROCEDURES:
        found = _of_procedure(page)
    if not page.row_counts.get("coverage", 0):
        return found
    articles = diagnoses_through_articles(
        page.code, page.date_of_service, page.releases, in_full=in_full
    )
    return replace(found, articles=articles)


def crosswalks_in_full(page: CodePage, parameters: Mapping[str, str]) -> Crosswalks:
    """The section on a page of its own, with the documents' groups of codes."""
    return crosswalks_of(page, in_full=True)


def _of_diagnosis(page: CodePage) -> Crosswalks:
    rows = page.listed.rows
    hcc = None
    if rows["hcc"] or _tells_of_no_hcc(page):
        release = page.releases.shown(Source.HCC_MAPPINGS, page.date_of_service)
        hcc = HccCrosswalk(release, _models(rows["hcc"]))
    return Crosswalks(
        hcc=hcc,
        icd_9=_icd_9(page, rows["icd-9"]),
        conversion=_conversion(page, rows["earlier"], rows["later"]),
    )


def _models(rows: list[HccMapping]) -> list[HccModel]:
    by_name: dict[str, list[HccCategory]] = {}
    for row in rows:
        by_name.setdefault(row.model, []).append(HccCategory(row.category, row.label))
    # CMS-HCC before its ESRD variant before RxHCC; of each the newest version first.
    names = sorted(by_name, key=lambda name: name[-3:], reverse=True)
    names.sort(key=lambda name: ("RxHCC" in name, "ESRD" in name))
    return [HccModel(name, by_name[name]) for name in names]


def _icd_9(page: CodePage, rows: list[GeneralEquivalence]) -> Icd9Crosswalk | None:
    if not rows:
        return None
    release = page.releases.shown(Source.GENERAL_EQUIVALENCE, page.date_of_service)
    mapped = [row for row in rows if row.target]
    return Icd9Crosswalk(release, _equivalents(mapped), is_without_map=not mapped)


def _equivalents(rows: list[GeneralEquivalence]) -> list[Equivalent]:
    """Each single code by itself; of a combination, each scenario with its choices."""
    found = [
        Equivalent(
            [icd_9_printed(row.target)],
            row.is_approximate,
            "Approximate: the two do not mean exactly the same."
            if row.is_approximate
            else "Exact: the two mean the same.",
        )
        for row in rows
        if not row.is_combination
    ]
    scenarios: dict[int, dict[int, list[GeneralEquivalence]]] = {}
    for row in rows:
        if row.is_combination:
            scenarios.setdefault(row.scenario, {}).setdefault(row.choice_list, []).append(row)
    for choices in scenarios.values():
        codes = [
            " or ".join(icd_9_printed(row.target) for row in choices[number])
            for number in sorted(choices)
        ]
        is_approximate = any(row.is_approximate for rows in choices.values() for row in rows)
        found.append(
            Equivalent(codes, is_approximate, "Needed together: one code of each, as listed.")
        )
    return found


def icd_9_printed(value: str) -> str:
    """An ICD-9-CM diagnosis with its dot: after the third character, after the fourth of an E."""
    point = 4 if value.startswith("E") else 3
    return f"{value[:point]}.{value[point:]}" if len(value) > point else value


def _conversion(
    page: CodePage, earlier: list[CodeConversion], later: list[CodeConversion]
) -> ConversionCrosswalk | None:
    if not (earlier or later):
        return None
    to_these: dict[date, list[CodeLink]] = {}
    for row in later:
        to_these.setdefault(row.effective_date, []).append(page.listed.link(ICD_10_CM, row.value))
    from_those = {
        (row.effective_date, row.previous_text): Conversion(
            row.effective_date,
            [page.listed.link(ICD_10_CM, value) for value in row.previous_values],
            "" if _says_only_codes(row) else row.previous_text,
        )
        for row in earlier
    }
    return ConversionCrosswalk(
        newest(page.releases, Source.ICD_10_CM_CONVERSION),
        earlier=list(from_those.values()),
        later=[Conversion(day, found) for day, found in to_these.items()],
    )


def _says_only_codes(row: CodeConversion) -> bool:
    """Whether the wording is one code: then the link says all of it."""
    return [stored_value(row.previous_text)] == row.previous_values


def _of_procedure(page: CodePage) -> Crosswalks:
    rows = page.listed.rows
    to = [stored_value(value) for row in rows["references"] for value in row.cross_reference_codes]
    come_from = [code.value for code in rows["referring"]]
    references = None
    if to or come_from:
        links = [page.listed.link(_procedure_system(value), value) for value in [*to, *come_from]]
        references = CrossReferences(
            newest(page.releases, Source.HCPCS_LEVEL_II),
            links[: len(to)],
            links[len(to) :],
            publisher_lines_of_links(links, page.releases, page.date_of_service),
        )
    return Crosswalks(references=references, rbcs=_rbcs(page, rows["rbcs"]))


def _procedure_system(value: str) -> str:
    return CodeSystem.CPT if has_form_of(CodeSystem.CPT, value) else CodeSystem.HCPCS


def _rbcs(page: CodePage, rows: list[RbcsAssignment]) -> RbcsPlace | None:
    """The code's place on the date; of a date before all, the first it had."""
    begun = [row for row in rows if row.effective_date <= page.date_of_service]
    row = (begun or rows or [None])[-1 if begun else 0]
    if row is None:
        return None
    return RbcsPlace(
        page.releases.shown(Source.RBCS, page.date_of_service),
        row.category,
        row.subcategory,
        row.family,
        row.procedure,
        row.effective_date,
    )
