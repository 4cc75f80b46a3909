"""The process that hands mails to the server, apart from the worker that asks for it (decision 9).

Between the server's "250" and our COMMIT a mail is sent and not yet known to be. A worker killed in
that moment would leave it to be sent twice; so the worker has a child that lives on without it,
finishes the mail in its hands and ends. The child has a session of its own: what is sent to the
worker's process group does not reach it.
"""

import select
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import TextIO

from django.conf import settings
from django.db import connection

from accounts import outbox

_COMMAND = [sys.executable, "manage.py", "send_mails", "--as-asked"]


class SenderEnded(Exception):
    """The process ended before it had sent what it was asked to; the next one goes on."""


class Sender:
    """The process, started when it is first needed; threads take turns."""

    def __init__(self):
        self._turn = threading.Lock()
        self._process: subprocess.Popen | None = None

    def send(self, most: int) -> None:
        """Have it send what is due, `most` mails at most, and wait for that.

        Raises SenderEnded.
        """
        with self._turn:
            if self._process is None:
                self._process = self.start()
            try:
                self._process.stdin.write(f"{most}\n")
                self._process.stdin.flush()
                is_done = bool(self._process.stdout.readline())
            except OSError:
                is_done = False
            if not is_done:
                process, self._process = self._process, None
                with process:  # closes our ends of the pipes and waits
                    pass
                raise SenderEnded(f"The process that sends mails ended ({process.returncode}).")

    def start(self) -> subprocess.Popen:
        return subprocess.Popen(
            _COMMAND,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


_sender = Sender()


def send_waiting_mails(*, most: int) -> None:
    """Send what is due, by the process apart where a mail server is spoken to.

    Raises SenderEnded.
    """
    if settings.EMAIL_URL:
        _sender.send(most)
    else:  # files: nobody answers "250"
        outbox.send_waiting_mails(most=most)


def send_as_asked(asks: TextIO, answers: TextIO) -> None:
    """Send what is due for each line read, which holds how many mails at most; answer with a line.

    Ends with who asks: at once, or after the mail in hand.
    """
    is_asked = _has_an_end(asks)
    while line := asks.readline():
        outbox.send_waiting_mails(most=int(line), while_true=is_asked)
        connection.close()
        try:
            print("done", file=answers, flush=True)
        except BrokenPipeError:
            break


def _has_an_end(pipe: TextIO) -> Callable[[], bool]:
    """A function that tells whether anybody holds the other end of the pipe."""
    poll = select.poll()
    poll.register(pipe, 0)  # that it was hung up is told unasked
    return lambda: not poll.poll(0)
