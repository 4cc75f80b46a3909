"""Imports of NCCI's edits that are killed: on real processes and connections."""

import signal
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from codes.importers import publishing
from codes.importers.outcomes import State
from codes.importers.pipeline import import_paths
from codes.models import PtpEdit, Release
from codes.queries.ncci import Setting, pairs_among
from tests.codes.importers.test_interruptions import (
    PATIENCE,
    someone_waits_for_the_code,
    start_import,
)
from tests.codes.importers.test_ncci import edit, whole
from tests.codes.test_ncci import DAY
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def tables_of_parts() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^codes_ptpedit_of_[0-9]+$'")
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def _no_parts_left(monkeypatch):
    """Nothing of the database is undone after such a test but rows: drop the tables as well."""
    monkeypatch.setattr(publishing, "GRACE_SECONDS", 0)
    yield
    with connection.cursor() as cursor:
        for name in tables_of_parts():
            cursor.execute(f'DROP TABLE "{name}"')


@pytest.mark.usefixtures("_no_parts_left")
def test_a_killed_import_of_edits_leaves_the_old_quarter_and_no_table(tmp_path: Path):
    import_paths([whole(tmp_path, "ccipra-v321r0-f1.txt")])
    [old] = tables_of_parts()
    newer = whole(tmp_path / "b", "ccipra-v322r0-f1.txt", edit("96522", "99999"))
    with psycopg.connect(**connection.get_connection_params()) as holder:
        # The new part is filled by the time its new code is made; that is held up here.
        holder.execute("INSERT INTO codes_code (system, value) VALUES ('cpt', '99999')")
        process = start_import(newer)
        try:
            until(lambda: someone_waits_for_the_code() or process.poll() is not None)
            assert process.poll() is None, process.stdout.read()
            assert names_of_pairs() == ["0708T/96522"]
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.stdout.close()
        holder.rollback()
    until(lambda: tables_of_parts() == [old])
    assert names_of_pairs() == ["0708T/96522"]
    assert [release.name for release in Release.objects.all()] == ["2026 Q2"]

    [outcome] = import_paths([newer]).outcomes
    assert outcome.state == State.PUBLISHED
    assert PtpEdit.objects.count() == 3
    assert len(tables_of_parts()) == 1


def names_of_pairs() -> list[str]:
    found = pairs_among(["0708T", "96522", "99999"], Setting.PRACTITIONER, DAY)
    return [f"{pair.column_one}/{pair.column_two}" for pair in found.pairs]
