"""What the worker does for the tests of the board."""

import pytest


@pytest.fixture
def sent(mailoutbox, db):
    """A function that lets the worker send what waits, and gives the mails."""
    from accounts.outbox import send_waiting_mails

    def sent():
        send_waiting_mails()
        return mailoutbox

    return sent
