from django.db import migrations, models

# What code pages are made of, besides facts: those change only together with a release's row. The
# schema is named because a restore runs without a search path.
_NOTE_CHANGES = """
CREATE FUNCTION codes_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO %I.codes_datachange (weight) VALUES (1 + floor(random() * 1000000000))',
        TG_TABLE_SCHEMA
    );
    RETURN NULL;
END $$;
"""
_TRIGGER = """
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION codes_note_change();
"""
_TABLES = [
    "codes_code",
    "codes_release",
    "codes_officialdescription",
    "codes_plaindescription",
    "codes_sectiontext",
]


class Migration(migrations.Migration):
    dependencies = [
        ("codes", "0008_ncci"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weight", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(_NOTE_CHANGES, "DROP FUNCTION codes_note_change()"),
        *(
            migrations.RunSQL(_TRIGGER.format(table=table), f"DROP TRIGGER note_change ON {table}")
            for table in _TABLES
        ),
    ]
