"""The rows that releases of crosswalks have on a code on a date; None where none is loaded."""

from datetime import date

from django.db.models import QuerySet

from codes.models import (
    Code,
    CodeConversion,
    CodeSystem,
    GeneralEquivalence,
    HccMapping,
    HcpcsRecord,
    RbcsAssignment,
    Release,
    Source,
)
from codes.queries.releases import Releases

ICD_10_CM = CodeSystem.ICD_10_CM
PROCEDURES = (CodeSystem.CPT, CodeSystem.HCPCS)


def hcc_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    release = releases.shown(Source.HCC_MAPPINGS, day)
    if code.system != ICD_10_CM or release is None:
        return None
    found = HccMapping.objects.filter(release_id=release.pk, value=code.value)
    return found.order_by("model", "category")


def icd_9_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    release = releases.shown(Source.GENERAL_EQUIVALENCE, day)
    if code.system != ICD_10_CM or release is None:
        return None
    found = GeneralEquivalence.objects.filter(
        release_id=release.pk, value=code.value, direction=GeneralEquivalence.Direction.TO_ICD_9_CM
    )
    return found.order_by("scenario", "choice_list", "target")


def conversion_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The conversions to the code, of the newest table: it tells of all years before too."""
    release = newest(releases, Source.ICD_10_CM_CONVERSION)
    if code.system != ICD_10_CM or release is None:
        return None
    found = CodeConversion.objects.filter(release_id=release.pk, value=code.value)
    return found.order_by("effective_date", "id")


def later_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The conversions from the code to later ones."""
    release = newest(releases, Source.ICD_10_CM_CONVERSION)
    if code.system != ICD_10_CM or release is None:
        return None
    found = CodeConversion.objects.filter(
        release_id=release.pk, previous_values__contains=[code.value]
    )
    return found.order_by("effective_date", "value")


def rbcs_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    release = releases.shown(Source.RBCS, day)
    if code.system not in PROCEDURES or release is None:
        return None
    found = RbcsAssignment.objects.filter(release_id=release.pk, value=code.value)
    return found.order_by("effective_date")


def reference_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The code's record in the newest HCPCS file, where it refers to other codes."""
    release = newest(releases, Source.HCPCS_LEVEL_II)
    if code.system != CodeSystem.HCPCS or release is None:
        return None
    return HcpcsRecord.objects.filter(code=code, release=release).exclude(cross_reference_codes=[])


def record_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The code's records in the HCPCS file that holds on the date, and in later ones."""
    release = releases.shown(Source.HCPCS_LEVEL_II, day)
    if code.system != CodeSystem.HCPCS or release is None:
        return None
    later = [
        item.pk
        for item in releases.of(Source.HCPCS_LEVEL_II)
        if item.valid_from >= release.valid_from
    ]
    found = HcpcsRecord.objects.filter(code=code, release__in=later)
    return found.order_by("release__valid_from")


def newest(releases: Releases, source: Source) -> Release | None:
    """The newest published release of a source, whatever the date."""
    return (releases.of(source) or [None])[-1]


ROWS = {
    "hcc": hcc_rows,
    "icd-9-cm equivalents": icd_9_rows,
    "earlier codes": conversion_rows,
    "later codes": later_rows,
    "rbcs": rbcs_rows,
    "hcpcs references": reference_rows,
    "hcpcs record": record_rows,
}
