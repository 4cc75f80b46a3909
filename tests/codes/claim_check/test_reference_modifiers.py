"""What is found on modifiers agrees with a slow, obvious reading of CMS's sources."""

import random
from collections import Counter
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from codes.importers.pipeline import import_paths
from codes.models import FeeScheduleRow, HcpcsModifier, Source
from codes.queries.claim_check.check import check_claim
from codes.queries.claim_check.claim import Claim, Line
from codes.queries.claim_check.findings import Finding
from codes.queries.ncci import Setting
from codes.queries.releases import published_releases
from tests.codes.claim_check.rules_data import make_add_ons, make_fee
from tests.codes.claim_check.slow_estimates import Schedule
from tests.codes.claim_check.slow_modifiers import of_global_periods, of_lines
from tests.codes.claim_check.slow_sides import of_order, of_sides
from tests.factories import make_release

pytestmark = pytest.mark.django_db

# fmt: off
OF_LINES = [
    "26", "26", "TC", "50", "51", "53", "54", "55", "56", "62", "66", "80", "81", "82", "AS", "24",
    "25", "57", "58", "78", "79", "27", "73", "74", "GP", "GO", "AA", "QK", "QZ", "RT", "59", "ZZ",
    "P3", "8P", "4P", "21",
]
OF_GLOBAL_PERIODS = ["24", "25", "57", "58", "78", "79", "76", "54", "55", "80", "59", "FT", "FT"]
# fmt: on
SIDES = ["50", "LT", "RT", "LT", "RT", "59", "76", "F1", "26"]
PLACES = ["", "11", "19", "21", "22", "23", "24"]
DAY = date(2026, 8, 1)
# Around the ends of global periods of 0, 10 and 90 days.
DAYS = [DAY + timedelta(days=days) for days in (0, 0, 0, 1, 2, 10, 11, 90, 91)]
VISITS = ["99213", "99291", "92014", "99231", "99417"]


def random_claim(
    chance: random.Random, codes: list[str], modifiers: list[str], days: list[date]
) -> Claim:
    lines = tuple(
        Line(
            number,
            chance.choice(codes),
            chance.choice(days),
            tuple(chance.sample(modifiers, chance.choice([0, 0, 1, 1, 2]))),
            units=chance.choice([1, 1, 1, 2, 3]),
            place=chance.choice(PLACES),
        )
        for number in range(1, chance.randint(2, 7))
    )
    setting = Setting.HOSPITAL if chance.random() < 0.2 else Setting.PRACTITIONER
    return Claim(days[0], setting, lines)


def is_of_lines(item: Finding) -> bool:
    """Told of a line's own modifiers: what is said of other lines beside it is a warning."""
    if item.kind == "not-payable":
        return "-TC is not paid to a practitioner" in item.sentence
    is_error = item.severity == "error" and item.kind.endswith(("-modifier", "-not-applicable"))
    return is_error or item.kind == "needs-documentation"


def is_of_global_periods(item: Finding) -> bool:
    return item.kind == "missing-modifier" and any(
        words in item.sentence for words in ("global package", "lies in the aftercare")
    )


def is_of_sides(item: Finding) -> bool:
    return "section 40.7" in item.detail and item.kind != "needs-documentation"


def is_of_order(item: Finding) -> bool:
    return "has the highest fee; it goes on the others alone" in item.sentence


def compare(chance, count: int, codes, modifiers, days, is_asked, slow) -> Counter:
    """Compare that many random claims; how often each kind came up."""
    kinds, releases = Counter(), published_releases()
    for _ in range(count):
        claim = random_claim(chance, codes, modifiers, days)
        told = Counter(
            (str(item.kind), str(item.severity), frozenset(item.codes), item.lines)
            for item in check_claim(claim, releases).findings
            if is_asked(item)
        )
        assert told == slow(claim), claim.query
        kinds.update(kind for kind, *_ in told)
    return kinds


def make_modifiers() -> None:
    release = make_release(source=Source.HCPCS_LEVEL_II, valid_from=date(2026, 7, 1))
    for value in ("TC", "AS", "GP", "GO", "AA", "QK", "QZ", "RT", "FT"):
        ended = date(2026, 8, 2) if value == "GO" else None
        HcpcsModifier.objects.create(
            release=release, value=value, long=value, termination_date=ended
        )


@pytest.mark.parametrize("seed", range(6))
def test_the_modifiers_of_lines_agree_on_random_indicators(seed):
    chance = random.Random(seed)
    make_modifiers()
    codes = [f"{number:05}" for number in range(20000, 20012)]
    for code in [*codes, *VISITS, "00840", "01996"]:
        make_fee(
            code,
            status="J" if code in ("00840", "01996") else chance.choice("AAAARTNC"),
            pctc=chance.choice("0123459"),
            global_days=chance.choice(["000", "010", "090", "XXX", "YYY", "ZZZ", "MMM"]),
            multiple_procedure=chance.choice("02359"),
            bilateral=chance.choice("01239"),
            assistant=chance.choice("0129"),
            co_surgeon=chance.choice("0129"),
            team=chance.choice("0129"),
        )
    for row in FeeScheduleRow.objects.filter(pctc="1", modifier=""):
        for modifier in ("26", "TC"):
            make_fee(row.hcpcs, modifier=modifier, pctc="1", status=row.status)
    make_add_ons((codes[0], codes[1], 1), (codes[2], "", 2))
    codes += [*VISITS, "00840", "01996", "99999"]
    kinds = compare(chance, 80, codes, OF_LINES, DAYS, is_of_lines, of_lines)

    assert kinds.keys() >= {"missing-modifier", "modifier-not-applicable", "needs-documentation"}


@pytest.mark.parametrize("seed", range(6))
def test_global_periods_agree_on_random_days(seed):
    chance = random.Random(seed)
    make_modifiers()
    codes = [f"{number:05}" for number in range(30000, 30008)]
    for code in codes:
        days = chance.choice(["000", "010", "010", "090", "XXX", "ZZZ"])
        make_fee(code, global_days=days, status=chance.choice("AAAARN"))
    for code in VISITS:
        make_fee(code, global_days="XXX")
    args = ([*codes, *VISITS], OF_GLOBAL_PERIODS, DAYS)
    assert compare(chance, 120, *args, is_of_global_periods, of_global_periods)


@pytest.mark.parametrize("seed", range(6))
def test_sides_and_order_agree_on_random_indicators(seed):
    chance = random.Random(seed)
    make_modifiers()
    codes = [f"{number:05}" for number in range(40000, 40006)]
    for code, bilateral in zip(codes, "011239", strict=True):
        make_fee(
            code,
            f"{chance.choice([100, 200, 200, 300])}.00",
            bilateral=bilateral,
            global_days=chance.choice(["000", "010", "XXX", "ZZZ"]),
            status="A" if bilateral == "1" else chance.choice("AARN"),
            multiple_procedure=chance.choice("0223"),
            assistant="2",
        )
    make_add_ons((codes[0], codes[1], 1))
    kinds = Counter()
    for code in codes:
        args = ([code, code, codes[0]], SIDES, [DAY], is_of_sides, of_sides)
        kinds += compare(chance, 40, *args)
    assert set(kinds) == {"missing-modifier", "modifier-not-applicable"}
    rows = {(row.hcpcs, row.modifier): row for row in FeeScheduleRow.objects.all()}
    # Where no list of places is loaded, those of the manual's chapter 12, section 20.4.2.
    schedule = Schedule(rows, facilities=frozenset(("19", "21", "22", "23", "24")))
    slow = partial(of_order, schedule=schedule)
    assert compare(chance, 150, codes, ["51", "51", "80", "59"], [DAY], is_of_order, slow)


@pytest.mark.real_data
def test_modifiers_are_judged_as_the_fee_schedule_says(real_data: Path):
    paths = ["rvu/rvu26c.zip", "hcpcs/HCPC2026_JUL_ANWEB.xlsx", "ncci/AOC_V2024Q2-MCR.txt"]
    assert not import_paths([real_data / path for path in paths]).problem
    chance = random.Random(26)
    rows = FeeScheduleRow.objects.filter(modifier="").order_by("hcpcs")
    kinds = Counter()
    alike: dict[tuple, list[str]] = {}
    in_parts = set(FeeScheduleRow.objects.filter(modifier="26").values_list("hcpcs", flat=True))
    for row in rows:
        seen = row.pctc, row.status, row.global_days, row.multiple_procedure == "5"
        alike.setdefault((*seen, row.hcpcs in in_parts), []).append(row.hcpcs)
    some = [code for codes in alike.values() for code in chance.sample(codes, min(4, len(codes)))]
    assert "80506" in some
    chance.shuffle(some)
    for begin in range(0, len(some), 20):
        codes = some[begin : begin + 20]
        kinds += compare(chance, 25, codes, OF_LINES, DAYS, is_of_lines, of_lines)
    tests = chance.sample(sorted(in_parts), 20)
    kinds += compare(chance, 60, tests, ["26", "TC"], [DAY], is_of_lines, of_lines)
    assert set(kinds) == {
        "missing-modifier", "modifier-not-applicable", "needs-documentation", "not-payable",
    }  # fmt: skip

    both = list(rows.filter(bilateral__in="0123", status="A").order_by("bilateral", "hcpcs"))
    kinds = Counter()
    for row in chance.sample(both, 20):
        kinds += compare(chance, 15, [row.hcpcs], SIDES, [DAY], is_of_sides, of_sides)
    assert set(kinds) == {"missing-modifier", "modifier-not-applicable"}

    surgery = list(rows.filter(global_days__in=["000", "010", "090"], status="A"))
    codes = [row.hcpcs for row in chance.sample(surgery, 60)] + VISITS * 6
    args = (codes, OF_GLOBAL_PERIODS, DAYS)
    assert compare(chance, 250, *args, is_of_global_periods, of_global_periods)
