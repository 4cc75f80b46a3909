"""The index to external causes of injuries of ICD-10-CM, of NCHS, as XML.

The layout is that of `icd10cm_terms.py`.
"""

from codes.importers.icd10cm_tabular import xml_release
from codes.importers.icd10cm_terms import TABLES, is_index, read
from codes.importers.official_file import OfficialFile
from codes.importers.release_names import fiscal_on
from codes.models import Source

__all__ = ["FORMAT", "SOURCE", "TABLES", "read", "recognizes", "release_of", "release_on"]

SOURCE = Source.ICD_10_CM_EXTERNAL_CAUSES
FORMAT = "index XML"

release_on = fiscal_on
release_of = xml_release


def recognizes(file: OfficialFile) -> bool:
    return is_index(file, r"<title>[^<]*external cause")
