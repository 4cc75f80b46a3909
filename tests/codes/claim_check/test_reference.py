"""The checker agrees with a slow, obvious reading of the rules on random claims."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from codes.importers import publishing
from codes.importers.pipeline import import_paths
from codes.models import AddOnEdit, MueValue, PtpEdit, Source
from codes.queries.claim_check.check import check_claim
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.ncci import Setting
from codes.queries.releases import published_releases
from tests.codes.claim_check.rules_data import make_add_ons, make_codes, make_mues, make_pairs
from tests.codes.claim_check.slow_reference import Told, expected

pytestmark = pytest.mark.django_db

COMPARED = {
    "ptp-conflict", "ptp-bypassed", "no-edit", "mue-exceeded", "addon-without-primary",
}  # fmt: skip
MODIFIERS = ["59", "XS", "RT", "LT", "F1", "25", "51", "76", "26", "GA"]


def random_claim(chance: random.Random, codes: list[str], days: list[date]) -> Claim:
    first = chance.choice(days)
    lines = []
    for number in range(1, chance.randint(1, 8) + 1):
        day = first + timedelta(days=chance.random() < 0.15)
        modifiers = chance.sample(MODIFIERS, chance.choice([0, 0, 0, 1, 1, 2]))
        units = chance.choice([1, 1, 1, 2, 3, 8])
        lines.append(Line(number, chance.choice(codes), day, tuple(modifiers), units))
    setting = chance.choice([Setting.PRACTITIONER, Setting.HOSPITAL])
    return Claim(date_of_service=first, setting=setting, lines=tuple(lines))


def found(claim: Claim) -> Told:
    check = check_claim(claim, published_releases())
    return {
        (str(item.kind), str(item.severity), frozenset(item.codes))
        for item in check.findings
        if item.kind in COMPARED
    }


def compare(seed: int, count: int, codes: list[str], days: list[date]) -> set[str]:
    """Compare that many random claims; the kinds that came up."""
    chance = random.Random(seed)
    kinds = set()
    for _ in range(count):
        claim = random_claim(chance, codes, days)
        told = found(claim)
        assert told == expected(claim), claim.query
        kinds |= {kind for kind, _, _ in told}
    return kinds


@pytest.mark.parametrize("seed", range(12))
def test_the_checker_agrees_on_random_rules(seed):
    chance = random.Random(seed)
    codes = [f"{number:05}" for number in range(10000, 10009)]
    pairs = [
        (one, two, chance.choice([0, 1, 1, 9]), *chance.choice([(), (), (date(2026, 8, 1),)]))
        for one in codes
        for two in codes
        if one < two and chance.random() < 0.4
    ]
    make_pairs(*[(two, one, *more) if chance.random() < 0.5 else (one, two, *more)
                 for one, two, *more in pairs])  # fmt: skip
    if seed % 3:
        make_pairs(*pairs, source=Source.NCCI_PTP_HOSPITAL)
    make_mues(
        *[(code, chance.choice([0, 1, 2, 5]), chance.choice([1, 2, 3])) for code in codes[1:]]
    )
    make_add_ons(
        (codes[0], codes[1], 1),
        (codes[0], codes[2], 1),
        (codes[3], "", 2),
        (codes[4], codes[5], 3),
        (codes[4], "", 3),
        (codes[6], codes[0], 1),
    )
    make_codes(*codes)
    days = [date(2018, 1, 1), date(2026, 7, 31), date(2026, 8, 1), date(2026, 8, 2)]
    kinds = compare(seed, 60, codes, days)
    assert kinds == COMPARED


@pytest.mark.real_data
def test_the_checker_agrees_on_the_publishers_tables(real_data: Path, monkeypatch):
    monkeypatch.setattr(publishing, "GRACE_SECONDS", 0)
    folder = real_data / "ncci"
    report = import_paths(
        [
            *sorted(folder.glob("*practitioner-ptp*.zip")),
            *folder.glob("*mue-table.zip"),
            folder / "AOC_V2024Q2-MCR.txt",
        ]
    )
    assert not report.problem
    chance = random.Random(2024)
    kinds = set()
    for family in range(16):
        kinds |= compare(family, 30, family_of(chance), [date(2024, 8, 1), date(2019, 6, 30)])
    assert kinds == COMPARED


def family_of(chance: random.Random) -> list[str]:
    """Codes that have to do with each other: an add-on code, its primaries, what they are paired
    with, and some with units.
    """
    add_on = chance.choice(sorted(set(AddOnEdit.objects.values_list("add_on_code", flat=True))))
    primaries = AddOnEdit.objects.filter(add_on_code=add_on).exclude(primary_code="")
    codes = {add_on, *primaries.values_list("primary_code", flat=True)[:4]}
    for code in list(codes)[:3]:
        edits = PtpEdit.objects.filter(column_one=code, deletion_date__isnull=True)
        others = list(edits.values_list("column_two", flat=True)[:400])
        codes |= set(chance.sample(others, min(4, len(others))))
    units = list(MueValue.objects.order_by("code").values_list("code", flat=True))
    codes |= set(chance.sample(units, 3))
    return sorted(codes)
