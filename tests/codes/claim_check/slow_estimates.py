"""What a practitioner's lines are paid once more, slow and obvious, to be held against the checker.

Written from the Medicare Claims Processing Manual, chapter 12: 20.4 (assistants), 40.6 (several
procedures: 100 percent of the highest, 50 of each of the others), 40.7 (both sides), 40.8
(co-surgeons). National amounts outside a facility; lines of endoscopies, tests and therapy, which
have rules of their own, are not asked for.
"""

from decimal import ROUND_HALF_UP, Decimal

from codes.models import FeeScheduleRow, Release

ASKED = ("0", "2", "9")  # values of the indicator for multiple procedures


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def expected_amounts(lines, release: Release) -> dict[int, Decimal | None]:
    """The amount of each line by its number, None where the schedule pays nothing for it."""
    paid: dict[int, Decimal | None] = {}
    units_that_rank: list[tuple[Decimal, int]] = []
    for line in lines:
        row = _row(line, release)
        if row is None:
            paid[line.number] = None
            continue
        one = _one_unit(line, row)
        if one is None:
            paid[line.number] = None
            continue
        paid[line.number] = one * line.units
        if row.multiple_procedure == "2" and one > 0:
            units_that_rank += [(one, line.number)] * line.units
    if units_that_rank:
        units_that_rank.sort(key=lambda unit: unit[0], reverse=True)
        for one, number in units_that_rank[1:]:
            paid[number] -= one - cents(one / 2)
    return paid


def _row(line, release: Release) -> FeeScheduleRow | None:
    for modifier in [*line.modifiers, ""]:
        for row in FeeScheduleRow.objects.filter(release_id=release.pk, hcpcs=line.value):
            if row.modifier == modifier:
                return row
    return None


def _one_unit(line, row: FeeScheduleRow) -> Decimal | None:
    has_values = row.nonfacility_total != 0 or row.facility_total != 0
    if row.status not in ("A", "R", "T") or row.is_not_for_medicare or not has_values:
        return None
    if row.nonfacility_na:
        return None
    amount = cents((row.work_rvu + row.nonfacility_pe_rvu + row.mp_rvu) * row.conversion_factor)
    if row.opps_nonfacility_pe_rvu != 0:
        values = row.work_rvu + row.opps_nonfacility_pe_rvu + row.opps_mp_rvu
        amount = min(amount, cents(values * row.conversion_factor))
    if "50" in line.modifiers and row.bilateral == "1":
        amount = cents(amount * Decimal("1.5"))
    if "50" in line.modifiers and row.bilateral == "3":
        amount = cents(amount * 2)
    for modifier in ("AS", "80", "81", "82"):
        if modifier in line.modifiers:
            share = Decimal("0.16") if modifier != "AS" else Decimal("0.136")
            amount = cents(amount * share) if row.assistant in ("0", "2") else Decimal(0)
            break
    if "62" in line.modifiers and row.co_surgeon in ("1", "2"):
        amount = cents(amount * Decimal("0.625"))
    return amount
