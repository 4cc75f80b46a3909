"""The mailbox that is polled, on a real Dovecot where it is installed."""

import dataclasses
import socket
import threading
import time

import pytest
from django.db import OperationalError

from casepilot_site.mail_in import Mailbox
from consultant.letters.evidence import Evidence
from consultant.models import IncomingMail
from consultant.reception import mailbox as mailbox_module
from consultant.reception.mailbox import Poller, look_into
from tests.consultant.reception.conversations import MAIL, ListenerProcess, free_port
from tests.consultant.reception.dovecot import PASSWORD, Dovecot, program

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif(program() is None, reason="Dovecot is not installed (dovecot-imapd)"),
]


@pytest.fixture
def dovecot():
    with Dovecot() as server:
        yield server


@pytest.fixture
def box(dovecot):
    poller = Poller(address_of(dovecot), threading.Event())
    with poller.connected() as box:
        yield InThread(box)


class InThread:
    """look_into() beside the test's transaction, as the poller does it."""

    def __init__(self, box):
        self.box = box

    def look(self):
        found = []

        def run():
            try:
                found.append(look_into(self.box))
            except Exception as error:
                found.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(60)
        return found[0]


def address_of(dovecot, **changes):
    mailbox = Mailbox("127.0.0.1", dovecot.port, "ann", PASSWORD, "INBOX", False)
    return dataclasses.replace(mailbox, **changes)


@pytest.fixture
def polling(dovecot, settings, monkeypatch):
    """A poller in its thread, and what it says."""
    settings.IMAP_POLL_SECONDS = 1
    monkeypatch.setattr(mailbox_module, "ANSWER_SECONDS", 2)  # of a server that is just ending
    said, ended = [], threading.Event()
    poller = Poller(address_of(dovecot), ended, said.append)
    thread = threading.Thread(target=poller.run)
    thread.start()
    yield said
    ended.set()
    thread.join(30)
    assert not thread.is_alive()


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def stored():
    return {bytes(mail.raw) for mail in IncomingMail.objects.all()}


def test_unseen_mails_are_stored_byte_for_byte_and_marked_as_seen(dovecot, box):
    odd = MAIL % 2 + b"\xe9\xff) {12}\r\n"
    dovecot.deliver(MAIL % 1, odd)

    assert box.look() == 2
    assert stored() == {MAIL % 1, odd}
    mail = IncomingMail.objects.first()
    assert (mail.way, Evidence.from_dict(mail.evidence)) == ("imap", Evidence(way="imap"))
    assert (dovecot.with_flag("SEEN"), dovecot.with_flag("UNSEEN")) == (2, 0)
    assert box.look() == 0


def test_mails_are_moved_where_the_mailbox_has_a_folder_for_them(dovecot, box):
    with dovecot.client() as client:
        client.create("Processed")
    dovecot.deliver(MAIL % 1, MAIL % 2)

    assert box.look() == 2
    assert dovecot.with_flag("ALL") == 0
    assert dovecot.with_flag("SEEN", "Processed") == 2


def test_a_mail_that_is_too_large_is_marked_and_not_fetched(dovecot, box, settings, monkeypatch):
    settings.MAIL_MAX_MB = 1
    fetched = []
    monkeypatch.setattr(mailbox_module, "_raw", lambda box, uid: fetched.append(uid))
    dovecot.deliver(MAIL % 1 + b"text of a line\r\n" * 70_000)

    assert box.look() == 0
    assert fetched == []
    assert dovecot.with_flag("FLAGGED SEEN") == 1


def test_a_mail_that_cannot_be_stored_stays_unseen(dovecot, box, monkeypatch):
    def fail(*_, **__):
        raise OperationalError

    dovecot.deliver(MAIL % 1)
    monkeypatch.setattr(mailbox_module, "receive", fail)
    assert isinstance(box.look(), OperationalError)
    assert dovecot.with_flag("UNSEEN") == 1

    monkeypatch.undo()
    assert box.look() == 1


def test_a_crash_between_storing_and_marking_gives_a_double_and_loses_none(
    dovecot, box, monkeypatch
):
    def crash(*_):
        raise SystemError

    dovecot.deliver(MAIL % 1)
    monkeypatch.setattr(box.box, "flag", crash)
    assert isinstance(box.look(), SystemError)
    monkeypatch.undo()
    assert box.look() == 1

    assert [bytes(mail.raw) for mail in IncomingMail.objects.all()] == [MAIL % 1, MAIL % 1]


def test_news_are_fetched_as_they_come_also_after_the_server_was_away(dovecot, polling):
    dovecot.deliver(MAIL % 1)
    wait_for(lambda: stored() == {MAIL % 1})
    dovecot.deliver(MAIL % 2)
    wait_for(lambda: len(stored()) == 2)

    dovecot.end()
    wait_for(lambda: any("does not answer" in line or "failed" in line for line in polling))
    dovecot.start()
    dovecot.deliver(MAIL % 3)
    wait_for(lambda: len(stored()) == 3)
    assert PASSWORD not in "".join(polling)
    assert polling[0] == polling[-1] == "Mail is fetched from the mailbox of IMAP_URL at 127.0.0.1"


def test_a_server_that_cannot_tell_of_news_is_asked_for_them(dovecot, settings, monkeypatch):
    settings.IMAP_POLL_SECONDS = 0
    poller = Poller(address_of(dovecot), threading.Event())
    with poller.connected() as box:
        monkeypatch.setattr(box.client, "capabilities", ("IMAP4REV1",))
        poller._wait_for_news(box)
        dovecot.deliver(MAIL % 1)
        assert InThread(box).look() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "wrong-secret"}, "refuses its user or password"),
        ({"password": "wröng-secret"}, "failed"),
        ({"folder": "Nowhere"}, "has no such folder"),
        ({"port": 1}, "does not answer"),
    ],
)
def test_what_is_wrong_is_told_without_the_password(dovecot, changes, sentence, caplog, settings):
    settings.IMAP_POLL_SECONDS = 60
    said, ended = [], threading.Event()
    poller = Poller(address_of(dovecot, **changes), ended, said.append)
    thread = threading.Thread(target=poller.run)
    thread.start()
    wait_for(lambda: said)
    ended.set()
    thread.join(30)

    assert said[0].startswith(f"The mailbox of IMAP_URL {sentence}")
    told = "".join(said) + caplog.text
    assert "secret" not in told
    assert "ann" not in told.replace("cannot", "")


def test_a_server_that_hangs_up_is_no_harm(settings):
    settings.IMAP_POLL_SECONDS = 60
    said, ended = [], threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mailbox = Mailbox("127.0.0.1", silent.getsockname()[1], "ann", PASSWORD, "INBOX", False)
        thread = threading.Thread(target=Poller(mailbox, ended, said.append).run)
        thread.start()
        silent.accept()[0].close()
        wait_for(lambda: said)
    ended.set()
    thread.join(30)

    assert said[0].startswith("The mailbox of IMAP_URL")


def test_the_command_polls_beside_the_listener_and_ends_when_told(dovecot):
    dovecot.deliver(MAIL % 1)
    url = f"imap://ann:{PASSWORD}@127.0.0.1:{dovecot.port}/INBOX"
    with ListenerProcess(free_port(), IMAP_URL=url) as process:
        wait_for(lambda: stored() == {MAIL % 1})
        process.wait_until_it_answers()
        process.process.terminate()
        assert process.process.wait(30) == 0
        said = process.process.stdout.read()

    assert "Mail is fetched from the mailbox of IMAP_URL" in said
    assert PASSWORD not in said
