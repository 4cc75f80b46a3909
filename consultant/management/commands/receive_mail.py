"""Take CaseConsultant's mail in, until told to end."""

import asyncio
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand

from consultant.reception.listener import Listener
from consultant.reception.mailbox import Poller

LEAVE_SECONDS = 3


class Command(BaseCommand):
    help = "Take mail in for CaseConsultant, as MAIL_LISTEN and IMAP_URL say, until told to end."

    def handle(self, *args, **options):
        ended = threading.Event()
        polling = None
        if settings.IMAP_MAILBOX:
            poller = Poller(settings.IMAP_MAILBOX, ended, self.say)
            polling = threading.Thread(target=poller.run, name="poll-mailbox", daemon=True)
            polling.start()
        asyncio.run(self.listen())
        ended.set()
        if polling:
            polling.join(LEAVE_SECONDS)

    async def listen(self):
        """Listen, where that is wanted, and return when the process is told to end."""
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        if settings.MAIL_LISTEN is None:
            if not settings.IMAP_MAILBOX:
                # It stays, as its supervisor would start it again and again.
                self.say("No mail is taken in: MAIL_LISTEN is no, and IMAP_URL is not set.")
            await ended.wait()
            return
        listener = Listener(settings.MAIL_LISTEN, self.say)
        opening = asyncio.create_task(listener.open())
        await ended.wait()
        opening.cancel()
        await listener.close()

    def say(self, text):
        self.stdout.write(text)
        self.stdout.flush()
