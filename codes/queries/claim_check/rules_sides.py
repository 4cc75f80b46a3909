"""Modifiers 50 and 51: what is done on both sides, and several procedures of a day.

Medicare Claims Processing Manual, chapter 12, sections 40.6 and 40.7, by the indicators of the fee
schedule for bilateral and for multiple procedures. That 51 is absent is never told: Medicare's
systems put procedures in the order of their fees themselves.
"""

from collections.abc import Iterator

from codes.models import FeeScheduleRow
from codes.queries.claim_check.claim import Line
from codes.queries.claim_check.facts import ClaimFacts
from codes.queries.claim_check.findings import Finding, Kind, Severity
from codes.queries.claim_check.rules import BYPASSING, lines_by_code
from codes.queries.claim_check.rules_modifiers import ASSISTANTS
from codes.queries.fee_amounts import fee_of
from codes.queries.indicators import PAYABLE_STATUSES
from codes.queries.ncci import Setting

_SIDES = frozenset(("LT", "RT"))
# What tells two lines of a code apart besides what separates pairs.
_APART = BYPASSING | {"50", "76", "77"}
_ON_BOTH_SIDES = "Medicare Claims Processing Manual, chapter 12, section 40.7."
_IN_THEIR_ORDER = "Medicare Claims Processing Manual, chapter 12, section 40.6."


def sides(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    """How procedures on both sides are written."""
    if facts.setting != Setting.PRACTITIONER:
        return
    for value, own in lines_by_code(lines).items():
        row = facts.fees.get((value, ""))
        if row is None or row.status not in PAYABLE_STATUSES:
            continue
        with_50 = [line for line in own if "50" in line.modifiers]
        if with_50:
            if row.bilateral in ("1", "3"):
                yield from _said_twice(with_50, facts)
        else:
            yield from _not_said(value, own, row, facts)


def _said_twice(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    for line in lines:
        side = sorted(_SIDES & set(line.modifiers))
        if side:
            sentence = (
                f"{line.value} has 50, which says both sides, and {' and '.join(side)} beside it; "
                "50 stands alone."
            )
            yield _finding(Kind.MODIFIER_NOT_APPLICABLE, sentence, [line], facts)
        elif line.units > 1:
            sentence = (
                f"{line.value}-50 with {line.units} units says {line.units} procedures on each "
                "side; one on both sides is one unit."
            )
            yield _finding(Kind.MODIFIER_NOT_APPLICABLE, sentence, [line], facts)


def _not_said(
    value: str, own: list[Line], row: FeeScheduleRow, facts: ClaimFacts
) -> Iterator[Finding]:
    plain = [line for line in own if not _APART & set(line.modifiers)]
    others = _APART - _SIDES
    sided = [
        line for line in own if _SIDES & set(line.modifiers) and not others & set(line.modifiers)
    ]
    # Units of an add-on code are as a rule further levels or lesions.
    is_add_on = row.global_days == "ZZZ" or value in facts.add_ons
    has_both = {modifier for line in sided for modifier in line.modifiers} >= _SIDES
    if has_both and row.bilateral == "1":
        sentence = (
            f"{value} is on the right and on the left: Medicare wants one line with modifier 50 "
            "and one unit (bilateral indicator 1), which it pays at 150 percent."
        )
        yield _finding(Kind.MISSING_MODIFIER, sentence, sided, facts)
    elif has_both and row.bilateral in ("0", "2"):
        why = "its values are for both sides" if row.bilateral == "2" else "no 150 percent"
        sentence = (
            f"{value} is on the right and on the left, and paid once for both (bilateral "
            f"indicator {row.bilateral}: {why})."
        )
        yield _finding(Kind.MODIFIER_NOT_APPLICABLE, sentence, sided, facts)
    elif row.bilateral == "1" and not is_add_on and sum(line.units for line in plain) == 2:
        sentence = (
            f"{value} twice: if on both sides, Medicare wants one line with modifier 50 and one "
            "unit (bilateral indicator 1); if not, the record must show two procedures."
        )
        yield _finding(Kind.MISSING_MODIFIER, sentence, plain, facts)


def order(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    """Modifier 51 on the procedure of the highest fee, which is the one that is not reduced."""
    if facts.setting != Setting.PRACTITIONER or not any("51" in line.modifiers for line in lines):
        return
    fees = {}
    for line in lines:
        row = facts.fee_row(line.value, line.modifiers)
        if row is None or row.multiple_procedure not in ("2", "3"):
            continue
        if set(ASSISTANTS) & set(line.modifiers):
            continue
        fee = fee_of(row, facts.locality)
        amount = fee.facility if facts.is_facility(line.place) else fee.nonfacility
        if amount:
            fees[line] = amount
    highest = [line for line in fees if fees[line] == max(fees.values())]
    if len(fees) > 1 and all("51" in line.modifiers for line in highest):
        values = " and ".join(dict.fromkeys(line.value for line in highest))
        yield Finding(
            Kind.MODIFIER_NOT_APPLICABLE,
            Severity.WARNING,
            f"51 is on {values}, which of the day’s procedures has the highest fee; it goes on the "
            "others alone.",
            tuple(dict.fromkeys(line.value for line in highest)),
            tuple(line.number for line in highest),
            _IN_THEIR_ORDER,
            facts.fee_release,
        )


def _finding(kind: Kind, sentence: str, lines: list[Line], facts: ClaimFacts) -> Finding:
    return Finding(
        kind,
        Severity.WARNING,
        sentence,
        (lines[0].value,),
        tuple(line.number for line in lines),
        _ON_BOTH_SIDES,
        facts.fee_release,
    )
