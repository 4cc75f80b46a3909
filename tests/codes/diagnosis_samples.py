"""The samples of tabular list, indexes and crosswalks in the database."""

from datetime import date

from codes.importers.pipeline import import_paths
from codes.models import CodeSystem, Release, Source
from codes.queries.code_page import CodePage, code_page, find_code
from tests.codes.importers.layouts import SAMPLES
from tests.factories import make_code, make_description, make_release

DAY = date(2026, 11, 1)


def load(*names: str) -> None:
    """Import samples; a refused one fails the test."""
    report = import_paths([SAMPLES / name for name in names])
    assert not report.problem, report.problem


def order_file(*billable: str, headers: tuple[str, ...] = ()) -> Release:
    """An order file of FY 2027 with these codes, stored values."""
    release = make_release(
        source=Source.ICD_10_CM_ORDER, name="FY 2027", valid_from=date(2026, 10, 1)
    )
    for value in (*billable, *headers):
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=release, is_billable=value in billable)
    return release


def page_of(system: str, value: str, day: date = DAY) -> CodePage:
    return code_page(find_code(system, value), day, day)
