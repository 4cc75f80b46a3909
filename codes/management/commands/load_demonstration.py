"""`python manage.py load_demonstration`."""

from django.core.management.base import BaseCommand, CommandError

from codes.demonstration import (
    FOLDER,
    EditedTextsError,
    FixtureError,
    Loaded,
    load_demonstration,
    read_codes,
)


class Command(BaseCommand):
    help = (
        "Load the demonstration data: about 45 codes around implanted infusion pumps and "
        "chemotherapy, and of office visits (CPT, HCPCS Level II, ICD-10-CM), with plain-language "
        "descriptions and, for some, full editorial sections, all published. `make run` does this "
        "by itself in an empty database. It is safe to repeat: what is there already is left "
        "alone, texts that somebody has edited are never overwritten (nothing is loaded then, and "
        "the texts are named), and official texts give way to the publishers' real files as soon "
        "as those are imported with import_files."
    )

    def handle(self, *args, **options):
        try:
            loaded = load_demonstration(codes=read_codes())
        except (FixtureError, EditedTextsError) as error:
            raise CommandError(str(error)) from None
        if options["verbosity"] > 0:
            self.stdout.write(report(loaded))


def report(loaded: Loaded) -> str:
    """What a load did, in one or two sentences."""
    if loaded.is_nothing:
        sentences = [f"The demonstration data of {FOLDER} is loaded already; nothing changed."]
    else:
        sentences = [
            f"Loaded {loaded.codes} codes, {loaded.descriptions} official descriptions, "
            f"{loaded.plain_descriptions} plain-language descriptions and "
            f"{loaded.sections} sections."
        ]
    if loaded.left_to_real_releases:
        systems = ", ".join(loaded.left_to_real_releases)
        sentences.append(f"Official descriptions are those of the real releases: {systems}.")
    return " ".join(sentences)
