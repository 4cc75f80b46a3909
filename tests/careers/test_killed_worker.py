"""A worker killed while it looks for new jobs: each alert is written once all the same."""

import signal
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from careers.actions.alerts import look_for_new_jobs
from careers.models import SavedSearch
from tests.careers.board_data import make_posting
from tests.factories import make_user
from tests.mail_server import MailServer, start_worker

pytestmark = pytest.mark.django_db(transaction=True)
LOOK = "from careers.actions import alerts; "
KILL_ITSELF = (
    "import os, signal; write = alerts.mail_template; written = []\n"
    "def kill_at_the_second(**k):\n"
    "    written.append(write(**k))\n"
    "    if len(written) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
    "alerts.mail_template = kill_at_the_second\n"
)
SEND = "from accounts.outbox import send_waiting_mails; send_waiting_mails()"


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
    OutgoingMail.objects.all().delete()  # what the employer is told
    return found


def test_a_worker_killed_while_it_looks_for_new_jobs_writes_each_mail_once(searches):
    killed = start_worker(LOOK + KILL_ITSELF + "alerts.look_for_new_jobs()")
    assert killed.wait(timeout=60) == -signal.SIGKILL
    assert OutgoingMail.objects.count() == 1  # the second was rolled back with its search

    assert start_worker(LOOK + "alerts.look_for_new_jobs()").wait(timeout=60) == 0
    look_for_new_jobs()

    told = OutgoingMail.objects.values_list("about", flat=True)
    assert sorted(told) == sorted(search.mails_about for search in searches)

    with MailServer() as server:
        assert start_worker(SEND, server.port).wait(timeout=60) == 0
    assert sorted(server.receivers) == sorted(search.user.email for search in searches)
