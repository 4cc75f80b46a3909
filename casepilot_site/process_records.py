"""No process outlives its supervisor: tied by the kernel on Linux, and recorded in var/processes.

A process is known by its number and its start time together, since numbers come back.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
END_SECONDS = 5

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(parent):
    """Have the kernel send this process TERM when process `parent`, its parent, ends."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the kernel was told
            os._exit(128 + signal.SIGTERM)


class ProcessRecord:
    """The file that names this process and the process groups it started."""

    def __init__(self, folder):
        self.file = Path(folder) / f"{os.getpid()}.json"
        self.groups = []

    def add(self, group):
        self.groups.append([group, _start_time(group)])
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_suffix(".draft")
        mine = [os.getpid(), _start_time(os.getpid())]
        draft.write_text(json.dumps({"supervisor": mine, "groups": self.groups}))
        draft.replace(self.file)

    def remove(self):
        self.file.unlink(missing_ok=True)


def end_left_over_processes(folder):
    """End the process groups of supervisors that are gone, and remove their records."""
    for file in Path(folder).glob("*.json"):
        try:
            record = json.loads(file.read_text())
            supervisor, groups = record["supervisor"], record["groups"]
        except (OSError, ValueError, KeyError):
            file.unlink(missing_ok=True)
            continue
        if _is_alive(*supervisor):
            continue
        for ending in (signal.SIGTERM, signal.SIGKILL):
            alive = [pid for pid, started in groups if _is_alive(pid, started)]
            for pid in alive:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, ending)
            end = time.monotonic() + END_SECONDS
            while time.monotonic() < end and any(_is_alive(*group) for group in groups):
                time.sleep(0.05)
        file.unlink(missing_ok=True)


def _is_alive(pid, started):
    return started is not None and _start_time(pid) == started


def _start_time(pid):
    """The process's start in clock ticks since boot; None when it has ended or none can be told."""
    try:
        # The name in parentheses may hold blanks; state is field 3, the start time field 22.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])
