"""What auditors and payers check on a code, as far as the publishers' own data tell it."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from codes.models import CodeSystem, FeeScheduleRow, Release, Source
from codes.queries import fee_rows
from codes.queries.code_page import CodePage
from codes.queries.compliance_rows import GLOBAL_PERIODS, NOT_SUPERVISED
from codes.queries.documentation import Checklist, checklist_of
from codes.queries.indicators import GLOBAL_DAYS, SUPERVISION, meaning_of
from codes.queries.ncci.pairs import Direction, count_name
from codes.queries.ncci.settings import PTP_SETTINGS, newest
from codes.queries.ncci.units import mue_of
from codes.queries.status import day as printed_day
from codes.queries.status import description_on
from codes.queries.tabular import (
    FULL_LENGTH,
    Kind,
    TabularExtract,
    seventh_characters,
)

# The list's notes on who a code is for; it says so of few codes, and nothing is inferred.
_WHO = re.compile(r"\b(?:maternal|newborn) records?\b|\byears of age\b|\bage of a patient\b", re.I)


@dataclass(frozen=True)
class ComplianceFact:
    """A fact with the release that says it, and those that say the same of other settings.

    `origin` names the place it is inherited from.
    """

    name: str
    text: str
    release: Release
    origin: str = ""
    more_releases: tuple[Release, ...] = ()


@dataclass(frozen=True)
class GlobalDay:
    """A step of the global period: from a day, to another one where it lasts."""

    first: date
    last: date
    text: str

    @property
    def lasts(self) -> bool:
        return self.last > self.first


@dataclass(frozen=True)
class GlobalPeriod:
    """The days whose related visits Medicare pays with the procedure itself."""

    value: str
    text: str
    release: Release
    steps: list[GlobalDay]


@dataclass(frozen=True)
class Compliance:
    facts: list[ComplianceFact] = field(default_factory=list)
    global_period: GlobalPeriod | None = None
    checklist: Checklist | None = None

    def __bool__(self) -> bool:
        return bool(self.facts or self.global_period or self.checklist)


def compliance_count(page: CodePage) -> int:
    """How many facts there are at least, from what the page has read already.

    A family's checklist alone opens no section: no reader spends a view on it.
    """
    if page.code.system == CodeSystem.ICD_10_CM:
        return int(_poa(page) is not None or page.row_counts.get("7th characters", 0) > 0)
    counted = ["checked fee rows", "ncci mue"]
    counted += [count_name(setting, Direction.AS_COLUMN_TWO) for setting in PTP_SETTINGS]
    return sum(page.row_counts.get(name, 0) for name in counted)


def compliance_of(page: CodePage) -> Compliance:
    if page.code.system == CodeSystem.ICD_10_CM:
        return Compliance(_diagnosis_facts(page))
    if page.code.system in fee_rows.SYSTEMS:
        return _procedure_facts(page)
    return Compliance()


def _diagnosis_facts(page: CodePage) -> list[ComplianceFact]:
    facts = [_poa(page)]
    release = page.listed.tabular_release
    if release:
        extract = page.listed.extract
        facts += [_seventh_character(extract, release), *_who(extract, release)]
    return [fact for fact in facts if fact]


def _poa(page: CodePage) -> ComplianceFact | None:
    """Of codes that a claim may carry; a header is never reported."""
    release = page.releases.shown(Source.POA_EXEMPT_LIST, page.date_of_service)
    shown = description_on(page.code, page.descriptions, page.releases, page.date_of_service)
    if release is None or not (shown and shown.is_billable):
        return None
    if page.row_counts.get("poa exempt", 0):
        text = "Exempt: no indicator is reported on an inpatient claim."
    else:
        text = "Not exempt: an inpatient claim needs an indicator for this diagnosis."
    return ComplianceFact("Present on admission", text, release)


def _seventh_character(extract: TabularExtract, release: Release) -> ComplianceFact | None:
    choices = seventh_characters(extract)
    if not choices:
        return None
    place = choices[0].place
    meanings = {note.character: note.text for note in choices}
    if len(extract.value) == FULL_LENGTH:
        character = extract.value[-1]
        if character not in meanings:
            return None
        text = f"{character}: {meanings[character]}. The record must show it."
    else:
        listed = ", ".join(meanings)
        text = f"Required: a claim needs one of {listed}. Guidelines says what each means."
    origin = "" if place.value == extract.value else f"From {place.label}."
    return ComplianceFact("7th character", text, release, origin)


def _who(extract: TabularExtract, release: Release) -> list[ComplianceFact]:
    return [
        ComplianceFact(
            "Age or sex",
            note.text,
            release,
            "" if extract.is_own(note) else f"From {note.place.label}, {note.place.title}.",
        )
        for note in extract.of(Kind.NOTE)
        if _WHO.search(note.text)
    ]


def _procedure_facts(page: CodePage) -> Compliance:
    """From the rows of the fee schedule that the page's payment holds, and from NCCI's edits."""
    payment = page.payment
    supervised = next((row for row in payment.rows if row.supervision not in NOT_SUPERVISED), None)
    facts = _said_once([*_units(page), *_bundled(page)])
    if supervised:
        meaning = meaning_of(SUPERVISION, supervised.supervision)
        text = f"{meaning.short} ({supervised.supervision}). {meaning.sentence}"
        facts.append(ComplianceFact("Supervision", text, payment.schedule))
    period = payment.row and _global_period(payment.row, page.date_of_service, payment.schedule)
    checklist = checklist_of(page.code.system, page.code.value, payment.row)
    return Compliance(facts, period, checklist)


def _said_once(facts: list[ComplianceFact]) -> list[ComplianceFact]:
    """Facts of several settings that say the same of a release of the same name, as one."""
    alike: dict[tuple, list[ComplianceFact]] = {}
    for fact in facts:
        topic = fact.name.split(", ")[0]
        alike.setdefault((topic, fact.text, fact.release.name), []).append(fact)
    return [
        replace(
            same[0],
            name=f"{topic}, " + " and ".join(fact.name.split(", ")[1] for fact in same),
            more_releases=tuple(fact.release for fact in same[1:]),
        )
        for (topic, _, _), same in alike.items()
    ]


def _units(page: CodePage) -> list[ComplianceFact]:
    """The units above which claims are denied, setting by setting."""
    if not page.row_counts.get("ncci mue", 0):
        return []
    units = mue_of(page.code.value, page.date_of_service, page.releases, page.listed.rows["mue"])
    return [
        ComplianceFact(
            f"Units, {item.setting.name_within}",
            f"{_denied_above(item.value.units)} {item.adjudication.sentence}",
            item.release,
        )
        for item in units
        if item.value
    ]


def _denied_above(units: int) -> str:
    return f"Units above {units:,} are denied." if units else "Every unit is denied."


def _bundled(page: CodePage) -> list[ComplianceFact]:
    """In how many pairs the code is the one that is denied."""
    facts = []
    for setting in PTP_SETTINGS:
        name = count_name(setting, Direction.AS_COLUMN_TWO)
        count = page.row_counts.get(name, 0)
        if count:
            pairs = "pair" if count == 1 else "pairs"
            text = (
                f"Column two of {count:,} {pairs} in force: denied beside the other code on the "
                "same day, unless the edit allows a modifier that applies."
            )
            release = newest(setting.ptp_source, page.releases)
            facts.append(ComplianceFact(f"Bundling, {setting.name_within}", text, release))
    return facts


def _global_period(
    row: FeeScheduleRow, date_of_service: date, release: Release
) -> GlobalPeriod | None:
    if row.global_days not in GLOBAL_PERIODS:
        return None
    before, after = (timedelta(days=days) for days in GLOBAL_PERIODS[row.global_days])
    steps = []
    if before:
        eve = date_of_service - before
        steps.append(GlobalDay(eve, eve, "The day before: visits for the procedure are included."))
    steps.append(
        GlobalDay(
            date_of_service,
            date_of_service,
            "The day of the procedure: related visits are included.",
        )
    )
    if after:
        last = date_of_service + after
        steps.append(
            GlobalDay(
                date_of_service + timedelta(days=1),
                last,
                f"{after.days} days after it: follow-up is included, through {printed_day(last)}.",
            )
        )
    return GlobalPeriod(
        row.global_days, meaning_of(GLOBAL_DAYS, row.global_days).sentence, release, steps
    )
