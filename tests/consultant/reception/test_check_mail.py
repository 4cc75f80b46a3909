"""check_mail: each step in words, and one sentence where something is amiss."""

import io
import smtplib
import socket
import threading
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.core.management import CommandError, call_command
from django.db import connection

from casepilot_site.mail_in import ListenAddress, Mailbox
from consultant.models import IncomingMail
from consultant.reception import trial
from tests.consultant.reception.conversations import ADDRESS, free_port

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("committed")]


@pytest.fixture
def way_in(listener, settings):
    settings.MAIL_LISTEN = listener.address
    settings.EMAIL_URL = ""
    return listener


@pytest.fixture
def worker(committed, request):
    """Reads trial mails as the worker does: notes what it found, and erases them."""
    ended, found = threading.Event(), SimpleNamespace(how="dkim", reason="Signed by testserver.")

    def read():
        while not ended.wait(0.05):
            for mail in IncomingMail.objects.filter(state="waiting"):
                to = [line for line in bytes(mail.raw).decode().splitlines() if line[:3] == "To:"]
                token = to[0].partition("+check-")[2].partition("@")[0]
                mail.raw, mail.evidence, mail.state, mail.outcome = None, {}, "read", "check"
                mail.reason = trial.note(token, found)
                mail.save()
        connection.close()

    thread = threading.Thread(target=read)
    thread.start()
    yield found
    ended.set()
    thread.join()


class Relay:
    """A mail server that asks for a password and hands on to the listener."""

    def __init__(self, listener):
        self.port = listener.address.port

    async def handle_DATA(self, server, session, envelope):
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            client.sendmail(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        return "250 OK"


@pytest.fixture
def relay(way_in, settings):
    def log_in(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == b"right", handled=False)

    controller = Controller(
        Relay(way_in),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=log_in,
        auth_require_tls=False,
    )
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL = "smtp://..."
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "us", "right"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 20
    yield
    controller.stop()


def run(wait=20):
    out = io.StringIO()
    call_command("check_mail", wait=wait, stdout=out)
    return out.getvalue()


def fails(wait=20):
    """The steps that were told, and the sentence of the error."""
    out = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("check_mail", wait=wait, stdout=out)
    assert "right" not in out.getvalue() + f"{failed.value}"
    return out.getvalue(), f"{failed.value}"


def test_without_a_server_the_listener_is_tried_alone(way_in, worker):
    worker.how, worker.reason = "none", "The mail is not signed."
    told = run()

    assert [line[0] for line in told.splitlines()] == [*"✓–✓✓✓✓✓–", "M"]
    assert f"Settings: {ADDRESS}, in by listener at {way_in.address}." in told
    assert "EMAIL_URL is not set" in told
    assert "Mail arrived: by SMTP, after " in told
    assert "Sender not authenticated. The mail is not signed." in told
    mail = IncomingMail.objects.get()
    assert (mail.outcome, mail.raw) == ("check", None)


def test_each_step_by_a_server_is_told(relay, worker):
    told = run()

    assert [line[0] for line in told.splitlines()] == [*"✓✓✓✓✓✓✓", "M"]
    assert "without TLS, logged in" in told
    assert "Sender authenticated by its DKIM signature. Signed by testserver." in told


def test_a_sender_that_is_not_authenticated_is_an_error_where_it_went_out(relay, worker, settings):
    worker.how, worker.reason = "none", "No signature."
    assert "Sender not authenticated. No signature. Members’ mails" in fails()[1]

    settings.MAIL_SENDERS_CHECKED = False
    assert "for trials alone" in run()


def test_without_a_way_in_it_says_what_is_missing(settings):
    settings.MAIL_LISTEN = settings.IMAP_MAILBOX = None

    assert fails()[1].startswith("No way in is configured: set MAIL_LISTEN, IMAP_URL or")


def test_with_a_mailbox_alone_and_no_server_nothing_can_be_sent(settings):
    settings.MAIL_LISTEN, settings.EMAIL_URL = None, ""
    settings.IMAP_MAILBOX = Mailbox("mail.example.org", 993, "us", "right", "INBOX", True)
    told, problem = fails()

    assert "in by mailbox at mail.example.org." in told
    assert problem == "EMAIL_URL is not set and there is no listener, so no mail can be sent."


def test_a_listener_that_does_not_run_is_told(settings):
    settings.MAIL_LISTEN = ListenAddress("smtp", "127.0.0.1", free_port())
    settings.EMAIL_URL = ""

    assert "start `manage.py receive_mail`" in fails()[1]


def test_a_wrong_password_of_the_server_is_told(relay, settings):
    settings.EMAIL_HOST_PASSWORD = "right or wrong"

    assert "refuses the user or password of EMAIL_URL" in fails()[1]


def test_a_server_that_does_not_answer_is_told(relay, settings):
    settings.EMAIL_PORT = free_port()
    assert "does not answer as it should (ConnectionRefusedError)." in fails()[1]

    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 1
        assert "does not answer as it should (SMTPServerDisconnected)." in fails()[1]


def test_a_server_without_tls_is_told_where_tls_is_asked_for(relay, settings):
    settings.EMAIL_USE_TLS = True

    assert "has no STARTTLS" in fails()[1]


def test_a_mail_that_goes_elsewhere_is_told_with_what_to_see_to(relay, settings, monkeypatch):
    async def swallow(self, server, session, envelope):
        return "250 OK"

    monkeypatch.setattr(Relay, "handle_DATA", swallow)
    told, problem = fails(wait=0.5)

    assert "Mail accepted." in told
    assert "did not arrive in time" in problem
    assert "also with +anything" in problem


def test_an_address_that_the_listener_does_not_know_is_told(way_in, monkeypatch):
    monkeypatch.setattr("consultant.reception.mail_check.with_detail", lambda d: f"{d}@x.example")

    assert "(550)" in fails()[1]


def test_without_a_worker_the_mail_is_not_read(way_in):
    told, problem = fails(wait=1)

    assert "Raw mail stored: " in told
    assert problem == "No worker runs: start `manage.py procrastinate worker`."
