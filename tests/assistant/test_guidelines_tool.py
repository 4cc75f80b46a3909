"""The guidelines of a code on which only the editors have written."""

from datetime import date

import pytest

from assistant.reading import Reader
from assistant.record import Record
from assistant.tools import guidelines
from tests.accounts.readers import request_of
from tests.factories import make_code, make_section_text, make_user

pytestmark = pytest.mark.django_db


def test_the_editors_guidelines_are_told_where_no_release_has_any():
    make_section_text(make_code("96522", system="cpt"), text="Document the pump’s drug.")
    reader = Reader(request_of(make_user()))

    found = guidelines(Record(reader, date(2026, 7, 1)), "96522")

    assert [fact.text for fact in found.facts] == ["Document the pump’s drug."]
