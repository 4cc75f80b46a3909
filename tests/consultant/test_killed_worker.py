"""200 mails at once and a worker killed at random points: none lost, one answer for each.

The worker is the site's own, a process on the database of the tests; the mail server is a real
conversation on loopback, the kill a SIGKILL. The worker's sender lives on and finishes the mail in
its hand (decision 9), so that none goes twice.
"""

import random
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import outbox
from accounts.models import OutgoingMail, Plan
from consultant import retention
from consultant.models import IncomingMail, Message
from consultant.reception.receive import receive
from tests.consultant.mail_data import raw_mail
from tests.factories import make_description, make_user
from tests.mail_server import MailServer, start_worker
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
WORK = (
    "from django.core.management import call_command; "
    "call_command('procrastinate', 'worker', '-c', '3'{})"
)
FOR_EVER, UNTIL_DONE = WORK.format(""), WORK.format(", '--one-shot'")
MAILS = 200
KILLS = 5


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("MAIL_SENDERS_CHECKED", "no")
    monkeypatch.setenv("SEARCH_FOLLOW_SECONDS", "0")
    monkeypatch.setenv("LOG_LEVEL", "CRITICAL")


def test_two_hundred_mails_and_a_worker_killed_again_and_again():
    make_description("A4206")
    plan = Plan.objects.create(name="All", is_unlimited=True)
    members = [make_user(plan=plan) for _ in range(10)]
    for number in range(MAILS):
        raw = raw_mail(
            "What is A4206?",
            sender=members[number % 10].email,
            message_id=f"<{number}@example.com>",
        )
        evidence = {"mail_from": "a@example.com", "recipients": [settings.CONSULTANT_ADDRESS]}
        receive(raw, way="smtp", evidence=evidence)

    with MailServer() as server:
        for _ in range(KILLS):
            read_before = waiting()
            worker = start_worker(FOR_EVER, server.port)
            until(lambda before=read_before: waiting() < before)
            time.sleep(random.uniform(0, 0.5))
            worker.kill()
            assert worker.wait() == -signal.SIGKILL
        for _ in range(3):  # what a killed worker had in hand is taken up, as after a minute
            a_minute_passes()
            assert start_worker(UNTIL_DONE, server.port).wait(timeout=200) == 0
            if not OutgoingMail.objects.filter(sent_at=None).exists() and not waiting():
                break

    assert set(IncomingMail.objects.values_list("outcome", flat=True)) == {"question"}
    answers = Message.objects.filter(kind=Message.Kind.ANSWER)
    assert answers.count() == MAILS
    handed_over = Counter(str(mail["Message-ID"]) for mail in server.taken)
    assert set(handed_over) == set(answers.values_list("message_id", flat=True))
    assert handed_over.total() == MAILS


def waiting() -> int:
    return IncomingMail.objects.filter(state=IncomingMail.State.WAITING).count()


def a_minute_passes() -> None:
    then = timezone.now() - timedelta(minutes=2)
    IncomingMail.objects.update(received_at=then)
    Message.objects.update(created_at=then)
    OutgoingMail.objects.filter(sent_at=None).update(try_at=then)
    retention.take_up()
    outbox.wake_the_worker()
