"""The checker's rules once more, slow and obvious: one row asked for at a time, no shared code.

Written from CMS's own words (file headers, NCCI policy manual chapter I), to be held against the
checker on random claims.
"""

from datetime import date

from codes.models import AddOnEdit, MueValue, PtpEdit, Source
from codes.queries.claim_check.claim import Claim
from codes.queries.releases import published_releases

SEPARATING = {"59", "XE", "XP", "XS", "XU"}
ANATOMICAL = (
    {"E1", "E2", "E3", "E4", "LT", "RT", "LC", "LD", "RC", "LM", "RI", "FA", "TA"}
    | {f"F{finger}" for finger in range(1, 10)}
    | {f"T{toe}" for toe in range(1, 10)}
)
OTHERS = {"24", "25", "27", "57", "58", "78", "79", "91"}

Told = set[tuple[str, str, frozenset]]


def expected(claim: Claim) -> Told:
    """(kind, severity, codes) of pairs, units and add-on codes."""
    told: Told = set()
    for day in {line.date_of_service for line in claim.lines}:
        lines = [line for line in claim.lines if line.date_of_service == day]
        told |= _pairs(claim, lines, day) | _units(claim, lines, day) | _add_ons(lines, day)
    return told


def _release(source: Source, day: date | None = None):
    found = published_releases().of(source)
    if not found:
        return None
    if day is None:
        return found[-1]
    begun = [release for release in found if release.valid_from <= day]
    return begun[-1] if begun else found[0]


def _pairs(claim: Claim, lines, day: date) -> Told:
    source = Source.NCCI_PTP_PRACTITIONER
    if claim.setting == "hospital":
        source = Source.NCCI_PTP_HOSPITAL
    release = _release(source)
    if release is None:
        return set()
    told: Told = set()
    codes = {line.value for line in lines}
    for one in codes:
        for two in codes:
            if one >= two:
                continue
            edits = [*_edits(release, one, two, day), *_edits(release, two, one, day)]
            if not edits:
                told.add(("no-edit", "info", frozenset((one, two))))
            for edit in edits:
                told.add(_pair(edit, lines, day))
    return told


def _edits(release, one: str, two: str, day: date) -> list[PtpEdit]:
    found = []
    for edit in PtpEdit.objects.filter(release_id=release.pk, column_one=one, column_two=two):
        is_void = edit.modifier_indicator == 9 or edit.deletion_date == edit.effective_date
        has_begun = edit.effective_date <= day
        has_ended = edit.deletion_date is not None and edit.deletion_date < day
        if has_begun and not has_ended and not is_void:
            found.append(edit)
    return found


def _pair(edit: PtpEdit, lines, day: date) -> tuple[str, str, frozenset]:
    codes = frozenset((edit.column_one, edit.column_two))
    if edit.modifier_indicator == 0:
        return ("ptp-conflict", "error", codes)
    for one in lines:
        for two in lines:
            if one.value != edit.column_one or two.value != edit.column_two:
                continue
            if not _separates(set(one.modifiers), set(two.modifiers), day):
                return ("ptp-conflict", "error", codes)
    return ("ptp-bypassed", "warning", codes)


def _separates(on_one: set[str], on_two: set[str], day: date) -> bool:
    for modifier in on_two:
        if modifier in SEPARATING or modifier in OTHERS:
            return True
        if modifier in ANATOMICAL and modifier not in on_one:
            return True
    for modifier in on_one:
        if modifier in SEPARATING and day >= date(2019, 7, 1):
            return True
        if modifier in OTHERS:
            return True
        if modifier in ANATOMICAL and modifier not in on_two:
            return True
    return False


def _units(claim: Claim, lines, day: date) -> Told:
    source = Source.NCCI_MUE_PRACTITIONER
    if claim.setting == "hospital":
        source = Source.NCCI_MUE_HOSPITAL
    release = _release(source, day)
    if release is None:
        return set()
    told: Told = set()
    for line in lines:
        mue = MueValue.objects.filter(release_id=release.pk, code=line.value).first()
        if mue is None:
            continue
        counted = line.units
        if mue.adjudication_indicator in (2, 3):
            counted = sum(other.units for other in lines if other.value == line.value)
        if counted > mue.units:
            told.add(("mue-exceeded", "error", frozenset((line.value,))))
    return told


def _add_ons(lines, day: date) -> Told:
    release = _release(Source.NCCI_ADD_ON)
    if release is None:
        return set()
    told: Told = set()
    for line in lines:
        edits = _add_on_edits(release, line.value, day)
        if not edits:
            continue
        others = {other.value for other in lines if other.value != line.value}
        if any(edit.primary_code in others for edit in edits):
            continue
        asks_contractor = any(edit.primary_code == "" for edit in edits)
        candidates = [other for other in others if not _add_on_edits(release, other, day)]
        severity = "warning" if asks_contractor and candidates else "error"
        told.add(("addon-without-primary", severity, frozenset((line.value,))))
    return told


def _add_on_edits(release, value: str, day: date) -> list[AddOnEdit]:
    return [
        edit
        for edit in AddOnEdit.objects.filter(release_id=release.pk, add_on_code=value)
        if edit.effective_date <= day
        and all(
            end is None or end >= day
            for end in (
                edit.deletion_date,
                edit.add_on_deletion_date,
                edit.primary_deletion_date,
            )
        )
    ]
