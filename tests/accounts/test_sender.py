"""The process that sends apart from the worker: it outlives a worker that is killed.

The worker is a process of its own on the database of the tests, which runs the job; the mail server
is a real conversation on loopback, and the kill a SIGKILL.
"""

import io
import os
import signal
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import outbox, sender
from accounts.models import OutgoingMail
from accounts.outbox import write_mail
from tests.accounts.test_killed_worker import MAILS, Killer, write_mails
from tests.mail_server import MailServer, start_worker
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
JOB = "from accounts import jobs; jobs.send_mails(timestamp=0)"
KILLED_SENDER = (
    "from accounts import sender\n"
    "try: sender.send_waiting_mails(most=50)\n"
    "except sender.SenderEnded as error: print(error)\n"
    "sender.send_waiting_mails(most=50)"
)


def sent_count() -> int:
    return OutgoingMail.objects.exclude(sent_at=None).count()


@pytest.mark.parametrize(("verb", "number"), [("MAIL", 1), ("RCPT", 2), ("DATA", 3), ("DATA", 1)])
def test_a_killed_worker_leaves_the_mail_in_hand_to_be_finished(verb, number):
    addresses = write_mails()
    ProcrastinateJob.objects.filter(task_name="accounts.send_mails").delete()
    killer = Killer(verb, number, answer="250 fine")
    with MailServer(killer) as server:
        killer.worker = start_worker(JOB, server.port)
        assert killer.worker.wait(timeout=60) == -signal.SIGKILL
        until(lambda: ProcrastinateJob.objects.filter(task_name="accounts.send_mails").exists())
        # The mail in hand is sent, and recorded; the others wait for another worker, told of them.
        assert sent_count() == len(server.taken) == number
        assert start_worker(JOB, server.port).wait(timeout=60) == 0
        assert sorted(server.receivers) == sorted(addresses)
    assert sent_count() == MAILS


def test_a_signal_to_the_group_of_the_worker_does_not_reach_the_sender():
    write_mails()
    with MailServer() as server:

        def kill_the_group(verb, address):
            if verb == "DATA" and worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()

        server.answer = kill_the_group
        worker = start_worker(JOB, server.port, start_new_session=True)
        assert worker.wait(timeout=60) == -signal.SIGKILL
        until(lambda: sent_count() == 1)


def test_a_sender_that_is_killed_is_told_of_and_followed_by_another(capfd):
    addresses = write_mails()
    senders = []

    def kill_the_sender(verb, address):
        if verb == "RCPT" and not senders:
            senders.extend(children_of(worker.pid))
            os.kill(senders[0], signal.SIGKILL)

    with MailServer(kill_the_sender) as server:
        worker = start_worker(KILLED_SENDER, server.port)
        assert worker.wait(timeout=60) == 0
    assert capfd.readouterr().out == "The process that sends mails ended (-9).\n"
    assert sorted(server.receivers) == sorted(addresses)
    assert sent_count() == MAILS


def children_of(pid: int) -> list[int]:
    """The numbers of the processes that the threads of one have started."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(number) for file in files for number in file.read_text().split()]


def test_it_sends_for_each_line_and_ends_with_who_asks(mailoutbox, monkeypatch):
    write_mail(address="ada@example.org", subject="One", text="Words")
    asks, ask = os.pipe()
    answered, answers = os.pipe()
    woken = []
    monkeypatch.setattr(outbox, "wake_the_worker", lambda: woken.append(True))
    with os.fdopen(asks) as lines, os.fdopen(answers, "w") as out, os.fdopen(answered) as told:
        thread = threading.Thread(target=sender.send_as_asked, args=(lines, out))
        thread.start()
        for _ in range(2):
            os.write(ask, b"50\n")
            assert told.readline() == "done\n"
        write_mail(address="ben@example.org", subject="Two", text="Words")
        woken.clear()
        os.close(ask)
        thread.join(timeout=30)
        assert not thread.is_alive()
    # Nobody asked for the second mail.
    assert [mail.subject for mail in mailoutbox] == ["One"] and not woken


def test_who_hangs_up_meanwhile_has_nothing_more_sent(mailoutbox):
    for name in ("ada", "ben"):
        write_mail(address=f"{name}@example.org", subject=name, text="Words")
    asks, ask = os.pipe()
    os.write(ask, b"50\n")
    os.close(ask)
    with os.fdopen(asks) as lines:
        sender.send_as_asked(lines, io.StringIO())
    assert not mailoutbox


def test_an_operator_sends_by_hand_what_is_due(mailoutbox, capsys):
    write_mail(address="ada@example.org", subject="One", text="Words")
    call_command("send_mails")
    call_command("send_mails")
    assert capsys.readouterr().out == "1 mail sent.\n0 mails sent.\n"
    assert len(mailoutbox) == 1
