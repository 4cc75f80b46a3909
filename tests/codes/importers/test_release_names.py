"""Releases are named as people call them, with the publisher's first day."""

from datetime import date

import pytest

from codes.importers.release_names import (
    ReleaseName,
    hcpcs_release,
    icd10_release,
    monthly_on,
    named_by_operator,
)
from codes.importers.rows import FileProblem


@pytest.mark.parametrize(
    ("text", "name", "day"),
    [
        ("HCPC2026_JUL_contr", "July 2026", date(2026, 7, 1)),
        ("HCPC2026_OCT_ANWEB_09232026.txt", "October 2026", date(2026, 10, 1)),
        ("HCPC2026_OCT_ANWEB_v2.txt", "October 2026", date(2026, 10, 1)),
        ("HCPC2019_CONTR_ANWEB.txt", "January 2019", date(2019, 1, 1)),
        ("october-2026-alpha-numeric-hcpcs-file.zip", "October 2026", date(2026, 10, 1)),
        ("2019-Alpha-Numeric-HCPCS-File.zip", "January 2019", date(2019, 1, 1)),
    ],
)
def test_a_hcpcs_name_tells_the_quarter(text, name, day):
    assert hcpcs_release(text) == (name, day)


@pytest.mark.parametrize(
    ("text", "name", "day"),
    [
        ("icd10cm_order_2026.txt", "FY 2026", date(2025, 10, 1)),
        ("icd10cm-order-2027.txt", "FY 2027", date(2026, 10, 1)),
        ("cms_2025_dx.zip", "FY 2025", date(2024, 10, 1)),
        (
            "april-1-2026-code-descriptions-tabular-order.zip",
            "FY 2026, April update",
            date(2026, 4, 1),
        ),
    ],
)
def test_an_icd_10_name_tells_the_fiscal_year(text, name, day):
    assert icd10_release(text) == (name, day)


@pytest.mark.parametrize("text", ["A", "download.txt", "notes-2026.txt", "hcpcs.txt"])
def test_a_name_without_a_release_tells_none(text):
    assert hcpcs_release(text) is None


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("July 2026", date(2026, 7, 1)),
        ("FY 2026", date(2025, 10, 1)),
        ("cpt 2026", date(2026, 1, 1)),
    ],
)
def test_a_name_of_the_usual_form_tells_its_day(name, day):
    assert named_by_operator(name, None, None, monthly_on) == ReleaseName(name, day)


def test_a_day_alone_gets_the_usual_name():
    day = date(2026, 4, 1)
    assert named_by_operator("", day, None, monthly_on) == ReleaseName("April 2026", day)


def test_a_name_of_ones_own_needs_the_day():
    with pytest.raises(FileProblem, match="add --valid-from"):
        named_by_operator("Spring", None, None, monthly_on)
