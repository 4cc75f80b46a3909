"""The publishers' own files give exactly the figures that are known of them."""

from datetime import date
from pathlib import Path

import pytest
from django.db.models import Count, Q

from codes.importers.outcomes import State
from codes.importers.pipeline import import_paths
from codes.models import Code, HcpcsModifier, OfficialDescription, Release, Source
from codes.queries.releases import published_releases
from codes.queries.status import StatusKind, status_on

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

FILES = [
    "hcpcs/HCPC2026_JUL_ANWEB.xlsx",
    "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip",
    "icd10cm/cms_2026_dx.zip",
    "icd10cm/cms_2025_dx.zip",
    "icd10pcs/cms_2026_pr.zip",
]


LISTS_OF_CODES = [
    Source.HCPCS_LEVEL_II.label,
    Source.ICD_10_CM_ORDER.label,
    Source.ICD_10_PCS_ORDER.label,
]


def figures(source: str, name: str) -> dict[str, int]:
    release = Release.objects.get(source=source, name=name, state=Release.State.PUBLISHED)
    return release.descriptions.aggregate(
        codes=Count("id"),
        billable=Count("id", filter=Q(is_billable=True)),
        headers=Count("id", filter=Q(is_billable=False)),
        terminated=Count("id", filter=Q(termination_date__isnull=False)),
    )


def modifiers(name: str) -> int:
    return HcpcsModifier.objects.filter(release__name=name).count()


def status(system: str, value: str, day: date):
    code = Code.objects.get(system=system, value=value)
    descriptions = list(OfficialDescription.objects.filter(code=code).select_related("release"))
    return status_on(code, descriptions, published_releases(), day)


def test_the_publishers_files_give_their_known_figures(real_data: Path):
    report = import_paths([real_data / name for name in FILES])
    assert not report.problem
    by_state = {}
    for outcome in report.outcomes:
        if outcome.source in LISTS_OF_CODES:
            by_state.setdefault(outcome.state, []).append(outcome)
    assert len(by_state[State.PUBLISHED]) == 5
    assert [item.rejected_count for item in by_state[State.PUBLISHED]] == [0] * 5
    assert [item.file.split(": ")[1] for item in by_state[State.SAME_RELEASE]] == [
        "HCPC2019_CONTR_ANWEB.xlsx"
    ]

    july = figures(Source.HCPCS_LEVEL_II, "July 2026")
    assert (july["codes"], july["terminated"], modifiers("July 2026")) == (8725, 1307, 384)
    assert figures(Source.HCPCS_LEVEL_II, "January 2019")["codes"] == 6440
    assert modifiers("January 2019") == 360
    year = figures(Source.ICD_10_CM_ORDER, "FY 2026")
    assert (year["codes"], year["billable"], year["headers"]) == (98186, 74719, 23467)
    year = figures(Source.ICD_10_CM_ORDER, "FY 2025")
    assert (year["codes"], year["billable"], year["headers"]) == (97584, 74260, 23324)
    year = figures(Source.ICD_10_PCS_ORDER, "FY 2026")
    assert (year["codes"], year["billable"], year["headers"]) == (80029, 79115, 914)

    listed = Release.objects.exclude(descriptions=None).distinct()
    assert list(listed.order_by("source", "valid_from").values_list("name", "valid_from")) == [
        ("January 2019", date(2019, 1, 1)),
        ("July 2026", date(2026, 7, 1)),
        ("FY 2025", date(2024, 10, 1)),
        ("FY 2026", date(2025, 10, 1)),
        ("FY 2026", date(2025, 10, 1)),
    ]

    # Every release answers for its own dates: B8801 is new in FY 2026, where B880 became a header.
    assert status("icd-10-cm", "B8801", date(2025, 6, 1)).kind == StatusKind.NOT_YET_VALID
    assert status("icd-10-cm", "B8801", date(2025, 10, 1)).kind == StatusKind.ACTIVE
    assert status("icd-10-cm", "B880", date(2025, 6, 1)).kind == StatusKind.ACTIVE
    assert status("icd-10-cm", "B880", date(2026, 6, 1)).kind == StatusKind.HEADER
    ended = OfficialDescription.objects.filter(
        release__name="July 2026", termination_date__lt=date(2026, 7, 1)
    ).first()
    assert status("hcpcs", ended.code.value, date(2026, 7, 1)).kind == StatusKind.ENDED

    count = Release.objects.count()
    again = import_paths([real_data / name for name in FILES])
    assert {item.state for item in again.outcomes} == {
        State.ALREADY_LOADED,
        State.SAME_RELEASE,
        State.NOT_RECOGNIZED,
    }
    assert Release.objects.count() == count
