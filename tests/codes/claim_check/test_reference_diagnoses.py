"""What is found on diagnoses agrees with a slow, obvious reading of the publishers' tables."""

import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from codes.importers.outcomes import Options
from codes.importers.pipeline import import_paths
from codes.models import (
    Code,
    CoverageCode,
    CoverageContractor,
    OfficialDescription,
    TabularEntry,
    TabularNote,
)
from codes.queries.claim_check.check import check_claim
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.releases import published_releases
from tests.codes.claim_check import slow_diagnoses
from tests.codes.claim_check.slow_diagnoses import Told, of_codes, of_lines

pytestmark = pytest.mark.django_db

KINDS = {
    of_codes: {"unknown-code", "header-diagnosis", "not-valid-on-date", "excludes1"},
    of_lines: {"covered", "not-covered"},
}
DAYS = [date(2023, 6, 1), date(2024, 10, 1), date(2025, 9, 30), date(2025, 10, 1), date(2026, 8, 1)]


def found(claim: Claim, compared: set[str]) -> Told:
    check = check_claim(claim, published_releases())
    return {
        (str(item.kind), str(item.severity), frozenset(item.codes))
        for item in check.findings
        if item.kind in compared and not (item.kind == "unknown-code" and item.lines)
    }


def random_claim(chance: random.Random, diagnoses: list[str], procedures: list[str], states):
    """Up to six diagnoses, and lines that point to all or some of them."""
    few = chance.sample(diagnoses, min(chance.randint(0, 6), len(diagnoses)))
    first = chance.choice(DAYS)
    lines = []
    for number in range(1, chance.randint(2, 4)):
        pointers = chance.sample(range(1, len(few) + 1), chance.randint(0, min(2, len(few))))
        day = first if chance.random() < 0.9 else chance.choice(DAYS)
        lines.append(Line(number, chance.choice(procedures), day, pointers=tuple(pointers)))
    return Claim(first, lines=tuple(lines), diagnoses=tuple(few), state=chance.choice(states))


def compare(chance, count: int, slow, diagnoses, procedures=("96522",), states=("",)) -> Counter:
    """Compare that many random claims; how often each kind came up."""
    kinds = Counter()
    for _ in range(count):
        claim = random_claim(chance, diagnoses, procedures, states)
        told = found(claim, KINDS[slow])
        assert told == slow(claim), claim.query
        kinds.update(kind for kind, _, _ in told)
    return kinds


@pytest.mark.real_data
def test_diagnoses_are_judged_as_the_publishers_tables_say(real_data: Path):
    folder = real_data / "icd10cm"
    names = ["cms_2025_dx.zip", "cms_2026_dx.zip", "icd10cm_tabular_2021.zip"]
    assert not import_paths([folder / name for name in names]).problem
    chance = random.Random(12)
    every = list(Code.objects.order_by("value").values_list("value", flat=True))
    listed = OfficialDescription.objects.values_list("release_id", "code__value")
    of_years: dict[int, set[str]] = {}
    for release_id, value in listed:
        of_years.setdefault(release_id, set()).add(value)
    changed = sorted(set.union(*of_years.values()) - set.intersection(*of_years.values()))
    notes = [
        note
        for note in TabularNote.objects.filter(kind="excludes1").order_by("position")
        if slow_diagnoses.ranges(note.text)
    ]
    narrowed = {note.place for note in notes if slow_diagnoses.is_narrowed(note.text)}
    kinds = Counter()
    for note in chance.sample(notes, 120):
        diagnoses = [*related_to(note, chance), *chance.sample(every, 2)]
        kinds += compare(chance, 5, of_codes, unnarrowed(diagnoses, narrowed))
    mixed = [*chance.sample(every, 300), *chance.sample(changed, 100), "Z9999", "A000X", "Q00"]
    kinds += compare(chance, 300, of_codes, unnarrowed(mixed, narrowed))

    assert set(kinds) == KINDS[of_codes]


def related_to(note: TabularNote, chance: random.Random) -> list[str]:
    """Codes at the note's place, and codes that it names."""
    places = TabularEntry.objects.filter(release=note.release_id, path__contains=[note.place])
    at = Code.objects.filter(value__in=places.values("place"))
    first, last = chance.choice(slow_diagnoses.ranges(note.text))
    named = Code.objects.filter(value__range=(first, last.ljust(7, "Z")))
    found = []
    for codes in (at, named):
        values = list(codes.order_by("value").values_list("value", flat=True))
        found += chance.sample(values, min(4, len(values)))
    return found


def unnarrowed(values: list[str], narrowed: set[str]) -> list[str]:
    """Those below no note that narrows its codes by words: the slow reading reads no words."""
    kept = []
    for value in dict.fromkeys(values):
        entry = None
        for length in range(len(value), 2, -1):
            entry = entry or TabularEntry.objects.filter(place=value[:length]).first()
        if entry is None or not narrowed & set(entry.path):
            kept.append(value)
    return kept


@pytest.mark.real_data
def test_coverage_is_told_as_the_articles_say(real_data: Path):
    folder = real_data / "coverage"
    options = Options(valid_from=date(2025, 8, 1))
    assert not import_paths([folder / "current_article_csv.sample.zip"], options).problem
    chance = random.Random(3)
    codes = CoverageCode.objects.order_by("value")
    procedures = sorted(set(codes.filter(code_list="procedures").values_list("value", flat=True)))
    listed = sorted(set(codes.exclude(code_list="procedures").values_list("value", flat=True)))
    # The sample does not tell where contractors serve; two of three are given states.
    for contractor in CoverageContractor.objects.order_by("pk"):
        contractor.states = [[], ["KY"], ["KY", "TX"]][contractor.number % 3]
        contractor.save()
    diagnoses = [*chance.sample(listed, 30), "Z9999", "E119", "Z451", "I10"]
    kinds = compare(chance, 400, of_lines, diagnoses, [*procedures, "99213"], ["", "KY", "TX"])

    assert set(kinds) == KINDS[of_lines]
