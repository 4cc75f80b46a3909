"""What Medicare's published rules say of a claim: plain functions over claim and facts."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import chain, combinations

from codes.models import CodeSystem, printed_value
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.claim_check.facts import ClaimFacts, CodeFacts, not_loaded
from codes.queries.claim_check.findings import Finding, Kind, Severity
from codes.queries.ncci import Pair
from codes.queries.releases import source_of
from codes.queries.status import StatusKind, day

# Modifiers that separate a pair whose indicator is 1: NCCI policy manual, chapter I, section E.
_SEPARATING = frozenset(("59", "XE", "XP", "XS", "XU"))
_ANATOMICAL = frozenset(
    re.findall("..", "E1E2E3E4FAF1F2F3F4F5F6F7F8F9TAT1T2T3T4T5T6T7T8T9LTRTLCLDRCLMRI")
)
_OTHER = frozenset(("24", "25", "57", "58", "78", "79", "27", "91"))
BYPASSING = _SEPARATING | _ANATOMICAL | _OTHER
# Until then, 59 and X{EPSU} counted on the column two code alone (CMS change request 11168).
EITHER_COLUMN_SINCE = date(2019, 7, 1)


def findings_of(claim: Claim, facts: ClaimFacts) -> Iterator[Finding]:
    """Everything the rules find on the lines of the facts' date, in no order."""
    lines = claim.lines_on(facts.date_of_service)
    return chain(
        missing_data(claim, facts),
        procedure_codes(lines, facts),
        diagnosis_codes(claim, facts),
        pairs(lines, facts),
        repeated_lines(lines),
        units(lines, facts),
        add_ons(lines, facts),
        excludes1(facts),
    )


def missing_data(claim: Claim, facts: ClaimFacts) -> Iterator[Finding]:
    for source in not_loaded(facts, bool(claim.diagnoses)):
        yield Finding(
            Kind.NOT_LOADED,
            Severity.WARNING,
            f"{source.label}: no release is loaded, so what it says was not checked.",
        )


def procedure_codes(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    for line in lines:
        if line.system is None:
            yield Finding(
                Kind.UNKNOWN_CODE,
                Severity.ERROR,
                f"{line.value} has the form of neither a CPT® nor a HCPCS Level II code.",
                (line.value,),
                (line.number,),
            )
            continue
        known = facts.codes[line.system.value, line.value]
        yield from _code(known, line.system, line.value, (line.number,), facts)


def diagnosis_codes(claim: Claim, facts: ClaimFacts) -> Iterator[Finding]:
    for value in claim.diagnoses:
        known = facts.codes[CodeSystem.ICD_10_CM.value, value]
        yield from _code(known, CodeSystem.ICD_10_CM, value, (), facts)


def _code(
    known: CodeFacts,
    system: CodeSystem,
    value: str,
    lines: tuple[int, ...],
    facts: ClaimFacts,
) -> Iterator[Finding]:
    kind = known.status.kind if known.status else None
    if kind == StatusKind.ACTIVE:
        return
    printed = printed_value(system, value)
    if not known.is_known:
        is_listed = bool(facts.releases.of(source_of(system)))
        is_certain = is_listed or (system == CodeSystem.CPT and facts.fee_release)
        yield Finding(
            Kind.UNKNOWN_CODE,
            Severity.ERROR if is_certain else Severity.WARNING,
            f"{printed} is in no loaded release"
            + (f" of {system.label}." if is_certain else "; none that lists its system is loaded."),
            (printed,),
            lines,
        )
    elif known.is_header and kind in (StatusKind.HEADER, StatusKind.NOT_COVERED):
        yield Finding(
            Kind.HEADER_DIAGNOSIS,
            Severity.ERROR,
            f"{printed} is a header: a claim needs one of the more specific codes below it.",
            (printed,),
            lines,
            release=known.header_release,
        )
    elif kind in (StatusKind.ENDED, StatusKind.NOT_YET_VALID):
        yield Finding(
            Kind.NOT_VALID_ON_DATE,
            Severity.ERROR,
            f"{printed} is not valid on {day(facts.date_of_service)}.",
            (printed,),
            lines,
            known.status.sentence,
            known.status.release,
        )
    elif kind == StatusKind.NOT_COVERED:
        yield Finding(
            Kind.NOT_LOADED,
            Severity.WARNING,
            f"Whether {printed} is valid on {day(facts.date_of_service)} cannot be told.",
            (printed,),
            lines,
            known.status.sentence,
        )
    elif kind == StatusKind.NOT_DESCRIBED and value not in facts.with_fee:
        yield Finding(
            Kind.NOT_LOADED,
            Severity.WARNING,
            f"Whether {printed} is valid on {day(facts.date_of_service)} cannot be told: no "
            "loaded list of codes has it.",
            (printed,),
            lines,
        )


def pairs(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    """Every two codes of the day: the edit between them, or that there is none."""
    release = facts.pairs.release
    if release is None:
        return
    by_code = lines_by_code(lines)
    places = {code: place for place, code in enumerate(by_code)}
    edits: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in facts.pairs.pairs:
        codes = (pair.column_one, pair.column_two)
        edits[codes if places[codes[0]] < places[codes[1]] else codes[::-1]].append(pair)
    on_the_day = f"is in force on {day(facts.date_of_service)}."
    numbers_of = {code: tuple(line.number for line in own) for code, own in by_code.items()}
    kind, severity = Kind.NO_EDIT, Severity.INFO
    for codes in combinations(by_code, 2):
        one, two = codes
        numbers = numbers_of[one] + numbers_of[two]
        if len(numbers) > 2:
            numbers = tuple(sorted(numbers))
        if codes not in edits:
            # Fifty codes make 1225 pairs, nearly all of them without an edit.
            sentence = f"No edit between {one} and {two} {on_the_day}"
            yield Finding(kind, severity, sentence, codes, numbers, "", release)
            continue
        for pair in edits[codes]:
            yield _pair(pair, by_code[pair.column_one], by_code[pair.column_two], numbers, facts)


def is_bypassed(one: Line, two: Line, date_of_service: date) -> bool:
    """Whether a modifier separates a line of column one and one of column two.

    Equal anatomical modifiers on both lines name the same site and separate nothing.
    """
    if not one.modifiers and not two.modifiers:
        return False
    ones, twos = set(one.modifiers) & BYPASSING, set(two.modifiers) & BYPASSING
    if date_of_service < EITHER_COLUMN_SINCE:
        ones -= _SEPARATING
    same_site = ones & twos & _ANATOMICAL
    return bool((ones | twos) - same_site)


def _are_separated(ones: list[Line], twos: list[Line], date_of_service: date) -> bool:
    for one in ones:
        for two in twos:
            if not is_bypassed(one, two, date_of_service):
                return False
    return True


def _pair(
    pair: Pair, ones: list[Line], twos: list[Line], numbers: tuple[int, ...], facts: ClaimFacts
) -> Finding:
    codes = (pair.column_one, pair.column_two)
    what = f"Medicare pays {codes[0]}, not {codes[1]} (column two), on the same day"
    kind, severity = Kind.PTP_CONFLICT, Severity.ERROR
    if pair.modifier_indicator == 0:
        sentence = f"{what}; no modifier separates the two."
    elif _are_separated(ones, twos, facts.date_of_service):
        used = {modifier for line in (*ones, *twos) for modifier in line.modifiers} & BYPASSING
        kind, severity = Kind.PTP_BYPASSED, Severity.WARNING
        sentence = (
            f"{what}, unless they were separate: modifier {', '.join(sorted(used))} says so, and "
            "the record must show it."
        )
    else:
        sentence = (
            f"{what}. A modifier may separate the two where that is true; none on the lines does."
        )
    detail = f"Rationale: {pair.rationale}." if pair.rationale else ""
    return Finding(kind, severity, sentence, codes, numbers, detail, facts.pairs.release)


def repeated_lines(lines: list[Line]) -> Iterator[Finding]:
    for value, own in lines_by_code(lines).items():
        seen: dict[tuple[str, ...], list[Line]] = defaultdict(list)
        for line in own:
            seen[tuple(sorted(line.modifiers))].append(line)
        for same in seen.values():
            if len(same) > 1:
                yield Finding(
                    Kind.REPEATED_LINE,
                    Severity.WARNING,
                    f"{same[0].printed} stands on {len(same)} lines of one day with the same "
                    "modifiers; without one that tells them apart (76, 77, 91, 59, LT, RT), all "
                    "but the first are denied as duplicates.",
                    (value,),
                    tuple(line.number for line in same),
                )


def units(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    """Units above a code's MUE: of a line where the indicator is 1, else of the day."""
    for value, own in lines_by_code(lines).items():
        mue = facts.mues.get(value)
        if mue is None:
            continue
        if mue.adjudication_indicator == 1:
            for line in own:
                if line.units > mue.units:
                    yield _mue(
                        mue,
                        [line],
                        f"{value}: {line.units} units on a line; Medicare takes {mue.units} at "
                        "most (MAI 1, checked line by line).",
                        facts,
                    )
            continue
        total = sum(line.units for line in own)
        if total > mue.units:
            why = (
                "follows from policy, so more is not paid"
                if mue.adjudication_indicator == 2
                else "more may be paid on appeal where necessity is documented"
            )
            yield _mue(
                mue,
                own,
                f"{value}: {total} unit{'' if total == 1 else 's'} on a day; Medicare takes "
                f"{mue.units} at most (MAI {mue.adjudication_indicator}, checked by the day; "
                f"{why}).",
                facts,
            )


def _mue(mue, lines: list[Line], sentence: str, facts: ClaimFacts) -> Finding:
    return Finding(
        Kind.MUE_EXCEEDED,
        Severity.ERROR,
        sentence,
        (mue.code,),
        tuple(line.number for line in lines),
        f"Rationale: {mue.rationale}." if mue.rationale else "",
        facts.mue_release,
    )


def add_ons(lines: list[Line], facts: ClaimFacts) -> Iterator[Finding]:
    """Add-on codes without a primary code on the same day."""
    by_code = lines_by_code(lines)
    for value, rule in facts.add_ons.items():
        others = set(by_code) - {value}
        if others & set(rule.primaries):
            continue
        may_be_others = rule.is_contractor_defined and bool(others - set(facts.add_ons))
        sentence = f"{value} is an add-on code, and none of its primary codes is on the day’s lines"
        if rule.is_contractor_defined and not rule.primaries:
            sentence = (
                f"{value} is an add-on code whose primary codes the contractor defines"
                if may_be_others
                else f"{value} is an add-on code, and no primary code is on the day’s lines"
            )
        yield Finding(
            Kind.ADDON_WITHOUT_PRIMARY,
            Severity.WARNING if may_be_others else Severity.ERROR,
            f"{sentence}.",
            (value,),
            tuple(line.number for line in by_code[value]),
            _primaries(rule),
            facts.add_on_release,
        )


def _primaries(rule) -> str:
    shown = ", ".join(rule.primaries[:12])
    more = len(rule.primaries) - 12
    text = f"Primary codes: {shown}{f' and {more} more' if more > 0 else ''}." if shown else ""
    if rule.is_contractor_defined and shown:
        text += " The contractor may accept others."
    return text


def excludes1(facts: ClaimFacts) -> Iterator[Finding]:
    for conflict in facts.excludes1 or ():
        value = printed_value(CodeSystem.ICD_10_CM, conflict.value)
        excluded = printed_value(CodeSystem.ICD_10_CM, conflict.excluded)
        yield Finding(
            Kind.EXCLUDES1,
            Severity.WARNING,
            f"{value} and {excluded} are not reported together, unless they are unrelated "
            "(official guidelines, section I.A.12.a).",
            (value, excluded),
            (),
            f"Excludes1: {conflict.note}",
            conflict.release,
        )


def lines_by_code(lines: list[Line]) -> dict[str, list[Line]]:
    """The lines of each procedure code."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.system:
            found[line.value].append(line)
    return dict(found)
