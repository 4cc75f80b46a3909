"""Add the terms that have come to the files since, as before."""

from importlib import import_module

from django.db import migrations

add = import_module("search.migrations.0003_more_terms").add


class Migration(migrations.Migration):
    dependencies = [("search", "0003_more_terms")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
