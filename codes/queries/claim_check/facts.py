"""What the loaded releases say of the codes of a claim on one date of service.

Everything is fetched here, nearly all of it in one round trip whatever the number of lines; the
rules ask no database. None or an absent release says that nothing is loaded to answer from.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from codes.models import (
    Code,
    CodeSystem,
    FeeScheduleRow,
    HcpcsModifier,
    MueValue,
    OppsRow,
    PlaceOfService,
    Release,
    Source,
)
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.coverage_check import CoverageFacts, coverage_facts, procedures_named
from codes.queries.excludes1 import Excludes1Conflict, excludes1_conflicts
from codes.queries.localities import NATIONAL, Choice, Locality, chosen_locality, localities_of
from codes.queries.ncci import (
    AddOnRule,
    Pairs,
    Setting,
    add_on_rules,
    mues_of,
    question_of_pairs,
)
from codes.queries.questions import Question, ask_together, settled
from codes.queries.releases import Releases, source_of
from codes.queries.status import Status, description_on, status_on
from codes.queries.stored_rows import rows_of_release, stored_row, stored_rows

_Key = tuple[str, str]  # a system and a stored value


class _Listing(NamedTuple):
    """An official description without its texts; as `codes.queries.status` asks for."""

    code: Code
    release: Release
    release_id: int
    is_billable: bool
    added_date: date | None
    termination_date: date | None


@dataclass(frozen=True)
class CodeFacts:
    """Whether a code is known, its status on the date, and whether a claim may carry it.

    `is_header` also where no release in force on the date is loaded: then it is the nearest
    release's word, `header_release`.
    """

    is_known: bool
    status: Status | None = None
    is_header: bool = False
    header_release: Release | None = None


@dataclass(frozen=True)
class ClaimFacts:
    """The facts on one date. Codes are stored values; `releases` are all that are published."""

    date_of_service: date
    setting: Setting
    releases: Releases
    codes: dict[tuple[str, str], CodeFacts] = field(default_factory=dict)
    pairs: Pairs = field(default_factory=lambda: Pairs(None))
    mue_release: Release | None = None
    mues: dict[str, MueValue] = field(default_factory=dict)
    add_on_release: Release | None = None
    add_ons: dict[str, AddOnRule] = field(default_factory=dict)
    fee_release: Release | None = None
    fees: dict[tuple[str, str], FeeScheduleRow] = field(default_factory=dict)
    opps_release: Release | None = None
    opps: dict[str, OppsRow] = field(default_factory=dict)
    hcpcs_release: Release | None = None
    coverage_codes: dict[str, str] = field(default_factory=dict)
    level_ii_modifiers: frozenset[str] | None = None
    excludes1: list[Excludes1Conflict] | None = None
    coverage: CoverageFacts = field(default_factory=CoverageFacts)
    choice: Choice = field(default_factory=Choice)
    index_release: Release | None = None
    place_rates: dict[str, str] = field(default_factory=dict)

    @property
    def locality(self) -> Locality:
        return self.choice.locality or NATIONAL

    @cached_property
    def with_fee(self) -> frozenset[str]:
        """The codes that the fee schedule has, with a modifier or without."""
        return frozenset(value for value, _ in self.fees)

    def fee_row(self, value: str, modifiers: tuple[str, ...] = ()) -> FeeScheduleRow | None:
        """The row of a code for its 26, TC or 53, else the one without modifier."""
        for modifier in modifiers:
            if (value, modifier) in self.fees:
                return self.fees[value, modifier]
        return self.fees.get((value, ""))

    def is_facility(self, place: str) -> bool:
        """Whether services at a place of service are paid the facility's amount."""
        rate = self.place_rates.get(place)
        if rate:
            return rate == PlaceOfService.Rate.FACILITY
        return place in FACILITY_PLACES


# Where no list of places is loaded: Medicare Claims Processing Manual, chapter 12, section 20.4.2.
FACILITY_PLACES = frozenset(
    ("02", "19", "21", "22", "23", "24", "26", "31", "34", "41", "42", "51", "52", "53", "56", "61")
)


def claim_facts(claim: Claim, day: date, releases: Releases) -> ClaimFacts:
    """The facts on the lines of one day, and on the claim's diagnoses."""
    lines, setting = claim.lines_on(day), claim.setting
    values = sorted({line.value for line in lines if line.system})
    diagnoses = list(claim.diagnoses)
    fee_release = releases.shown(Source.PHYSICIAN_FEE_SCHEDULE, day)
    hcpcs_release = releases.shown(Source.HCPCS_LEVEL_II, day)
    opps_release = releases.shown(Source.OPPS_ADDENDUM_B, day)
    asked_of_opps = opps_release if setting == Setting.HOSPITAL else None
    fees, add_ons, mues, pairs, described, opps, level_ii, rates, covered = ask_together(
        _fees(values, fee_release),
        add_on_rules(values, day, releases),
        mues_of(values, setting, day, releases),
        question_of_pairs(values, setting, day, releases),
        _described(lines, diagnoses, releases, hcpcs_release),
        _opps(values, asked_of_opps),
        _level_ii_modifiers(lines, hcpcs_release, day),
        _place_rates(lines, day, releases),
        procedures_named(values, day, releases),
    )
    index_release = _index_release(fee_release, releases)
    pointed = {value for line in lines for value in claim.diagnoses_of(line)}
    return ClaimFacts(
        date_of_service=day,
        setting=setting,
        releases=releases,
        codes=_codes(described, day, releases, fee_release, {value for value, _ in fees}),
        pairs=pairs,
        mue_release=mues[0],
        mues=mues[1],
        add_on_release=add_ons[0],
        add_ons=add_ons[1],
        fee_release=fee_release,
        fees=fees,
        opps_release=opps_release,
        opps=opps,
        hcpcs_release=hcpcs_release,
        coverage_codes=described.coverage_codes,
        level_ii_modifiers=level_ii,
        excludes1=excludes1_conflicts(diagnoses, day, releases),
        coverage=coverage_facts(covered, pointed, day, releases),
        choice=_choice(claim, index_release, releases, day),
        index_release=index_release,
        place_rates=rates,
    )


class _Described(NamedTuple):
    """The codes asked for, those there are, what published releases say of them but the texts,
    and the coverage codes of those of the HCPCS file.
    """

    asked: list[_Key]
    codes: dict[_Key, Code]
    listings: dict[_Key, list[_Listing]]
    coverage_codes: dict[str, str]


def _described(
    lines: list[Line], diagnoses: list[str], releases: Releases, hcpcs_release: Release | None
) -> Question[_Described]:
    keys = [(line.system.value, line.value) for line in lines if line.system]
    keys += [(CodeSystem.ICD_10_CM.value, value) for value in diagnoses]
    keys = list(dict.fromkeys(keys))
    if not keys:
        return settled(_Described([], {}, {}, {}))
    values = [list(column) for column in zip(*keys, strict=True)]
    values.append(hcpcs_release.pk if hcpcs_release else None)
    by_id = {release.pk: release for release in releases.all()}

    def read(rows: list[tuple]) -> _Described:
        found = _Described(keys, {}, {}, {})
        for pk, system, value, coverage_code, release_id, *told in rows:
            key = system, value
            if key not in found.codes:
                found.codes[key] = stored_row(Code, {"id": pk, "system": system, "value": value})
            if coverage_code is not None:
                found.coverage_codes[value] = coverage_code
            if release_id in by_id:
                item = _Listing(found.codes[key], by_id[release_id], release_id, *told)
                found.listings.setdefault(key, []).append(item)
        return found

    return Question(_DESCRIBED, values, read)


_DESCRIBED = """
SELECT code.id, code.system, code.value, record.coverage_code, description.release_id,
  description.is_billable, description.added_date, description.termination_date
FROM unnest(%s::text[], %s::text[]) AS asked (system, value)
JOIN codes_code code ON code.system = asked.system AND code.value = asked.value COLLATE "C"
LEFT JOIN codes_hcpcsrecord record ON record.code_id = code.id AND record.release_id = %s
LEFT JOIN codes_officialdescription description ON description.code_id = code.id
ORDER BY description.id
"""


def _codes(
    described: _Described,
    day: date,
    releases: Releases,
    fee_release: Release | None,
    with_fee: set[str],
) -> dict[_Key, CodeFacts]:
    """What is known of the codes."""
    facts = {}
    # What is said of a code without description is the same for all of its system.
    undescribed: dict[tuple[str, bool], CodeFacts] = {}
    for key in described.asked:
        code, own = described.codes.get(key), described.listings.get(key, [])
        if code is None:
            facts[key] = CodeFacts(is_known=False)
            continue
        has_fee = code.value in with_fee
        alike = code.system, has_fee
        told = None if own else undescribed.get(alike)
        if told is None:
            told = _code_facts(code, own, day, releases, fee_release if has_fee else None)
        if not own:
            undescribed[alike] = told
        facts[key] = told
    return facts


def _code_facts(
    code: Code, own: list[_Listing], day: date, releases: Releases, fee_release: Release | None
) -> CodeFacts:
    status = status_on(code, own, releases, day, fee_schedule=fee_release)
    shown = None if status.is_valid else description_on(code, own, releases, day)
    return CodeFacts(
        is_known=True,
        status=status,
        is_header=bool(shown and not shown.is_billable),
        header_release=shown.release if shown else None,
    )


def _fees(values: list[str], release: Release | None) -> Question[dict[_Key, FeeScheduleRow]]:
    """The rows of the codes, and of the endoscopies that they are compared with, by code and
    modifier.
    """
    if release is None or not values:
        return settled({})
    rows = stored_rows(FeeScheduleRow, _FEES_AND_BASES, [release.pk, values, release.pk, values])
    return rows.then(lambda rows: {(row.hcpcs, row.modifier): row for row in rows})


_FEES_AND_BASES = """release_id = %s AND hcpcs = ANY(%s || ARRAY(
  SELECT endoscopic_base FROM codes_feeschedulerow
  WHERE release_id = %s AND hcpcs = ANY(%s) AND endoscopic_base <> ''))"""


def _opps(values: list[str], release: Release | None) -> Question[dict[str, OppsRow]]:
    if release is None:
        return settled({})
    rows = rows_of_release(OppsRow, release.pk, "hcpcs", values)
    return rows.then(lambda rows: {row.hcpcs: row for row in rows})


def _level_ii_modifiers(
    lines: list[Line], release: Release | None, day: date
) -> Question[frozenset[str] | None]:
    """The Level II modifiers of the lines that are valid on the date; None where none is loaded."""
    wanted = sorted({modifier for line in lines for modifier in line.modifiers})
    if release is None:
        return settled(None)
    rows = rows_of_release(HcpcsModifier, release.pk, "value", wanted)
    return rows.then(
        lambda rows: frozenset(
            row.value for row in rows if row.termination_date is None or row.termination_date >= day
        )
    )


def _place_rates(lines: list[Line], day: date, releases: Releases) -> Question[dict[str, str]]:
    release = releases.shown(Source.PLACE_OF_SERVICE, day)
    wanted = sorted({line.place for line in lines} - {""})
    if release is None:
        return settled({})
    rows = rows_of_release(PlaceOfService, release.pk, "value", wanted)
    return rows.then(lambda rows: {row.value: row.rate for row in rows})


def _index_release(schedule: Release | None, releases: Releases) -> Release | None:
    """The geographic indices of the fee schedule's year; those of another year do not fit."""
    if schedule is None:
        return None
    of_year = [
        release
        for release in releases.of(Source.GPCI)
        if release.valid_from.year == schedule.valid_from.year
    ]
    return (of_year or [None])[-1]


def _choice(claim: Claim, index_release: Release | None, releases: Releases, day: date) -> Choice:
    if not (claim.zip_code or claim.locality) or index_release is None:
        return Choice(zip_code=claim.zip_code, locality_key=claim.locality)
    localities = localities_of(index_release)
    return chosen_locality(claim.zip_code, claim.locality, localities, releases, day)


def not_loaded(facts: ClaimFacts, has_diagnoses: bool) -> list[Source]:
    """The data sets that a check needs and that are not loaded."""
    missing = []
    if facts.pairs.release is None:
        missing.append(facts.setting.ptp_source)
    if facts.mue_release is None:
        missing.append(facts.setting.mue_source)
    if facts.add_on_release is None:
        missing.append(Source.NCCI_ADD_ON)
    if facts.fee_release is None and facts.setting == Setting.PRACTITIONER:
        missing.append(Source.PHYSICIAN_FEE_SCHEDULE)
    if facts.opps_release is None and facts.setting == Setting.HOSPITAL:
        missing.append(Source.OPPS_ADDENDUM_B)
    if has_diagnoses:
        if not facts.releases.of(source_of(CodeSystem.ICD_10_CM)):
            missing.append(Source.ICD_10_CM_ORDER)
        if facts.excludes1 is None:
            missing.append(Source.ICD_10_CM_TABULAR)
        if not facts.coverage.is_loaded:
            missing.append(Source.MCD_ARTICLES)
    return missing
