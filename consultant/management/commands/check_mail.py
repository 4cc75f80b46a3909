"""See whether CaseConsultant's mail works: one mail out, and in again."""

from django.core.management.base import BaseCommand, CommandError

from consultant.reception.mail_check import FAILED, CheckFailed, Step, check


class Command(BaseCommand):
    help = "Send a mail to CaseConsultant by the configured way, and tell of each step to it."

    def add_arguments(self, parser):
        parser.add_argument(
            "--wait",
            type=float,
            default=90,
            metavar="SECONDS",
            help="how long to wait until the mail was read (90)",
        )

    def handle(self, *, wait, **options):
        try:
            for step in check(wait):
                self.stdout.write(f"{step}")
                self.stdout.flush()
        except CheckFailed as problem:
            self.stdout.write(f"{Step(FAILED, 'The check ends here.')}")
            raise CommandError(f"{problem}") from None
        self.stdout.write("Mail works.")
