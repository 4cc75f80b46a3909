"""Everything Medicare's payment files say of a code on a date of service."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.db.models import QuerySet

from codes.models import (
    AnesthesiaFactor,
    Code,
    FeeScheduleRow,
    HcpcsModifier,
    Release,
    Source,
)
from codes.queries import fee_rows, ncci, opps
from codes.queries.fee_amounts import AnesthesiaFee, Fee, anesthesia_fee, fee_of
from codes.queries.fee_history import FeeHistory, fee_history
from codes.queries.indicators import Indicator, indicators_of
from codes.queries.localities import (
    NATIONAL,
    Choice,
    Locality,
    chosen_locality,
    localities_of,
)
from codes.queries.opps import OppsFacts, date_note, opps_facts
from codes.queries.releases import Releases
from codes.queries.rows_together import rows_together

_SCHEDULES = (Source.PHYSICIAN_FEE_SCHEDULE, Source.PHYSICIAN_FEE_SCHEDULE_QP)
_MODIFIER_ORDER = {"": 0, "26": 1, "TC": 2, "53": 3}
_TWO_FACTORS_SINCE = 2026  # the first year with a factor of its own for qualifying participants
# Level II modifiers that the payment indicators can point to; see modifiers.py.
# fmt: off
LEVEL_II = (
    "LT", "RT", "AS", "AA", "AD", "QK", "QX", "QY", "QZ", "GP", "GO", "GN", "CQ", "CO",
    "XE", "XP", "XS", "XU",
)
# fmt: on
ANESTHESIA = "J"
_TABLES = (
    "fees",
    "opps",
    "anesthesia",
    "modifiers",
    "units",
    "add-on",
    *(f"bypass {side}" for side in ncci.Direction),
)
_ANESTHESIA_CODE = re.compile(r"0[01]\d{3}")  # CPT's section of anesthesia


@dataclass
class CodePayment:
    """What the loaded releases say of how Medicare pays a code. Nothing is read before it is asked.

    One query brings the rows of every release of the fee schedule, those of OPPS and of anesthesia,
    the Level II modifiers that matter, and what NCCI says that bears on modifiers and units.
    """

    code: Code
    releases: Releases
    date_of_service: date

    @property
    def schedule(self) -> Release | None:
        """The fee schedule in force on the date, or else the oldest there is."""
        return self.releases.shown(Source.PHYSICIAN_FEE_SCHEDULE, self.date_of_service)

    @property
    def qp_schedule(self) -> Release | None:
        """The variant for qualifying APM participants that goes with the schedule."""
        return self._of_schedule(Source.PHYSICIAN_FEE_SCHEDULE_QP)

    @property
    def lacks_qp_schedule(self) -> bool:
        year = self.schedule.valid_from.year if self.schedule else 0
        return year >= _TWO_FACTORS_SINCE and self.qp_schedule is None

    @property
    def note(self) -> str:
        """A sentence where the schedule is not one published for the date, or ''."""
        return date_note(self.schedule, self.date_of_service) if self.schedule else ""

    @property
    def rows(self) -> list[FeeScheduleRow]:
        """The code's rows in the schedule: without modifier first, then 26, TC, 53."""
        return self._rows_of(self.schedule)

    @property
    def row(self) -> FeeScheduleRow | None:
        """The row without modifier, or the only one there is; None where the code has none."""
        return next(iter(self.rows), None)

    @property
    def indicators(self) -> list[Indicator]:
        return indicators_of(self.row) if self.row else []

    @property
    def history(self) -> FeeHistory | None:
        """The code in every release of the fee schedule; None where it is in none."""
        rows = {row.release_id: row for row in self._all_rows if row.modifier == self._modifier}
        listed = self.releases.of(Source.PHYSICIAN_FEE_SCHEDULE)
        pairs = [(release, rows[release.pk]) for release in listed if release.pk in rows]
        return fee_history(pairs) if pairs else None

    @cached_property
    def opps(self) -> OppsFacts | None:
        return opps_facts(self._rows["opps"], self.releases, self.date_of_service)

    @property
    def opps_release(self) -> Release | None:
        return self.releases.shown(Source.OPPS_ADDENDUM_B, self.date_of_service)

    @property
    def index_release(self) -> Release | None:
        """The geographic indices that go with the schedule."""
        return self._of_schedule(Source.GPCI)

    @property
    def anesthesia_release(self) -> Release | None:
        return self._of_schedule(Source.ANESTHESIA_FACTORS)

    @property
    def anesthesia_factors(self) -> list[AnesthesiaFactor]:
        """The factors of every locality and the national one, for an anesthesia code."""
        return self._rows["anesthesia"] if self.is_anesthesia else []

    @property
    def is_anesthesia(self) -> bool:
        return bool(self.row and self.row.status == ANESTHESIA)

    @property
    def level_ii_modifiers(self) -> dict[str, HcpcsModifier]:
        """The modifiers in LEVEL_II that the HCPCS release in force lists, by value."""
        ended = (row for row in self._rows["modifiers"] if row.termination_date)
        gone = {row.value for row in ended if row.termination_date < self.date_of_service}
        return {row.value: row for row in self._rows["modifiers"] if row.value not in gone}

    @property
    def units(self) -> ncci.Units | None:
        """The practitioner's MUE; None where no table is loaded or none is published for it."""
        found = ncci.mue_of(
            self.code.value, self.date_of_service, self.releases, self._rows["units"]
        )
        of_setting = (item for item in found if item.setting == ncci.Setting.PRACTITIONER)
        return next((item for item in of_setting if item.value), None)

    @property
    def add_on_rule(self) -> ncci.AddOnRule | None:
        """With what the code is paid, where NCCI's list in force has it as an add-on code."""
        rows = self._rows["add-on"]
        return ncci.add_ons_of(self.code.value, self.date_of_service, self.releases, rows).rule

    @property
    def has_bypassed_pair(self) -> bool:
        """Whether a practitioner's pair in force of the code may be set aside by a modifier."""
        return any(self._rows[f"bypass {side}"] for side in ncci.Direction)

    def ncci_release(self, source: str) -> Release | None:
        return ncci.newest(source, self.releases)

    @property
    def hcpcs_release(self) -> Release | None:
        return self.releases.shown(Source.HCPCS_LEVEL_II, self.date_of_service)

    def qp_row(self, row: FeeScheduleRow) -> FeeScheduleRow | None:
        """The same row in the variant for qualifying APM participants."""
        of_variant = self._rows_of(self.qp_schedule)
        return next((item for item in of_variant if item.modifier == row.modifier), None)

    @property
    def _modifier(self) -> str:
        return self.row.modifier if self.row else ""

    def _of_schedule(self, source: Source) -> Release | None:
        """The release of a source that goes with the schedule: of the same calendar year.

        A yearly file may have been loaded with any quarter; one of another year never fits.
        """
        if self.schedule is None:
            return None
        year = self.schedule.valid_from.year
        of_year = [item for item in self.releases.of(source) if item.valid_from.year == year]
        begun = [item for item in of_year if item.valid_from <= self.date_of_service]
        return (begun or of_year or [None])[-1 if begun else 0]

    def _rows_of(self, release: Release | None) -> list[FeeScheduleRow]:
        if release is None:
            return []
        rows = [row for row in self._all_rows if row.release_id == release.pk]
        return sorted(rows, key=lambda row: _MODIFIER_ORDER.get(row.modifier, 9))

    @property
    def _all_rows(self) -> list[FeeScheduleRow]:
        return self._rows["fees"]

    @cached_property
    def _rows(self) -> dict[str, list]:
        code, releases, day = self.code, self.releases, self.date_of_service
        if code.system not in fee_rows.SYSTEMS:
            return {name: [] for name in _TABLES}
        schedules = [release.pk for source in _SCHEDULES for release in releases.of(source)]
        factors, hcpcs = self.anesthesia_release, self.hcpcs_release
        querysets = {
            "fees": FeeScheduleRow.objects.filter(hcpcs=code.value, release_id__in=schedules),
            "opps": opps.rows_on(code, releases, day),
            "anesthesia": None,
            "modifiers": None,
            "units": ncci.mue_rows_on(code, releases, day),
            "add-on": ncci.add_on_rows_on(code, releases, day),
            **{f"bypass {side}": self._bypassed(side) for side in ncci.Direction},
        }
        if factors and _ANESTHESIA_CODE.fullmatch(code.value):
            querysets["anesthesia"] = AnesthesiaFactor.objects.filter(release_id=factors.pk)
        if hcpcs:
            listed = HcpcsModifier.objects.filter(release_id=hcpcs.pk, value__in=LEVEL_II)
            querysets["modifiers"] = listed
        return rows_together(querysets)

    def _bypassed(self, side: ncci.Direction) -> QuerySet:
        """One of the code's pairs on a side that a modifier may set aside."""
        setting = ncci.Setting.PRACTITIONER
        edits = ncci.edits_of(self.code.value, setting, side, self.date_of_service, self.releases)
        return edits.filter(modifier_indicator=1).order_by()[:1]


@dataclass(frozen=True)
class FeeLine:
    """A row of the schedule with what is paid for it, and to qualifying APM participants."""

    row: FeeScheduleRow
    fee: Fee
    qp_fee: Fee | None


@dataclass
class PaymentSection:
    """What the section on Medicare payment shows, for the locality a reader asked for."""

    payment: CodePayment
    choice: Choice = field(default_factory=Choice)
    localities: list[Locality] = field(default_factory=list)
    index_release: Release | None = None
    anesthesia: AnesthesiaFee | None = None
    anesthesia_problem: str = ""
    anesthesia_asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def locality(self) -> Locality:
        return self.choice.locality or NATIONAL

    @cached_property
    def lines(self) -> list[FeeLine]:
        """The code's rows with their fees in the chosen locality."""
        return [self._line(row) for row in self.payment.rows]

    @property
    def release_name(self) -> str:
        """The release of the amounts; of the hospitals' where the schedule lacks the code."""
        release = self.payment.schedule or self.payment.opps_release
        return release.name if release else ""

    @property
    def has_fees(self) -> bool:
        return any(line.fee.nonfacility or line.fee.facility for line in self.lines)

    @property
    def has_qp_fees(self) -> bool:
        return any(line.qp_fee for line in self.lines)

    @property
    def is_capped(self) -> bool:
        return any(line.fee.is_capped for line in self.lines)

    @property
    def by_locality(self) -> list[Fee]:
        """The fees of the first row in every locality."""
        row = self.payment.row
        return [fee_of(row, locality) for locality in self.localities] if row else []

    @property
    def factor(self) -> AnesthesiaFactor | None:
        """The anesthesia factor of the chosen locality, or the national one."""
        key = (self.locality.contractor, self.locality.locality)
        factors = self.payment.anesthesia_factors
        return next((row for row in factors if (row.contractor, row.locality) == key), None)

    def _line(self, row: FeeScheduleRow) -> FeeLine:
        qp_row = self.payment.qp_row(row)
        return FeeLine(
            row,
            fee_of(row, self.locality),
            fee_of(qp_row, self.locality) if qp_row else None,
        )


def payment_section(payment: CodePayment) -> PaymentSection:
    """The section on the code's page: national amounts, without reading any locality."""
    return PaymentSection(payment)


def payment_in_full(payment: CodePayment, parameters: Mapping[str, str]) -> PaymentSection:
    """The section's own page: every locality, and the one asked for by `zip` or `locality`.

    `base` and `minutes` are the base units and the time of an anesthesia service.
    """
    indices = payment.index_release
    localities = localities_of(indices) if indices else []
    choice = chosen_locality(
        parameters.get("zip", ""),
        parameters.get("locality", ""),
        localities,
        payment.releases,
        payment.date_of_service,
    )
    section = PaymentSection(payment, choice, localities, indices)
    base, minutes = parameters.get("base", "").strip(), parameters.get("minutes", "").strip()
    section.anesthesia_asked = {"base": base[:8], "minutes": minutes[:8]}
    if payment.is_anesthesia and (base or minutes):
        _ask_anesthesia(section, base, minutes)
    return section


def _ask_anesthesia(section: PaymentSection, base: str, minutes: str) -> None:
    try:
        units, time = Decimal(base), int(minutes)
        if not (0 <= units <= 100 and 0 <= time <= 24 * 60):
            raise ValueError
    except (InvalidOperation, ValueError):
        section.anesthesia_problem = (
            "Give the base units as a number up to 100 and the time in whole minutes up to 1,440."
        )
        return
    if section.factor:
        section.anesthesia = anesthesia_fee(units, time, section.factor.factor)


def payment_table(section: PaymentSection) -> tuple[list[str], list[list]]:
    """One row for each modifier and locality: the names of the columns, and the rows."""
    header = [
        "modifier",
        "carrier",
        "locality",
        "state",
        "locality_name",
        "nonfacility_fee",
        "facility_fee",
    ]
    rows = [
        [
            row.modifier,
            locality.contractor,
            locality.locality,
            locality.state,
            locality.name,
            _cell(fee.nonfacility),
            _cell(fee.facility),
        ]
        for row in section.payment.rows
        for locality in section.localities
        for fee in [fee_of(row, locality)]
    ]
    return header, rows


def _cell(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
