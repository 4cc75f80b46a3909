"""What the section Medicare coverage shows of a code, on its page and in full."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.paginator import Page, Paginator

from codes.models import Code, CodeSystem, CoverageList, Release, has_form_of, stored_value
from codes.queries.code_page import CodePage
from codes.queries.coverage import Document, documents_naming, local_releases
from codes.queries.coverage_check import DiagnosisAnswer, facts_in
from codes.queries.coverage_groups import Group, groups_of
from codes.queries.national_coverage import NationalRule, national_rule
from codes.queries.releases import Releases

SHOWN_ON_CODE_PAGE = 6
DOCUMENTS_PER_PAGE = 10
CODES_SHOWN = 60
CODES_PER_PAGE = 200
_PROCEDURE_SYSTEMS = (CodeSystem.CPT, CodeSystem.HCPCS)
_ANSWERING_SYSTEMS = (*_PROCEDURE_SYSTEMS, CodeSystem.ICD_10_CM)


@dataclass(frozen=True)
class DocumentView:
    """A document with the groups to show of it: of a procedure those of diagnoses, of a
    diagnosis those of procedures, and the ones that name the code itself.
    """

    document: Document
    naming: list[Group] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)


@dataclass(frozen=True)
class Coverage:
    """The coverage of a code on a date of service.

    `is_loaded`: whether any release of articles or LCDs is; then an empty `documents` says that
    none of them names the code. `documents` are all that pass the filters, `shown` those of the
    page with their groups. `group` is the one whose codes alone are asked for.
    """

    is_loaded: bool
    is_diagnosis: bool
    releases: list[Release]
    national: NationalRule | None
    documents: list[Document]
    all_count: int = 0
    shown: list[DocumentView] = field(default_factory=list)
    page_obj: Page | None = None
    states: list[str] = field(default_factory=list)
    contractors: list[str] = field(default_factory=list)
    state: str = ""
    contractor: str = ""
    group: Group | None = None
    diagnosis: str = ""
    diagnosis_error: str = ""
    answer: DiagnosisAnswer | None = None

    @property
    def count(self) -> int:
        return len(self.documents)

    @property
    def first(self) -> list[Document]:
        return self.documents[:SHOWN_ON_CODE_PAGE]

    @property
    def has_undated(self) -> bool:
        """Whether the loaded files leave open from when one of the documents holds."""
        return any(document.effective_date is None for document in self.documents)

    @property
    def has_stateless(self) -> bool:
        """Whether the loaded files leave open in which states one of the documents holds."""
        return any(not document.states for document in self.documents)


def coverage_count(page: CodePage) -> int:
    """Whether there is anything to say; that no document names a procedure is a fact too."""
    if page.code.system not in _ANSWERING_SYSTEMS:
        return 0
    named = page.row_counts["coverage"]
    if page.code.system == CodeSystem.ICD_10_CM:
        return named
    is_described = page.code.system == CodeSystem.HCPCS and bool(page.descriptions)
    is_loaded = bool(local_releases(page.releases, page.date_of_service))
    return named or int(is_loaded or is_described)


def _national(page: CodePage) -> NationalRule | None:
    records = page.listed.rows["records"] if page.code.system == CodeSystem.HCPCS else []
    return national_rule(page.code, page.date_of_service, page.releases, records)


def _documents(page: CodePage) -> list[Document]:
    if not page.row_counts["coverage"]:
        return []
    is_diagnosis = page.code.system == CodeSystem.ICD_10_CM
    value = page.code.value
    found = documents_naming([value], _lists(is_diagnosis), page.date_of_service, page.releases)
    return found.get(value, [])


def _lists(is_diagnosis: bool) -> tuple[CoverageList, ...]:
    return (
        (CoverageList.COVERED, CoverageList.NONCOVERED)
        if is_diagnosis
        else (CoverageList.PROCEDURES,)
    )


def coverage_of(page: CodePage) -> Coverage:
    """The documents in short, for the code's page."""
    documents = _documents(page)
    return Coverage(
        is_loaded=bool(local_releases(page.releases, page.date_of_service)),
        is_diagnosis=page.code.system == CodeSystem.ICD_10_CM,
        releases=local_releases(page.releases, page.date_of_service),
        national=_national(page),
        documents=documents,
        all_count=len(documents),
        states=_states(documents),
    )


def coverage_in_full(page: CodePage, parameters: Mapping[str, str]) -> Coverage:
    """The documents with their groups. Parameters: `state`, `contractor`, `document` and `group`
    (one group's codes, paged), `page`, `dx` (a diagnosis to check).
    """
    documents = _documents(page)
    is_diagnosis = page.code.system == CodeSystem.ICD_10_CM
    states = _states(documents)
    contractors = sorted({name for item in documents for name in item.contractor_names})
    state = parameters.get("state", "").strip().upper()
    state = state if state in states else ""
    contractor = parameters.get("contractor", "")
    contractor = contractor if contractor in contractors else ""
    wanted = [
        document
        for document in documents
        if document.may_apply_in(state)
        and (not contractor or contractor in document.contractor_names)
    ]
    group, page_obj = _group_asked_for(page, wanted, parameters)
    shown = []
    if group is None:
        page_obj = Paginator(wanted, DOCUMENTS_PER_PAGE).get_page(parameters.get("page"))
        shown = _views(page, list(page_obj), is_diagnosis)
    diagnosis, error, answer = _asked(page, documents, parameters, state)
    return Coverage(
        is_loaded=bool(local_releases(page.releases, page.date_of_service)),
        is_diagnosis=is_diagnosis,
        releases=local_releases(page.releases, page.date_of_service),
        national=_national(page),
        documents=wanted,
        all_count=len(documents),
        shown=shown,
        page_obj=page_obj,
        states=states,
        contractors=contractors,
        state=state,
        contractor=contractor,
        group=group,
        diagnosis=diagnosis,
        diagnosis_error=error,
        answer=answer,
    )


def _states(documents: list[Document]) -> list[str]:
    return sorted({state for document in documents for state in document.states})


def _views(page: CodePage, documents: list[Document], is_diagnosis: bool) -> list[DocumentView]:
    procedures, diagnoses = _lists(False), _lists(True)
    groups = groups_of(
        documents,
        (*procedures, *diagnoses),
        page.date_of_service,
        page.releases,
        most=CODES_SHOWN,
    )
    naming_lists, other_lists = (diagnoses, procedures) if is_diagnosis else (procedures, diagnoses)
    views = []
    for document in documents:
        own = groups.get(document.key, [])
        places = {(place.code_list, place.group) for place in document.places}
        views.append(
            DocumentView(
                document,
                naming=[
                    group
                    for group in own
                    if group.code_list in naming_lists and (group.code_list, group.number) in places
                ],
                groups=[group for group in own if group.code_list in other_lists],
            )
        )
    return views


def _group_asked_for(
    page: CodePage, documents: list[Document], parameters: Mapping[str, str]
) -> tuple[Group | None, Page | None]:
    """The group `?document=52421&group=covered-2` asks for, with a page of its codes."""
    wanted = parameters.get("document", ""), parameters.get("group", "")
    document = next((item for item in documents if str(item.number) == wanted[0]), None)
    code_list, _, number = wanted[1].partition("-")
    if document is None or code_list not in CoverageList.values or not number.isdecimal():
        return None, None
    asked = parameters.get("page", "")
    position = max(int(asked[:9]), 1) if asked.isascii() and asked.isdecimal() else 1
    offset = (min(position, 1000) - 1) * CODES_PER_PAGE
    groups = groups_of(
        [document],
        (CoverageList(code_list),),
        page.date_of_service,
        page.releases,
        most=CODES_PER_PAGE,
        offset=offset,
    )
    for group in groups.get(document.key, []):
        if str(group.number) == number:
            places = Paginator(range(group.code_count), CODES_PER_PAGE)
            return group, places.get_page(position)
    return None, None


def _asked(
    page: CodePage, documents: list[Document], parameters: Mapping[str, str], state: str
) -> tuple[str, str, DiagnosisAnswer | None]:
    """The diagnosis to check as it was asked, what is wrong with it, and the answer."""
    asked = parameters.get("dx", "").replace("\0", "").strip()[:20]
    if not asked or page.code.system == CodeSystem.ICD_10_CM:
        return "", "", None
    value = stored_value(asked)
    if not has_form_of(CodeSystem.ICD_10_CM, value):
        return asked, f"“{asked}” is not an ICD-10-CM code; expected one such as Z45.1.", None
    shown = local_releases(page.releases, page.date_of_service)
    facts = facts_in({page.code.value: documents}, [value], shown)
    return asked, "", facts.answer(page.code.value, value, state)


def diagnoses_through_articles(
    code: Code, date_of_service: date, releases: Releases, *, in_full: bool = False
) -> list[DocumentView]:
    """The documents in force that name a procedure with the diagnoses they list, or that list a
    diagnosis with their procedures. `in_full` fetches the groups; else only the documents' counts.
    """
    is_diagnosis = code.system == CodeSystem.ICD_10_CM
    lists = _lists(is_diagnosis)
    found = documents_naming([code.value], lists, date_of_service, releases)
    documents = found.get(code.value, [])
    if not in_full:
        return [DocumentView(document) for document in documents]
    groups = groups_of(
        documents, _lists(not is_diagnosis), date_of_service, releases, most=CODES_SHOWN
    )
    return [DocumentView(item, groups=groups.get(item.key, [])) for item in documents]


def coverage_table(coverage: Coverage) -> tuple[list[str], list[list]]:
    """The documents as a download: one row each."""
    header = [
        "document", "version", "title", "kind", "contractors", "states", "effective", "through",
        "covered_diagnoses", "noncovered_diagnoses", "groups_naming_the_code", "url", "release",
    ]  # fmt: skip
    rows = [
        [
            item.display_id,
            item.version,
            item.title,
            item.kind.label,
            "; ".join(item.contractor_names),
            " ".join(item.states),
            item.effective_date,
            item.last_day,
            item.lists_covered,
            item.lists_noncovered,
            "; ".join(f"{place.code_list.value} {place.group}" for place in item.places),
            item.url,
            str(item.release),
        ]
        for item in coverage.documents
    ]
    return header, rows
