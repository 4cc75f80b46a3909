"""How many slow answers one process makes at a time, so that its other threads serve pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings

_lock = Lock()
_taken = 0


@contextmanager
def slot() -> Iterator[bool]:
    """Whether one of the ASSISTANT_STREAMS places of this process is free; held until the end."""
    is_mine = _take()
    try:
        yield is_mine
    finally:
        if is_mine:
            _give_back()


def _take() -> bool:
    global _taken
    with _lock:
        if _taken >= settings.ASSISTANT_STREAMS:
            return False
        _taken += 1
        return True


def _give_back() -> None:
    global _taken
    with _lock:
        _taken -= 1
