"""The rules on modifiers once more, slow and obvious: a row asked for at a time, no shared code.

Written from the record layout in CMS's RVU zip (RVU26C.pdf, Attachment A: what each value of an
indicator allows) and the Medicare Claims Processing Manual: chapter 4, sections 20.6.1 and 20.6.4
(hospitals), chapter 5, section 20.1 (therapy), chapter 12, sections 40.1 to 40.8 (surgery) and 50
(anesthesia), chapter 13, section 20.2.1 (tests on hospitals' patients).
"""

import re
from collections import Counter
from datetime import date, timedelta

from codes.models import AddOnEdit, FeeScheduleRow, HcpcsModifier, Release, Source
from codes.queries.claim_check.claim import Claim, Line

Told = tuple[str, str, frozenset, tuple[int, ...]]  # kind, severity, codes, lines

# Attachment A, by the indicator's value: the modifiers that it shuts out.
PCTC = {value: {"26", "TC"} for value in "0234578"} | {"1": set(), "6": {"TC"}, "9": set()}
BILATERAL = {"0": {"50"}, "1": set(), "2": {"50"}, "3": set(), "9": {"50"}}
ASSISTANTS = {"80", "81", "82", "AS"}
ASSISTANT = {"0": set(), "1": ASSISTANTS, "2": set(), "9": ASSISTANTS}
CO_SURGEONS = {"0": {"62"}, "1": set(), "2": set(), "9": {"62"}}
TEAM = {"0": {"66"}, "1": set(), "2": set(), "9": {"66"}}
PARTS_OF_SURGERY = {"54", "55", "56"}  # before, during and after: only where there is an after
GLOBAL_DAYS = {
    "000": PARTS_OF_SURGERY | {"24", "25", "57"},
    "010": {"24", "25", "57"},
    "090": {"24", "25", "57"},
    "XXX": PARTS_OF_SURGERY,
    "ZZZ": PARTS_OF_SURGERY | {"51"},
    "YYY": set(),
    "MMM": set(),
}
VISITS = [
    *range(92002, 92015), *range(99202, 99216), *range(99221, 99240), *range(99242, 99256),
    *range(99281, 99286), 99291, *range(99304, 99317), *range(99341, 99351),
]  # fmt: skip


def of_lines(claim: Claim) -> Counter[Told]:
    """What each line's modifiers give by themselves, and which it lacks."""
    told: Counter[Told] = Counter()
    for line in claim.lines:
        row = row_of(line)
        for modifier in set(line.modifiers):
            verdict = judged(claim, line, modifier, row)
            if verdict:
                told[(*verdict, frozenset((line.value,)), (line.number,))] += 1
        for kind in lacks(claim, line, row):
            told[kind, "error", frozenset((line.value,)), (line.number,)] += 1
    return told


def judged(claim: Claim, line: Line, modifier: str, row: FeeScheduleRow | None):
    wrong = ("modifier-not-applicable", "error")
    if not exists(modifier, line.date_of_service):
        return wrong
    if modifier in {"hospital": {"53"}, "practitioner": {"27", "73", "74"}}[str(claim.setting)]:
        return wrong
    if row is None:
        return None
    shut_out = PCTC[row.pctc] | GLOBAL_DAYS[row.global_days]
    for meaning, value in (
        (BILATERAL, row.bilateral),
        (ASSISTANT, row.assistant),
        (CO_SURGEONS, row.co_surgeon),
        (TEAM, row.team),
    ):
        # "Concept does not apply" is the value of codes that Medicare gives no amount, too.
        if value != "9" or is_paid(row):
            shut_out = shut_out | meaning[value]
    if is_add_on(line):
        shut_out = shut_out | {"51"}
    if is_visit(line):
        shut_out = shut_out | {"58", "78", "79"}
    if modifier in shut_out:
        return wrong
    if is_paid(row) and row.global_days != "XXX" and needs_a_report(modifier, row):
        return ("needs-documentation", "warning")
    return None


def needs_a_report(modifier: str, row: FeeScheduleRow) -> bool:
    """Attachment A: assistants 0, co-surgeons 1 and teams 1 are paid "with documentation"."""
    if modifier in ASSISTANTS:
        return row.assistant == "0"
    return (modifier, row.co_surgeon) == ("62", "1") or (modifier, row.team) == ("66", "1")


def lacks(claim: Claim, line: Line, row: FeeScheduleRow | None) -> list[str]:
    if row is None:
        return []
    found = []
    has_plan_of_care = any(modifier in line.modifiers for modifier in ("GN", "GO", "GP"))
    if is_paid(row) and row.multiple_procedure == "5" and not has_plan_of_care:
        found.append("missing-modifier")
    if claim.setting == "hospital":
        return found
    is_test = row.pctc == "1" and FeeScheduleRow.objects.filter(
        release=row.release_id, hcpcs=line.value, modifier="26"
    )
    if is_paid(row) and is_test and line.place in ("19", "21", "22", "23"):
        if "TC" in line.modifiers:
            found.append("not-payable")
        elif "26" not in line.modifiers:
            found.append("missing-modifier")
    tells_who = any(name in line.modifiers for name in ("AA", "AD", "QK", "QX", "QY", "QZ"))
    if row.status == "J" and line.value != "01996" and not tells_who:
        found.append("missing-modifier")
    return found


def of_global_periods(claim: Claim) -> Counter[Told]:
    """The visits and procedures that the payment of another procedure takes in."""
    told: Counter[Told] = Counter()
    if claim.setting == "hospital":
        return told
    procedures = [line for line in claim.lines if has_global_period(line)]
    for line in claim.lines:
        row = row_of(line)
        if row is None or not is_paid(row):
            continue
        said = set(line.modifiers)
        if is_visit(line):
            same_day = [item for item in procedures if days_of(item)[0] <= line.date_of_service
                        <= item.date_of_service]  # fmt: skip
            major = [item for item in same_day if row_of(item).global_days == "090"]
            minor = [item for item in same_day if item not in major]
            if major and not said & {"57", "25", "24", "FT"}:
                told[missing(line, major)] += 1
            if minor and not major and not said & {"25", "FT"}:
                told[missing(line, minor)] += 1
            after = [item for item in procedures if is_after(line, item)]
            if after and not said & {"24", "FT"}:
                told[missing(line, after)] += 1
        elif line in procedures:
            after = [item for item in procedures if is_after(line, item)]
            if after and not said & {"58", "78", "79", "76", "77"}:
                told[missing(line, after)] += 1
    return told


def missing(line: Line, beside: list[Line]) -> Told:
    lines = [line, *beside]
    codes = frozenset(item.value for item in lines)
    return "missing-modifier", "warning", codes, tuple(sorted({item.number for item in lines}))


def has_global_period(line: Line) -> bool:
    """Of a line that is the surgery itself: not an assistant's, nor before or aftercare alone."""
    row = row_of(line)
    if row is None or not is_paid(row) or is_visit(line):
        return False
    is_whole = not {"80", "81", "82", "AS", "55", "56"} & set(line.modifiers)
    return is_whole and row.global_days in ("000", "010", "090")


def days_of(line: Line) -> tuple[date, date]:
    """First and last day of a surgery's global period, section 40.1: 090 begins a day before."""
    days = row_of(line).global_days
    before = 1 if days == "090" else 0
    after = 0 if "54" in line.modifiers else int(days)
    day = line.date_of_service
    return day - timedelta(days=before), day + timedelta(days=after)


def is_after(line: Line, surgery: Line) -> bool:
    return surgery.date_of_service < line.date_of_service <= days_of(surgery)[1]


# One row at a time


def row_of(line: Line) -> FeeScheduleRow | None:
    release = release_on(Source.PHYSICIAN_FEE_SCHEDULE, line.date_of_service)
    rows = FeeScheduleRow.objects.filter(release=release, hcpcs=line.value, modifier="")
    return rows.first() if release else None


def release_on(source: Source, day: date) -> Release | None:
    releases = Release.objects.filter(source=source, state="published").order_by("valid_from")
    return releases.filter(valid_from__lte=day).last() or releases.first()


def exists(modifier: str, day: date) -> bool:
    """CPT's are 22 to 99, P1 to P6 and, of Category II, 1P, 2P, 3P and 8P; others are CMS's."""
    if re.fullmatch("[2-9][0-9]|P[1-6]|[1238]P", modifier):
        return True
    release = release_on(Source.HCPCS_LEVEL_II, day)
    if release is None:
        return True
    found = HcpcsModifier.objects.filter(release=release, value=modifier).first()
    return found is not None and (found.termination_date is None or found.termination_date >= day)


def is_add_on(line: Line) -> bool:
    newest = Release.objects.filter(source=Source.NCCI_ADD_ON, state="published")
    edits = AddOnEdit.objects.filter(
        release=newest.order_by("valid_from").last(), add_on_code=line.value
    )
    day = line.date_of_service
    ends = ("deletion_date", "add_on_deletion_date", "primary_deletion_date")
    return any(
        edit.effective_date <= day
        and all(getattr(edit, end) is None or getattr(edit, end) >= day for end in ends)
        for edit in edits
    )


def is_paid(row: FeeScheduleRow) -> bool:
    return row.status in {"A", "R", "T"}


def is_visit(line: Line) -> bool:
    return line.value.isdecimal() and int(line.value) in VISITS
