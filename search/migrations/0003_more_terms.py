"""Add the terms that have come to the files since they were first read.

Those that are there stay as editors have them, and those that editors deleted stay away.
"""

from pathlib import Path

from django.db import migrations
from django.utils import timezone

FILES = {"abbreviation": "abbreviations.txt", "lay": "lay.txt", "drug": "drugs.txt"}


def add(apps, schema_editor):
    model = apps.get_model("search", "Term")
    history = apps.get_model("search", "HistoricalTerm")
    known = set(model.objects.values_list("term", flat=True))
    known |= set(history.objects.filter(history_type="-").values_list("term", flat=True))
    found = {}
    for kind, name in FILES.items():
        file = Path(__file__).parent.parent / "terms" / name
        for line in file.read_text(encoding="utf-8").splitlines():
            term, has_meaning, meanings = line.partition(" = ")
            term = " ".join(term.lower().split())
            if line.startswith("#") or not has_meaning or term in known:
                continue
            known.add(term)
            lines = "\n".join(part.strip() for part in meanings.split("|"))
            found[term] = model(term=term, meanings=lines, kind=kind, updated_at=timezone.now())
    model.objects.bulk_create(found.values(), ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("search", "0002_first_terms")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
