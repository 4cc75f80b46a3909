"""`python manage.py list_releases`."""

import sys
from pathlib import PurePath

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from codes.models import Release, Source
from codes.queries.status import day


class Command(BaseCommand):
    help = (
        "List the releases in the database: source, name, from which day it is valid, its rows, "
        "what it changed against the release before, its state and file. Readers see only "
        "published ones."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            nargs="?",
            choices=Source.values,
            metavar="SOURCE",
            help=f"only this source: {', '.join(Source.values)}",
        )

    def handle(self, *args, **options) -> None:
        releases = Release.objects.order_by("source", "valid_from", "id")
        if options["source"]:
            releases = releases.filter(source=options["source"])
        if not releases:
            self.stdout.write("No release is loaded. Import official files with import_files.")
            return
        output = getattr(self.stdout, "_out", sys.stdout)
        console = Console(
            file=output,
            width=None if output.isatty() else 250,
            no_color=options["no_color"],
        )
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("Source", "Release", "Valid from"):
            table.add_column(name, no_wrap=True)
        for name in ("Rows", "Rejected", "New", "Revised", "Ended"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("State", no_wrap=True)
        table.add_column("File", overflow="fold")
        for release in releases:
            numbers = (
                release.row_count,
                release.rejected_count,
                release.new_count,
                release.revised_count,
                release.ended_count,
            )
            state = f"{release.state}, demonstration" if release.is_demonstration else release.state
            table.add_row(
                release.source,
                escape(release.name),
                day(release.valid_from),
                *("–" if number is None else f"{number:,}" for number in numbers),
                state,
                escape(PurePath(release.file_name.rpartition(": ")[2]).name),
            )
        console.print(table)
