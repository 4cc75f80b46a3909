"""Fixtures that every test may use, and the server the tests run on."""

import os
from pathlib import Path

import pytest

from casepilot_site import embedded_postgres

ROOT = Path(__file__).resolve().parent.parent

# Playwright's own loop would otherwise keep Django from using the database in browser tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_configure(config):
    if embedded_postgres.is_wanted():
        embedded_postgres.ensure_running()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the publishers' own files; the test is skipped where it is not there."""
    folder = Path(os.environ.get("CASEPILOT_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the publishers' files are not at {folder}; set CASEPILOT_REAL_DATA")
    return folder
