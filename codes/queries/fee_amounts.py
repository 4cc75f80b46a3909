"""What Medicare pays: the fee schedule's formula, to the cent.

Amount = (work x work GPCI + practice expense x PE GPCI + malpractice x MP GPCI) x conversion
factor. Nothing is rounded before the end; the product is rounded to cents, halves up. With the
October 2025 release this gives every price of CMS's OPPSCAP file for status A to the cent.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from codes.models import FeeScheduleRow
from codes.queries.indicators import PAYABLE_STATUSES
from codes.queries.localities import NATIONAL, Locality

_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")
MINUTES_PER_UNIT = 15  # of anesthesia time (42 CFR 414.46)


def in_cents(amount: Decimal) -> Decimal:
    """The amount with two decimals, halves up."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Fee:
    """What Medicare allows for a row in a locality, in US dollars.

    None where the setting does not apply, or where the fee schedule pays nothing for the code.
    `nonfacility_by_formula` is the amount before the cap on imaging; where it is above
    `nonfacility` the hospitals' (OPPS) amount caps it, and so for `facility_by_formula`.
    """

    row: FeeScheduleRow
    locality: Locality
    nonfacility: Decimal | None
    facility: Decimal | None
    nonfacility_by_formula: Decimal | None
    facility_by_formula: Decimal | None

    @property
    def is_capped(self) -> bool:
        """Whether the hospitals' amount caps the one or the other."""
        return (self.nonfacility, self.facility) != (
            self.nonfacility_by_formula,
            self.facility_by_formula,
        )


def is_payable(row: FeeScheduleRow) -> bool:
    """Whether the row's values are used for Medicare payment: status A, R or T, and not all 0.

    A restricted code (R) without values is priced by the contractor.
    """
    has_values = bool(row.nonfacility_total or row.facility_total)
    return row.status in PAYABLE_STATUSES and not row.is_not_for_medicare and has_values


def fee_of(row: FeeScheduleRow, locality: Locality = NATIONAL) -> Fee:
    """What the fee schedule pays for a row in a locality."""
    nonfacility = facility = None
    if is_payable(row) and not row.nonfacility_na:
        nonfacility = _amount(row, locality, row.nonfacility_pe_rvu, row.mp_rvu)
    if is_payable(row) and not row.facility_na:
        facility = _amount(row, locality, row.facility_pe_rvu, row.mp_rvu)
    return Fee(
        row,
        locality,
        _capped(nonfacility, row, locality, row.opps_nonfacility_pe_rvu),
        _capped(facility, row, locality, row.opps_facility_pe_rvu),
        nonfacility,
        facility,
    )


def _amount(
    row: FeeScheduleRow, locality: Locality, practice_expense: Decimal, malpractice: Decimal
) -> Decimal:
    units = (
        row.work_rvu * locality.work
        + practice_expense * locality.practice_expense
        + malpractice * locality.malpractice
    )
    return in_cents(units * row.conversion_factor)


def _capped(
    amount: Decimal | None, row: FeeScheduleRow, locality: Locality, practice_expense: Decimal
) -> Decimal | None:
    """The lower of the amount and the OPPS amount, where the row has values for that one.

    Section 5102(b) of the Deficit Reduction Act of 2005, for the technical part of imaging.
    """
    if amount is None or not practice_expense:
        return amount
    return min(amount, _amount(row, locality, practice_expense, row.opps_mp_rvu))


@dataclass(frozen=True)
class AnesthesiaFee:
    """(base units + time units) x factor, with its parts; US dollars."""

    base_units: Decimal
    minutes: int
    time_units: Decimal
    factor: Decimal
    amount: Decimal


def anesthesia_fee(base_units: Decimal, minutes: int, factor: Decimal) -> AnesthesiaFee:
    """What Medicare pays for anesthesia: time in units of 15 minutes, to a tenth of a unit."""
    time_units = (Decimal(minutes) / MINUTES_PER_UNIT).quantize(_TENTH, ROUND_HALF_UP)
    amount = in_cents((base_units + time_units) * factor)
    return AnesthesiaFee(base_units, minutes, time_units, factor, amount)
