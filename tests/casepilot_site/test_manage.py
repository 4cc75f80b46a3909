"""manage.py: the embedded database runs for the commands that need it, and only for them."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from casepilot_site.embedded_postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def var():
    with tempfile.TemporaryDirectory(prefix="casepilot-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "var"


def manage(var, *words, **settings):
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(var)} | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("words", [["check"], ["migrate", "--help"]])
def test_a_command_without_need_of_the_database_starts_none(var, words):
    done = manage(var, *words)
    assert done.returncode == 0, done.stderr
    assert not (var / "postgres").exists()


def test_a_command_with_need_of_the_database_runs_it_and_stops_it(var):
    done = manage(var, "createcachetable")
    assert done.returncode == 0, done.stderr
    server = EmbeddedPostgres(var)
    assert (server.data / "PG_VERSION").exists()
    assert not server.is_up()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "The database does not answer: "),
        ({"VIEW_PERIOD_DAYS": "0"}, "VIEW_PERIOD_DAYS must be at least 1, but is 0."),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_status_1(var, settings, sentence):
    done = manage(var, "migrate", **settings)
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
