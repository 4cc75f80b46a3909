"""Whether a code is valid on a date of service, from what the loaded releases say."""

from datetime import date

import pytest

from codes.models import CodeSystem, OfficialDescription, Source
from codes.queries.releases import published_releases
from codes.queries.status import StatusKind, description_on, status_on
from tests.factories import make_code, make_description, make_release

pytestmark = pytest.mark.django_db


def status(code, on):
    descriptions = list(OfficialDescription.objects.filter(code=code).select_related("release"))
    return status_on(code, descriptions, published_releases(), on)


def make_icd_releases():
    return [
        make_release(source=Source.ICD_10_CM_ORDER, name=name, valid_from=valid_from)
        for name, valid_from in [("FY 2025", date(2024, 10, 1)), ("FY 2026", date(2025, 10, 1))]
    ]


def test_a_code_of_next_year_is_not_yet_valid_before_its_release():
    _, newer = make_icd_releases()
    code = make_code("E11.A", system=CodeSystem.ICD_10_CM)
    make_description(code, release=newer)

    before, after = status(code, date(2025, 6, 1)), status(code, date(2025, 10, 1))

    assert before.kind == StatusKind.NOT_YET_VALID
    assert before.sentence == "Valid from 1 Oct 2025, according to the FY 2026 release."
    assert before.changes_on == date(2025, 10, 1)
    assert not before.is_valid
    assert after.kind == StatusKind.ACTIVE


def test_a_code_that_a_release_drops_ended_the_day_before_it():
    older, _ = make_icd_releases()
    code = make_code("B20.1", system=CodeSystem.ICD_10_CM)
    make_description(code, release=older)

    assert status(code, date(2025, 9, 30)).kind == StatusKind.ACTIVE
    ended = status(code, date(2025, 10, 1))
    assert ended.kind == StatusKind.ENDED
    assert ended.sentence == "Valid through 30 Sep 2025, according to the FY 2026 release."


def test_a_terminated_code_is_valid_through_its_termination_date():
    release = make_release()
    code = make_code("J1234")
    make_description(
        code,
        release=release,
        added_date=date(2001, 1, 1),
        termination_date=date(2020, 3, 31),
    )

    assert status(code, date(2020, 3, 31)).is_valid
    assert status(code, date(2020, 4, 1)).kind == StatusKind.ENDED
    assert status(code, date(2020, 4, 1)).changes_on == date(2020, 3, 31)


def test_the_publishers_added_date_goes_before_the_date_of_the_release():
    make_release(name="2019", valid_from=date(2019, 1, 1))
    release = make_release()
    code = make_code("G2345")
    make_description(code, release=release, added_date=date(2021, 4, 1))

    assert status(code, date(2021, 3, 31)).kind == StatusKind.NOT_YET_VALID
    assert status(code, date(2021, 4, 1)).kind == StatusKind.ACTIVE


def test_a_header_is_not_billable():
    _, newer = make_icd_releases()
    code = make_code("Z45", system=CodeSystem.ICD_10_CM)
    make_description(code, release=newer, is_billable=False)

    found = status(code, date(2026, 1, 1))

    assert found.kind == StatusKind.HEADER
    assert found.label == "Not billable"
    assert not found.is_valid


def test_an_icd_10_pcs_table_is_told_as_a_table():
    release = make_release(source=Source.ICD_10_PCS_ORDER, valid_from=date(2025, 10, 1))
    code = make_code("041", system=CodeSystem.ICD_10_PCS)
    make_description(code, release=release, is_billable=False)

    assert "seven-character codes" in status(code, date(2026, 1, 1)).sentence


def test_a_date_before_every_release_is_not_covered():
    make_icd_releases()
    code = make_code("Z45.1", system=CodeSystem.ICD_10_CM)
    for release in published_releases().all():
        make_description(code, release=release)

    found = status(code, date(2020, 1, 1))

    assert found.kind == StatusKind.NOT_COVERED
    assert "the oldest is FY 2025, valid from 1 Oct 2024" in found.sentence


def test_without_a_list_of_the_system_validity_cannot_be_told():
    code = make_code("96413", system=CodeSystem.CPT)

    found = status(code, date(2026, 1, 1))

    assert found.kind == StatusKind.NOT_DESCRIBED
    assert "not loaded" in found.sentence


def test_a_text_entered_by_hand_holds_from_its_date():
    by_hand = make_release(source=Source.ENTERED_BY_HAND, valid_from=date(2026, 2, 1))
    code = make_code("96522", system=CodeSystem.CPT)
    make_description(code, release=by_hand)

    assert status(code, date(2026, 1, 31)).kind == StatusKind.NOT_YET_VALID
    assert status(code, date(2026, 2, 1)).kind == StatusKind.ACTIVE


def test_a_withdrawn_release_says_nothing():
    release = make_release(state="withdrawn")
    code = make_code("A4222")
    make_description(code, release=release)
    make_release(name="2019", valid_from=date(2019, 1, 1))

    listed = OfficialDescription.objects.filter(code=code, release__state="published")

    assert not listed.exists()
    assert status_on(code, [], published_releases(), date(2026, 8, 1)).kind == "not-described"


def test_the_text_in_force_is_shown_and_else_the_nearest():
    older, newer = make_icd_releases()
    code = make_code("I10", system=CodeSystem.ICD_10_CM)
    make_description(code, release=older, long="Old words")
    make_description(code, release=newer, long="New words")
    descriptions = list(code.descriptions.select_related("release"))
    releases = published_releases()

    def text(on):
        return description_on(code, descriptions, releases, on).long

    assert text(date(2025, 3, 1)) == "Old words"
    assert text(date(2026, 3, 1)) == "New words"
    assert text(date(2015, 3, 1)) == "Old words"


def test_a_publishers_text_goes_before_one_entered_by_hand():
    by_hand = make_release(source=Source.ENTERED_BY_HAND, valid_from=date(2020, 1, 1))
    published = make_release()
    code = make_code("E0783")
    make_description(code, release=by_hand, long="By hand")
    make_description(code, release=published, long="By CMS")
    descriptions = list(code.descriptions.select_related("release"))

    shown = description_on(code, descriptions, published_releases(), date(2026, 8, 1))

    assert shown.long == "By CMS"
