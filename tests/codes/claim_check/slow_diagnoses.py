"""What a claim's diagnoses give once more, slow and obvious: one row asked for at a time.

Written from the header of the order file (an annual list: a code is valid while the list of the
year has it), the official guidelines, section I.A.12.a (Excludes1), and the layout of the Medicare
Coverage Database (a document's versions, its groups, the states of its contractors).
"""

import re
from datetime import date

from codes.models import (
    Code,
    CoverageCode,
    CoverageContractor,
    CoverageDocument,
    OfficialDescription,
    Release,
    Source,
    TabularEntry,
    TabularNote,
)
from codes.queries.claim_check.claim import Claim

Told = set[tuple[str, str, frozenset]]

CODE = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?"


def of_codes(claim: Claim) -> Told:
    """(kind, severity, codes) of the diagnoses by themselves, and among each other."""
    told: Told = set()
    for day in {line.date_of_service for line in claim.lines}:
        in_force = newest_begun(Source.ICD_10_CM_ORDER, day)
        for value in claim.diagnoses:
            told |= validity(value, in_force)
        told |= conflicts(claim.diagnoses, day)
    return told


def of_lines(claim: Claim) -> Told:
    """(kind, severity, codes) of what coverage documents say of each line's diagnoses."""
    told: Told = set()
    for line in claim.lines:
        told |= coverage(claim, line, line.date_of_service)
    return told


def printed(value: str) -> str:
    return value if len(value) == 3 else f"{value[:3]}.{value[3:]}"


def newest_begun(source: Source, day: date) -> Release | None:
    begun = Release.objects.filter(source=source, state="published", valid_from__lte=day)
    return begun.order_by("valid_from").last()


def shown(source: Source, day: date) -> Release | None:
    releases = Release.objects.filter(source=source, state="published").order_by("valid_from")
    return newest_begun(source, day) or releases.first()


# Codes by themselves


def validity(value: str, in_force: Release | None) -> Told:
    code = Code.objects.filter(system="icd-10-cm", value=value).first()
    if code is None:
        return {("unknown-code", "error", frozenset((printed(value),)))}
    lists = OfficialDescription.objects.filter(code=code).order_by("release__valid_from")
    if in_force is None:  # the oldest list that has it is the nearest
        entry = lists.first()
    else:
        entry = lists.filter(release=in_force).first()
        if entry is None:
            return {("not-valid-on-date", "error", frozenset((printed(value),)))}
    if not entry.is_billable:
        return {("header-diagnosis", "error", frozenset((printed(value),)))}
    return set()


# Codes that exclude each other


def conflicts(values, day: date) -> Told:
    release = shown(Source.ICD_10_CM_TABULAR, day)
    notes = {value: notes_of(value, release) for value in values} if release else {}
    told: Told = set()
    for one in notes:
        for two in notes:
            if one < two and (excludes(notes[one], one, two) or excludes(notes[two], two, one)):
                told.add(("excludes1", "warning", frozenset((printed(one), printed(two)))))
    return told


def excludes(notes: list[str], value: str, other: str) -> bool:
    """Whether a note at a code or above it names the other one, and not the code itself."""
    for text in notes:
        for first, last in ranges(text):
            if covers(first, last, other) and not covers(first, last, value):
                return True
    return False


def notes_of(value: str, release: Release) -> list[str]:
    for length in range(len(value), 2, -1):
        entry = TabularEntry.objects.filter(release=release, place=value[:length]).first()
        if entry:
            notes = TabularNote.objects.filter(release=release, kind="excludes1")
            return list(notes.filter(place__in=entry.path).values_list("text", flat=True))
    return []


def ranges(text: str) -> list[tuple[str, str]]:
    """First and last of each range of codes in parentheses, or in the words where none are."""
    inside = " ".join(re.findall(r"\(([^()]*)\)?", text))
    for words in (inside, text):
        words = re.sub(rf"({CODE})\.?- to ({CODE})", r"\1-\2", words)
        found = re.findall(rf"\b({CODE})(?:-({CODE}))?", words)
        if found:
            return [
                (first.replace(".", ""), (last or first).replace(".", "")) for first, last in found
            ]
    return []


def covers(first: str, last: str, value: str) -> bool:
    if len(value) < max(len(first), len(last)):
        return False
    return first <= value[: len(first)] and value[: len(last)] <= last


def is_narrowed(text: str) -> bool:
    """Whether a note narrows its codes by words (`with fifth or sixth character 5`)."""
    return bool(re.search(rf"{CODE}[-.]*[^()]* with ", text))


# Coverage


def coverage(claim: Claim, line, day: date) -> Told:
    told: Told = set()
    for document in documents_of(line.value, day):
        states = states_of(document)
        if claim.state and states and claim.state not in states:
            continue
        diagnoses = [claim.diagnoses[place - 1] for place in line.pointers] or claim.diagnoses
        covered = [value for value in diagnoses if is_in(document, "covered", value)]
        refused = [value for value in diagnoses if is_in(document, "noncovered", value)]
        severity = "error" if claim.state and states else "warning"
        if covered:
            codes = frozenset((line.value, printed(covered[0])))
            told.add(("covered", "info", codes))
            continue
        for value in refused:
            told.add(("not-covered", severity, frozenset((line.value, printed(value)))))
        if not refused and of_document(document, "covered").exists():
            codes = frozenset((line.value, *(printed(value) for value in diagnoses)))
            told.add(("not-covered", severity, codes))
    return told


def documents_of(procedure: str, day: date) -> list[CoverageDocument]:
    """The newest version in force of each document that names a procedure."""
    newest: dict[tuple, CoverageDocument] = {}
    for source in (Source.MCD_ARTICLES, Source.MCD_LCDS):
        release = shown(source, day)
        if release is None:
            continue
        for document in CoverageDocument.objects.filter(release=release):
            named = of_document(document, "procedures").filter(value=procedure)
            begun = document.effective_date is None or document.effective_date <= day
            ends = [document.end_date, document.retired_date]
            if not named.exists() or not begun or any(end and end < day for end in ends):
                continue
            key = document.kind, document.number
            if key not in newest or newest[key].version < document.version:
                newest[key] = document
    return list(newest.values())


def of_document(document: CoverageDocument, code_list: str):
    return CoverageCode.objects.filter(
        release=document.release_id,
        number=document.number,
        version=document.version,
        code_list=code_list,
    )


def states_of(document: CoverageDocument) -> set[str]:
    contractors = CoverageContractor.objects.filter(
        release=document.release_id, number=document.number, version=document.version
    )
    return {state for contractor in contractors for state in contractor.states}


def is_in(document: CoverageDocument, code_list: str, value: str) -> bool:
    codes = of_document(document, code_list)
    if codes.filter(value=value).exists():
        return True
    for begin in codes.filter(range_mark="B"):
        ends = codes.filter(range_mark="E", group=begin.group, sort_order__gt=begin.sort_order)
        end = ends.order_by("sort_order").first()
        if end and begin.value <= value <= end.value:
            return True
    return False
