"""The Medicare Coverage Database's export of NCDs: `ncd_trkg.csv`.

NCDs list no codes in the export. They are joined to HCPCS codes by the section of the NCD manual,
which the HCPCS file names.
"""

from collections.abc import Iterator

from codes.importers.mcd_tables import (
    BadCell,
    DocumentRow,
    columns_of,
    date_in,
    dated,
    newest_date,
    number_in,
    refused,
    table_rows,
    text_in,
)
from codes.importers.official_file import OfficialFile
from codes.importers.release_names import ReleaseName
from codes.importers.rows import Rejected, Row
from codes.models import CoverageDocument, Source

SOURCE = Source.MCD_NCDS
FORMAT = "export of NCDs, CSV"
TABLES = {DocumentRow: CoverageDocument}
KEYS = {DocumentRow: ("number", "version")}

_COLUMNS = {"ncd_id", "ncd_vrsn_num", "ncd_mnl_sect", "ncd_mnl_sect_title", "ncd_efctv_dt"}


def recognizes(file: OfficialFile) -> bool:
    return set(columns_of(file)) >= _COLUMNS


def release_of(file: OfficialFile) -> ReleaseName | None:
    """The day of the newest update of an NCD."""
    newest = newest_date(file, "last_updt_tmstmp")
    return dated(newest) if newest else None


release_on = dated


def read(file: OfficialFile) -> Iterator[Row]:
    for row in table_rows(file):
        if isinstance(row, Rejected):
            yield row
            continue
        line, cells = row
        try:
            yield DocumentRow(
                line=line,
                kind=CoverageDocument.Kind.NCD,
                number=number_in(cells, "ncd_id"),
                version=number_in(cells, "ncd_vrsn_num"),
                display_id=text_in(cells, "ncd_mnl_sect", 20),
                title=text_in(cells, "ncd_mnl_sect_title"),
                document_type="",
                note="Under review" if cells.get("under_rvw", "").strip() in ("Y", "1") else "",
                effective_date=date_in(cells, "ncd_efctv_dt"),
                end_date=None,
                retired_date=date_in(cells, "ncd_trmntn_dt"),
                updated_date=date_in(cells, "last_updt_tmstmp"),
            )
        except BadCell as error:
            yield refused(file, line, error)
