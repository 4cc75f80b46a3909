import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("codes", "0003_import_uploads"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="plaindescription",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(
                    "published_title", "published_text", config="english"
                ),
                name="plain_description_words",
            ),
        ),
    ]
