"""How many rows of facts the loaded releases have on a code: one query for the whole page.

Sections say from this whether they have anything inside, open or locked; that must not cost a
query each. A subject is added with one line: a name, and a function that gives the rows on a code
on a date (None where the subject has none on codes of that system, or nothing is loaded).
"""

from collections.abc import Callable
from datetime import date

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from codes.models import Code
from codes.queries import compliance_rows, coverage, crosswalk_rows, fee_rows, ncci, opps
from codes.queries.releases import Releases

Rows = Callable[[Code, Releases, date], QuerySet | None]

ROWS: dict[str, Rows] = {
    "coverage": coverage.rows_on,
    "fee schedule": fee_rows.rows_on,
    "modifiers": fee_rows.payable_rows_on,
    "opps": opps.rows_on,
    **ncci.ROWS,
    **crosswalk_rows.ROWS,
    **compliance_rows.ROWS,
}


def row_counts(code: Code, releases: Releases, date_of_service: date) -> dict[str, int]:
    """The number of rows of each subject, by its name; 0 where there are none."""
    counts = dict.fromkeys(ROWS, 0)
    parts, values, names = [], [], []
    for name, rows in ROWS.items():
        found = rows(code, releases, date_of_service)
        if found is None:
            continue
        try:
            sql, parameters = found.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        names.append(name)
        # The SQL is a compiled queryset; its values stay apart from it.
        parts.append(f"(SELECT count(*) FROM ({sql}) AS found)")  # noqa: S608
        values.extend(parameters)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", values)
            counts.update(zip(names, cursor.fetchone(), strict=True))
    return counts
