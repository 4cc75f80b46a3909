"""`make run` with its real processes: start, the ways it ends, and what it leaves behind."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from casepilot_site import supervisor
from casepilot_site.embedded_postgres import EmbeddedPostgres
from casepilot_site.postgres_process import locked_by
from casepilot_site.process_records import ProcessRecord, end_left_over_processes

ROOT = Path(__file__).resolve().parents[2]
LONGEST_WAIT = 120  # seconds; a start takes three

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are found through /proc"
)


class Site:
    """One folder of data, and the site that is started on it."""

    def __init__(self, var):
        self.var = var
        self.port = free_port()
        self.process = None
        self.log = var.parent / "log"

    def start(self, **environment):
        settings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        settings.pop("DJANGO_SETTINGS_MODULE", None)
        settings |= {"VAR_DIR": str(self.var), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "casepilot_site.supervisor"],
                cwd=ROOT,
                env=settings | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def output(self):
        return self.log.read_text()

    def wait_until_ready(self):
        wait_for(lambda: "is ready at" in self.output() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output()
        wait_for(lambda: self.children("procrastinate"))

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": "localhost"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def children(self, word=""):
        """Living processes of this site, the database's server too, that have `word` in them."""
        mark = f"VAR_DIR={self.var}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                line = (process / "cmdline").read_bytes()
                ours = mark in (process / "environ").read_bytes().split(b"\0")
                if line and (ours or os.fsencode(self.var) in line) and word.encode() in line:
                    found.append(int(process.name))
        return found

    def database(self):
        return EmbeddedPostgres(self.var)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition):
    end = time.monotonic() + LONGEST_WAIT
    while not (result := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return result


@pytest.fixture(scope="module")
def site():
    folder = Path(tempfile.mkdtemp(prefix="casepilot-test-"))
    folder.chmod(0o755)
    site = Site(folder / "var")
    yield site
    for pid in site.children():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    site.process.wait()
    shutil.rmtree(folder)


def test_the_first_start_serves_pages_and_tells_the_password_once(site):
    site.start().wait_until_ready()
    wait_for(lambda: f"is taken at smtp://127.0.0.1:{site.port + 25}" in site.output())
    assert site.get("/healthz/")[0] == 200
    assert site.get("/readyz/")[0] == 200
    assert "96522" in site.get("/codes/cpt/96522/")[1]
    assert re.search(r"E-mail +admin@localhost\.localdomain\n +Password +\S{12,}\n", site.output())
    assert site.var.joinpath("secret_key").stat().st_mode & 0o777 == 0o600

    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(LONGEST_WAIT) == 0, site.output()
    assert site.children() == []
    assert not site.database().is_up()


def test_a_killed_supervisor_takes_the_site_and_its_database_along(site):
    with socket.create_server(("127.0.0.1", 0)) as other:  # no mail is no harm to the site
        port = other.getsockname()[1]
        site.start(MAIL_LISTEN=f"smtp://127.0.0.1:{port}").wait_until_ready()
        wait_for(lambda: f"Mail is not taken: port {port} is in use" in site.output())
    assert site.get("/readyz/")[0] == 200
    assert "mail listener ended" not in site.output()
    assert "Password" not in site.output()
    site.process.kill()
    site.process.wait()
    wait_for(lambda: site.children() == [])


def test_a_running_database_is_adopted_and_what_is_killed_starts_again(site):
    database = site.database()
    database.join()
    pid = locked_by(database.data)
    site.start(MAIL_LISTEN="no").wait_until_ready()
    database.leave()
    assert locked_by(database.data) == pid

    worker = site.children("procrastinate")
    os.kill(worker[0], signal.SIGKILL)
    wait_for(lambda: set(site.children("procrastinate")) - set(worker))
    assert "The background worker ended with status -9" in site.output()

    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: locked_by(database.data) not in (None, pid) and site.get("/readyz/")[0] == 200)

    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(LONGEST_WAIT) == 0, site.output()
    assert site.children() == []


def test_a_port_in_use_is_told_in_one_sentence(site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        site.start(PORT=str(port))
        assert site.process.wait(LONGEST_WAIT) == 1
    assert site.output() == (
        f"Port {port} is in use by another program. End that one, or choose another port: "
        f"make run PORT={port + 1}\n"
    )
    assert site.children() == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PORT": "eight"}, "PORT must be a whole number, but is 'eight'."),
        ({"BIND_ADDRESS": "no such host"}, "BIND_ADDRESS is not an address of this machine"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "The database does not answer: "),
        ({"SITE_URL": "https://codes.example.org"}, "SECRET_KEY must be set"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(site, settings, sentence):
    site.start(**settings)
    assert site.process.wait(LONGEST_WAIT) == 1
    assert sentence in site.output()
    assert "Traceback" not in site.output()
    assert site.children() == []


def test_the_processes_of_a_supervisor_that_is_gone_are_ended_at_the_next_start(tmp_path):
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as left_over:
        record = ProcessRecord(tmp_path)
        record.add(left_over.pid)
        end_left_over_processes(tmp_path)
        assert left_over.poll() is None  # this process, its supervisor, lives

        text = record.file.read_text().replace(f'"supervisor": [{os.getpid()}', '"supervisor": [0')
        record.file.write_text(text)
        end_left_over_processes(tmp_path)
        assert left_over.wait(LONGEST_WAIT) == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_another_program_under_a_recorded_number_is_left_alone(tmp_path):
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        (tmp_path / "1.json").write_text(
            f'{{"supervisor": [0, 1], "groups": [[{stranger.pid}, 1]]}}'
        )
        end_left_over_processes(tmp_path)
        assert stranger.poll() is None
        stranger.kill()


def test_a_part_that_keeps_failing_is_started_after_growing_pauses(monkeypatch):
    part = supervisor.Part("part", ["-c", "raise SystemExit(3)"])
    pauses = []
    for _ in range(7):
        part.start()
        part.process.wait()
        now = time.monotonic()
        monkeypatch.setattr(supervisor.time, "monotonic", lambda now=now: now)
        assert part.ended() == 3
        pauses.append(part.next_start - now)
        monkeypatch.undo()
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 30, 30])
