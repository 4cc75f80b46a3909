import signal
import sys

from django.core.management.base import BaseCommand

from accounts import outbox, sender


class Command(BaseCommand):
    help = "Send the mails of the outbox that are due. The background worker does it by itself."

    def add_arguments(self, parser):
        parser.add_argument(
            "--as-asked",
            action="store_true",
            help="send when a line on standard input says how many at most: for the worker",
        )

    def handle(self, as_asked, **options):
        if as_asked:
            for ending in (
                signal.SIGINT,
                signal.SIGTERM,
            ):  # it ends with who asks, mail in hand sent
                signal.signal(ending, signal.SIG_IGN)
            sender.send_as_asked(sys.stdin, sys.stdout)
            return
        count = outbox.send_waiting_mails()
        self.stdout.write(f"{count} mail{'' if count == 1 else 's'} sent.")
