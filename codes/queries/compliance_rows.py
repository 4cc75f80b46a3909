"""The rows that tell what is checked on a code on a date; None where nothing is loaded."""

from datetime import date

from django.db.models import Q, QuerySet

from codes.models import Code, CodeSystem, PoaExemption, Source, TabularNote
from codes.queries import fee_rows
from codes.queries.relatives import prefixes
from codes.queries.releases import Releases
from codes.queries.tabular import tabular_release

# Days before and after the day of service that the fee schedule's global period covers.
GLOBAL_PERIODS = {"000": (0, 0), "010": (0, 10), "090": (1, 90)}
NOT_SUPERVISED = ("", "09")


def poa_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The code on CMS's list of those that need no present-on-admission indicator."""
    release = releases.shown(Source.POA_EXEMPT_LIST, day)
    if code.system != CodeSystem.ICD_10_CM or release is None:
        return None
    return PoaExemption.objects.filter(release_id=release.pk, value=code.value)


def seventh_character_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The 7th characters that the tabular list names at a diagnosis or above it."""
    release = tabular_release(releases, day)
    if code.system != CodeSystem.ICD_10_CM or release is None:
        return None
    return TabularNote.objects.filter(
        release_id=release.pk,
        place__in=[code.value, *prefixes(code.value)],
        kind=TabularNote.Kind.SEVENTH_CHARACTER,
    )


def checked_fee_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The rows of the fee schedule with a global period or a level of supervision."""
    rows = fee_rows.rows_on(code, releases, day)
    if rows is None:
        return None
    tells = Q(global_days__in=list(GLOBAL_PERIODS)) | ~Q(supervision__in=NOT_SUPERVISED)
    return rows.filter(tells)


ROWS = {
    "poa exempt": poa_rows,
    "7th characters": seventh_character_rows,
    "checked fee rows": checked_fee_rows,
}
