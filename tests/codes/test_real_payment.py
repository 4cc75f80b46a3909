"""CMS's own files of Medicare payment give exactly the figures that are known of them."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Count

from codes.importers.pipeline import import_paths
from codes.models import (
    Code,
    FeeScheduleRow,
    GeographicIndex,
    OppsCapPrice,
    Release,
    Source,
    ZipLocality,
)
from codes.queries.fee_amounts import fee_of
from codes.queries.fees import payment_in_full, payment_section
from codes.queries.indicators import FIELDS, OPPS_STATUS
from codes.queries.localities import localities_of
from tests.codes.payment_data import payment_of

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]


@pytest.fixture
def _loaded(real_data: Path):
    report = import_paths([real_data / "rvu", real_data / "lists/pos_codes.csv"])
    assert not report.problem


@pytest.mark.usefixtures("_loaded")
def test_cmss_files_of_payment_give_their_known_figures():
    counts = {
        (release.source, release.name): (release.row_count, release.rejected_count)
        for release in Release.objects.all()
    }
    assert counts == {
        (Source.PHYSICIAN_FEE_SCHEDULE, "July 2026"): (19_356, 0),
        (Source.PHYSICIAN_FEE_SCHEDULE, "October 2025"): (19_090, 0),
        (Source.GPCI, "July 2026"): (109, 0),
        (Source.GPCI, "October 2025"): (109, 0),
        (Source.ANESTHESIA_FACTORS, "October 2025"): (110, 0),  # 109 and the national one
        (Source.LOCALITY_COUNTIES, "October 2025"): (109, 0),
        (Source.OPPS_CAP, "October 2025"): (16_100, 0),
        (Source.ZIP_LOCALITIES, "October 2025"): (42_956, 0),
        (Source.OPPS_ADDENDUM_B, "CY 2025"): (18_681, 1),
        (Source.PLACE_OF_SERVICE, "August 2024 or later"): (99, 0),
    }
    july = FeeScheduleRow.objects.filter(release__name="July 2026")
    listed = set(july.values_list("hcpcs", flat=True))
    known = set(Code.objects.filter(value__in=listed).values_list("value", flat=True))
    assert (len(known), listed - known) == (17_095, {"GXXX1"})
    _check_values(july)
    _check_zip_codes()
    _check_worked_examples()
    _check_prices_of_opps_cap()
    _check_that_all_is_explained(july)


def _check_values(july) -> None:
    factors = {row["conversion_factor"] for row in july.values("conversion_factor").distinct()}
    assert factors == {Decimal("33.4009")}
    october = FeeScheduleRow.objects.filter(release__name="October 2025")
    assert october.first().conversion_factor == Decimal("32.3465")

    def counted(field: str) -> dict[str, int]:
        return {
            row[field]: row["rows"]
            for row in july.order_by().values(field).annotate(rows=Count("id"))
        }

    assert counted("modifier") == {"": 17_095, "26": 1_138, "TC": 1_119, "53": 4}
    assert counted("status") == {
        "A": 9408, "X": 2574, "I": 1437, "C": 1411, "E": 1294, "M": 1292, "R": 1082, "N": 350,
        "J": 276, "P": 144, "B": 80, "T": 8,
    }  # fmt: skip
    assert counted("global_days") == {
        "XXX": 11_549, "090": 3779, "000": 1400, "ZZZ": 1139, "YYY": 1003, "010": 469, "MMM": 17,
    }  # fmt: skip
    assert counted("bilateral") == {"0": 8386, "9": 8075, "1": 2262, "2": 390, "3": 243}


def _check_zip_codes() -> None:
    for name in ("July 2026", "October 2025"):
        indices = GeographicIndex.objects.filter(release__name=name)
        places = set(indices.values_list("contractor", "locality"))
        lying = set(ZipLocality.objects.values_list("contractor", "locality"))
        assert lying <= places


def _check_worked_examples() -> None:
    visit = payment_in_full(payment_of("99213"), {"locality": "01112-05"}).lines[0].fee
    assert (visit.nonfacility, visit.facility) == (Decimal("117.58"), Decimal("64.37"))
    assert payment_in_full(payment_of("99213"), {"zip": "94110"}).locality.key == "01112-05"

    pump = payment_section(payment_of("96522")).lines[0]
    assert (pump.row.work_rvu, pump.row.nonfacility_pe_rvu, pump.row.mp_rvu) == (
        Decimal("0.21"),
        Decimal("3.47"),
        Decimal("0.07"),
    )
    assert (pump.row.status, pump.row.pctc, pump.row.global_days) == ("A", "5", "XXX")
    assert (pump.fee.nonfacility, pump.fee.facility) == (Decimal("125.25"), None)


def _check_prices_of_opps_cap() -> None:
    """Every price that CMS publishes for an active code in a locality of the GPCI file."""
    prices = OppsCapPrice.objects.filter(status="A")
    october = Release.objects.get(source=Source.GPCI, name="October 2025")
    places = {(item.contractor, item.locality): item for item in localities_of(october)}
    by_row = defaultdict(list)
    for price in prices:
        by_row[price.hcpcs, price.modifier].append(price)
    rows = FeeScheduleRow.objects.filter(
        release__name="October 2025", hcpcs__in=[hcpcs for hcpcs, _ in by_row]
    )
    checked = 0
    for row in rows:
        for price in by_row.get((row.hcpcs, row.modifier), []):
            place = places.get((price.contractor, price.locality))
            if place:
                fee = fee_of(row, place)
                assert fee.is_capped
                assert fee.nonfacility == price.nonfacility_price, price
                assert fee.facility in (None, price.facility_price), price
                checked += 1
    assert checked == 6322


def _check_that_all_is_explained(july) -> None:
    for field, _, meanings in FIELDS:
        values = set(july.values_list(field, flat=True).distinct()) - {""}
        assert values <= set(meanings), field
    opps = Release.objects.get(source=Source.OPPS_ADDENDUM_B).opps_rows
    assert set(opps.values_list("status_indicator", flat=True)) - {""} <= set(OPPS_STATUS)
