"""How hospital outpatient departments are paid for a code: OPPS Addendum B."""

from datetime import date

from django.db.models import QuerySet

from codes.models import Code, CodeSystem, OppsRow, Source
from codes.queries.releases import Releases


def rows_on(code: Code, releases: Releases, date_of_service: date) -> QuerySet | None:
    """The code's row in the release in force, or else the oldest."""
    release = releases.shown(Source.OPPS_ADDENDUM_B, date_of_service)
    if code.system not in (CodeSystem.CPT, CodeSystem.HCPCS) or release is None:
        return None
    return OppsRow.objects.filter(hcpcs=code.value, release_id=release.pk)
