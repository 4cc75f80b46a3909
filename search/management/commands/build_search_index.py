"""Make this machine's search index what the data are now."""

import os

from django.core.management.base import BaseCommand

from search.index import kept


class Command(BaseCommand):
    help = (
        "Makes the search index of this machine where it is not that of the data, and the vectors "
        "that it lacks. The site calls it by itself; by hand it is needed only with --anew."
    )

    def add_arguments(self, parser):
        parser.add_argument("--anew", action="store_true", help="make all of it again")

    def handle(self, *, anew, verbosity, **options):
        os.nice(10)  # readers go first
        made = kept.make(anew=anew)
        if verbosity:
            self.stdout.write(f"Made: {', '.join(made)}." if made else "Everything is there.")
