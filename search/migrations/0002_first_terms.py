"""Fill the table of terms from the files that come with the site, once."""

from pathlib import Path

from django.db import migrations
from django.utils import timezone

FILES = {"abbreviation": "abbreviations.txt", "lay": "lay.txt", "drug": "drugs.txt"}


def fill(apps, schema_editor):
    model = apps.get_model("search", "Term")
    found = {}
    for kind, name in FILES.items():
        file = Path(__file__).parent.parent / "terms" / name
        for line in file.read_text(encoding="utf-8").splitlines():
            term, has_meaning, meanings = line.partition(" = ")
            if line.startswith("#") or not has_meaning:
                continue
            term = " ".join(term.lower().split())
            lines = [part.strip() for part in meanings.split("|")]
            if term in found:
                found[term].meanings += "\n" + "\n".join(lines)
            else:
                found[term] = model(
                    term=term, meanings="\n".join(lines), kind=kind, updated_at=timezone.now()
                )
    model.objects.bulk_create(found.values(), ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_terms")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
