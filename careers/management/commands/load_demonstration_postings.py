"""`python manage.py load_demonstration_postings`."""

from django.core.management.base import BaseCommand

from careers.demonstration import load_demonstration, remove_demonstration


class Command(BaseCommand):
    help = (
        "Load about twenty demonstration postings of five made-up employers into the job board, "
        "each marked as a demonstration. `make run` does this by itself in an empty database. It "
        "is safe to repeat: what is there is left alone. With --remove they are taken away."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--remove", action="store_true", help="remove the demonstration employers and postings"
        )

    def handle(self, *args, **options):
        if options["remove"]:
            words = f"Removed {remove_demonstration()} demonstration employers."
        elif count := load_demonstration():
            words = f"Loaded {count} demonstration postings."
        else:
            words = "The demonstration postings are loaded already; nothing changed."
        if options["verbosity"] > 0:
            self.stdout.write(words)
