"""Add the terms that have come to the files since, as before, and mend two that nobody edited."""

from importlib import import_module

from django.db import migrations
from django.utils import timezone

MENDED = {  # the term, what it meant, and what it means now
    "hit": (
        "heparin induced thrombocytopenia",
        "heparin induced thrombocytopenia\nstruck",
    ),
    "slipped": ("fall same level slipping", "fall slipping"),
}
add = import_module("search.migrations.0003_more_terms").add


def mend(apps, schema_editor):
    for term, (before, after) in MENDED.items():
        apps.get_model("search", "Term").objects.filter(term=term, meanings=before).update(
            meanings=after, updated_at=timezone.now()
        )


class Migration(migrations.Migration):
    dependencies = [("search", "0004_terms_by_chapter")]

    operations = [
        migrations.RunPython(add, migrations.RunPython.noop),
        migrations.RunPython(mend, migrations.RunPython.noop),
    ]
