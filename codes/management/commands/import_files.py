"""`python manage.py import_files PATH...`."""

import getpass
import os
import sys
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress
from rich.table import Table

from codes.actions.releases import AMA_LICENSE, accept_license
from codes.importers.outcomes import Options, Outcome, Progress, Report, State
from codes.importers.pipeline import import_paths
from codes.management.formatting import HelpAsWritten

MOST_REJECTED_SHOWN = 5
WIDE_ENOUGH = 120  # columns, for the table
_TONES = {
    State.PUBLISHED: "green",
    State.REFUSED: "red",
}


class Command(BaseCommand):
    help = """\
Import official files as their publishers ship them: files, zips (also zips in zips), folders.

Each file is recognized by its content. Imported are:
  HCPCS Level II       HCPC<year>_<month>_ANWEB .txt or .xlsx, or CMS's zip
  ICD-10-CM            order file icd10cm_order_<year>.txt, or CMS's zip
  ICD-10-PCS           order file icd10pcs_order_<year>.txt, or CMS's zip
  CPT                  the AMA's LONGULT, MEDU, SHORTU and ConsumerDescriptor (license needed)
  NCCI                 PTP edits (every part of a release together), MUE tables, add-on codes
  Medicare coverage    the Medicare Coverage Database's exports and list of documents
  Medicare payment     the fee schedule's RVU zips, localities by ZIP code, OPPS Addendum B
  and more             codes/importers/README.md has the whole list
Everything else is listed as not recognized and left alone.

A release is published whole or not at all. Importing the same files again does nothing. A table
at the end says what came of each file; the exit status is 1 when a file was refused. One that lacks
only a date or further parts, and lies in a folder of useful files, is told of and does no more."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs) -> CommandParser:
        return super().create_parser(
            prog_name,
            subcommand,
            formatter_class=HelpAsWritten,
            epilog="Example: python manage.py import_files ~/downloads/cms_2026_dx.zip",
            **kwargs,
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="a file, a zip or a folder"
        )
        parser.add_argument(
            "--release",
            default="",
            metavar="NAME",
            help='the release, where the file does not tell it: "July 2026", "FY 2026", "CPT 2026"',
        )
        parser.add_argument(
            "--valid-from",
            type=_day,
            metavar="YYYY-MM-DD",
            help="the first day the release holds, where neither file nor name tell it",
        )
        parser.add_argument(
            "--accept-ama-license",
            action="store_true",
            help="say that the operator of this site holds a license of the American Medical "
            "Association for the CPT files; needed once, recorded with your name and the time",
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="put a corrected file in the place of the published one of the same release",
        )
        parser.add_argument(
            "--allow-fall",
            action="store_true",
            help="import although more than 20 %% of the codes of the release before are missing",
        )
        parser.add_argument(
            "--all-parts",
            action="store_true",
            help="say that a release that comes in parts is whole, though one seems to be missing",
        )

    def handle(self, *args, **options) -> None:
        if options["accept_ama_license"]:
            accept_license(license=AMA_LICENSE, accepted_by=_operating_system_account())
        output = getattr(self.stdout, "_out", sys.stdout)
        is_terminal = output.isatty()
        # Into a file or a pipe every row of the table goes on one line.
        console = Console(
            file=output, width=None if is_terminal else 250, no_color=options["no_color"]
        )
        chosen = Options(
            release=options["release"],
            valid_from=options["valid_from"],
            replace=options["replace"],
            allow_fall=options["allow_fall"],
            all_parts=options["all_parts"],
        )
        if is_terminal and options["verbosity"]:
            with _Bar(console) as progress:
                report = import_paths(options["paths"], chosen, progress)
        else:
            progress = _Lines(self.stdout.write) if options["verbosity"] else Progress()
            report = import_paths(options["paths"], chosen, progress)
        if report.outcomes and options["verbosity"]:
            _print(console, report, is_terminal=is_terminal)
        if report.problem:
            raise CommandError(report.problem)


class _Lines(Progress):
    """One line for each file, for logs and pipes."""

    def __init__(self, write):
        self.write = write

    def begun(self, title: str, position: int, count: int) -> None:
        self.write(f"{position} of {count}: {title}")

    def waiting(self, source: str) -> None:
        self.write(f"Another import of {source} is running; waiting for it to end.")

    def ended(self, outcome: Outcome) -> None:
        self.write(f"    {outcome.state}, {outcome.seconds:.1f} s")


class _Bar(Progress):
    """A progress bar, for people."""

    def __init__(self, console: Console):
        self.bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )

    def __enter__(self) -> "_Bar":
        self.bar.start()
        self.task = self.bar.add_task("Looking at the files", total=None)
        return self

    def __exit__(self, *exception) -> None:
        self.bar.stop()

    def looking(self, title: str) -> None:
        self.bar.update(self.task, description=f"Looking at {escape(_short(title))}")

    def begun(self, title: str, position: int, count: int) -> None:
        self.position = position
        self.title = _short(title)
        self.bar.update(
            self.task, total=count, completed=position - 1, description=escape(self.title)
        )

    def read(self, fraction: float) -> None:
        self.bar.update(self.task, completed=self.position - 1 + min(fraction, 0.99))

    def waiting(self, source: str) -> None:
        self.bar.update(
            self.task, description=f"Waiting for another import of {escape(source)} to end"
        )

    def ended(self, outcome: Outcome) -> None:
        self.bar.update(self.task, completed=self.position)


def _short(title: str) -> str:
    return title if len(title) <= 60 else f"…{title[-59:]}"


def _print(console: Console, report: Report, *, is_terminal: bool) -> None:
    known = [item for item in report.outcomes if item.state != State.NOT_RECOGNIZED]
    if known and console.width >= WIDE_ENOUGH:
        console.print(_table(known, is_terminal=is_terminal))
    else:
        for outcome in known:
            _print_line(console, f"{outcome.file}\n    {_in_words(outcome)}")
    for outcome in known:
        if outcome.note:
            _print_line(console, f"{outcome.file}: {outcome.note}")
        for line, reason in outcome.rejected[:MOST_REJECTED_SHOWN]:
            _print_line(console, f"  rejected, line {line}: {reason}")
        if len(outcome.rejected) > MOST_REJECTED_SHOWN:
            more = len(outcome.rejected) - MOST_REJECTED_SHOWN
            _print_line(console, f"  and {more:,} more; the admin lists them all.")
    for outcome in report.outcomes:
        if outcome.state == State.NOT_RECOGNIZED:
            _print_line(console, f"{outcome.state}: {outcome.file}", style="dim")


def _table(outcomes: list[Outcome], *, is_terminal: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("File", overflow="fold")
    for name in ("Source", "Release"):
        table.add_column(name)
    for name in ("Rows", "Rejected", "Seconds"):
        table.add_column(name, justify="right")
    table.add_column("State", no_wrap=True)
    for outcome in outcomes:
        was_read = bool(outcome.rows)
        table.add_row(
            escape(outcome.file),
            outcome.source,
            escape(outcome.release),
            outcome.rows,
            f"{outcome.rejected_count:,}" if was_read else "",
            f"{outcome.seconds:.1f}" if was_read else "",
            outcome.state,
            style=_TONES.get(outcome.state) if is_terminal else None,
        )
    return table


def _in_words(outcome: Outcome) -> str:
    """The row of an outcome for a narrow terminal."""
    told = [f"{outcome.source} {outcome.release}".strip()]
    if outcome.rows:
        told += [f"rows: {outcome.rows}", f"{outcome.rejected_count:,} rejected"]
        told.append(f"{outcome.seconds:.1f} s")
    return ", ".join(part for part in [*told, outcome.state] if part)


def _print_line(console: Console, text: str, style: str | None = None) -> None:
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def _operating_system_account() -> str:
    """Who started the command; under sudo the person behind it."""
    name = os.environ.get("SUDO_USER") or getpass.getuser()
    return f"{name} (account on the server)"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"--valid-from is {text!r}; expected a day as YYYY-MM-DD, for example 2026-07-01."
        ) from None
