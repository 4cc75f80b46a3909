"""CMS's physician fee schedule with the factor of qualifying APM participants, from 2026."""

from codes.importers import pfs_rows
from codes.importers.official_file import OfficialFile
from codes.importers.release_names import monthly_on
from codes.models import Source

SOURCE = Source.PHYSICIAN_FEE_SCHEDULE_QP
FORMAT = "relative value file"
TABLES, KEYS = pfs_rows.TABLES, pfs_rows.KEYS

release_of, read, codes_of = pfs_rows.release_of, pfs_rows.read, pfs_rows.codes_of
release_on = monthly_on


def recognizes(file: OfficialFile) -> bool:
    return pfs_rows.is_fee_schedule(file) and pfs_rows.is_for_qualifying_participants(file)
