"""The rows that NCCI has on a code, as `row_counts` asks for them."""

from codes.queries.ncci.add_ons import add_on_rows_on
from codes.queries.ncci.pairs import Direction, count_name, ptp_rows_on
from codes.queries.ncci.settings import PTP_SETTINGS
from codes.queries.ncci.units import mue_rows_on

ROWS = {
    **{
        count_name(setting, direction): ptp_rows_on(setting, direction)
        for setting in PTP_SETTINGS
        for direction in Direction
    },
    "ncci mue": mue_rows_on,
    "ncci add-on": add_on_rows_on,
}
