"""Real conversations with the listener on loopback."""

import asyncio
import contextlib
import os
import smtplib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from casepilot_site import embedded_postgres, env
from casepilot_site.mail_in import ListenAddress
from consultant.reception.listener import Listener

ROOT = Path(__file__).resolve().parents[3]
ADDRESS = "consult@testserver"
SENDER = "ann@example.org"
MAIL = (
    b"From: Ann <ann@example.org>\r\nTo: consult@testserver\r\nSubject: A case\r\n"
    b"Message-ID: <%d@example.org>\r\n\r\nWhat does 99213 need?\r\n"
)


class RunningListener:
    """The listener in a thread of its own, as the command runs it."""

    def __init__(self, protocol="smtp", host="127.0.0.1"):
        self.address = ListenAddress(protocol, host, free_port())
        self.said = []
        self.loop = asyncio.new_event_loop()
        self.listener = Listener(self.address, self.said.append)
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.call(self.listener.open())
        return self

    def __exit__(self, *_):
        self.call(self.listener.close())
        self.listener.threads.shutdown(wait=True)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def client(self):
        kind = smtplib.LMTP if self.address.protocol == "lmtp" else smtplib.SMTP
        return kind("127.0.0.1", self.address.port, timeout=30)

    def dialog(self):
        return Dialog(self.address.port)


class Dialog:
    """A conversation byte by byte, for what smtplib would never send."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.lines = self.socket.makefile("rb")
        self.greeting = self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def say(self, line):
        self.send(line.encode() + b"\r\n")
        return self.answer()

    def send(self, content):
        self.socket.sendall(content)

    def answer(self):
        """The next answer with all its lines; "" when the other side has closed."""
        answer = ""
        while line := self.lines.readline().decode():
            answer += line
            if line[3:4] != "-":
                break
        return answer

    def begin_mail(self, *recipients, greeting="EHLO client.example.org"):
        answers = [self.say(greeting), self.say(f"MAIL FROM:<{SENDER}>")]
        answers += [self.say(f"RCPT TO:<{recipient}>") for recipient in recipients or (ADDRESS,)]
        answers.append(self.say("DATA"))
        assert answers[-1].startswith("354"), answers


class ListenerProcess:
    """`manage.py receive_mail` on the database of the tests."""

    def __init__(self, port=None, **variables):
        self.port = port or free_port()
        server = env.text("DATABASE_URL") or embedded_postgres.database_url()
        database = urlsplit(server)._replace(path=f"/{connection.settings_dict['NAME']}")
        variables = {
            "DJANGO_SETTINGS_MODULE": "casepilot_site.settings",
            "DATABASE_URL": urlunsplit(database),
            "MAIL_LISTEN": f"smtp://127.0.0.1:{self.port}",
            "CONSULTANT_ADDRESS": ADDRESS,
        } | variables
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "receive_mail"],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def wait_until_it_answers(self):
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            assert self.process.poll() is None and time.monotonic() < end
            time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
