"""Modifiers that a line's code rules out, those it needs, and those whose need is to be shown.

After the indicators of the physician fee schedule (CMS's record layout, RVU26C.pdf, Attachment A)
and the sections of the Medicare Claims Processing Manual (publication 100-04) that are named. What
a modifier says of other lines stands in `rules_sides` and `rules_global`.
"""

import re
from collections.abc import Iterator

from codes.models import FeeScheduleRow, Release
from codes.queries.claim_check.claim import Line
from codes.queries.claim_check.facts import ClaimFacts
from codes.queries.claim_check.findings import Finding, Kind, Severity
from codes.queries.claim_check.visits import is_visit
from codes.queries.fees import ANESTHESIA
from codes.queries.indicators import PAYABLE_STATUSES
from codes.queries.ncci import Setting

ASSISTANTS = ("80", "81", "82", "AS")
PROCEDURE_DAYS = ("000", "010", "090")
# Hospitals are paid for the technical part of tests on their patients: chapter 13, section 20.2.1.
# Other facilities have rules of their own.
_HOSPITAL_PLACES = frozenset(("19", "21", "22", "23"))
# Numbers of CPT's modifiers: 22 to 99, physical status P1 to P6, Category II 1P to 8P.
_CPT_MODIFIER = re.compile(r"[2-9]\d|P[1-6]|[1-38]P")
_SURGICAL_SHARES = ("54", "55", "56")
_OF_VISITS = ("24", "25", "57")
_OF_PROCEDURES = ("58", "78", "79")
# Chapter 4, sections 20.6.1 and 20.6.4: what hospitals say, and what practitioners say instead.
_OF_OTHER_SETTING = {
    Setting.HOSPITAL: {"53": "hospitals say 73 or 74 of a procedure that was stopped"},
    Setting.PRACTITIONER: {
        "27": "it is for hospitals",
        "73": "it is for facilities; a practitioner says 53",
        "74": "it is for facilities; a practitioner says 53",
    },
}
_OF_ANESTHESIA = frozenset(("AA", "AD", "QK", "QX", "QY", "QZ"))
_WITHOUT_ANESTHETIST = ("01996",)  # the care of a catheter by the day
_OF_THERAPY = frozenset(("GN", "GO", "GP"))


def modifiers(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    """What is to be said of each line's modifiers by themselves."""
    for line in lines:
        row = facts.fees.get((line.value, ""))
        for modifier in dict.fromkeys(line.modifiers):
            yield from _modifier(line, modifier, row, facts)
        if row is not None:
            yield from _missing(line, row, facts)


def _modifier(
    line: Line, modifier: str, row: FeeScheduleRow | None, facts: ClaimFacts
) -> Iterator[Finding]:
    reason = _unknown(modifier, facts)
    if reason:
        yield _not_applicable(line, modifier, reason, facts.hcpcs_release)
        return
    reason = _OF_OTHER_SETTING.get(facts.setting, {}).get(modifier, "")
    if reason:
        yield _not_applicable(line, modifier, reason, None)
        return
    if row is None:
        return
    reason = _ruled_out(modifier, row, line, facts)
    if reason:
        yield _not_applicable(line, modifier, reason, facts.fee_release)
    elif need := _need_to_show(modifier, row):
        yield Finding(
            Kind.NEEDS_DOCUMENTATION,
            Severity.WARNING,
            f"{line.value}-{modifier} is paid only where the record shows why {need}.",
            (line.value,),
            (line.number,),
            _manual("12", "20.4.3" if modifier in ASSISTANTS else "40.8"),
            facts.fee_release,
        )


def _not_applicable(line: Line, modifier: str, reason: str, release: Release | None) -> Finding:
    return Finding(
        Kind.MODIFIER_NOT_APPLICABLE,
        Severity.ERROR,
        f"Modifier {modifier} does not go with {line.value}: {reason}.",
        (line.value,),
        (line.number,),
        release=release,
    )


def _unknown(modifier: str, facts: ClaimFacts) -> str:
    """Why a modifier is none; '' where it is one, or where no list of them is loaded."""
    if _CPT_MODIFIER.fullmatch(modifier) or facts.level_ii_modifiers is None:
        return ""
    if modifier in facts.level_ii_modifiers:
        return ""
    return "it is no CPT® modifier, and the HCPCS file lists none of that name on the date"


def _ruled_out(modifier: str, row: FeeScheduleRow, line: Line, facts: ClaimFacts) -> str:
    if modifier in ("26", "TC"):
        if (line.value, modifier) in facts.fees or row.pctc in ("", "1", "9"):
            return ""
        return f"its PC/TC indicator is {row.pctc}, so it has no part of that name"
    # Of a code without an amount a 9 says nothing: the contractor may price it all the same.
    nowhere = ("9",) if row.status in PAYABLE_STATUSES else ()
    days = row.global_days
    is_procedure = days in PROCEDURE_DAYS
    told = {
        "50": (
            row.bilateral in ("0", "2", *nowhere),
            f"its bilateral indicator is {row.bilateral}",
        ),
        "51": (
            days == "ZZZ" or line.value in facts.add_ons,
            "it is an add-on code"
            if line.value in facts.add_ons
            else "it goes with another service (global days ZZZ)",
        ),
        "62": (row.co_surgeon in ("0", *nowhere), f"its co-surgeon indicator is {row.co_surgeon}"),
        "66": (row.team in ("0", *nowhere), f"its team surgery indicator is {row.team}"),
    }
    why = "never paid" if row.assistant == "1" else "the concept does not apply"
    assistant = (
        row.assistant in ("1", *nowhere),
        f"its assistant-at-surgery indicator is {row.assistant}: {why}",
    )
    told |= dict.fromkeys(ASSISTANTS, assistant)
    has_aftercare = days in ("010", "090", "YYY", "MMM")
    aftercare = f"its global days are {days}: there is no aftercare to part"
    told |= dict.fromkeys(_SURGICAL_SHARES, (not has_aftercare, aftercare))
    on_visit = f"it goes on a visit beside a procedure (global days {days}), not on that"
    told |= dict.fromkeys(_OF_VISITS, (is_procedure, on_visit))
    on_procedure = "it goes on a procedure; a visit in the aftercare says 24"
    told |= dict.fromkeys(_OF_PROCEDURES, (is_visit(line.value), on_procedure))
    is_ruled_out, reason = told.get(modifier, (False, ""))
    return reason if is_ruled_out else ""


def _need_to_show(modifier: str, row: FeeScheduleRow) -> str:
    """What the record has to show for a modifier to be paid; '' where nothing more is asked for."""
    # Visits and tests have the indicators too; without a global period there they say nothing.
    if row.status not in PAYABLE_STATUSES or row.global_days == "XXX":
        return ""
    if modifier in ASSISTANTS and row.assistant == "0":
        return "an assistant was needed (assistant-at-surgery indicator 0)"
    if modifier == "62" and row.co_surgeon == "1":
        return "two surgeons were needed (co-surgeon indicator 1)"
    if modifier == "66" and row.team == "1":
        return "a team was needed (team surgery indicator 1)"
    return ""


def _missing(line: Line, row: FeeScheduleRow, facts: ClaimFacts) -> Iterator[Finding]:
    has = set(line.modifiers)
    if row.multiple_procedure == "5" and row.status in PAYABLE_STATUSES and not has & _OF_THERAPY:
        yield Finding(
            Kind.MISSING_MODIFIER,
            Severity.ERROR,
            f"{line.value} is always therapy (multiple-procedure indicator 5): without GP, GO or "
            "GN, which tell whose plan of care it follows, the line is returned.",
            (line.value,),
            (line.number,),
            _manual("5", "20.1"),
            facts.fee_release,
        )
    if facts.setting != Setting.PRACTITIONER:
        return
    yield from _component(line, row, facts)
    is_anesthesia = row.status == ANESTHESIA and line.value not in _WITHOUT_ANESTHETIST
    if is_anesthesia and not has & _OF_ANESTHESIA:
        yield Finding(
            Kind.MISSING_MODIFIER,
            Severity.ERROR,
            f"{line.value} is anesthesia (status J) and needs the modifier that tells who gave or "
            "directed it: AA, AD, QK, QX, QY or QZ.",
            (line.value,),
            (line.number,),
            _manual("12", "50"),
            facts.fee_release,
        )


def _component(line: Line, row: FeeScheduleRow, facts: ClaimFacts) -> Iterator[Finding]:
    """A test on a hospital's patient of which more than the professional part is billed."""
    if row.pctc != "1" or row.status not in PAYABLE_STATUSES:
        return
    # 80506 has the indicator of a test, and no values for parts of it (2025 and 2026).
    if line.place not in _HOSPITAL_PLACES or (line.value, "26") not in facts.fees:
        return
    why = "the hospital is paid for the technical part (PC/TC 1)"
    if "TC" in line.modifiers:
        kind, sentence = Kind.NOT_PAYABLE, f"{line.value}-TC is not paid to a practitioner"
    elif "26" not in line.modifiers:
        kind, sentence = Kind.MISSING_MODIFIER, f"{line.value} needs modifier 26"
    else:
        return
    yield Finding(
        kind,
        Severity.ERROR,
        f"{sentence} at place of service {line.place}: {why}.",
        (line.value,),
        (line.number,),
        release=facts.fee_release,
    )


def _manual(chapter: str, section: str) -> str:
    return f"Medicare Claims Processing Manual, chapter {chapter}, section {section}."
