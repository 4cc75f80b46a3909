"""What Medicare pays: the formula, its rounding, the cap on imaging, anesthesia, the releases."""

import random
from datetime import date
from decimal import Decimal

import pytest

from codes.models import FeeScheduleRow, GeographicIndex, Release, Source
from codes.queries.fee_amounts import anesthesia_fee, fee_of, in_cents, is_payable
from codes.queries.fees import payment_in_full, payment_section, payment_table
from codes.queries.indicators import FIELDS, indicators_of
from codes.queries.localities import NATIONAL, Locality
from tests.codes.payment_data import JULY, load, payment_of
from tests.factories import make_code

SAN_FRANCISCO = Locality(
    "01112", "05", "CA", "SAN FRANCISCO", Decimal("1.095"), Decimal("1.410"), Decimal("0.425")
)


def make_row(**fields) -> FeeScheduleRow:
    """A row of 99213 in July 2026, unless said otherwise; its totals follow from the parts."""
    zero = Decimal(0)
    row = FeeScheduleRow(
        **{
            "hcpcs": "99213",
            "status": "A",
            "work_rvu": Decimal("1.30"),
            "nonfacility_pe_rvu": Decimal("1.46"),
            "facility_pe_rvu": Decimal("0.33"),
            "mp_rvu": Decimal("0.09"),
            "opps_nonfacility_pe_rvu": zero,
            "opps_facility_pe_rvu": zero,
            "opps_mp_rvu": zero,
            "conversion_factor": Decimal("33.4009"),
            **fields,
        }
    )
    row.nonfacility_total = row.work_rvu + row.nonfacility_pe_rvu + row.mp_rvu
    row.facility_total = row.work_rvu + row.facility_pe_rvu + row.mp_rvu
    return row


def test_a_visit_in_san_francisco_is_paid_to_the_cent():
    fee = fee_of(make_row(), SAN_FRANCISCO)

    assert (fee.nonfacility, fee.facility) == (Decimal("117.58"), Decimal("64.37"))


def test_the_national_amount_is_the_total_times_the_factor():
    row = make_row(
        work_rvu=Decimal("0.21"),
        nonfacility_pe_rvu=Decimal("3.47"),
        mp_rvu=Decimal("0.07"),
        facility_na=True,
    )
    fee = fee_of(row)

    assert row.nonfacility_total == Decimal("3.75")
    assert (fee.nonfacility, fee.facility) == (Decimal("125.25"), None)


def test_half_a_cent_is_rounded_up():
    assert in_cents(Decimal("0.125")) == Decimal("0.13")
    assert in_cents(Decimal("0.1249999")) == Decimal("0.12")


def test_nothing_is_rounded_before_the_end():
    """Three parts that each lie under half a cent make a cent together."""
    third = Decimal("1.00")
    row = make_row(
        work_rvu=third, nonfacility_pe_rvu=third, mp_rvu=third, conversion_factor=Decimal("0.0020")
    )
    assert fee_of(row).nonfacility == Decimal("0.01")


@pytest.mark.parametrize("status", ["B", "C", "E", "I", "J", "M", "N", "P", "X"])
def test_other_statuses_have_no_amount_even_with_values(status):
    fee = fee_of(make_row(status=status))
    assert (fee.nonfacility, fee.facility) == (None, None)


def test_values_for_others_than_medicare_have_no_amount():
    assert not is_payable(make_row(is_not_for_medicare=True))


def test_a_restricted_code_without_values_is_priced_by_the_contractor():
    zero = Decimal(0)
    row = make_row(
        status="R", work_rvu=zero, nonfacility_pe_rvu=zero, facility_pe_rvu=zero, mp_rvu=zero
    )
    assert fee_of(row).nonfacility is None
    assert fee_of(make_row(status="R")).nonfacility == fee_of(make_row()).nonfacility


def test_imaging_is_paid_at_the_lower_of_two_amounts():
    row = make_row(
        work_rvu=Decimal("0"),
        nonfacility_pe_rvu=Decimal("5.93"),
        facility_pe_rvu=Decimal("5.93"),
        facility_na=True,
        mp_rvu=Decimal("0.03"),
        opps_nonfacility_pe_rvu=Decimal("5.48"),
        opps_mp_rvu=Decimal("0.03"),
        conversion_factor=Decimal("32.3465"),
    )
    here = Locality("01112", "05", "CA", "", Decimal("1.088"), Decimal("1.419"), Decimal("0.445"))
    fee = fee_of(row, here)

    assert fee.nonfacility == Decimal("251.96")  # CMS's price of 70496-TC there, October 2025
    assert fee.nonfacility_by_formula == Decimal("272.62")
    assert fee.is_capped
    assert fee.facility is None


def test_a_higher_hospital_amount_caps_nothing():
    row = make_row(opps_nonfacility_pe_rvu=Decimal("9.00"), opps_mp_rvu=Decimal("0.09"))
    assert not fee_of(row, SAN_FRANCISCO).is_capped


def test_for_any_row_the_amounts_keep_to_what_the_formula_promises():
    """In any locality: between lowest and highest index times the national product; no cap ever
    raises an amount; and indices of 1 give the national amount.
    """
    chance = random.Random(20260701)

    def figure(highest: int) -> Decimal:
        return Decimal(chance.randrange(highest)) / 100

    for _ in range(2000):
        row = make_row(
            work_rvu=figure(6000),
            nonfacility_pe_rvu=figure(9000),
            facility_pe_rvu=figure(6000),
            mp_rvu=figure(1500),
            opps_nonfacility_pe_rvu=figure(9000) if chance.random() < 0.3 else Decimal(0),
            opps_mp_rvu=figure(1500),
            status=chance.choice("ART"),
        )
        indices = [Decimal(chance.randrange(300, 2200)) / 1000 for _ in range(3)]
        fee = fee_of(row, Locality("1", "1", "XX", "", *indices))
        national = fee_of(row)
        exact = row.nonfacility_total * row.conversion_factor
        if fee.nonfacility is None:
            assert not is_payable(row)
            continue
        cent = Decimal("0.01")
        assert min(indices) * exact - cent <= fee.nonfacility_by_formula
        assert fee.nonfacility_by_formula <= max(indices) * exact + cent
        assert fee.nonfacility <= fee.nonfacility_by_formula
        assert national.nonfacility_by_formula == in_cents(exact)
        assert fee_of(row, Locality("1", "1", "XX", "")).nonfacility == national.nonfacility


def test_anesthesia_time_counts_in_tenths_of_a_unit():
    fee = anesthesia_fee(Decimal(5), 50, Decimal("21.62"))

    assert fee.time_units == Decimal("3.3")
    assert fee.amount == Decimal("179.45")  # 8.3 x 21.62 = 179.446


def test_every_indicator_value_that_cms_publishes_has_a_meaning():
    published = {
        "status": "ABCEIJMNPRTX",
        "pctc": "0123456789",
        "multiple_procedure": "02345679",
        "bilateral": "01239",
        "assistant": "0129",
        "co_surgeon": "0129",
        "team": "0129",
    }
    for field, _, meanings in FIELDS:
        for value in published.get(field, []):
            assert meanings[value].short, (field, value)
    by_field = {field: meanings for field, _, meanings in FIELDS}
    assert set(by_field["global_days"]) == {"000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"}


def test_a_value_without_a_meaning_is_shown_as_it_is():
    [status, *_] = indicators_of(make_row(status="Q"))
    assert (status.value, status.short) == ("Q", "")
    assert "does not explain" in status.sentence


# From the files to the section


@pytest.mark.django_db
def test_the_worked_examples_come_out_of_the_files():
    load()
    visit = payment_in_full(payment_of("99213"), {"locality": "01112-05"})
    [line] = visit.lines
    pump = payment_section(payment_of("96522"))
    [national] = pump.lines

    assert (line.fee.nonfacility, line.fee.facility) == (Decimal("117.58"), Decimal("64.37"))
    assert national.fee.locality is NATIONAL
    assert (national.fee.nonfacility, national.fee.facility) == (Decimal("125.25"), None)
    assert national.qp_fee.nonfacility == Decimal("125.88")  # 3.75 x 33.5675 = 125.878


@pytest.mark.django_db
def test_a_zip_code_leads_to_its_locality():
    load()
    section = payment_in_full(payment_of("99213"), {"zip": " 94110-1234 "})

    assert section.choice.locality.key == "01112-05"
    assert section.lines[0].fee.nonfacility == Decimal("117.58")
    assert section.choice.counties.startswith("SAN FRANCISCO, ALAMEDA")
    assert section.choice.zip_release.name == "October 2025"


@pytest.mark.django_db
def test_a_zip_code_goes_before_a_locality():
    load()
    section = payment_in_full(payment_of("99213"), {"zip": "99501", "locality": "01112-05"})
    assert section.locality.name == "ALASKA"
    assert "floor of 1.5" in section.locality.floor


@pytest.mark.django_db
def test_a_zip_code_that_is_split_says_so():
    load()
    section = payment_in_full(payment_of("99213"), {"zip": "67701"})
    assert section.locality.name == "KANSAS"
    assert "may lie in another locality" in section.choice.note


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"zip": "9411"}, "“9411” is not a ZIP code"),
        ({"zip": "٩٤١١٠"}, "is not a ZIP code"),
        ({"zip": "12345"}, "ZIP code 12345 is not in CMS's list of October 2025"),
        ({"locality": "99999-05"}, "“99999-05” is not a payment locality of this release"),
        ({"locality": "<b>"}, "is not a payment locality"),
    ],
)
def test_a_place_that_is_not_found_leaves_the_national_amounts(asked, told):
    load()
    section = payment_in_full(payment_of("99213"), asked)

    assert told in section.choice.problem
    assert section.locality is NATIONAL
    assert section.lines[0].fee.nonfacility == Decimal("95.19")


@pytest.mark.django_db
def test_two_states_with_one_number_are_told_apart_by_the_zip_codes_state():
    load("rvu26c", "ZIP5_OCT2025.txt")
    here = GeographicIndex.objects.get(contractor="01112")
    GeographicIndex.objects.create(
        release=here.release, contractor="01112", locality="05", state="NV", name="ELSEWHERE",
        work=2, practice_expense=2, malpractice=2,
    )  # fmt: skip
    section = payment_in_full(payment_of("99213"), {"zip": "94110"})
    assert section.locality.state == "CA"


@pytest.mark.django_db
def test_indices_of_another_year_are_never_used():
    load()
    section = payment_in_full(payment_of("99213", date(2025, 10, 15)), {"zip": "94110"})

    assert section.localities == []
    assert "no indices are loaded" in section.choice.problem
    assert section.lines[0].fee.nonfacility == Decimal("88.95")


@pytest.mark.django_db
def test_indices_loaded_with_a_later_quarter_serve_the_whole_year():
    load("rvu26c")
    Release.objects.filter(source=Source.PHYSICIAN_FEE_SCHEDULE).update(
        valid_from=date(2026, 1, 1), name="January 2026"
    )
    assert payment_of("99213", date(2026, 2, 1)).index_release.name == "July 2026"


@pytest.mark.django_db
def test_a_date_outside_every_release_is_said():
    load()
    before = payment_of("99213", date(2024, 5, 1))
    after = payment_of("99213", date(2027, 1, 1))

    assert before.schedule.name == "October 2025"
    assert "no release for 1 May 2024 is loaded here" in before.note
    assert "published for dates of service through 30 Sep 2026" in after.note
    assert payment_of("99213").note == ""


@pytest.mark.django_db
def test_the_releases_stand_side_by_side():
    load()
    history = payment_of("96522").history

    assert [past.release.name for past in history.past] == ["July 2026", "October 2025"]
    assert [past.total for past in history.past] == [Decimal("3.75"), Decimal("3.35")]
    assert [past.amount for past in history.past] == [Decimal("125.25"), Decimal("108.36")]
    total, fee = history.charts
    assert total.summary == "Total RVU: 3.35 in October 2025, 3.75 in July 2026."
    assert fee.points[0].x < fee.points[1].x
    assert fee.points[0].y > fee.points[1].y  # higher values stand higher
    assert all(0 <= point.y <= fee.base <= fee.height for point in fee.points)


@pytest.mark.django_db
def test_a_code_that_is_only_paid_in_facilities_is_followed_there():
    load()
    history = payment_of("47562").history
    assert [past.amount for past in history.past] == [Decimal("631.95"), Decimal("612.00")]


@pytest.mark.django_db
def test_the_table_has_a_row_for_each_modifier_and_locality():
    load()
    section = payment_in_full(payment_of("70496"), {})
    header, rows = payment_table(section)

    assert header == [
        "modifier", "carrier", "locality", "state", "locality_name", "nonfacility_fee",
        "facility_fee",
    ]  # fmt: skip
    assert [row[0] for row in rows] == [""] * 4 + ["26"] * 4 + ["TC"] * 4
    assert next(row[:5] for row in rows if row[3] == "CA") == [
        "", "01112", "05", "CA", "SAN FRANCISCO-OAKLAND-BERKELEY",
    ]  # fmt: skip
    technical = next(row for row in rows if row[0] == "TC" and row[3] == "CA")
    assert technical[5:] == ["251.59", ""]  # (5.33 x 1.410 + 0.04 x 0.425) x 33.4009


@pytest.mark.django_db
def test_an_anesthesia_code_is_paid_by_units():
    load()
    day = date(2025, 10, 15)
    national = payment_in_full(payment_of("00100", day), {"base": "5", "minutes": "50"})
    wrong = payment_in_full(payment_of("00100", day), {"base": "x", "minutes": "50"})

    assert national.factor.factor == Decimal("20.3178")
    assert national.anesthesia.amount == Decimal("168.64")  # 8.3 x 20.3178
    assert "whole minutes" in wrong.anesthesia_problem
    assert wrong.anesthesia is None
    assert payment_of("00100", JULY).anesthesia_release is None


@pytest.mark.django_db
def test_the_hospitals_side_is_told_with_its_meaning():
    load()
    opps = payment_of("96522", date(2025, 2, 1)).opps

    assert (opps.row.apc, opps.row.payment_rate) == ("5693", Decimal("199.060"))
    assert opps.status.short == "Procedure, no discount"
    assert opps.note == ""
    assert "through 31 Mar 2025" in payment_of("96522").opps.note


@pytest.mark.django_db
def test_everything_on_a_code_is_read_in_one_query(django_assert_num_queries):
    load()
    payment = payment_of("96522")
    with django_assert_num_queries(1):
        section = payment_section(payment)
        assert section.has_fees
        assert payment.history.charts
        assert payment.opps
        assert payment.level_ii_modifiers == {}
        assert payment.indicators


@pytest.mark.django_db
def test_a_code_of_another_system_has_no_payment():
    load()
    make_code("Z451", system="icd-10-cm")
    payment = payment_of("Z451")
    assert (payment.row, payment.history, payment.opps) == (None, None, None)
