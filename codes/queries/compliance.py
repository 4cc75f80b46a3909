"""What auditors and payers check on a code, as far as the publishers' own data tell it."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from codes.models import Code, CodeSystem, FeeScheduleRow, Release, Source, TabularNote
from codes.queries import fee_rows
from codes.queries.code_page import CodePage
from codes.queries.indicators import GLOBAL_DAYS, SUPERVISION, meaning_of
from codes.queries.relatives import prefixes
from codes.queries.releases import Releases
from codes.queries.status import day as printed_day
from codes.queries.status import description_on
from codes.queries.tabular import (
    FULL_LENGTH,
    Kind,
    TabularExtract,
    tabular_extract,
    tabular_release,
)

# Days before and after the day of service that the fee schedule's global period covers.
_PERIODS = {"000": (0, 0), "010": (0, 10), "090": (1, 90)}
_NOT_SUPERVISED = ("", "09")
# The list's notes on who a code is for; it says so of few codes, and nothing is inferred.
_WHO = re.compile(r"\b(?:maternal|newborn) records?\b|\byears of age\b|\bage of a patient\b", re.I)


@dataclass(frozen=True)
class ComplianceFact:
    """A fact with the release that says it. `origin` names the place it is inherited from."""

    name: str
    text: str
    release: Release
    origin: str = ""


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

    def __bool__(self) -> bool:
        return bool(self.facts or self.global_period)


def checked_fee_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The rows of the fee schedule with a global period or a level of supervision."""
    rows = fee_rows.rows_on(code, releases, day)
    if rows is None:
        return None
    tells = Q(global_days__in=list(_PERIODS)) | ~Q(supervision__in=_NOT_SUPERVISED)
    return rows.filter(tells).order_by("modifier")


def seventh_character_rows(code: Code, releases: Releases, day: date) -> QuerySet | None:
    """The 7th characters that the tabular list names at a diagnosis or above it."""
    release = tabular_release(releases, day)
    if code.system != CodeSystem.ICD_10_CM or release is None:
        return None
    return TabularNote.objects.filter(
        release_id=release.pk,
        place__in=[code.value, *prefixes(code.value)],
        kind=Kind.SEVENTH_CHARACTER,
    )


def compliance_count(page: CodePage) -> int:
    """How many facts there are at least, from what the page has read already."""
    if page.code.system == CodeSystem.ICD_10_CM:
        return int(_poa(page) is not None or page.row_counts.get("7th characters", 0) > 0)
    return page.row_counts.get("checked fee rows", 0)


def compliance_of(page: CodePage) -> Compliance:
    if page.code.system == CodeSystem.ICD_10_CM:
        return Compliance(_diagnosis_facts(page))
    if page.code.system in fee_rows.SYSTEMS:
        return _procedure_facts(page)
    return Compliance()


def _diagnosis_facts(page: CodePage) -> list[ComplianceFact]:
    facts = [_poa(page)]
    release = tabular_release(page.releases, page.date_of_service)
    if release:
        extract = tabular_extract(page.code.value, release.pk)
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
    choices = extract.of(Kind.SEVENTH_CHARACTER)
    if not choices:
        return None
    place = choices[-1].place
    meanings = {note.character: note.text for note in choices if note.place == place}
    if len(extract.value) == FULL_LENGTH:
        character = extract.value[-1]
        if character not in meanings:
            return None
        text = f"{character}: {meanings[character]}. The record must show it."
    else:
        listed = ", ".join(meanings)
        text = f"Required: a claim needs one of {listed}. Guidelines says what each means."
    origin = "" if place.value == extract.value else f"From {place.name}."
    return ComplianceFact("7th character", text, release, origin)


def _who(extract: TabularExtract, release: Release) -> list[ComplianceFact]:
    return [
        ComplianceFact(
            "Age or sex",
            note.text,
            release,
            "" if extract.is_own(note) else f"From {note.place.name}, {note.place.title}.",
        )
        for note in extract.of(Kind.NOTE)
        if _WHO.search(note.text)
    ]


def _procedure_facts(page: CodePage) -> Compliance:
    release = page.releases.shown(Source.PHYSICIAN_FEE_SCHEDULE, page.date_of_service)
    rows = list(checked_fee_rows(page.code, page.releases, page.date_of_service) or [])
    if not rows:
        return Compliance()
    facts = []
    supervised = next((row for row in rows if row.supervision not in _NOT_SUPERVISED), None)
    if supervised:
        meaning = meaning_of(SUPERVISION, supervised.supervision)
        text = f"{meaning.short} ({supervised.supervision}). {meaning.sentence}"
        facts.append(ComplianceFact("Supervision of the diagnostic test", text, release))
    return Compliance(facts, _global_period(rows[0], page.date_of_service, release))


def _global_period(
    row: FeeScheduleRow, date_of_service: date, release: Release
) -> GlobalPeriod | None:
    if row.global_days not in _PERIODS:
        return None
    before, after = (timedelta(days=days) for days in _PERIODS[row.global_days])
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
