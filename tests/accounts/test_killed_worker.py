"""A worker killed while it sends: no mail is lost, and none is sent twice that was committed.

The worker is a process of its own on the database of the tests, the mail server a real
conversation on loopback, and the kill a SIGKILL.
"""

import signal
from collections import Counter

import pytest

from accounts.models import OutgoingMail
from accounts.outbox import write_mail
from tests.factories import make_user
from tests.mail_server import MailServer, start_worker

pytestmark = pytest.mark.django_db(transaction=True)
SEND = "from accounts.outbox import send_waiting_mails; send_waiting_mails()"
MAILS = 4


def write_mails() -> list[str]:
    users = [make_user() for _ in range(MAILS)]
    for user in users:
        write_mail(user=user, subject="Hello", text="Words")
    return [user.email for user in users]


class Killer:
    """Kills the worker at one moment of the conversation, once; then the server answers so."""

    def __init__(self, verb: str, number: int, answer: str = "451 the other side is gone"):
        self.verb, self.number, self.answer = verb, number, answer
        self.seen = Counter()
        self.worker = None
        self.is_done = False

    def __call__(self, verb: str, address: str) -> str | None:
        self.seen[verb] += 1
        if self.is_done or (verb, self.seen[verb]) != (self.verb, self.number):
            return None
        self.is_done = True
        self.worker.kill()
        self.worker.wait()
        return self.answer


@pytest.mark.parametrize(("verb", "number"), [("MAIL", 1), ("RCPT", 2), ("DATA", 3)])
def test_a_worker_killed_at_any_word_sends_none_twice_and_loses_none(verb, number):
    addresses = write_mails()
    killer = Killer(verb, number)
    with MailServer(killer) as server:
        killer.worker = start_worker(SEND, server.port)
        assert killer.worker.wait(timeout=60) == -signal.SIGKILL
        # Those before were committed; the one in hand waits again, its words with it.
        assert len(server.taken) == number - 1
        waiting = OutgoingMail.objects.filter(sent_at=None)
        assert waiting.count() == MAILS + 1 - number
        assert all(mail.text == "Words" and not mail.failed_count for mail in waiting)

        second, third = start_worker(SEND, server.port), start_worker(SEND, server.port)
        assert (second.wait(timeout=60), third.wait(timeout=60)) == (0, 0)

    assert sorted(server.receivers) == sorted(addresses)
    assert len({mail["Message-ID"] for mail in server.taken}) == MAILS
    assert not OutgoingMail.objects.filter(sent_at=None).exists()


def test_a_mail_that_was_taken_but_not_recorded_comes_again_with_its_message_id():
    """What SMTP leaves open: the server has taken the mail, and the worker cannot commit that."""
    write_mail(address="ada@example.org", subject="Hello", text="Words")
    killer = Killer("DATA", 1, answer="250 taken")
    with MailServer(killer) as server:
        killer.worker = start_worker(SEND, server.port)
        assert killer.worker.wait(timeout=60) == -signal.SIGKILL
        assert start_worker(SEND, server.port).wait(timeout=60) == 0
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_content() == second.get_content()
