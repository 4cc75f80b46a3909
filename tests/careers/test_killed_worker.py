"""A worker killed in the middle: each alert reaches the mail server once all the same.

The worker is a process of its own on the database of the tests, the mail server a real
conversation on loopback, and the kill a SIGKILL.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from careers.actions.alerts import look_for_new_jobs
from careers.models import Mail, SavedSearch
from casepilot_site import embedded_postgres, env
from tests.careers.board_data import make_posting
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
START = "import django; django.setup(); "
SEND = START + "from careers.actions.mails import send_waiting_mails; send_waiting_mails()"
LOOK = START + "from careers.actions import alerts; "
KILL_ITSELF = (
    "import os, signal; write = alerts.write_mail; written = []\n"
    "def kill_at_the_second(**k):\n"
    "    written.append(write(**k))\n"
    "    if len(written) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
    "alerts.write_mail = kill_at_the_second\n"
)


class MailServer(threading.Thread):
    """Takes mails by SMTP; `on_data` is called with the count of mails before it takes one."""

    def __init__(self, on_data):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.on_data = on_data
        self.taken: list[str] = []

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                self.talk(client.makefile("rwb", buffering=0))
            except OSError:  # the other side is gone
                pass
            finally:
                client.close()

    def talk(self, lines):
        lines.write(b"220 test\r\n")
        while line := lines.readline():
            word = line[:4].upper()
            if word == b"DATA":
                lines.write(b"354 go on\r\n")
                text = b""
                while (piece := lines.readline()) not in (b".\r\n", b""):
                    text += piece
                self.on_data(len(self.taken))
                lines.write(b"250 taken\r\n")
                self.taken.append(text.decode())
            elif word == b"QUIT":
                lines.write(b"221 bye\r\n")
                return
            else:
                lines.write(b"250 fine\r\n")


def worker(code: str, port: int = 1) -> subprocess.Popen:
    server = env.text("DATABASE_URL") or embedded_postgres.database_url()
    database = urlsplit(server)._replace(path=f"/{connection.settings_dict['NAME']}")
    variables = {
        "DJANGO_SETTINGS_MODULE": "casepilot_site.settings",
        "DATABASE_URL": urlunsplit(database),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ | variables)


@pytest.fixture
def searches():
    """Four people who wait for news, and a job."""
    long_ago = timezone.now() - timedelta(days=10)
    found = [
        SavedSearch.objects.create(
            user=make_user(), name="All", frequency="instant", created_at=long_ago,
            looked_at=long_ago,
        )
        for _ in range(4)
    ]  # fmt: skip
    make_posting("New coder")
    Mail.objects.all().delete()  # what the employer is told
    return found


def test_a_worker_killed_while_it_hands_mails_over_sends_none_twice_and_loses_none(searches):
    look_for_new_jobs()
    state = {}

    def kill_at_the_third(taken):
        if taken == 2 and "killed" not in state:
            state["killed"] = True
            state["worker"].kill()
            state["worker"].wait()
            raise ConnectionError

    server = MailServer(kill_at_the_third)
    server.start()
    state["worker"] = worker(SEND, server.port)
    assert state["worker"].wait(timeout=60) == -signal.SIGKILL
    assert len(server.taken) == 2 and Mail.objects.filter(sent_at=None).count() == 2

    second, third = worker(SEND, server.port), worker(SEND, server.port)
    assert (second.wait(timeout=60), third.wait(timeout=60)) == (0, 0)
    server.listener.close()

    receivers = [re.search(r"^To: (.*?)\r?$", mail, re.MULTILINE)[1] for mail in server.taken]
    assert sorted(receivers) == sorted(search.user.email for search in searches)
    assert len({re.search(r"^Message-ID: (.*)", m, re.M)[1] for m in server.taken}) == 4
    assert not Mail.objects.filter(sent_at=None).exists()


def test_a_worker_killed_while_it_looks_for_new_jobs_writes_each_mail_once(searches):
    killed = worker(LOOK + KILL_ITSELF + "alerts.look_for_new_jobs()")
    assert killed.wait(timeout=60) == -signal.SIGKILL
    assert Mail.objects.count() == 1  # the second was rolled back with its search

    assert worker(LOOK + "alerts.look_for_new_jobs()").wait(timeout=60) == 0
    look_for_new_jobs()

    assert sorted(Mail.objects.values_list("search", flat=True)) == sorted(s.pk for s in searches)
