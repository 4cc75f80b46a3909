"""The estimates agree with a slow, obvious reading of the manual on random claims."""

import random
from datetime import date
from pathlib import Path

import pytest

from codes.importers.pipeline import import_paths
from codes.models import FeeScheduleRow, Source
from codes.queries.claim_check.check import check_claim
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.ncci import Setting
from codes.queries.releases import published_releases
from tests.codes.claim_check.rules_data import make_fee
from tests.codes.claim_check.slow_estimates import ASKED, expected_amounts

pytestmark = pytest.mark.django_db

DAY = date(2026, 8, 1)
MODIFIERS = ["50", "80", "82", "AS", "62", "RT", "59", "26", "TC"]


def random_claim(chance: random.Random, codes: list[str]) -> Claim:
    lines = tuple(
        Line(
            number,
            chance.choice(codes),
            DAY,
            tuple(chance.sample(MODIFIERS, chance.choice([0, 0, 1, 1, 2]))),
            chance.choice([1, 1, 1, 2, 3]),
        )
        for number in range(1, chance.randint(2, 7))
    )
    return Claim(date_of_service=DAY, setting=Setting.PRACTITIONER, lines=lines)


def compare(seed: int, count: int, codes: list[str]) -> int:
    """Compare that many random claims; how many lines had an amount."""
    chance, with_amount = random.Random(seed), 0
    release = published_releases().shown(Source.PHYSICIAN_FEE_SCHEDULE, DAY)
    for _ in range(count):
        claim = random_claim(chance, codes)
        (found,) = check_claim(claim, published_releases()).estimates
        told = {item.line.number: item.amount for item in found.lines}
        assert told == expected_amounts(claim.lines, release), claim.query
        with_amount += sum(amount is not None for amount in told.values())
    return with_amount


@pytest.mark.parametrize("seed", range(6))
def test_the_estimates_agree_on_random_fees(seed):
    chance = random.Random(seed)
    codes = [f"{number:05}" for number in range(20000, 20012)]
    for code in codes:
        indicators = {
            "status": chance.choice("AAAARNC"),
            "multiple_procedure": chance.choice(ASKED),
            "bilateral": chance.choice("01239"),
            "assistant": chance.choice("0129"),
            "co_surgeon": chance.choice("0129"),
            "nonfacility_na": chance.random() < 0.15,
        }
        make_fee(code, f"{chance.randint(2, 400) * 10}.00", **indicators)
        if chance.random() < 0.3:
            make_fee(code, f"{chance.randint(1, 90)}.00", modifier="26", **indicators)

    assert compare(seed, 40, codes) > 40


@pytest.mark.real_data
def test_the_estimates_agree_on_the_fee_schedule(real_data: Path):
    assert not import_paths([real_data / "rvu" / "rvu26c.zip"]).problem
    release = published_releases().shown(Source.PHYSICIAN_FEE_SCHEDULE, DAY)
    rows = FeeScheduleRow.objects.filter(
        release=release, multiple_procedure__in=ASKED, status__in=["A", "R", "C", "N"]
    )
    codes = sorted(set(rows.exclude(global_days="XXX").values_list("hcpcs", flat=True)))

    assert compare(2026, 700, random.Random(1).sample(codes, 900)) > 500
