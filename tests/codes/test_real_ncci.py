"""NCCI's own files give exactly the figures that are known of them."""

from datetime import date
from pathlib import Path

import pytest
from django.db.models import Count, Q

from codes.importers import publishing
from codes.importers.outcomes import State
from codes.importers.pipeline import import_paths
from codes.models import AddOnEdit, MueValue, PtpEdit, Source
from codes.queries.ncci import Setting, mue_of, pairs_among
from codes.queries.releases import published_releases

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

DAY = date(2024, 8, 1)


def test_units_and_add_on_codes_give_their_known_figures(real_data: Path):
    folder = real_data / "ncci"
    report = import_paths([*folder.glob("*mue-table.zip"), folder / "AOC_V2024Q2-MCR.txt"])
    assert not report.problem
    assert [item.rejected_count for item in report.outcomes] == [0] * 4
    counts = MueValue.objects.values_list("release__source").annotate(count=Count("id"))
    assert dict(counts) == {
        Source.NCCI_MUE_PRACTITIONER: 14677,
        Source.NCCI_MUE_HOSPITAL: 14628,
        Source.NCCI_MUE_DME: 2928,
    }
    assert AddOnEdit.objects.count() == 7465
    assert AddOnEdit.objects.filter(primary_code="").count() == 44
    [practitioner, *_] = mue_of("96522", DAY, published_releases())
    assert (practitioner.setting, practitioner.release.name) == (Setting.PRACTITIONER, "2024 Q3")
    value = practitioner.value
    assert (value.units, value.adjudication_indicator, value.rationale) == (1, 3, "Clinical: Data")


def test_every_edit_of_both_settings_is_imported(real_data: Path, monkeypatch):
    monkeypatch.setattr(publishing, "GRACE_SECONDS", 0)
    files = sorted((real_data / "ncci").glob("*ptp*.zip"))
    report = import_paths(files)
    assert not report.problem
    assert [(item.state, item.rejected_count) for item in report.outcomes] == [
        (State.PUBLISHED, 0)
    ] * 2
    for source, rows, lasting in [
        (Source.NCCI_PTP_PRACTITIONER, 2_546_017, 1_669_820),
        (Source.NCCI_PTP_HOSPITAL, 1_775_818, 1_335_857),
    ]:
        [release] = published_releases().of(source)
        counts = PtpEdit.objects.filter(release_id=release.pk).aggregate(
            rows=Count("release_id"),
            lasting=Count("release_id", filter=Q(deletion_date__isnull=True)),
        )
        assert counts == {"rows": rows, "lasting": lasting}
        assert release.row_count == rows
    found = pairs_among(["96522", "0708T", "36591"], Setting.PRACTITIONER, DAY)
    assert [
        (item.column_one, item.column_two, item.modifier_indicator) for item in found.pairs
    ] == [
        ("0708T", "36591", 0),
        ("0708T", "96522", 1),
        ("96522", "36591", 0),
    ]
