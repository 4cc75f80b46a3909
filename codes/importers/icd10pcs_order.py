"""The ICD-10-PCS order file of CMS: every table (three characters) and code (seven) of a year."""

from collections.abc import Iterator

from codes.importers import icd10_order
from codes.importers.icd10_order import head_codes, is_pcs, release_of
from codes.importers.official_file import OfficialFile
from codes.importers.release_names import fiscal_on
from codes.importers.rows import Row
from codes.models import CodeSystem, Source

__all__ = ["FORMAT", "SOURCE", "read", "recognizes", "release_of", "release_on"]

SOURCE = Source.ICD_10_PCS_ORDER
FORMAT = "order file"

_SAID = "expected an ICD-10-PCS table of three or code of seven characters, without I and O"

release_on = fiscal_on


def recognizes(file: OfficialFile) -> bool:
    codes = head_codes(file)
    return bool(codes) and is_pcs(codes)


def read(file: OfficialFile) -> Iterator[Row]:
    return icd10_order.read(file, CodeSystem.ICD_10_PCS, _SAID)
