"""The listener, in real conversations: what it takes, what it refuses, and what it never loses."""

import asyncio
import concurrent.futures
import contextlib
import random
import signal
import smtplib
import socket
import threading
import time

import pytest
from django.db import OperationalError, connection

from consultant.letters.evidence import Evidence
from consultant.models import IncomingMail
from consultant.reception import listener as listener_module
from consultant.reception import smtp
from tests.consultant.reception.conversations import (
    ADDRESS,
    MAIL,
    SENDER,
    ListenerProcess,
    RunningListener,
)
from tests.waiting import until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("committed")]


def jobs_to_read():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'mail_id')::bigint FROM procrastinate_jobs "
            "WHERE task_name = 'consultant.read_mail'"
        )
        return {row[0] for row in cursor.fetchall()}


def wait_until_the_server_is_done_with_the_killed():
    """A statement that the killed had begun is still carried out."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_stat_clear_snapshot(); "
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            cursor.nextset()
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.1)


# What is taken


def test_a_mail_is_stored_byte_for_byte_with_its_evidence_and_its_job(listener):
    body = MAIL % 1 + b"..a line that began with a dot\r\n\xe9\xff\r\n"
    with listener.client() as client:
        client.ehlo("mail.example.org")
        client.mail(SENDER, ["BODY=8BITMIME", f"SIZE={len(body)}"])
        client.rcpt(ADDRESS)
        client.data(body)

    mail = IncomingMail.objects.get()
    assert bytes(mail.raw) == body
    assert (mail.way, mail.state, mail.size) == ("smtp", "waiting", len(body))
    assert Evidence.from_dict(mail.evidence) == Evidence(
        client_ip="127.0.0.1",
        helo="mail.example.org",
        mail_from=SENDER,
        recipients=(ADDRESS,),
        way="smtp",
    )
    assert jobs_to_read() == {mail.pk}


@pytest.mark.parametrize(
    "recipient",
    [ADDRESS, "CONSULT@TestServer", "consult+a1b2@testserver", "Consult+check-x@testserver"],
)
def test_our_address_is_known_with_and_without_a_detail(listener, recipient):
    with listener.client() as client:
        client.sendmail(SENDER, recipient, MAIL % 1)

    assert IncomingMail.objects.get().evidence["recipients"] == [recipient]


@pytest.mark.parametrize(
    "recipient",
    ["consultant@testserver", "consult@example.org", "consult", "postmaster@testserver",
     "postmaster", "consult@testserver@example.org", "consult%example.org@testserver",
     "xconsult+a@testserver"],
)  # fmt: skip
def test_another_recipient_is_refused_before_the_mail_is_sent(listener, recipient):
    with listener.dialog() as dialog:
        dialog.say("EHLO x")
        dialog.say(f"MAIL FROM:<{SENDER}>")
        assert dialog.say(f"RCPT TO:<{recipient}>").startswith("5")
        assert dialog.say("DATA").startswith("503")

    assert not IncomingMail.objects.exists()


def test_a_bounce_has_no_sender(listener):
    with listener.client() as client:
        client.sendmail("<>", ADDRESS, MAIL % 1)

    assert IncomingMail.objects.get().evidence["mail_from"] == ""


def test_an_address_in_unicode_needs_smtputf8(listener):
    with listener.dialog() as dialog:
        assert "SMTPUTF8" in dialog.say("EHLO x")
        assert dialog.say("MAIL FROM:<zoë@example.org>").startswith("553 5.6.7")
        assert dialog.say("MAIL FROM:<zoë@example.org> SMTPUTF8 BODY=8BITMIME").startswith("250")
        dialog.say(f"RCPT TO:<{ADDRESS}>")
        dialog.say("DATA")
        dialog.send("Subject: Zoë\r\n\r\nÜber\r\n.\r\n".encode())
        assert dialog.answer().startswith("250")

    mail = IncomingMail.objects.get()
    assert mail.evidence["mail_from"] == "zoë@example.org"
    assert bytes(mail.raw) == "Subject: Zoë\r\n\r\nÜber\r\n".encode()


def test_what_no_database_could_store_in_a_command_is_left_out_of_the_evidence(listener):
    with listener.dialog() as dialog:
        dialog.send(b"EHLO a\x00b\xff\r\n")
        dialog.answer()
        dialog.say(f"MAIL FROM:<{SENDER}>")
        dialog.say(f"RCPT TO:<{ADDRESS}>")
        dialog.say("DATA")
        dialog.send(MAIL % 1 + b"\x00\r\n.\r\n")
        assert dialog.answer().startswith("250")

    assert IncomingMail.objects.get().evidence["helo"] == "ab\ufffd"


def test_one_connection_brings_many_mails(listener):
    with listener.client() as client:
        for number in range(60):
            client.sendmail(SENDER, ADDRESS, MAIL % number)

    assert IncomingMail.objects.count() == 60


def test_two_hundred_mails_at_once_are_all_stored(listener):
    def send(number):
        with listener.client() as client:
            client.sendmail(SENDER, ADDRESS, MAIL % number)

    with concurrent.futures.ThreadPoolExecutor(200) as threads:
        list(threads.map(send, range(200)))

    stored = {bytes(mail.raw) for mail in IncomingMail.objects.all()}
    assert stored == {MAIL % number for number in range(200)}
    assert jobs_to_read() == set(IncomingMail.objects.values_list("pk", flat=True))


# LMTP


def test_lmtp_answers_once_for_each_recipient_that_it_took(lmtp_listener):
    with lmtp_listener.dialog() as dialog:
        assert dialog.say("EHLO x").startswith("500")
        dialog.say("LHLO mail.example.org")
        dialog.say(f"MAIL FROM:<{SENDER}>")
        assert dialog.say(f"RCPT TO:<{ADDRESS}>").startswith("250")
        assert dialog.say("RCPT TO:<other@testserver>").startswith("550")
        assert dialog.say("RCPT TO:<consult+b@testserver>").startswith("250")
        assert dialog.say("DATA").startswith("354")
        dialog.send(MAIL % 1 + b".\r\n")
        assert [dialog.answer()[:3], dialog.answer()[:3]] == ["250", "250"]
        assert dialog.say("NOOP").startswith("250")

    mail = IncomingMail.objects.get()
    assert mail.way == "lmtp"
    assert mail.evidence["recipients"] == [ADDRESS, "consult+b@testserver"]


def test_lmtp_refuses_a_large_mail_for_each_recipient(lmtp_listener, monkeypatch, settings):
    with lmtp_listener.dialog() as dialog:
        dialog.begin_mail(ADDRESS, "consult+b@testserver", greeting="LHLO x")
        dialog.send((b"x" * 998 + b"\r\n") * (settings.MAIL_MAX_MB * 1100) + b".\r\n")
        assert [dialog.answer()[:3], dialog.answer()[:3]] == ["552", "552"]
        assert dialog.say("NOOP").startswith("250")

    assert not IncomingMail.objects.exists()


def test_lmtp_without_a_recipient_takes_no_mail(lmtp_listener):
    with lmtp_listener.dialog() as dialog:
        dialog.say("LHLO x")
        dialog.say(f"MAIL FROM:<{SENDER}>")
        assert dialog.say("DATA").startswith("503")
        assert dialog.say("NOOP").startswith("250")


# What is refused


def test_the_largest_size_is_announced_and_a_larger_mail_refused_before_it_is_sent(
    listener, settings
):
    size = settings.MAIL_MAX_MB * 1024 * 1024
    with listener.dialog() as dialog:
        assert f"250-SIZE {size}\r\n" in dialog.say("EHLO x")
        assert dialog.say(f"MAIL FROM:<{SENDER}> SIZE={size + 1}").startswith("552")
        assert dialog.say(f"MAIL FROM:<{SENDER}> SIZE={size}").startswith("250")


def test_a_mail_that_is_larger_than_it_said_is_refused_and_the_next_is_taken(listener, settings):
    with listener.dialog() as dialog:
        dialog.begin_mail()
        dialog.send((b"x" * 998 + b"\r\n") * (settings.MAIL_MAX_MB * 1100) + b".\r\n")
        assert dialog.answer().startswith("552")
        dialog.begin_mail()
        dialog.send(MAIL % 1 + b".\r\n")
        assert dialog.answer().startswith("250")

    assert bytes(IncomingMail.objects.get().raw) == MAIL % 1


def test_a_line_without_an_end_is_not_kept_in_memory(listener, settings):
    with listener.dialog() as dialog:
        dialog.begin_mail()
        with contextlib.suppress(OSError):
            for _ in range(settings.MAIL_MAX_MB * 5):
                dialog.send(b"x" * 1024 * 1024)
            assert dialog.answer().startswith("552")
            assert dialog.answer() == ""
    with listener.client() as client:
        client.sendmail(SENDER, ADDRESS, MAIL % 1)

    assert IncomingMail.objects.count() == 1


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r\n.\n", b"\r.\r\n"]
)
def test_a_mail_smuggled_inside_a_mail_is_refused_with_it(listener, end):
    inner = b"MAIL FROM:<boss@example.org>\r\nRCPT TO:<consult@testserver>\r\nDATA\r\n" + MAIL % 2
    with listener.dialog() as dialog:
        dialog.begin_mail()
        dialog.send(MAIL % 1 + b"text" + end + inner + b"\r\n.\r\n")
        assert dialog.answer().startswith("550 5.6.11")
        assert dialog.answer() == ""  # closed: nothing more of this client is read

    assert not IncomingMail.objects.exists()


def test_a_mail_that_breaks_off_is_no_mail(listener):
    with listener.dialog() as dialog:
        dialog.begin_mail()
        dialog.send(MAIL % 1)
    with listener.client() as client:
        client.sendmail(SENDER, ADDRESS, MAIL % 2)

    assert bytes(IncomingMail.objects.get().raw) == MAIL % 2


def test_endless_commands_and_recipients_end(listener, monkeypatch):
    monkeypatch.setattr(smtp, "MOST_RECIPIENTS", 3)
    with listener.dialog() as dialog:
        assert dialog.say("EHLO " + "x" * 2000).startswith("500")
        dialog.say("EHLO x")
        dialog.say(f"MAIL FROM:<{SENDER}>")
        answers = [dialog.say(f"RCPT TO:<consult+{n}@testserver>")[:3] for n in range(4)]
        assert answers == ["250", "250", "250", "452"]
        answers = [dialog.say("VRFY x") for _ in range(21)]
        assert answers[-1].startswith("421")
        assert dialog.answer() == ""


def test_too_many_connections_are_asked_to_come_again(listener, monkeypatch):
    monkeypatch.setattr(smtp, "MOST_CONNECTIONS", 2)
    with listener.dialog() as first, listener.dialog(), listener.dialog() as third:
        assert third.greeting.startswith("421")
        assert third.answer() == ""
        first.say("QUIT")
        assert first.answer() == ""
        with listener.client() as client:
            client.sendmail(SENDER, ADDRESS, MAIL % 1)

    assert IncomingMail.objects.count() == 1


def test_who_is_silent_is_hung_up_on_in_the_middle_of_a_mail_too(listener, monkeypatch):
    monkeypatch.setattr(smtp, "SILENCE_SECONDS", 0.5)
    with listener.dialog() as greeted, listener.dialog() as sending:
        sending.begin_mail()
        sending.send(MAIL % 1)
        assert greeted.answer() == sending.answer() == ""

    assert not IncomingMail.objects.exists()


# What goes wrong


def test_a_mail_that_cannot_be_stored_is_to_be_sent_again(listener, monkeypatch, caplog):
    def fail(*_, **__):
        raise OperationalError("connection to server failed for ann@example.org")

    monkeypatch.setattr(listener_module, "receive", fail)
    with listener.client() as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(SENDER, ADDRESS, MAIL % 1)
        monkeypatch.undo()
        client.sendmail(SENDER, ADDRESS, MAIL % 1)

    assert refused.value.smtp_code == 451
    assert IncomingMail.objects.count() == 1
    assert "ann" not in caplog.text


def test_a_mail_whose_storing_hangs_is_to_be_sent_again(listener, monkeypatch):
    goes_on = threading.Event()
    monkeypatch.setattr(listener_module, "receive", lambda *_, **__: goes_on.wait(30))
    monkeypatch.setattr(smtp, "STORE_SECONDS", 0.2)
    with listener.client() as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(SENDER, ADDRESS, MAIL % 1)
        goes_on.set()
        monkeypatch.undo()
        client.sendmail(SENDER, ADDRESS, MAIL % 1)

    assert refused.value.smtp_code == 451


def test_a_database_that_is_down_is_answered_with_451():
    with ListenerProcess(DATABASE_URL="postgresql://x@127.0.0.1:1/x") as process:
        process.wait_until_it_answers()
        with (
            smtplib.SMTP("127.0.0.1", process.port, timeout=30) as client,
            pytest.raises(smtplib.SMTPDataError) as refused,
        ):
            client.sendmail(SENDER, ADDRESS, MAIL % 1)

    assert refused.value.smtp_code == 451


def test_every_mail_that_was_answered_with_250_survives_a_kill():
    """Eight senders; one kills the listener as soon as it has its 250, at a random one of them."""
    chance = random.Random(6)
    acknowledged, numbers, lock = set(), iter(range(10**6)), threading.Lock()

    def send_until_it_breaks(process, last):
        with (
            contextlib.suppress(OSError, smtplib.SMTPException),
            smtplib.SMTP("127.0.0.1", process.port, timeout=10) as client,
        ):
            while True:
                with lock:
                    number = next(numbers)
                client.sendmail(SENDER, ADDRESS, MAIL % number)
                acknowledged.add(number)
                if len(acknowledged) >= last:
                    process.process.send_signal(signal.SIGKILL)

    for _ in range(3):
        last = len(acknowledged) + chance.randint(1, 30)
        with ListenerProcess() as process:
            process.wait_until_it_answers()
            senders = [
                threading.Thread(target=send_until_it_breaks, args=(process, last))
                for _ in range(8)
            ]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
            assert process.process.wait(30) == -signal.SIGKILL
            assert len(acknowledged) >= last
    wait_until_the_server_is_done_with_the_killed()

    stored = {bytes(mail.raw) for mail in IncomingMail.objects.all()}
    assert {MAIL % number for number in acknowledged} <= stored
    assert jobs_to_read() == set(IncomingMail.objects.values_list("pk", flat=True))


def test_the_command_answers_what_it_has_and_ends_when_told():
    with ListenerProcess() as process:
        process.wait_until_it_answers()
        with smtplib.SMTP("127.0.0.1", process.port, timeout=30) as client:
            client.sendmail(SENDER, ADDRESS, MAIL % 1)
            process.process.send_signal(signal.SIGTERM)
            assert process.process.wait(30) == 0
        said = process.process.stdout.read()

    assert f"Mail for {ADDRESS} is taken at smtp://127.0.0.1:{process.port}\n" in said
    assert SENDER not in said
    assert IncomingMail.objects.count() == 1


def test_a_port_in_use_is_told_once_and_taken_when_it_is_free(monkeypatch):
    monkeypatch.setattr(listener_module, "TRY_AGAIN_SECONDS", 0.05)
    running = RunningListener()
    port = running.address.port
    with socket.create_server(("127.0.0.1", port)):
        opening = threading.Thread(target=running.__enter__)
        opening.start()
        until(lambda: running.said)
        time.sleep(0.3)  # more tries
        assert running.said == [
            f"Mail is not taken: port {port} is in use by another program. Name another in "
            "MAIL_LISTEN; until then it is tried again every 0.05 seconds."
        ]
    opening.join(30)
    assert running.said[1:] == [f"Mail for {ADDRESS} is taken at smtp://127.0.0.1:{port}"]
    running.__exit__()


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_is_told(host, monkeypatch):
    running = RunningListener(host=host)
    running.thread.start()
    opening = asyncio.run_coroutine_threadsafe(running.listener.open(), running.loop)
    until(lambda: running.said)
    opening.cancel()
    running.__exit__()

    assert running.said == [
        f"Mail is not taken: MAIL_LISTEN names no address of this machine: {host}."
    ]


def test_without_a_way_in_the_command_says_so_and_waits():
    with ListenerProcess(MAIL_LISTEN="no") as process:
        assert "No mail is taken in" in process.process.stdout.readline()
        assert process.process.poll() is None
        process.process.send_signal(signal.SIGTERM)
        assert process.process.wait(30) == 0
