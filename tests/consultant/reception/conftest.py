import threading

import pytest
from django.db import connection

from consultant.models import IncomingMail
from tests.consultant.reception.conversations import ADDRESS, RunningListener


@pytest.fixture(autouse=True)
def our_address(settings):
    settings.CONSULTANT_ADDRESS = ADDRESS


@pytest.fixture
def committed(db):
    """What other threads and processes commit is seen by the test, and removed after it.

    Emptying every table, as a transactional test does, takes longer than most tests here.
    """
    yield
    thread = threading.Thread(target=remove)
    thread.start()
    thread.join()


def remove():
    IncomingMail.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    connection.close()


@pytest.fixture
def listener(committed):
    with RunningListener() as listener:
        yield listener


@pytest.fixture
def lmtp_listener(committed):
    with RunningListener("lmtp") as listener:
        yield listener
