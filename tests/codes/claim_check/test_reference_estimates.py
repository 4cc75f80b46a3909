"""The estimates agree with a slow, obvious reading of the manual on random claims."""

import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from codes.importers.pipeline import import_paths
from codes.models import FeeScheduleRow, PlaceOfService, Source, ZipLocality
from codes.queries.claim_check.check import check_claim
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.ncci import Setting
from codes.queries.releases import published_releases
from tests.codes.claim_check.rules_data import make_fee
from tests.codes.claim_check.slow_estimates import Rows, expected_amounts, schedule_at
from tests.factories import make_release

pytestmark = pytest.mark.django_db

DAY = date(2026, 8, 1)
# fmt: off
MODIFIERS = [
    "50", "50", "80", "82", "AS", "62", "RT", "59", "26", "26", "TC", "54", "55", "78", "53", "22",
    "FX", "GY",
]
# fmt: on
# Of therapists and their assistants, together or one of the two alone.
THERAPY = [("GP",), ("GP", "CQ"), ("GO", "CO"), ("CQ",), ("GP", "CO")]
PLACES = ["", "11", "11", "22", "24", "31", "99"]


def random_claim(chance: random.Random, codes: list[str], zip_codes: list[str]) -> Claim:
    lines = tuple(
        Line(
            number,
            chance.choice(codes),
            DAY,
            (
                *chance.sample(MODIFIERS, chance.choice([0, 0, 0, 1, 1, 2])),
                *chance.choice([(), (), (), chance.choice(THERAPY)]),
            ),
            chance.choice([1, 1, 1, 2, 3]),
            chance.choice(PLACES),
        )
        for number in range(1, chance.randint(2, 8))
    )
    return Claim(DAY, Setting.PRACTITIONER, lines, zip_code=chance.choice(zip_codes))


def rows_of_the_schedule() -> Rows:
    release = published_releases().shown(Source.PHYSICIAN_FEE_SCHEDULE, DAY)
    rows = FeeScheduleRow.objects.filter(release=release).select_related("release")
    return {(row.hcpcs, row.modifier): row for row in rows}


def compare(
    chance: random.Random, count: int, codes: list[str], rows: Rows, zip_codes: list[str]
) -> Counter:
    """Compare that many random claims; how often an amount came about by each rule in words."""
    rules = Counter()
    releases = published_releases()
    for _ in range(count):
        claim = random_claim(chance, codes, zip_codes)
        (found,) = check_claim(claim, releases).estimates
        told = {item.line.number: item.amount for item in found.lines}
        assert told == expected_amounts(claim.lines, schedule_at(rows, claim.zip_code)), claim.query
        steps = " ".join(step for item in found.lines for step in item.steps)
        rules.update(rule for rule in RULES if rule in steps)
    return rules


RULES = {
    "base endoscopy", "beside a procedure", "technical part", "professional part",
    "half the practice expense", "non-facility fee", " facility fee", "both sides", "each side",
    "an assistant", "co-surgeon", "without the aftercare", "surgery alone", "unit by unit",
    "therapist assistant",
}  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_the_estimates_agree_on_random_fees(seed):
    chance = random.Random(seed)
    places = make_release(source=Source.PLACE_OF_SERVICE)
    for value, rate in [("11", "non-facility"), ("22", "facility"), ("99", "unassigned")]:
        PlaceOfService.objects.create(release=places, value=value, rate=rate, name=value)
    for place in ("24", "31"):
        PlaceOfService.objects.create(release=places, value=place, rate="facility", name=place)
    codes = [f"{number:05}" for number in range(20000, 20012)]
    for code in codes:
        kind = chance.choice("0222333456792")
        indicators = {
            "status": chance.choice("AAAARNC"),
            "multiple_procedure": kind,
            "endoscopic_base": chance.choice([*codes[:2], ""]) if kind == "3" else "",
            "bilateral": chance.choice("01239"),
            "assistant": chance.choice("0129"),
            "co_surgeon": chance.choice("0129"),
            "nonfacility_na": chance.random() < 0.15,
            "preoperative": "0.10",
            "intraoperative": chance.choice(["0.70", "0"]),
            "postoperative": "0.20",
        }
        make_fee(code, f"{chance.randint(2, 400) * 10}.00", **indicators)
        for modifier in ("26", "TC"):
            if chance.random() < 0.5:
                make_fee(code, f"{chance.randint(1, 90)}.00", modifier=modifier, **indicators)

    assert compare(chance, 60, codes, rows_of_the_schedule(), [""])


@pytest.mark.real_data
def test_the_estimates_agree_on_the_fee_schedule(real_data: Path):
    """Claims of one kind of reduction, and mixed ones, in localities all over the country."""
    files = ["rvu26c.zip", "zip-code-to-carrier-locality-oct-2025.zip"]
    paths = [real_data / "rvu" / name for name in files]
    assert not import_paths([*paths, real_data / "lists" / "pos_codes.csv"]).problem
    chance = random.Random(2026)
    rows = rows_of_the_schedule()
    zip_codes = list(ZipLocality.objects.order_by("zip_code").values_list("zip_code", flat=True))
    zip_codes = ["", "00000", *chance.sample(zip_codes, 200)]
    plain = [row for row in rows.values() if row.modifier == ""]
    paid = sorted(row.hcpcs for row in plain if row.status in ("A", "R", "T"))
    rules = Counter()
    for indicator in "0234567":
        codes = sorted(row.hcpcs for row in plain if row.multiple_procedure == indicator)
        few = chance.sample(codes, min(60, len(codes)))
        rules += compare(chance, 160, few, rows, zip_codes)
    bases = sorted({row.endoscopic_base for row in plain} - {""})
    for base in bases:
        family = sorted(row.hcpcs for row in plain if row.endoscopic_base == base)
        codes = [base, *family, *chance.sample(paid, 2)]
        rules += compare(chance, 25, codes, rows, zip_codes)
    rules += compare(chance, 800, paid, rows, zip_codes)

    assert not RULES - set(rules)
