"""The process that serves an embedded server's data: its lock file, checked with the system."""

import contextlib
import os
from pathlib import Path

LOCK = "postmaster.pid"


def living_server(data):
    """The process id of the living server on the folder `data`, or None."""
    pid = locked_by(data)
    return pid if pid is not None and _is_server(pid, data) else None


def locked_by(data):
    """The process id in the lock file, whether or not that process is a server; None without."""
    try:
        return int((data / LOCK).read_text(encoding="utf-8").split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _is_server(pid, data):
    """Whether the process is a server on this data, and not another one of the same number."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        if Path("/proc/self").exists():
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    return os.fsencode(data) in words


def remove_lock_of_a_stranger(data, socket_lock):
    """Remove lock files whose process number belongs to some other program by now.

    The server itself takes any living process of its user for the holder, so a machine that
    restarts its processes under the same numbers (a container) would never start again.
    """
    pid = locked_by(data)
    if pid is None or not Path("/proc/self").exists() or _is_server(pid, data):
        return
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == data:
                return  # a process of the killed server still ends
    (data / LOCK).unlink(missing_ok=True)
    socket_lock.unlink(missing_ok=True)
