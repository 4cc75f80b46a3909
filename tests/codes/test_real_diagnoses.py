"""The publishers' own tabular list, indexes and crosswalks give their known figures."""

from datetime import date
from pathlib import Path

import pytest
from django.db.models import Count, Q

from codes.importers.outcomes import State
from codes.importers.pipeline import import_paths
from codes.models import (
    CodeSystem,
    GeneralEquivalence,
    HcpcsProcessingNote,
    IndexEntry,
    RbcsAssignment,
    Release,
    Source,
    TabularEntry,
    TabularNote,
)
from codes.queries.excludes1 import excludes1_conflicts
from codes.queries.tabular import tabular_extracts
from tests.codes.diagnosis_samples import page_of
from tests.factories import make_code, make_description, make_release

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

DAY = date(2026, 7, 1)


def figures(real_data: Path, *names: str) -> dict[tuple, tuple]:
    """Rows and rejected rows of each release that the files make."""
    report = import_paths([real_data / name for name in names])
    assert not report.problem
    assert all(item.rejected_count == 0 for item in report.outcomes)
    assert State.REFUSED not in {item.state for item in report.outcomes}
    return {
        (release.source, release.name): release.row_count
        for release in Release.objects.filter(state=Release.State.PUBLISHED)
    }


def test_the_tabular_list_gives_its_figures(real_data: Path):
    found = figures(real_data, "icd10cm/icd10cm_tabular_2021.zip")
    assert list(found) == [(Source.ICD_10_CM_TABULAR, "FY 2021")]
    entries = TabularEntry.objects.aggregate(
        codes=Count("pk", filter=Q(level="code")),
        sections=Count("pk", filter=Q(level="section")),
        chapters=Count("pk", filter=Q(level="chapter")),
    )
    assert entries == {"codes": 45_017, "sections": 296, "chapters": 22}
    notes = TabularNote.objects.values_list("kind").annotate(Count("pk")).order_by("kind")
    assert dict(notes) == {
        "code-also": 349 + 3,
        "code-first": 672 + 9,
        "excludes1": 5_278 + 158 + 5,
        "excludes2": 1_922 + 221 + 110,
        "includes": 912 + 100 + 3,
        "inclusion-term": 11_612 + 5,
        "note": 97 + 43 + 36,
        "seventh-character": 1_787,
        "seventh-character-note": 507,
        "use-additional-code": 1_304 + 33 + 10,
    }
    release = Release.objects.get()
    extract = tabular_extracts(["S72001A"], release.pk)["S72001A"]
    assert [place.key for place in extract.places] == [
        "chapter-19", "S70-S79", "S72", "S720", "S7200", "S72001",
    ]  # fmt: skip
    conflicts = excludes1_conflicts(["E1140", "E1040", "O24410", "E0840", "I10"], DAY)
    assert {(item.value, item.excluded) for item in conflicts} >= {
        ("E1140", "E1040"),
        ("E1140", "O24410"),
        ("E1140", "E0840"),
    }
    assert not [item for item in conflicts if "I10" in (item.value, item.excluded)]


def test_the_indexes_and_tables_give_their_figures(real_data: Path):
    figures(real_data, "icd10cm/ICD10CM_FY2017_Full_XML.zip", "icd10cm/icd10cm_tables_2022.zip")
    counted = IndexEntry.objects.values_list("release__source", "release__name").annotate(
        coded=Count("pk", filter=~Q(code="")), main_terms=Count("pk", filter=Q(terms__len=1))
    )
    by_release = {(source, name): rest for source, name, *rest in counted}
    assert by_release[Source.ICD_10_CM_INDEX, "FY 2017"] == [59_412, 7_973]
    assert by_release[Source.ICD_10_CM_EXTERNAL_CAUSES, "FY 2022"] == [6_416, 314]
    assert by_release[Source.ICD_10_CM_NEOPLASMS, "FY 2022"][0] == 9_018
    assert by_release[Source.ICD_10_CM_DRUGS, "FY 2022"][0] == 40_000


def test_the_crosswalks_give_their_figures(real_data: Path):
    found = figures(
        real_data,
        "icd10cm/ICD-10-CM-CONVERSION-TABLE-FY2026.xlsx",
        "icd10cm/POAexemptCodesFY26.zip",
        "hcc/hcc-2026.zip",
        "lists/gems-2018.zip",
        "lists/rbcs.zip",
    )
    assert found == {
        (Source.ICD_10_CM_CONVERSION, "FY 2026"): 5_892,
        (Source.POA_EXEMPT_LIST, "FY 2026"): 38_349,  # the figure CMS's read-me gives
        (Source.HCC_MAPPINGS, "Payment year 2026"): 58_985,
        (Source.GENERAL_EQUIVALENCE, "FY 2018"): 81_593 + 24_860,
        (Source.RBCS, "October 2022"): 17_033,
    }
    directions = GeneralEquivalence.objects.values_list("direction").annotate(Count("pk"))
    assert dict(directions) == {"10-to-9": 81_593, "9-to-10": 24_860}
    assert RbcsAssignment.objects.values("value").distinct().count() == 15_522
    order = make_release(source=Source.ICD_10_CM_ORDER, valid_from=date(2025, 10, 1))
    make_description(make_code("E1140", system=CodeSystem.ICD_10_CM), release=order)
    rows = page_of(CodeSystem.ICD_10_CM, "E1140", DAY).listed.rows
    assert {(row.model, row.category) for row in rows["hcc"]} >= {
        ("CMS-HCC Model V28", 37),
        ("CMS-HCC ESRD Model V21", 75),
    }
    assert all(row.label for row in rows["hcc"])


def test_the_processing_notes_give_their_figures(real_data: Path):
    figures(real_data, "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip")
    notes = HcpcsProcessingNote.objects.filter(release__name="January 2019")
    assert notes.count() == 218
    assert notes.get(number="0018").text == (
        "CODE J2545 TO BE REPORTED WITH 94642 WHERE APPROPRIATE."
    )
