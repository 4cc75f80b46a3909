from django.core.management.base import BaseCommand

from accounts import actions


class Command(BaseCommand):
    help = (
        "Delete page-view periods that are over, with the views in them, and the fresh-guest "
        "counts of past days. The background worker does it every night."
    )

    def handle(self, **options):
        count = actions.prune_views()
        self.stdout.write(f"{count} row{'' if count == 1 else 's'} deleted.")
