"""Imports that are killed, watched, or run at the same time: on real processes and connections."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from codes.actions.imports import import_upload
from codes.importers.loading import BATCH
from codes.importers.outcomes import Progress, State
from codes.importers.pipeline import import_paths
from codes.models import Code, ImportUpload, OfficialDescription, RejectedRow, Release, Source
from tests.codes.importers.layouts import order_file
from tests.factories import make_description, make_release
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60  # seconds, for a slow machine; nothing here normally takes one


def many_codes(count: int) -> list[str]:
    letters = "ABCDEFGHIJ"
    return [
        "A00",
        *(f"A{n // 1000 % 10}{letters[n // 100 % 10]}{n % 100:02}" for n in range(count)),
    ]


def long_file(folder: Path) -> Path:
    """An order file of two batches, so that the second can be held up when the first is in."""
    return order_file(folder / "icd10cm_order_2026.txt", many_codes(BATCH + 10))


@pytest.fixture
def held_code():
    """Holds up whoever makes the last code of `long_file`, until it is released."""
    with psycopg.connect(**connection.get_connection_params()) as holder:
        holder.execute(
            "INSERT INTO codes_code (system, value) VALUES ('icd-10-cm', %s)",
            [many_codes(BATCH + 10)[-1]],
        )
        yield holder


def someone_waits_for_the_code() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO codes_code%%'"
        )
        return cursor.fetchone()[0] > 0


def start_import(path: Path) -> subprocess.Popen:
    """`import_files` as a process of its own, on the tests' database."""
    settings = connection.settings_dict
    program = (
        "import sys, django\n"
        "from django.conf import settings\n"
        f"settings.DATABASES['default']['NAME'] = {settings['NAME']!r}\n"
        "django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('import_files', sys.argv[1])\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class InThread(threading.Thread):
    """An import in a thread of its own, with its own connection."""

    def __init__(self, path: Path, progress: Progress | None = None):
        super().__init__()
        self.path, self.progress, self.report = path, progress, None
        self.start()

    def run(self) -> None:
        try:
            self.report = import_paths([self.path], None, self.progress)
        finally:
            connections.close_all()

    def states(self) -> list[str]:
        self.join(PATIENCE)
        return [outcome.state for outcome in self.report.outcomes]


def nothing_is_there() -> bool:
    models = (Release, Code, OfficialDescription, RejectedRow)
    return not any(model.objects.exists() for model in models)


def test_a_killed_import_leaves_nothing_and_the_next_one_finishes(tmp_path, held_code):
    path = long_file(tmp_path)
    process = start_import(path)
    try:
        until(lambda: someone_waits_for_the_code() or process.poll() is not None)
        assert process.poll() is None, process.stdout.read()
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.stdout.close()
    held_code.rollback()
    assert nothing_is_there()
    report = import_paths([path])
    assert [outcome.state for outcome in report.outcomes] == [State.PUBLISHED]
    assert Release.objects.get().state == Release.State.PUBLISHED
    assert OfficialDescription.objects.count() == BATCH + 11
    assert RejectedRow.objects.count() == 0


def test_readers_see_the_old_release_until_the_new_one_is_whole(tmp_path, held_code):
    old = make_release(
        source=Source.ICD_10_CM_ORDER, name="FY 2026", is_demonstration=True, file_name="old"
    )
    make_description(Code.objects.create(system="icd-10-cm", value="A00"), release=old)
    running = InThread(long_file(tmp_path))
    until(someone_waits_for_the_code)
    assert [release.file_name for release in Release.objects.all()] == ["old"]
    assert Release.objects.get().state == Release.State.PUBLISHED
    assert OfficialDescription.objects.count() == 1
    assert Code.objects.count() == 1
    held_code.rollback()
    assert running.states() == [State.PUBLISHED]
    assert Release.objects.get(state=Release.State.PUBLISHED).name == "FY 2026"
    assert OfficialDescription.objects.count() == BATCH + 12


def test_a_second_import_of_a_source_waits_for_the_first(tmp_path, held_code):
    told = threading.Event()

    class Told(Progress):
        def waiting(self, source: str) -> None:
            assert source == Source.ICD_10_CM_ORDER.label
            told.set()

    path = long_file(tmp_path)
    first = InThread(path)
    until(someone_waits_for_the_code)
    second = InThread(path, Told())
    assert told.wait(PATIENCE)
    held_code.rollback()
    assert first.states() == [State.PUBLISHED]
    assert second.states() == [State.ALREADY_LOADED]
    assert Release.objects.count() == 1


def test_imports_of_different_sources_do_not_wait(tmp_path, held_code):
    first = InThread(long_file(tmp_path))
    until(someone_waits_for_the_code)
    other = order_file(tmp_path / "icd10pcs_order_2026.txt", ["001", "0016070"])
    assert InThread(other).states() == [State.PUBLISHED]
    held_code.rollback()
    assert first.states() == [State.PUBLISHED]


def test_whoever_waits_too_long_is_told_so(tmp_path, held_code, monkeypatch):
    monkeypatch.setattr("codes.importers.publishing.WAIT_SECONDS", 0.1)
    path = long_file(tmp_path)
    first = InThread(path)
    until(someone_waits_for_the_code)
    [outcome] = import_paths([path]).outcomes
    assert outcome.state == State.REFUSED
    assert outcome.note.startswith("Another import of ICD-10-CM order file has been running for")
    held_code.rollback()
    assert first.states() == [State.PUBLISHED]


def test_how_far_an_upload_is_shows_before_its_import_ends(tmp_path, held_code):
    path = long_file(tmp_path)
    upload = ImportUpload.objects.create(
        file=SimpleUploadedFile(path.name, path.read_bytes()), file_name=path.name
    )

    def run() -> None:
        try:
            import_upload(upload_id=upload.id)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    until(someone_waits_for_the_code)
    upload.refresh_from_db()
    assert upload.state == ImportUpload.State.RUNNING
    assert upload.progress == "Importing icd10cm_order_2026.txt"
    held_code.rollback()
    thread.join(PATIENCE)
    upload.refresh_from_db()
    assert (upload.state, upload.percent) == (ImportUpload.State.DONE, 100)
