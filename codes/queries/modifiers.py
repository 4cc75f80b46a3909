"""Which modifiers may go with a code, derived from the indicators that Medicare publishes for it.

The wording of CPT modifiers is the AMA's and is not used: numbers, and our own words for when.
Every answer names the indicator it rests on. What the indicators do not tell (76, 77, 59 without
NCCI data, place modifiers of fingers and coronary arteries) is not guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from codes.models import FeeScheduleRow, HcpcsModifier, Release, Source
from codes.queries.fees import ANESTHESIA, CodePayment
from codes.queries.indicators import (
    ASSISTANT,
    BILATERAL,
    CO_SURGEON,
    GLOBAL_DAYS,
    MULTIPLE_PROCEDURE,
    PCTC,
    STATUS,
    TEAM,
    meaning_of,
)

_SURGICAL = ("000", "010", "090")
_WITH_AFTERCARE = ("010", "090")
_VISITS = ("99202", "99499")  # the section of evaluation and management in CPT
_ANESTHESIA = {
    "AA": "An anesthesiologist does it personally.",
    "AD": "A physician supervises more than four at a time.",
    "QK": "A physician directs two to four at a time.",
    "QX": "A nurse anesthetist does it under a physician's direction.",
    "QY": "An anesthesiologist directs one nurse anesthetist.",
    "QZ": "A nurse anesthetist does it without a physician's direction.",
}
# Medicare Claims Processing Manual, chapter 5, sections 20 and 20.1.
_THERAPY = {
    "GP": "Done under a plan of physical therapy; one of the three is required.",
    "GO": "Done under a plan of occupational therapy; one of the three is required.",
    "GN": "Done under a plan of speech-language pathology; one of the three is required.",
    "CQ": "An assistant did it or a part of it; beside GP, and pays 85 percent.",
    "CO": "An assistant did it or a part of it; beside GO, and pays 85 percent.",
}
_ALWAYS_THERAPY = "5"


@dataclass(frozen=True)
class ModifierFact:
    """That a modifier may go with a code, or does not, and why.

    `basis` is the indicator with its value, `meaning` what that value means; `text` is CMS's own
    of a Level II modifier. `on_visit` marks one that goes on the visit beside the code.
    """

    value: str
    may_apply: bool
    reason: str
    basis: str
    meaning: str
    text: str = ""
    on_visit: bool = False


@dataclass(frozen=True)
class ModifierSection:
    """The modifiers of a code, those that may apply first, and the releases that tell."""

    facts: list[ModifierFact]
    schedule: Release
    note: str
    others: list[Release]
    date_of_service: date

    @property
    def applying(self) -> list[ModifierFact]:
        return [fact for fact in self.facts if fact.may_apply and not fact.on_visit]

    @property
    def on_visits(self) -> list[ModifierFact]:
        return [fact for fact in self.facts if fact.may_apply and fact.on_visit]

    @property
    def not_applying(self) -> list[ModifierFact]:
        return [fact for fact in self.facts if not fact.may_apply]


def modifier_section(payment: CodePayment) -> ModifierSection | None:
    """The modifiers that the fee schedule's indicators tell of; None where it lacks the code."""
    if payment.row is None:
        return None
    facts = list(_facts(payment))
    others = [
        payment.hcpcs_release if any(fact.text for fact in facts) else None,
        payment.ncci_release(Source.NCCI_ADD_ON) if payment.add_on_rule else None,
        payment.ncci_release(Source.NCCI_PTP_PRACTITIONER) if payment.has_bypassed_pair else None,
    ]
    return ModifierSection(
        facts,
        payment.schedule,
        payment.note,
        [release for release in others if release],
        payment.date_of_service,
    )


def modifier_table(section: ModifierSection) -> tuple[list[str], list[list]]:
    """The section as a table: the names of its columns, and its rows."""
    header = ["modifier", "may apply", "on", "reason", "indicator", "meaning", "release"]
    rows = [
        [
            fact.value,
            "yes" if fact.may_apply else "no",
            "the visit" if fact.on_visit else "this code",
            fact.reason,
            fact.basis,
            fact.meaning,
            section.schedule.name,
        ]
        for fact in section.facts
    ]
    return header, rows


def _facts(payment: CodePayment) -> Iterator[ModifierFact]:
    row, rows, level_ii = payment.row, payment.rows, payment.level_ii_modifiers
    yield from _components(row, rows)
    if row.status == ANESTHESIA:
        yield from _anesthesia(level_ii)
    else:
        yield from _sides(row, level_ii)
        yield from _several(row, is_add_on=payment.add_on_rule is not None)
        yield from _therapy(row, level_ii)
        yield from _surgeons(row, level_ii)
        yield from _discontinued(rows)
        yield from _around_surgery(row)
        yield from _visit(row)
    if payment.has_bypassed_pair:
        yield from _apart(level_ii)


def _components(row: FeeScheduleRow, rows: list[FeeScheduleRow]) -> Iterator[ModifierFact]:
    has = {item.modifier for item in rows}
    basis, meaning = _basis("PC/TC", row.pctc, PCTC)
    told = {
        "26": "Only the professional part is billed; it has values of its own.",
        "TC": "Only the technical part is billed; it has values of its own.",
    }
    for value, reason in told.items():
        if value in has:
            yield ModifierFact(value, True, reason, basis, meaning)
        elif row.pctc not in ("", "9"):
            yield ModifierFact(value, False, "It has no values for this part.", basis, meaning)


def _anesthesia(level_ii: dict[str, HcpcsModifier]) -> Iterator[ModifierFact]:
    basis, meaning = _basis("Status", ANESTHESIA, STATUS)
    for value, reason in _ANESTHESIA.items():
        if value in level_ii:
            yield ModifierFact(value, True, reason, basis, meaning, level_ii[value].long)


def _sides(row: FeeScheduleRow, level_ii: dict[str, HcpcsModifier]) -> Iterator[ModifierFact]:
    basis, meaning = _basis("Bilateral", row.bilateral, BILATERAL)
    if row.bilateral in ("1", "3"):
        paid = "at 150 percent" if row.bilateral == "1" else "in full for each side"
        yield ModifierFact("50", True, f"Done on both sides; paid {paid}.", basis, meaning)
        for value, side in (("LT", "left"), ("RT", "right")):
            if value in level_ii:
                reason = f"Done on the {side} side alone."
                yield ModifierFact(value, True, reason, basis, meaning, level_ii[value].long)
    elif row.bilateral in ("0", "2"):
        reason = "It adds no payment for a second side."
        yield ModifierFact("50", False, reason, basis, meaning)


def _several(row: FeeScheduleRow, *, is_add_on: bool) -> Iterator[ModifierFact]:
    if is_add_on:
        reason = "Goes with its primary code and is not reduced beside it."
        yield ModifierFact("51", False, reason, "NCCI add-on code", "Paid only with a primary code")
        return
    if row.global_days == "ZZZ":
        basis, meaning = _basis("Global days", "ZZZ", GLOBAL_DAYS)
        reason = "Goes with another service and is not reduced beside it."
        yield ModifierFact("51", False, reason, basis, meaning)
        return
    basis, meaning = _basis("Multiple procedures", row.multiple_procedure, MULTIPLE_PROCEDURE)
    if row.multiple_procedure in ("2", "3"):
        reason = "Done in one session with a procedure of a higher fee; this one is reduced."
        yield ModifierFact("51", True, reason, basis, meaning)
    elif row.multiple_procedure == "0":
        reason = "It is not reduced beside other procedures."
        yield ModifierFact("51", False, reason, basis, meaning)


def _therapy(row: FeeScheduleRow, level_ii: dict[str, HcpcsModifier]) -> Iterator[ModifierFact]:
    if row.multiple_procedure != _ALWAYS_THERAPY:
        return
    basis, meaning = _basis("Multiple procedures", row.multiple_procedure, MULTIPLE_PROCEDURE)
    for value, reason in _THERAPY.items():
        if value in level_ii:
            yield ModifierFact(value, True, reason, basis, meaning, level_ii[value].long)


def _surgeons(row: FeeScheduleRow, level_ii: dict[str, HcpcsModifier]) -> Iterator[ModifierFact]:
    # Visits and tests have the indicators too; without a global period there they say nothing.
    is_procedure = row.global_days != "XXX"
    for value, name, indicator, meanings in (
        ("62", "Co-surgeons", row.co_surgeon, CO_SURGEON),
        ("66", "Team surgery", row.team, TEAM),
    ):
        basis, meaning = _basis(name, indicator, meanings)
        who = "Two surgeons" if value == "62" else "A team of surgeons"
        if indicator in ("1", "2"):
            need = ", with documentation of the need" if indicator == "1" else ""
            yield ModifierFact(value, True, f"{who} may be paid{need}.", basis, meaning)
        elif indicator == "0" and is_procedure:
            reason = f"{who}: not paid for this procedure."
            yield ModifierFact(value, False, reason, basis, meaning)
    basis, meaning = _basis("Assistant at surgery", row.assistant, ASSISTANT)
    assistants = {
        "80": "A physician assists at the surgery",
        "81": "A physician assists for a part of it",
        "82": "A physician assists, since no qualified resident is at hand",
        "AS": "A physician assistant, nurse practitioner or clinical nurse specialist assists",
    }
    for value, who in assistants.items():
        if value == "AS" and value not in level_ii:
            continue
        text = level_ii[value].long if value == "AS" else ""
        if row.assistant == "2" or (row.assistant == "0" and is_procedure):
            need = "; document why one was needed" if row.assistant == "0" else ""
            yield ModifierFact(value, True, f"{who}{need}.", basis, meaning, text)
        elif row.assistant == "1" and is_procedure:
            yield ModifierFact(value, False, "An assistant is never paid.", basis, meaning, text)


def _discontinued(rows: list[FeeScheduleRow]) -> Iterator[ModifierFact]:
    if any(row.modifier == "53" for row in rows):
        reason = "Begun and stopped; the fee schedule has values for that."
        yield ModifierFact("53", True, reason, "Row with 53", "Values of its own")


def _around_surgery(row: FeeScheduleRow) -> Iterator[ModifierFact]:
    days = row.global_days
    if days not in _SURGICAL:
        return
    basis, meaning = _basis("Global days", days, GLOBAL_DAYS)
    if days in _WITH_AFTERCARE:
        before, during, after = row.preoperative, row.intraoperative, row.postoperative
        if during:
            reason = (
                f"Another takes over the aftercare; pays {_percent(before + during)} of the fee."
            )
            yield ModifierFact("54", True, reason, basis, meaning)
        if after:
            reason = f"Aftercare alone, taken over from the surgeon; pays {_percent(after)}."
            yield ModifierFact("55", True, reason, basis, meaning)
        if before:
            reason = f"Care before the surgery alone; its share is {_percent(before)}, which "
            reason += "Medicare pays with 54."
            yield ModifierFact("56", True, reason, basis, meaning)
    aftercare = "Within the global period of an earlier procedure: "
    share = f"; pays {_percent(row.intraoperative)}" if row.intraoperative else ""
    yield ModifierFact("58", True, f"{aftercare}planned or more extensive.", basis, meaning)
    reason = f"{aftercare}an unplanned return to the operating room{share}."
    yield ModifierFact("78", True, reason, basis, meaning)
    yield ModifierFact("79", True, f"{aftercare}unrelated to it.", basis, meaning)
    if days in _WITH_AFTERCARE:
        reason = "A visit in the days after it that has nothing to do with it."
        yield ModifierFact("24", True, reason, basis, meaning, on_visit=True)
    if days == "090":
        reason = "The visit on the day before or the same day at which it was decided."
        yield ModifierFact("57", True, reason, basis, meaning, on_visit=True)
    else:
        reason = "A visit on the same day, significant and apart from it."
        yield ModifierFact("25", True, reason, basis, meaning, on_visit=True)


def _apart(level_ii: dict[str, HcpcsModifier]) -> Iterator[ModifierFact]:
    """59 and the four that say more exactly why two services of a pair are apart."""
    basis, meaning = "NCCI modifier indicator 1", "A modifier may set the pair aside"
    reason = "Apart from the other code of a pair, where nothing more exact says so."
    yield ModifierFact("59", True, reason, basis, meaning)
    told = {
        "XE": "In another encounter than the other code of a pair.",
        "XP": "By another practitioner than the other code of a pair.",
        "XS": "On another organ or structure than the other code of a pair.",
        "XU": "Not overlapping with the usual parts of the other code of a pair.",
    }
    for value, reason in told.items():
        if value in level_ii:
            yield ModifierFact(value, True, reason, basis, meaning, level_ii[value].long)


def _visit(row: FeeScheduleRow) -> Iterator[ModifierFact]:
    """Evaluation and management codes carry what sets them apart from a procedure."""
    if not _VISITS[0] <= row.hcpcs <= _VISITS[1] or row.global_days != "XXX":
        return
    basis = "Evaluation and management code"
    meaning = "CPT numbers 99202 to 99499"
    told = {
        "24": "Within another procedure's aftercare, but unrelated to that procedure.",
        "25": "On the day of a procedure with 0 or 10 global days, and apart from it.",
        "57": "Where a procedure with 90 global days was decided on, that day or the day before.",
    }
    for value, reason in told.items():
        yield ModifierFact(value, True, reason, basis, meaning)


def _percent(share) -> str:
    return f"{share * 100:.0f} percent"


def _basis(name: str, value: str, meanings: dict) -> tuple[str, str]:
    return f"{name} {value}", meaning_of(meanings, value).short
