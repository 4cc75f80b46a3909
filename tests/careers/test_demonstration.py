"""The demonstration postings of a new board."""

import logging

import pytest

from careers.demonstration import load_demonstration
from careers.models import Posting

pytestmark = pytest.mark.django_db


def test_the_postings_are_live_and_one_line_of_the_log_tells_of_all(caplog):
    caplog.set_level(logging.INFO)

    count = load_demonstration()

    assert count == Posting.objects.filter(state=Posting.State.LIVE).count() > 10
    told = [record.message for record in caplog.records if record.name.startswith("careers")]
    assert told == ["demonstration postings loaded"]


def test_steps_taken_later_are_logged_as_ever():
    level = logging.getLogger("careers.actions").level
    load_demonstration()
    assert logging.getLogger("careers.actions").level == level


def test_loading_twice_adds_nothing():
    load_demonstration()
    assert load_demonstration() == 0
