"""The Medicare Coverage Database's weekly export of LCDs, `current_lcd.zip`."""

from collections.abc import Iterator

from codes.importers import mcd_local
from codes.importers.mcd_tables import dated
from codes.importers.official_file import OfficialFile
from codes.importers.release_names import ReleaseName
from codes.importers.rows import Row
from codes.models import CoverageDocument, Source

SOURCE = Source.MCD_LCDS
FORMAT = "export of LCDs, CSV tables"
IS_SET = True
TABLES = mcd_local.TABLES
COUNTED = mcd_local.COUNTED
KEYS = mcd_local.KEYS
codes_of = mcd_local.codes_of

_KIND = CoverageDocument.Kind.LCD.value


def recognizes(file: OfficialFile) -> bool:
    return mcd_local.recognizes(file, _KIND)


def release_of(file: OfficialFile) -> ReleaseName | None:
    """The day of the newest update of a document. A cut-down table does not tell it."""
    newest = mcd_local.newest_update(file, _KIND)
    return dated(newest) if newest else None


release_on = dated


def read(*files: OfficialFile) -> Iterator[Row]:
    return mcd_local.read(files, _KIND)
