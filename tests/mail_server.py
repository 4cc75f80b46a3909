"""A mail server on loopback that keeps what it takes, and a worker process that may be killed."""

import os
import subprocess
import sys
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from aiosmtpd.controller import Controller
from django.db import connection

from casepilot_site import embedded_postgres, env

ROOT = Path(__file__).resolve().parent.parent


class MailServer:
    """Speaks SMTP while it is entered.

    `answer` is called with MAIL, RCPT or DATA (once the text is there) and the address in question,
    and may give another answer than the usual one.
    """

    def __init__(self, answer: Callable[[str, str], str | None] = lambda verb, address: None):
        self.answer = answer
        self.taken: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.connection_count = 0

    def __enter__(self):
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        return self

    def __exit__(self, *exception):
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.connection_count += 1
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.answer("MAIL", address) or "250 fine"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answer("RCPT", address) or "250 fine"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = self.answer("DATA", envelope.rcpt_tos[0]) or "250 taken"
        if answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
            self.receivers += envelope.rcpt_tos
        return answer


class _Controller(Controller):
    def _trigger_server(self):
        """Take the number of the port that was free; then the usual first connection."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def start_worker(code: str, port: int = 1, **options) -> subprocess.Popen:
    """A process on the database of the tests that runs the code, its mail server at the port."""
    server = env.text("DATABASE_URL") or embedded_postgres.database_url()
    database = urlsplit(server)._replace(path=f"/{connection.settings_dict['NAME']}")
    variables = {
        "DJANGO_SETTINGS_MODULE": "casepilot_site.settings",
        "DATABASE_URL": urlunsplit(database),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    command = [sys.executable, "-c", f"import django; django.setup(); {code}"]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, **options)
