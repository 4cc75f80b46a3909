"""Take CaseConsultant's mail in, until told to end."""

import asyncio
import signal

from django.conf import settings
from django.core.management.base import BaseCommand

from consultant.reception.listener import Listener


class Command(BaseCommand):
    help = "Take mail in for CaseConsultant, as MAIL_LISTEN says, until told to end."

    def handle(self, *args, **options):
        asyncio.run(self.take_mail())

    async def take_mail(self):
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        if settings.MAIL_LISTEN is None:
            # It stays, as its supervisor would start it again and again.
            self.say("No mail is taken in: MAIL_LISTEN is no.")
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
