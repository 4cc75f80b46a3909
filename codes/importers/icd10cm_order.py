"""The ICD-10-CM order file of NCHS and CMS: every code and header of a fiscal year, in order.

Oddity: the update of 1 April comes under the same member name, icd10cm_order_<year>.txt; only the
zip's name tells it.
"""

from collections.abc import Iterator

from codes.importers import icd10_order
from codes.importers.icd10_order import head_codes, is_pcs, release_of
from codes.importers.official_file import OfficialFile
from codes.importers.release_names import fiscal_on
from codes.importers.rows import Row
from codes.models import CodeSystem, Source, has_form_of

__all__ = ["FORMAT", "SOURCE", "read", "recognizes", "release_of", "release_on"]

SOURCE = Source.ICD_10_CM_ORDER
FORMAT = "order file"

_SAID = "expected an ICD-10-CM code of three to seven characters, such as Z451 or QA0"

release_on = fiscal_on


def recognizes(file: OfficialFile) -> bool:
    codes = head_codes(file)
    return bool(codes) and not is_pcs(codes) and _most_match(codes)


def _most_match(codes: list[tuple[str, str]]) -> bool:
    return sum(has_form_of(CodeSystem.ICD_10_CM, code) for code, _ in codes) * 2 > len(codes)


def read(file: OfficialFile) -> Iterator[Row]:
    return icd10_order.read(file, CodeSystem.ICD_10_CM, _SAID)
