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
            # It ends with who asks, once the mail in hand is sent.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            sender.send_as_asked(sys.stdin, sys.stdout)
            return
        count = outbox.send_waiting_mails()
        self.stdout.write(f"{count} mail{'' if count == 1 else 's'} sent.")
