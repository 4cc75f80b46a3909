"""The samples of Medicare payment, loaded: what tests of payment and modifiers stand on."""

from datetime import date

from codes.importers.pipeline import import_paths
from codes.models import Code
from codes.queries.fees import CodePayment
from codes.queries.releases import published_releases
from tests.codes.importers.layouts import SAMPLES

JULY = date(2026, 7, 15)
ALL = ["rvu26c", "rvu25d", "ZIP5_OCT2025.txt", "2025 Addendum B.txt", "pos_codes.csv"]


def load(*names: str) -> None:
    """Import the samples of these names, or all of them."""
    report = import_paths([SAMPLES / name for name in names or ALL])
    assert not report.problem


def payment_of(value: str, day: date = JULY) -> CodePayment:
    """What the loaded releases say of the payment of a code."""
    code = Code.objects.get(value=value)
    return CodePayment(code, published_releases(), day)
