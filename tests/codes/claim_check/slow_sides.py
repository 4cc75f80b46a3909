"""Modifiers 50 and 51 once more, slow and obvious, to be held against the checker.

Written from the Medicare Claims Processing Manual, chapter 12, sections 40.6 (the procedure of the
highest fee is paid in full, 51 stands on the others) and 40.7 (both sides are one line with 50 and
one unit where the bilateral indicator is 1; 0 and 2 add nothing for the other side; 3 pays each).
"""

from collections import Counter

from codes.queries.claim_check.claim import Claim, Line
from tests.codes.claim_check.slow_estimates import Schedule, fee
from tests.codes.claim_check.slow_modifiers import Told, is_add_on, is_paid, row_of
from tests.codes.claim_check.slow_reference import ANATOMICAL, OTHERS, SEPARATING

WRONG = "modifier-not-applicable"


def of_sides(claim: Claim) -> Counter[Told]:
    told: Counter[Told] = Counter()
    if claim.setting == "hospital":
        return told
    for value, day in {(line.value, line.date_of_service) for line in claim.lines}:
        own = [line for line in claim.lines if (line.value, line.date_of_service) == (value, day)]
        row = row_of(own[0])
        if row is None or not is_paid(row):
            continue
        if any("50" in line.modifiers for line in own):
            for line in own:
                says_more = sides_of(line) or line.units > 1
                if "50" in line.modifiers and row.bilateral in "13" and says_more:
                    told[finding(WRONG, [line])] += 1
            continue
        alike = [line for line in own if not is_told_apart(line)]
        sided = [line for line in alike if sides_of(line)]
        plain = [line for line in alike if not set(line.modifiers) & ANATOMICAL]
        if {side for line in sided for side in sides_of(line)} == {"LT", "RT"}:
            if row.bilateral == "1":
                told[finding("missing-modifier", sided)] += 1
                continue
            if row.bilateral in "02":
                told[finding(WRONG, sided)] += 1
        is_further = row.global_days == "ZZZ" or is_add_on(own[0])  # another level or lesion
        if row.bilateral == "1" and not is_further and sum(line.units for line in plain) == 2:
            told[finding("missing-modifier", plain)] += 1
    return told


def of_order(claim: Claim, schedule: Schedule) -> Counter[Told]:
    """51 on the procedure that is paid in full."""
    told: Counter[Told] = Counter()
    if claim.setting == "hospital":
        return told
    for day in {line.date_of_service for line in claim.lines}:
        fees = {}
        for line in claim.lines:
            row = None
            for modifier in [*line.modifiers, ""]:
                row = row or schedule.rows.get((line.value, modifier))
            if line.date_of_service != day or row is None or row.multiple_procedure not in "23":
                continue
            if {"80", "81", "82", "AS"} & set(line.modifiers):
                continue
            amount = fee(row, schedule, line.place in schedule.facilities)
            if amount:
                fees[line.number] = amount
        highest = [number for number in fees if fees[number] == max(fees.values())]
        lines = [line for line in claim.lines if line.number in highest]
        if len(fees) > 1 and all("51" in line.modifiers for line in lines):
            told[finding(WRONG, lines)] += 1
    return told


def sides_of(line: Line) -> set[str]:
    return {"LT", "RT"} & set(line.modifiers)


def is_told_apart(line: Line) -> bool:
    """Whether a modifier other than a side says that the line is a service of its own."""
    others = (ANATOMICAL - {"LT", "RT"}) | OTHERS | SEPARATING | {"76", "77"}
    return bool(others & set(line.modifiers))


def finding(kind: str, lines: list[Line]) -> Told:
    numbers = tuple(line.number for line in lines)
    return kind, "warning", frozenset(line.value for line in lines), numbers
