"""Waiting for what another process or thread does."""

import time
from collections.abc import Callable

import pytest


def until(is_so: Callable[[], bool], *, seconds: float = 60) -> None:
    """Return once it is so; fail the test when it is not in time."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            pytest.fail(f"what was waited for did not come in {seconds} s")
        time.sleep(0.02)
