"""`python manage.py withdraw_release SOURCE NAME`."""

import getpass

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.actions.releases import ReleaseError, publish_release, withdraw_release
from codes.importers.rows import FileProblem
from codes.models import Release, Source


class Command(BaseCommand):
    help = (
        "Hide a release from readers, who then see the release before it. Its rows stay in the "
        "database: --undo publishes it again. list_releases shows sources and names. "
        'Example: python manage.py withdraw_release hcpcs-level-ii "July 2026"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source", choices=Source.values, metavar="SOURCE", help=", ".join(Source.values)
        )
        parser.add_argument("name", metavar="NAME", help='as list_releases shows it: "July 2026"')
        parser.add_argument("--undo", action="store_true", help="publish it again instead")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args, **options) -> None:
        source = Source(options["source"])
        wanted = Release.State.WITHDRAWN if options["undo"] else Release.State.PUBLISHED
        releases = Release.objects.filter(source=source, name__iexact=options["name"].strip())
        release = releases.filter(state=wanted).order_by("-imported_at", "-id").first()
        if release is None:
            raise CommandError(_not_found(source, options["name"], wanted, releases.first()))
        verb = "Publish" if options["undo"] else "Withdraw"
        if not options["yes"]:
            question = f"{verb} {release} ({release.row_count:,} rows, {release.file_name})? [y/N] "
            try:
                answer = input(question)
            except EOFError:
                raise CommandError("Nobody answered; add --yes to go without asking.") from None
            if answer.strip().lower() not in ("y", "yes"):
                self.stdout.write("Nothing was changed.")
                return
        action = publish_release if options["undo"] else withdraw_release
        try:
            action(release=release, by=getpass.getuser())
        except (ReleaseError, FileProblem) as problem:
            raise CommandError(str(problem)) from None
        done = (
            "is published again" if options["undo"] else "is withdrawn; --undo publishes it again"
        )
        self.stdout.write(f"{release} {done}.")


def _not_found(source: Source, name: str, wanted: str, other: Release | None) -> str:
    if other:
        return f"{other} is {other.state}, not {wanted}."
    names = Release.objects.filter(source=source, state=wanted).values_list("name", flat=True)
    known = ", ".join(dict.fromkeys(names)) or "none"
    return f"{source.label} has no release {name!r}; {wanted} ones: {known}."
