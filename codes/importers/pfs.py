"""CMS's physician fee schedule, for everyone but qualifying APM participants (non-QP).

Until 2025 there is one conversion factor and this is the only file; see pfs_rows.py.
"""

from codes.importers import pfs_rows
from codes.importers.official_file import OfficialFile
from codes.importers.release_names import monthly_on
from codes.models import Source

SOURCE = Source.PHYSICIAN_FEE_SCHEDULE
FORMAT = "relative value file"
TABLES, KEYS = pfs_rows.TABLES, pfs_rows.KEYS

release_of, read, codes_of = pfs_rows.release_of, pfs_rows.read, pfs_rows.codes_of
release_on = monthly_on


def recognizes(file: OfficialFile) -> bool:
    return pfs_rows.is_fee_schedule(file) and not pfs_rows.is_for_qualifying_participants(file)
