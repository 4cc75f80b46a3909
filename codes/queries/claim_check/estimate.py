"""What Medicare would allow for the lines of a practitioner's claim, with the arithmetic.

Rules: Medicare Claims Processing Manual, chapter 12, sections 20.4 (assistants, modifiers) and
40.6 to 40.8 (several procedures, both sides, co-surgeons); chapter 4 and 5 for imaging and
therapy; section 1834(v) of the Social Security Act for therapist assistants. Amounts are allowed
charges before deductible and coinsurance, in US dollars; of a therapist assistant's service, what
Medicare and the patient pay together.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from codes.models import FeeScheduleRow
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.claim_check.facts import ClaimFacts
from codes.queries.fee_amounts import fee_of, in_cents
from codes.queries.localities import Locality
from codes.queries.ncci import Setting

# AS is 85 percent of 16, also where 80, 81 or 82 stands beside it.
_ASSISTANTS = {"AS": Decimal("0.136"), **dict.fromkeys(("80", "81", "82"), Decimal("0.16"))}
_CO_SURGEONS = Decimal("0.625")
_HALF = Decimal("0.5")
_NO_AMOUNT = {
    "52": "reduced services are priced by report",
    "53": "a discontinued procedure is priced by report",
    "56": "Medicare pays preoperative care with 54",
    "66": "team surgery is priced by report",
    "22": "increased services are priced by report",
    "FX": "what film takes off the technical part is not estimated",
    "FY": "what computed radiography takes off the technical part is not estimated",
    "CT": "what the scanner takes off the technical part is not estimated",
    "GY": "Medicare pays nothing for what the law excludes",
    "GZ": "Medicare denies what is expected to be denied",
    **dict.fromkeys(("PA", "PB", "PC"), "Medicare pays nothing for a wrong surgery"),
}
# The modifiers of physical and occupational therapist assistants, each beside that of its plan.
_THERAPIST_ASSISTANTS = {"CQ": "GP", "CO": "GO"}
# Medicare pays 85 percent of its 80; the coinsurance, 20 percent, stays what it was.
_THERAPIST_ASSISTANT = Decimal("0.80") * Decimal("0.85") + Decimal("0.20")
_THERAPIST_ASSISTANTS_SINCE = date(2022, 1, 1)
# Parts of a fee and what is left of each for further services of a day, by the indicator for
# multiple procedures: imaging, cardiovascular, ophthalmology.
_COMPONENT_SHARES = {
    "4": {"TC": Decimal("0.50"), "26": Decimal("0.95")},
    "6": {"TC": Decimal("0.75")},
    "7": {"TC": Decimal("0.80")},
}
MOST_IN_FULL_RULE = 5  # from the sixth procedure on, the standard reduction is by report


@dataclass(frozen=True)
class LineEstimate:
    """What is allowed for a line: `amount` None where it cannot be told, `reason` why.

    `steps` are the factors in words: `125.25 × 2 units`.
    """

    line: Line
    amount: Decimal | None
    steps: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Estimate:
    """The lines of one date. `total` counts those with an amount."""

    date_of_service: date
    locality: Locality
    lines: list[LineEstimate] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((item.amount for item in self.lines if item.amount is not None), Decimal(0))

    @property
    def has_amounts(self) -> bool:
        return any(item.amount is not None for item in self.lines)

    @property
    def is_partial(self) -> bool:
        return any(item.amount is None for item in self.lines)


@dataclass
class _Work:
    """A line on the way to its amount: units as they are ranked, each with its own amount.

    `share` is what the line's own modifiers leave of the fee.
    """

    line: Line
    row: FeeScheduleRow
    each: Decimal
    steps: list[str]
    share: Decimal = Decimal(1)
    parts: list[Decimal] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return sum(self.parts, Decimal(0))


def estimate(claim: Claim, facts: ClaimFacts) -> Estimate:
    """The allowed amounts of the day's lines; [] where there is no schedule to tell them."""
    lines = claim.lines_on(facts.date_of_service)
    if facts.setting == Setting.HOSPITAL:
        return Estimate(
            facts.date_of_service, facts.locality, [_opps(line, facts) for line in lines]
        )
    if facts.fee_release is None:
        return Estimate(facts.date_of_service, facts.locality)
    done: dict[int, LineEstimate] = {}
    work: list[_Work] = []
    for line in lines:
        item = _begun(line, facts)
        if isinstance(item, LineEstimate):
            done[line.number] = item
        else:
            work.append(item)
    _endoscopies(work, facts)
    _several(work)
    _components(work, facts)
    _therapy(work, facts)
    for item in work:
        done[item.line.number] = _finished(item)
    ordered = [done[line.number] for line in lines]
    return Estimate(facts.date_of_service, facts.locality, ordered)


def _opps(line: Line, facts: ClaimFacts) -> LineEstimate:
    """The national unadjusted rate of Addendum B. Wage index, packaging and discounts for several
    or discontinued procedures (status T; 52, 73) are not reckoned.
    """
    row = facts.opps.get(line.value)
    if row is None or row.payment_rate is None:
        return LineEstimate(line, None, reason="Addendum B has no rate of its own for it")
    steps = [f"{row.payment_rate:,.2f} national rate, status {row.status_indicator}"]
    if line.units > 1:
        steps.append(f"× {line.units} units")
    return LineEstimate(line, in_cents(row.payment_rate * line.units), tuple(steps))


def _begun(line: Line, facts: ClaimFacts) -> _Work | LineEstimate:
    row = facts.fee_row(line.value, line.modifiers)
    if row is None:
        return LineEstimate(line, None, reason="the fee schedule has no row for it")
    if row.status == "J":
        return LineEstimate(line, None, reason="anesthesia is paid by time")
    for modifier in line.modifiers:
        if modifier in _NO_AMOUNT and row.modifier != modifier:
            return LineEstimate(line, None, reason=_NO_AMOUNT[modifier])
        plan = _THERAPIST_ASSISTANTS.get(modifier)
        if plan and plan not in line.modifiers:
            return LineEstimate(line, None, reason=f"Medicare returns {modifier} without {plan}")
    fee = fee_of(row, facts.locality)
    is_facility = facts.is_facility(line.place)
    amount = fee.facility if is_facility else fee.nonfacility
    if amount is None:
        setting = "in a facility" if is_facility else "outside a facility"
        return LineEstimate(line, None, reason=f"the fee schedule has no amount for it {setting}")
    name = "facility" if is_facility else "non-facility"
    item = _Work(line, row, amount, [f"{amount:,.2f} {name} fee"])
    _own_modifiers(item)
    item.parts = [item.each] * line.units
    return item


def _own_modifiers(item: _Work) -> None:
    """Modifiers that change the fee of the line by itself."""
    row, modifiers = item.row, item.line.modifiers
    if "50" in modifiers and row.bilateral == "1":
        _take(item, Decimal("1.5"), "150% for both sides")
    elif "50" in modifiers and row.bilateral == "3":
        _take(item, Decimal(2), "100% for each side")
    for modifier, share in _ASSISTANTS.items():
        if modifier in modifiers:
            if row.assistant in ("0", "2"):
                _take(item, share, f"{share * 100:.1f}% for an assistant".replace(".0%", "%"))
            else:
                _take(item, Decimal(0), "0%: no assistant is paid")
            break
    if "62" in modifiers and row.co_surgeon in ("1", "2"):
        _take(item, _CO_SURGEONS, "62.5% for a co-surgeon")
    if "54" in modifiers and row.intraoperative:
        _take(item, row.preoperative + row.intraoperative, "without the aftercare")
    elif "55" in modifiers and row.postoperative:
        _take(item, row.postoperative, "for the aftercare")
    elif "78" in modifiers and row.intraoperative:
        _take(item, row.intraoperative, "for the surgery alone")


def _take(item: _Work, share: Decimal, words: str) -> None:
    item.each = in_cents(item.each * share)
    item.share *= share
    text = words if "%" in words else f"{share * 100:.0f}% {words}"
    item.steps.append(f"× {text}")


def _ranked(item: _Work) -> bool:
    """Whether the standard reduction for several procedures counts the line."""
    return item.row.multiple_procedure in ("2", "3")


def _endoscopies(work: list[_Work], facts: ClaimFacts) -> None:
    """Within a family of endoscopies, all but the costliest are paid what exceeds their base."""
    families: dict[str, list[_Work]] = defaultdict(list)
    for item in work:
        if item.row.multiple_procedure == "3" and item.row.endoscopic_base:
            families[item.row.endoscopic_base].append(item)
    for base, family in families.items():
        row = facts.fees.get((base, ""))
        # The base itself is part of whatever else of its family is done.
        family += [item for item in work if item.line.value == base and not item.row.modifier]
        if row is None or len(family) < 2:
            continue
        fee = fee_of(row, facts.locality)
        first = max(family, key=lambda item: item.each)
        for item in family:
            is_facility = facts.is_facility(item.line.place)
            amount = fee.facility if is_facility else fee.nonfacility
            if item is first or amount is None:
                continue
            amount = in_cents(amount * item.share)
            item.parts = [max(part - amount, Decimal(0)) for part in item.parts]
            item.steps.append(f"− {amount:,.2f}, the fee of the base endoscopy {base}")


def _several(work: list[_Work]) -> None:
    """100 per cent of the highest fee, 50 of each of the four next; a family ranks as one."""
    units: dict[str, list[tuple[_Work, int]]] = defaultdict(list)
    for item in work:
        if not _ranked(item):
            continue
        for place in range(len(item.parts)):
            is_family = item.row.multiple_procedure == "3" and item.row.endoscopic_base
            key = item.row.endoscopic_base if is_family else f"{item.line.number}/{place}"
            units[key].append((item, place))
    ranks = sorted(
        (unit for unit in units.values() if any(item.parts[place] for item, place in unit)),
        key=lambda unit: sum(item.parts[place] for item, place in unit),
        reverse=True,
    )
    for rank, unit in enumerate(ranks):
        for item, place in unit if rank else ():
            item.parts[place] = in_cents(item.parts[place] * _HALF)
            note = "× 50% beside a procedure of a higher fee"
            if rank >= MOST_IN_FULL_RULE:
                note += " (from the sixth on by report)"
            if note not in item.steps:
                item.steps.append(note)


def _components(work: list[_Work], facts: ClaimFacts) -> None:
    """Technical and professional parts of further tests of a day, by the indicators 4, 6 and 7."""
    for indicator, shares in _COMPONENT_SHARES.items():
        tests = [item for item in work if item.row.multiple_procedure == indicator]
        for component, share in shares.items():
            amounts = [
                (amount, item, place)
                for item in tests
                for place in range(len(item.parts))
                for amount in [_component(item, component, facts)]
                if amount
            ]
            amounts.sort(key=lambda entry: entry[0], reverse=True)
            for amount, item, place in amounts[1:]:
                cut = in_cents(amount * (1 - share))
                item.parts[place] -= cut
                name = "technical" if component == "TC" else "professional"
                note = f"− {cut:,.2f}, {(1 - share) * 100:.0f}% of the {name} part"
                if note not in item.steps:
                    item.steps.append(note)


def _component(item: _Work, component: str, facts: ClaimFacts) -> Decimal | None:
    """The amount of a part of a test; of a line that bills the other part alone, None."""
    if item.row.modifier:
        return item.each if item.row.modifier == component else None
    row = facts.fees.get((item.line.value, component))
    if row is None:
        return None
    fee = fee_of(row, facts.locality)
    amount = fee.facility if facts.is_facility(item.line.place) else fee.nonfacility
    return None if amount is None else in_cents(amount * item.share)


def _therapy(work: list[_Work], facts: ClaimFacts) -> None:
    """Half the practice expense of all units of therapy but the one with the highest."""
    units = []
    for item in work:
        if item.row.multiple_procedure != "5":
            continue
        is_facility = facts.is_facility(item.line.place)
        rvu = item.row.facility_pe_rvu if is_facility else item.row.nonfacility_pe_rvu
        expense = rvu * facts.locality.practice_expense * item.row.conversion_factor
        units += [(expense, item, place) for place in range(len(item.parts))]
    units.sort(key=lambda entry: entry[0], reverse=True)
    for expense, item, place in units[1:]:
        cut = (expense * _HALF).quantize(Decimal("0.01"), ROUND_HALF_UP)
        item.parts[place] -= cut
        note = f"− {cut:,.2f} a unit, half the practice expense"
        if note not in item.steps:
            item.steps.append(note)


def _finished(item: _Work) -> LineEstimate:
    """The units are told at the end: one by one where they are paid differently."""
    parts = item.parts
    if len(set(parts)) > 1:
        runs = [(amount, len(list(run))) for amount, run in groupby(sorted(parts, reverse=True))]
        told = " + ".join(f"{amount:,.2f}{f' × {n}' if n > 1 else ''}" for amount, n in runs)
        item.steps.append(f"= {told}, unit by unit")
    elif len(parts) > 1:
        item.steps.append(f"× {len(parts)} units")
    amount = item.amount
    modifier = next((each for each in item.line.modifiers if each in _THERAPIST_ASSISTANTS), "")
    if modifier and item.line.date_of_service >= _THERAPIST_ASSISTANTS_SINCE:
        amount = in_cents(amount * _THERAPIST_ASSISTANT)
        item.steps.append(
            f"then × 88% for a therapist assistant ({modifier}): 85% of Medicare's 80%, and all of "
            "the coinsurance"
        )
    return LineEstimate(item.line, amount, tuple(item.steps))
