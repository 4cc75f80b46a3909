"""The few facts under the head of a code, for readers who may read its sections."""

from dataclasses import dataclass

from codes.queries.fees import CodePayment


@dataclass(frozen=True)
class KeyFact:
    """A fact in a word or figure; `note` is the little that must stand with it."""

    name: str
    value: str
    note: str = ""


def key_facts(payment: CodePayment) -> list[KeyFact]:
    """Value, national fee, global days, units and PC/TC; [] where the fee schedule lacks the code.

    A code that the schedule does not pay has its status in place of value and fee.
    """
    history = payment.history
    if payment.row is None or history is None:
        return []
    row = payment.row
    now = next(item for item in history.past if item.release.pk == payment.schedule.pk)
    global_days, pctc = (
        next((item for item in payment.indicators if item.name == name), None)
        for name in ("Global days", "PC/TC")
    )
    facts = []
    if now.amount is None:
        status = payment.indicators[0]
        facts.append(KeyFact("Medicare status", status.value, status.short))
    else:
        setting = "facility" if row.nonfacility_na else "non-facility"
        facts.append(KeyFact("Total RVU", f"{now.total:.2f}", setting))
        facts.append(KeyFact("National fee", f"${now.amount:,.2f}", payment.schedule.name))
    if global_days:
        facts.append(KeyFact("Global days", global_days.value, global_days.short))
    if payment.units:
        units = payment.units
        note = f"MUE, {units.release.name}"
        each = "line" if units.value.adjudication_indicator == 1 else "day"
        facts.append(KeyFact(f"Units a {each}", str(units.value.units), note))
    if pctc:
        facts.append(KeyFact("PC/TC", pctc.value, pctc.short))
    return facts
