"""The rows that Medicare's physician fee schedule has on a code."""

from datetime import date

from django.db.models import QuerySet

from codes.models import Code, CodeSystem, FeeScheduleRow, Source
from codes.queries.indicators import PAYABLE_STATUSES
from codes.queries.releases import Releases

SYSTEMS = (CodeSystem.CPT, CodeSystem.HCPCS)


def rows_on(code: Code, releases: Releases, date_of_service: date) -> QuerySet | None:
    """The code's rows, with and without modifier, in the release in force, or else the oldest."""
    release = releases.shown(Source.PHYSICIAN_FEE_SCHEDULE, date_of_service)
    if code.system not in SYSTEMS or release is None:
        return None
    return FeeScheduleRow.objects.filter(hcpcs=code.value, release_id=release.pk)


def payable_rows_on(code: Code, releases: Releases, date_of_service: date) -> QuerySet | None:
    """Those of the rows whose status lets modifiers matter: paid by the schedule, by the
    contractor, or as anesthesia.
    """
    rows = rows_on(code, releases, date_of_service)
    return None if rows is None else rows.filter(status__in=(*PAYABLE_STATUSES, "C", "J"))
