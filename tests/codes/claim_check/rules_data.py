"""Rules for claims to be checked against, made row by row."""

from datetime import date
from decimal import Decimal

from django.http import QueryDict

from codes.importers import partitions
from codes.models import (
    AddOnEdit,
    CodeSystem,
    FeeScheduleRow,
    MueValue,
    PtpEdit,
    PtpRationale,
    Release,
    Source,
)
from codes.queries.claim_check.check import ClaimCheck, check_claim
from codes.queries.claim_check.claim import Claim, read_claim
from codes.queries.releases import published_releases
from tests.factories import make_code, make_release

DAY = date(2026, 8, 1)


def make_pairs(*edits: tuple, source=Source.NCCI_PTP_PRACTITIONER) -> Release:
    """Edits of (column one, column two, modifier indicator[, last day])."""
    release = make_release(source=source, name="2026 Q3")
    partitions.create(PtpEdit, release)
    partitions.attach(PtpEdit, release)
    PtpRationale.objects.create(release=release, number=1, text="Standards of practice")
    PtpEdit.objects.bulk_create(
        PtpEdit(
            release=release,
            column_one=one,
            column_two=two,
            modifier_indicator=indicator,
            effective_date=date(2006, 1, 1),
            deletion_date=until[0] if until else None,
            rationale_number=1,
        )
        for one, two, indicator, *until in edits
    )
    return release


def make_mues(*values: tuple[str, int, int], source=Source.NCCI_MUE_PRACTITIONER) -> Release:
    """Units of (code, value, adjudication indicator)."""
    release = make_release(source=source, name="2026 Q3")
    MueValue.objects.bulk_create(
        MueValue(
            release=release,
            code=code,
            units=units,
            adjudication_indicator=indicator,
            rationale="Clinical: Data",
        )
        for code, units, indicator in values
    )
    return release


def make_add_ons(*edits: tuple[str, str, int]) -> Release:
    """Add-on edits of (add-on code, primary code or '', type)."""
    release = make_release(source=Source.NCCI_ADD_ON, name="2026 Q3")
    AddOnEdit.objects.bulk_create(
        AddOnEdit(
            release=release,
            add_on_code=code,
            primary_code=primary,
            edit_type=kind,
            effective_date=date(2013, 1, 1),
        )
        for code, primary, kind in edits
    )
    return release


def make_fee(hcpcs: str, amount: str = "100.00", *, modifier: str = "", **fields) -> FeeScheduleRow:
    """A row whose fee is `amount` everywhere: a factor of 1, and relative values that are dollars.

    The half of it is work, the other practice expense.
    """
    release = Release.objects.filter(source=Source.PHYSICIAN_FEE_SCHEDULE).first()
    release = release or make_release(source=Source.PHYSICIAN_FEE_SCHEDULE)
    half = Decimal(amount) / 2
    usual = {
        "status": "A", "pctc": "0", "global_days": "000", "multiple_procedure": "0",
        "bilateral": "0", "assistant": "1", "co_surgeon": "0", "team": "0", "supervision": "09",
        "preoperative": 0, "intraoperative": 0, "postoperative": 0, "conversion_factor": 1,
        "work_rvu": half, "nonfacility_pe_rvu": half, "facility_pe_rvu": half, "mp_rvu": 0,
        "nonfacility_total": amount, "facility_total": amount,
        "opps_nonfacility_pe_rvu": 0, "opps_facility_pe_rvu": 0, "opps_mp_rvu": 0,
    }  # fmt: skip
    make_code(hcpcs, system=CodeSystem.CPT if hcpcs[0].isdigit() else CodeSystem.HCPCS)
    return FeeScheduleRow.objects.create(
        release=release, hcpcs=hcpcs, modifier=modifier, **{**usual, **fields}
    )


def make_codes(*values: str) -> None:
    for value in values:
        make_code(value, system=CodeSystem.CPT if value[0].isdigit() else CodeSystem.HCPCS)


def claim_of(*lines: str, dx=(), day: date = DAY, **fields: str) -> Claim:
    query = QueryDict(mutable=True)
    query.setlist("line", list(lines))
    query.setlist("dx", list(dx))
    query["date"] = day.isoformat()
    for name, value in fields.items():
        query[name] = value
    return read_claim(query, day)


def check(*lines: str, **fields) -> ClaimCheck:
    claim = claim_of(*lines, **fields)
    assert not claim.problems
    return check_claim(claim, published_releases())


def kinds(found: ClaimCheck, *, without=("not-loaded", "no-edit")) -> list[tuple[str, str, str]]:
    """(kind, severity, codes) of the findings, but for those of the kinds left out."""
    return [
        (str(item.kind), str(item.severity), " ".join(item.codes))
        for item in found.findings
        if item.kind not in without
    ]
