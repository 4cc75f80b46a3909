"""Diagnoses that Excludes1 notes keep apart."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codes.queries.excludes1 import excludes1_conflicts
from codes.queries.releases import published_releases
from tests.codes.diagnosis_samples import DAY, load

pytestmark = pytest.mark.django_db

TABULAR = "icd10cm-xml-2027/icd10cm_tabular_2027.xml"


def found(*values: str) -> list[tuple]:
    conflicts = excludes1_conflicts(list(values), DAY)
    return [(item.value, item.excluded, item.place.label, item.note) for item in conflicts]


def test_nothing_can_be_said_without_a_tabular_list():
    assert excludes1_conflicts(["E1140", "E109"], DAY) is None


def test_a_note_above_a_code_rules_out_another_one():
    load(TABULAR)
    expected = [("E1140", "E109", "category E11", "type 1 (E10.-)")]
    assert found("E1140", "E109") == expected
    # The pair is found in either order, and told once.
    assert found("E109", "Z794", "E1140", "E109") == expected


def test_notes_of_the_chapter_hold_too():
    load(TABULAR)
    [conflict] = excludes1_conflicts(["P702", "E1140"], DAY)
    assert (conflict.place.label, conflict.release.name) == ("chapter 4", "FY 2027")


def test_only_what_a_note_names_in_parentheses_is_ruled_out():
    load(TABULAR)
    assert [item[3] for item in found("E119", "I515")] == []
    assert [item[1] for item in found("E119", "O24410")] == ["O24410"]


def test_excludes2_notes_are_no_conflict():
    load(TABULAR)
    assert found("E1140", "T360X5A") == []


def test_a_code_the_list_does_not_have_inherits_from_its_category():
    load(TABULAR)
    assert [item[:2] for item in found("E11A1", "E109")] == [("E11A1", "E109")]


def test_twelve_diagnoses_take_one_query():
    load(TABULAR)
    values = [f"E11{number:02}" for number in range(12)]
    releases = published_releases()
    with CaptureQueriesContext(connection) as queries:
        excludes1_conflicts(values, DAY, releases)
    assert len(queries) == 1
