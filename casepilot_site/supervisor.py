"""`make run`: the web server, the background worker, the mail listener and the embedded database.

Ctrl-C, TERM and a closed terminal end all of them. A part that ends by itself is started again,
after a pause that grows with each failure (the worker ends whenever the database restarts). When
the supervisor itself is killed the kernel ends its parts; where it can't, the next start does.
"""

import argparse
import contextlib
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time

from django.core.exceptions import ImproperlyConfigured

from casepilot_site import embedded_postgres, env
from casepilot_site.process_records import (
    ProcessRecord,
    end_left_over_processes,
    end_with_parent,
)

STOP_SECONDS = 8
LONGEST_PAUSE = 30  # seconds between two starts of a part that keeps failing
STEADY_SECONDS = 60  # a part that ran this long starts its pauses anew
TICK = 0.1  # seconds
WORKER = [
    "manage.py",
    "procrastinate",
    "worker",
    "-p",
    "1",
    "-c",
    "3",
    "--shutdown-graceful-timeout",
    "5",
]
MAIL = ["manage.py", "receive_mail"]


class CannotRun(Exception):
    """The site can't be started; the text is a sentence for the person who tried."""


class Part:
    """One program that is kept running."""

    def __init__(self, name, command):
        self.name = name
        self.command = command
        self.process = None
        self.failures = 0
        self.started = 0.0
        self.next_start = 0.0

    def start(self):
        parent = os.getpid()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, *self.command],
            cwd=env.ROOT,
            stdin=subprocess.DEVNULL,
            # Ctrl-C reaches the supervisor alone, which then ends its parts in order.
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(parent),
        )

    def ended(self):
        """The exit status when the program has just ended, else None."""
        if self.process is None or self.process.poll() is None:
            return None
        status, self.process = self.process.returncode, None
        if time.monotonic() - self.started > STEADY_SECONDS:
            self.failures = 0
        pause = min(2**self.failures, LONGEST_PAUSE)
        self.failures += 1
        self.next_start = time.monotonic() + pause
        return status

    def signal(self, number):
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    def __init__(self):
        self.address = env.text("BIND_ADDRESS", "127.0.0.1")
        self.port = env.number("PORT", 8000, minimum=1, maximum=65535)
        self.web = Part("web server", ["-m", "gunicorn"])
        self.worker = Part("background worker", WORKER)
        self.mail = Part("mail listener", MAIL)
        self.stopping = False
        self.record = ProcessRecord(env.var_folder() / "processes")

    def run(self):
        """Run the site until it is told to end."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup has it ignored
            signal.signal(signal.SIGHUP, self._stop)
        end_left_over_processes(env.var_folder() / "processes")
        check_port(self.address, self.port)
        database = contextlib.nullcontext()
        if embedded_postgres.is_wanted():
            database = embedded_postgres.running()
        with database:
            try:
                self._prepare()
                self._keep_running()
            finally:
                self._end_parts()

    def _stop(self, *_):
        self.stopping = True

    def _prepare(self):
        first = Part("preparation", ["-m", "casepilot_site.first_run"])
        self._start(first)
        while first.process.poll() is None:
            if self.stopping:
                first.signal(signal.SIGTERM)
            time.sleep(TICK)
        if first.process.returncode and not self.stopping:
            raise CannotRun("The site was not started; the reason stands above.")

    def _keep_running(self):
        parts = [self.web]
        answers = False
        next_check = 0.0
        while not self.stopping:
            for part in parts:
                status = part.ended()
                if status is not None:
                    if part is self.web and not answers:
                        raise CannotRun(
                            f"The web server ended with status {status} before it answered; the "
                            "reason stands above."
                        )
                    pause = max(0, round(part.next_start - time.monotonic()))
                    say(f"The {part.name} ended with status {status}; next start in {pause} s.")
                if part.process is None and time.monotonic() >= part.next_start:
                    self._start(part)
            if not answers and self._answers():
                answers = True
                say(f"{env.text('SITE_NAME', 'CasePilot')} is ready at {self._url()}")
                say("Ctrl-C ends it.")
                parts.append(self.worker)  # not before, to have the site up the sooner
                if env.text("MAIL_LISTEN").lower() != "no" or env.text("IMAP_URL"):
                    parts.append(self.mail)
            if time.monotonic() >= next_check:
                next_check = time.monotonic() + 2
                if embedded_postgres.is_wanted():
                    embedded_postgres.ensure_running()
            time.sleep(TICK)

    def _start(self, part):
        part.start()
        self.record.add(part.process.pid)

    def _end_parts(self):
        parts = [self.mail, self.worker, self.web]
        for ending in (signal.SIGTERM, signal.SIGKILL):
            for part in parts:
                part.signal(ending)
            end = time.monotonic() + STOP_SECONDS
            while time.monotonic() < end and any(
                part.process is not None and part.process.poll() is None for part in parts
            ):
                time.sleep(0.02)
        self.record.remove()

    def _answers(self):
        """Whether the site answers at its address, with whatever status but a failure."""
        connection = http.client.HTTPConnection(self._local_address(), self.port, timeout=5)
        try:
            connection.request("GET", "/healthz/", headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _local_address(self):
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)  # noqa: S104

    def _url(self):
        host = self._local_address()
        if host in ("127.0.0.1", "::1"):
            host = "localhost"  # as SITE_URL has it: cookies belong to a name
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


def check_port(address, port):
    """Raise CannotRun unless a server can listen there."""
    try:
        family, _, _, _, place = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except PermissionError:
        raise CannotRun(
            f"Port {port} is reserved for root; choose another: make run PORT=8000"
        ) from None
    except socket.gaierror:
        raise CannotRun(f"BIND_ADDRESS is not an address of this machine: {address!r}.") from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise CannotRun(
                f"The site cannot listen at {address}:{port}: {error.strerror}."
            ) from None
        raise CannotRun(
            f"Port {port} is in use by another program. End that one, or choose another port: "
            f"make run PORT={port + 1 if port < 65535 else 8000}"
        ) from None


def say(text):
    print(text, flush=True)


def main():
    parser = argparse.ArgumentParser(description="Run the site, its worker and its database.")
    parser.add_argument(
        "--end-with-parent", action="store_true", help="end when the starting process is killed"
    )
    options = parser.parse_args()
    if options.end_with_parent:
        end_with_parent(os.getppid())
    try:
        Supervisor().run()
    except (CannotRun, ImproperlyConfigured, embedded_postgres.ServerProblem) as problem:
        return f"{problem}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
