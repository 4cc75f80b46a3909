"""`python manage.py draft_descriptions 96522 J9271`."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant.drafts.drafting import (
    KINDS,
    PLAIN,
    CannotDraft,
    codes_named,
    codes_without_description,
    draft_text,
)
from assistant.language_model.client import is_configured
from codes.queries.code_forms import CodeSystem


class Command(BaseCommand):
    help = (
        "Draft plain-language descriptions and sections with the configured language model, from "
        "the record alone. Drafts wait for an editor's review; nothing is published, and a text "
        "that somebody has begun is left alone. "
        "Example: python manage.py draft_descriptions 96522 J9271 --text plain-description "
        "guidelines"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="CODE", help="96522, J9271, Z45.1")
        parser.add_argument(
            "--system", choices=CodeSystem.values, help="codes without a description, of a system"
        )
        parser.add_argument("--limit", type=int, default=10, help="how many of the system's codes")
        parser.add_argument(
            "--text", nargs="+", choices=KINDS, default=[PLAIN], metavar="TEXT",
            help=", ".join(KINDS),
        )  # fmt: skip

    def handle(self, *args, **options) -> None:
        if not is_configured():
            raise CommandError(
                "No language model is configured: set ASSISTANT_BASE_URL and ASSISTANT_MODEL."
            )
        codes = _codes(options["codes"], options["system"], options["limit"])
        drafted = 0
        for code in codes:
            for kind in options["text"]:
                try:
                    done = draft_text(code=code, kind=kind, by=None)
                except CannotDraft as problem:
                    self.stdout.write(f"{code}, {kind}: not drafted. {problem}")
                    continue
                drafted += 1
                removed = f", {done.removed_count} removed" if done.removed_count else ""
                self.stdout.write(f"{code}, {kind}: drafted{removed}.")
        self.stdout.write(f"{drafted} drafted; they wait for review in the administration.")


def _codes(named: list[str], system: str | None, limit: int) -> list:
    if not named and not system:
        raise CommandError("Name the codes to draft for, or a --system.")
    if not named:
        return codes_without_description(system, limit)
    found = []
    for value in named:
        codes = codes_named(value)
        if not codes:
            raise CommandError(f"There is no code {value!r} here.")
        found += codes
    return found
