"""What a practitioner's lines are paid once more, slow and obvious, to be held against the checker.

Written from the Medicare Claims Processing Manual: chapter 12, sections 20.4 (places, assistants),
40.2 (shares of the surgical package), 40.6 (several procedures, endoscopies), 40.7 (both sides)
and 40.8 (co-surgeons), chapter 5, sections 10.7 (therapy) and 20.1 (therapist assistants), and the
rules of the indicators 4, 6 and 7 (imaging, cardiovascular and eye tests) in CMS's record layout.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from codes.models import FeeScheduleRow, GeographicIndex, PlaceOfService, ZipLocality

Rows = dict[tuple[str, str], FeeScheduleRow]

WITHOUT_AMOUNT = ("22", "52", "53", "56", "66", "FX", "FY", "CT", "GY", "GZ", "PA", "PB", "PC")
ASSISTANTS = {"AS": "0.136", "80": "0.16", "81": "0.16", "82": "0.16"}
# What is taken off a further test of the day: indicator, part, share.
REDUCTIONS = [
    ("4", "TC", "0.50"),
    ("4", "26", "0.05"),
    ("6", "TC", "0.25"),
    ("7", "TC", "0.20"),
]


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Schedule:
    """The rows by code and modifier, the indices of the claim's locality, and facilities."""

    rows: Rows
    work: Decimal = Decimal(1)
    expense: Decimal = Decimal(1)
    malpractice: Decimal = Decimal(1)
    facilities: frozenset[str] = frozenset()


@dataclass
class Unit:
    """One unit of a line: what it is paid, and the share of the fee that its modifiers leave."""

    number: int
    row: FeeScheduleRow
    in_facility: bool
    paid: Decimal
    share: Decimal


def schedule_at(rows: Rows, zip_code: str) -> Schedule:
    """The schedule in the locality of a ZIP code, national where CMS's list has none of it."""
    facilities = frozenset(
        place.value for place in PlaceOfService.objects.all() if place.rate == "facility"
    )
    zipped = ZipLocality.objects.filter(zip_code=zip_code).first()
    if zipped is None:
        return Schedule(rows, facilities=facilities)
    year = next(iter(rows.values())).release.valid_from.year
    here = GeographicIndex.objects.filter(
        contractor=zipped.contractor,
        locality=zipped.locality,
        release__valid_from__year=year,
    )
    index = here.filter(state=zipped.state).first() or here.first()
    if index is None:
        return Schedule(rows, facilities=facilities)
    return Schedule(rows, index.work, index.practice_expense, index.malpractice, facilities)


def expected_amounts(lines, schedule: Schedule) -> dict[int, Decimal | None]:
    """The amount of each line by its number, None where the schedule pays nothing for it."""
    units: list[Unit] = []
    paid: dict[int, Decimal | None] = {}
    for line in lines:
        own = units_of(line, schedule)
        paid[line.number] = None if own is None else Decimal(0)
        units += own or []
    reduce_endoscopies(units, schedule)
    reduce_surgery(units)
    reduce_tests(units, schedule)
    reduce_therapy(units, schedule)
    for unit in units:
        paid[unit.number] += unit.paid
    for line in lines:
        if ("CQ" in line.modifiers or "CO" in line.modifiers) and paid[line.number] is not None:
            of_patient = paid[line.number] / 5
            of_medicare = paid[line.number] - of_patient
            paid[line.number] = cents(of_patient + of_medicare * 85 / 100)
    return paid


def units_of(line, schedule: Schedule) -> list[Unit] | None:
    row = None
    for modifier in [*line.modifiers, ""]:
        row = row or schedule.rows.get((line.value, modifier))
    if row is None:
        return None
    if "CQ" in line.modifiers and "GP" not in line.modifiers:
        return None
    if "CO" in line.modifiers and "GO" not in line.modifiers:
        return None
    if any(item in WITHOUT_AMOUNT and row.modifier != item for item in line.modifiers):
        return None
    in_facility = line.place in schedule.facilities
    amount = fee(row, schedule, in_facility)
    if amount is None:
        return None
    share = Decimal(1)
    for part in shares(line.modifiers, row):
        amount = cents(amount * part)
        share *= part
    return [Unit(line.number, row, in_facility, amount, share) for _ in range(line.units)]


def fee(row: FeeScheduleRow, schedule: Schedule, in_facility: bool) -> Decimal | None:
    if row.status not in ("A", "R", "T") or row.is_not_for_medicare:
        return None
    if row.nonfacility_total == 0 and row.facility_total == 0:
        return None
    if in_facility:
        na, expense, cap = row.facility_na, row.facility_pe_rvu, row.opps_facility_pe_rvu
    else:
        na, expense, cap = row.nonfacility_na, row.nonfacility_pe_rvu, row.opps_nonfacility_pe_rvu
    if na:
        return None
    amount = dollars(row, schedule, expense, row.mp_rvu)
    if cap != 0:
        amount = min(amount, dollars(row, schedule, cap, row.opps_mp_rvu))
    return amount


def dollars(row, schedule: Schedule, expense: Decimal, malpractice: Decimal) -> Decimal:
    work = row.work_rvu * schedule.work
    values = work + expense * schedule.expense + malpractice * schedule.malpractice
    return cents(values * row.conversion_factor)


def shares(modifiers, row: FeeScheduleRow) -> list[Decimal]:
    found = []
    if "50" in modifiers and row.bilateral in ("1", "3"):
        found.append(Decimal("1.5") if row.bilateral == "1" else Decimal(2))
    assistant = next((ASSISTANTS[item] for item in ASSISTANTS if item in modifiers), None)
    if assistant:
        found.append(Decimal(assistant) if row.assistant in ("0", "2") else Decimal(0))
    if "62" in modifiers and row.co_surgeon in ("1", "2"):
        found.append(Decimal("0.625"))
    if "54" in modifiers and row.intraoperative:
        found.append(row.preoperative + row.intraoperative)
    elif "55" in modifiers and row.postoperative:
        found.append(row.postoperative)
    elif "78" in modifiers and row.intraoperative:
        found.append(row.intraoperative)
    return found


def family_of(unit: Unit) -> str:
    return unit.row.endoscopic_base if unit.row.multiple_procedure == "3" else ""


def reduce_endoscopies(units: list[Unit], schedule: Schedule) -> None:
    """The costliest of a family in full, of every other one what it exceeds the base by."""
    for base in sorted({family_of(unit) for unit in units} - {""}):
        own = [unit for unit in units if family_of(unit) == base]
        own += [unit for unit in units if unit.row.hcpcs == base and unit.row.modifier == ""]
        base_row = schedule.rows.get((base, ""))
        if base_row is None or len({unit.number for unit in own}) == 1:
            continue
        highest = max(unit.paid for unit in own)
        in_full = next(unit.number for unit in own if unit.paid == highest)
        for unit in own:
            base_fee = fee(base_row, schedule, unit.in_facility)
            if unit.number != in_full and base_fee is not None:
                unit.paid = max(unit.paid - cents(base_fee * unit.share), Decimal(0))


def reduce_surgery(units: list[Unit]) -> None:
    """The highest in full, every other one half; a family of endoscopies is one procedure."""
    procedures: list[list[Unit]] = []
    for unit in units:
        if unit.row.multiple_procedure not in ("2", "3"):
            continue
        same = [item for item in procedures if family_of(unit) == family_of(item[0]) != ""]
        if same:
            same[0].append(unit)
        else:
            procedures.append([unit])
    procedures = [item for item in procedures if sum(unit.paid for unit in item) > 0]
    procedures.sort(key=lambda item: sum(unit.paid for unit in item), reverse=True)
    for procedure in procedures[1:]:
        for unit in procedure:
            unit.paid = cents(unit.paid / 2)


def reduce_tests(units: list[Unit], schedule: Schedule) -> None:
    for indicator, part, off in REDUCTIONS:
        tests = []
        for unit in units:
            if unit.row.multiple_procedure != indicator:
                continue
            if unit.row.modifier:
                amount = unit.paid if unit.row.modifier == part else None
            else:
                of_part = schedule.rows.get((unit.row.hcpcs, part))
                amount = of_part and fee(of_part, schedule, unit.in_facility)
                amount = amount and cents(amount * unit.share)
            if amount:
                tests.append((amount, unit))
        tests.sort(key=lambda test: test[0], reverse=True)
        for amount, unit in tests[1:]:
            unit.paid -= cents(amount * Decimal(off))


def reduce_therapy(units: list[Unit], schedule: Schedule) -> None:
    """Half the practice expense, but for the unit that has most of it."""
    therapy = []
    for unit in units:
        if unit.row.multiple_procedure == "5":
            row = unit.row
            values = row.facility_pe_rvu if unit.in_facility else row.nonfacility_pe_rvu
            therapy.append((values * schedule.expense * row.conversion_factor, unit))
    therapy.sort(key=lambda entry: entry[0], reverse=True)
    for expense, unit in therapy[1:]:
        unit.paid -= cents(expense / 2)
