"""Global periods: visits and further procedures that the payment of a procedure takes in.

Medicare Claims Processing Manual, chapter 12, sections 30.6.6 and 40.1 to 40.4. A claim is one
practitioner's, so its other lines, of this day and of later ones, are all that is looked at.
"""

from collections.abc import Iterator
from typing import NamedTuple

from codes.models import Release
from codes.queries.claim_check.claim import Line
from codes.queries.claim_check.facts import ClaimFacts
from codes.queries.claim_check.findings import Finding, Kind, Severity
from codes.queries.claim_check.rules_modifiers import ASSISTANTS, PROCEDURE_DAYS
from codes.queries.claim_check.visits import is_visit
from codes.queries.indicators import PAYABLE_STATUSES
from codes.queries.ncci import Setting

_DECIDED, _APART, _UNRELATED = "57", "25", "24"
_CRITICAL_CARE = "FT"  # of critical care apart from surgery, since 2022
_IN_AFTERCARE = frozenset(("58", "78", "79", "76", "77"))
# Whoever assists, or takes over a part of the care, has no global period of the whole.
_OF_ANOTHER = frozenset((*ASSISTANTS, "55", "56"))


class _Procedure(NamedTuple):
    """A line with a global period, as the fee schedule's release of its day has it."""

    line: Line
    global_days: str
    release: Release

    @property
    def aftercare_days(self) -> int:
        has_left = "54" in self.line.modifiers  # another does the aftercare
        return 0 if has_left else int(self.global_days)

    def days_until(self, line: Line) -> int:
        """How many days after it a line lies; -1 on the day before."""
        return (line.date_of_service - self.line.date_of_service).days


def global_periods(days: list[ClaimFacts], lines: list[Line]) -> Iterator[Finding]:
    """What is missing on visits and procedures within the global periods of a claim's procedures.

    `days` are the facts of each date of the claim.
    """
    by_date = {facts.date_of_service: facts for facts in days}
    procedures, visits = [], []
    for line in lines:
        facts = by_date[line.date_of_service]
        row = facts.fees.get((line.value, ""))
        if facts.setting != Setting.PRACTITIONER or row is None:
            continue
        if row.status not in PAYABLE_STATUSES:
            continue
        if is_visit(line.value):
            visits.append((line, facts.fee_release))
        elif row.global_days in PROCEDURE_DAYS and not _OF_ANOTHER & set(line.modifiers):
            procedures.append(_Procedure(line, row.global_days, facts.fee_release))
    for line, release in visits:
        yield from _visit(line, procedures, release)
    for procedure in procedures:
        yield from _further(procedure, procedures)


def _visit(line: Line, procedures: list[_Procedure], release: Release) -> Iterator[Finding]:
    """A visit on the day before, on the day, or in the aftercare of a procedure."""
    has = set(line.modifiers)
    near = [item for item in procedures if item.days_until(line) in (-1, 0)]
    majors = [item for item in near if item.global_days == "090"]
    minors = [item for item in near if item.global_days != "090" and not item.days_until(line)]
    aftercare = [item for item in procedures if 0 < item.days_until(line) <= item.aftercare_days]
    if majors and not has & {_DECIDED, _APART, _UNRELATED, _CRITICAL_CARE}:
        day = "the day before" if majors[0].days_until(line) else "the day of"
        sentence = (
            f"{line.value} on {day} {_named(majors)} is part of the global package, unless "
            "the surgery was decided on at this visit: then it has modifier 57."
        )
        yield _missing(line, majors, sentence, release, "40.2")
    elif minors and not majors and not has & {_APART, _CRITICAL_CARE}:
        wrong = " 57 is for procedures with 90 global days." if _DECIDED in has else ""
        sentence = (
            f"{line.value} on the day of {_named(minors)} is part of the global package, unless "
            f"it was significant and apart from it: then it has modifier 25.{wrong}"
        )
        yield _missing(line, minors, sentence, release, "30.6.6")
    if aftercare and not has & {_UNRELATED, _CRITICAL_CARE}:
        sentence = (
            f"{line.value} lies in the aftercare of {_named(aftercare)} and is part of the "
            "global package, unless it had nothing to do with that: then it has modifier 24."
        )
        yield _missing(line, aftercare, sentence, release, "40.2")


def _further(procedure: _Procedure, procedures: list[_Procedure]) -> Iterator[Finding]:
    """A procedure in the aftercare of an earlier one."""
    line = procedure.line
    earlier = [item for item in procedures if 0 < item.days_until(line) <= item.aftercare_days]
    if earlier and not _IN_AFTERCARE & set(line.modifiers):
        sentence = (
            f"{line.value} lies in the aftercare of {_named(earlier)}: it needs 58 (planned or "
            "more extensive), 78 (an unplanned return to the operating room) or 79 (unrelated)."
        )
        yield _missing(line, earlier, sentence, procedure.release, "40.2")


def _named(procedures: list[_Procedure]) -> str:
    """Procedures with their global days: `36561 (10 global days)`."""
    values = {item.line.value: item.global_days for item in procedures}
    told = [f"{value} ({int(days)} global days)" for value, days in values.items()]
    if len(told) > 2:
        return f"{', '.join(told[:2])} and {len(told) - 2} more"
    return " and ".join(told)


def _missing(
    line: Line, beside: list[_Procedure], sentence: str, release: Release, section: str
) -> Finding:
    return Finding(
        Kind.MISSING_MODIFIER,
        Severity.WARNING,
        sentence,
        tuple(dict.fromkeys((line.value, *(item.line.value for item in beside)))),
        tuple(sorted({line.number, *(item.line.number for item in beside)})),
        f"Medicare Claims Processing Manual, chapter 12, section {section}.",
        release,
    )
