"""An export of articles or of LCDs as one release: the table of documents and its link tables.

Tables of both exports are alike but for the word in their names: `article_x_hcpc_code`,
`lcd_x_hcpc_code`. Lookup tables (contractors, states) lie in both; which export one belongs to is
told by the table of documents beside it.

- A range of codes is listed code by code; `range` is B, M or E for its beginning, middle and end.
- `XX000` in a list of codes stands for none.
- State abbreviations that are not postal are parts of states: three of New York, two of
  Missouri and two of California.
- `*_x_primary_jurisdiction` is filled for few documents; the states of a document are those of
  its contractors.
- Revenue and bill type codes are the American Hospital Association's and are not imported, nor
  is any text beside a CPT code, which is the AMA's.
"""

from collections.abc import Iterator
from typing import NamedTuple

from codes.importers.mcd_tables import (
    BadCell,
    Cells,
    ContractorRow,
    DocumentRow,
    code_in,
    columns_of,
    date_in,
    newest_date,
    no_row,
    number_in,
    paragraph_in,
    refused,
    table_rows,
    tables_beside,
    text_in,
)
from codes.importers.official_file import OfficialFile
from codes.importers.rows import FileProblem, Rejected, Row
from codes.models import (
    CodeSystem,
    CoverageCode,
    CoverageContractor,
    CoverageDocument,
    CoverageGroup,
    CoverageList,
    CoverageRelation,
    stored_value,
)


class GroupRow(NamedTuple):
    """A row of `codes.models.CoverageGroup`."""

    line: int
    number: int
    version: int
    code_list: str
    group: int
    paragraph: str
    asterisk_paragraph: str


class CodeRow(NamedTuple):
    """A row of `codes.models.CoverageCode`."""

    line: int
    number: int
    version: int
    code_list: str
    group: int
    value: str
    sort_order: int
    has_asterisk: bool
    range_mark: str


class RelationRow(NamedTuple):
    """A row of `codes.models.CoverageRelation`."""

    line: int
    number: int
    version: int
    related_kind: str
    related_number: int
    related_version: int


TABLES = {
    DocumentRow: CoverageDocument,
    ContractorRow: CoverageContractor,
    GroupRow: CoverageGroup,
    CodeRow: CoverageCode,
    RelationRow: CoverageRelation,
}
COUNTED = [DocumentRow, GroupRow, CodeRow]
KEYS = {DocumentRow: ("number", "version")}

_PROCEDURE_SYSTEMS = (CodeSystem.CPT, CodeSystem.HCPCS)
# By list: the column of the code, that of the group, and the systems its codes may be of.
_LISTS = {
    CoverageList.PROCEDURES: ("hcpc_code_id", "hcpc_code_group", _PROCEDURE_SYSTEMS),
    CoverageList.COVERED: ("icd10_code_id", "icd10_covered_group", (CodeSystem.ICD_10_CM,)),
    CoverageList.NONCOVERED: ("icd10_code_id", "icd10_noncovered_group", (CodeSystem.ICD_10_CM,)),
    CoverageList.PCS: ("icd10_pcs_code_id", "icd10_pcs_code_group", (CodeSystem.ICD_10_PCS,)),
    CoverageList.MODIFIERS: ("hcpc_modifier_code_id", "hcpc_modifier_group", ()),
}
_LOOKUPS = {
    "contractors": {"contractor_id", "contractor_bus_name"},
    "jurisdictions": {"contractor_id", "contractor_type_id", "state_id"},
    "states": {"state_id", "state_abbrev"},
    "contractor types": {"contractor_type_id", "description"},
}
_LOOKUP_KEYS = {
    "contractor_id",
    "contractor_type_id",
    "contractor_subtype_id",
    "state_id",
    "region_id",
    "period_id",
    "contact_id",
    "article_type_id",
    "url_type_id",
}
_PARTS_OF_STATES = {
    "DN": "NY", "QN": "NY", "UN": "NY", "EM": "MO", "WM": "MO", "NF": "CA", "SF": "CA",
}  # fmt: skip
_ASKED_FOR = {
    CoverageDocument.Kind.ARTICLE: ("documents", CoverageList.PROCEDURES),
    CoverageDocument.Kind.LCD: ("documents",),
}


def recognizes(file: OfficialFile, kind: str) -> bool:
    """Whether the table belongs to an export of documents of the kind."""
    columns = columns_of(file)
    if not columns:
        return False
    if f"{kind}_id" in columns:
        return f"{kind}_version" in columns or columns == [f"{kind}_id", "retire_dt"]
    return columns[0] in _LOOKUP_KEYS and f"{kind}.csv" in tables_beside(file)


def newest_update(file: OfficialFile, kind: str):
    """The day of the newest update of a document, from the table of documents; else None."""
    return newest_date(file, "last_updated") if table_of(file, kind) == "documents" else None


def table_of(file: OfficialFile, kind: str) -> str:
    """Which table of the export a file is, by its columns; '' of one that is not imported."""
    columns = set(columns_of(file))
    if {f"{kind}_id", f"{kind}_version"} <= columns:
        if "title" in columns:
            return "documents"
        for code_list, (code, group, _) in _LISTS.items():
            if {code, group} <= columns:
                return code_list
            if {group, "paragraph"} <= columns:
                return f"{code_list} groups"
        if {"contractor_id", "contractor_type_id"} <= columns:
            return "contractors of documents"
        if {"r_lcd_id", "r_article_id"} & columns or "r_ncd_id" in columns:
            return "related NCDs" if "r_ncd_id" in columns else "related documents"
        return ""
    return next((name for name, needed in _LOOKUPS.items() if needed <= columns), "")


def read(files: tuple[OfficialFile, ...], kind: str) -> Iterator[Row]:
    """The rows of an export's tables, in whatever order they come."""
    tables = _tables(files, kind)
    known: set[tuple[int, int]] = set()
    for line, item in _rows(tables["documents"], kind, _document):
        if isinstance(item, DocumentRow):
            known.add((item.number, item.version))
        yield _or_left_out(line, item)
    contractors = _contractors(tables)
    for name, file in tables.items():
        if name in _LISTS:
            make = _code_maker(CoverageList(name))
        elif name.endswith(" groups"):
            make = _group_maker(CoverageList(name.removesuffix(" groups")))
        elif name == "contractors of documents":
            make = _contractor_maker(contractors)
        elif name in ("related documents", "related NCDs"):
            make = _relation
        else:
            continue
        for line, item in _rows(file, kind, make):
            if isinstance(item, tuple(TABLES)) and (item.number, item.version) not in known:
                yield no_row(line, f"rows of documents that {kind}.csv does not list")
            else:
                yield _or_left_out(line, item)


def codes_of(row: tuple) -> list[tuple[str, str]]:
    """The procedure codes a document lists: there is something to say on their pages."""
    if type(row) is not CodeRow or row.code_list != CoverageList.PROCEDURES:
        return []
    is_cpt = row.value[0].isdigit()
    return [(CodeSystem.CPT.value if is_cpt else CodeSystem.HCPCS.value, row.value)]


def _tables(files: tuple[OfficialFile, ...], kind: str) -> dict[str, OfficialFile]:
    tables: dict[str, OfficialFile] = {}
    for file in files:
        name = table_of(file, kind)
        if name and name in tables and tables[name].sha256 != file.sha256:
            raise FileProblem(
                f"{tables[name].title} and {file.title} are the same table of two exports; "
                "import them one by one."
            )
        if name:
            tables[name] = file
    for name in _ASKED_FOR[CoverageDocument.Kind(kind)]:
        if name not in tables:
            missing = f"{kind}.csv" if name == "documents" else f"{kind}_x_hcpc_code.csv"
            raise FileProblem(
                f"{files[0].title}: the export is not whole; {missing} is missing beside it."
            )
    return tables


def _rows(file: OfficialFile, kind: str, make) -> Iterator[tuple[int, Row | None]]:
    for row in table_rows(file):
        if isinstance(row, Rejected):
            yield row.line, row
            continue
        line, cells = row
        try:
            number = number_in(cells, f"{kind}_id")
            version = number_in(cells, f"{kind}_version")
            yield line, make(line, number, version, cells, kind)
        except BadCell as error:
            yield line, refused(file, line, error)


def _or_left_out(line: int, item: Row | None) -> Row:
    return no_row(line, "") if item is None else item


def _document(line, number, version, cells: Cells, kind: str) -> DocumentRow:
    if kind == CoverageDocument.Kind.ARTICLE:
        effective = date_in(cells, "article_eff_date") or date_in(cells, "article_pub_date")
        ends = (date_in(cells, "article_rev_end_date"), date_in(cells, "article_end_date"))
        letter = "A"
    else:
        effective = date_in(cells, "rev_eff_date") or date_in(cells, "orig_det_eff_date")
        ends = (date_in(cells, "rev_end_date"), date_in(cells, "ent_det_end_date"))
        letter = "L"
    return DocumentRow(
        line=line,
        kind=kind,
        number=number,
        version=version,
        display_id=text_in(cells, "display_id", 20) or f"{letter}{number}",
        title=text_in(cells, "title"),
        document_type="",
        note="",
        effective_date=effective,
        end_date=min(filter(None, ends), default=None),
        retired_date=date_in(cells, "date_retired"),
        updated_date=date_in(cells, "last_updated"),
    )


def _code_maker(code_list: CoverageList):
    code_column, group_column, systems = _LISTS[code_list]

    def make(line, number, version, cells: Cells, kind: str) -> CodeRow | None:
        if systems:
            value = code_in(cells, code_column, *systems)
        else:
            value = stored_value(cells[code_column])
            if len(value) != 2:
                raise BadCell(f"{code_column} is {value[:20]!r}; expected a modifier")
        if not value:
            return None
        mark = cells.get("range", "").strip().upper()
        return CodeRow(
            line=line,
            number=number,
            version=version,
            code_list=code_list,
            group=number_in(cells, group_column, default=0),
            value=value,
            sort_order=number_in(cells, "sort_order", default=0),
            has_asterisk=cells.get("asterisk", "").strip().upper() in ("Y", "1", "*"),
            range_mark=mark if mark in ("B", "M", "E") else "",
        )

    return make


def _group_maker(code_list: CoverageList):
    group_column = _LISTS[code_list][1]
    asterisk_column = group_column.replace("_group", "_ast")

    def make(line, number, version, cells: Cells, kind: str) -> GroupRow | None:
        paragraph = paragraph_in(cells, "paragraph")
        asterisk = paragraph_in(cells, asterisk_column)
        if not paragraph and not asterisk:
            return None
        group = number_in(cells, group_column, default=0)
        return GroupRow(line, number, version, code_list, group, paragraph, asterisk)

    return make


def _relation(line, number, version, cells: Cells, kind: str) -> RelationRow | None:
    for column, related in (
        ("r_article_id", CoverageDocument.Kind.ARTICLE),
        ("r_lcd_id", CoverageDocument.Kind.LCD),
        ("r_ncd_id", CoverageDocument.Kind.NCD),
    ):
        other = number_in(cells, column, default=0)
        if other:
            other_version = number_in(cells, column.replace("_id", "_version"), default=0)
            return RelationRow(line, number, version, related, other, other_version)
    return None


class _Contractor(NamedTuple):
    contractor_number: str
    name: str
    contractor_type: str
    states: list[str]
    regions: list[str]


def _key(cells: Cells) -> tuple[str, str, str]:
    names = ("contractor_id", "contractor_type_id", "contractor_version")
    return tuple(cells.get(name, "").strip() for name in names)


def _contractors(tables: dict[str, OfficialFile]) -> dict[tuple, _Contractor]:
    """The export's contractors with the states they serve; {} where it has no such table."""

    def all_cells(name: str) -> Iterator[Cells]:
        if name in tables:
            yield from (row[1] for row in table_rows(tables[name]) if not isinstance(row, Rejected))

    states = {
        cells["state_id"].strip(): (
            cells["state_abbrev"].strip().upper(),
            cells.get("description", "").strip(),
        )
        for cells in all_cells("states")
    }
    kinds = {
        cells["contractor_type_id"].strip(): cells["description"].strip()
        for cells in all_cells("contractor types")
    }
    served: dict[tuple, set[tuple[str, str]]] = {}
    for cells in all_cells("jurisdictions"):
        state = states.get(cells["state_id"].strip())
        if state and not cells.get("term_date", "").strip():
            served.setdefault(_key(cells), set()).add(state)
    found = {}
    for cells in all_cells("contractors"):
        places = served.get(_key(cells), set())
        found[_key(cells)] = _Contractor(
            contractor_number=cells.get("contractor_number", "").strip()[:10],
            name=" ".join(cells["contractor_bus_name"].split())[:150],
            contractor_type=kinds.get(cells.get("contractor_type_id", "").strip(), "")[:100],
            states=sorted({_PARTS_OF_STATES.get(abbrev, abbrev)[:2] for abbrev, _ in places}),
            regions=sorted(name[:80] for abbrev, name in places if abbrev in _PARTS_OF_STATES),
        )
    return found


def _contractor_maker(contractors: dict[tuple, _Contractor]):
    def make(line, number, version, cells: Cells, kind: str) -> ContractorRow | None:
        contractor = contractors.get(_key(cells))
        if contractor is None:
            return None
        return ContractorRow(line, number, version, *contractor)

    return make
