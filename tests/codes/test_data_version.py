"""The version of the data rises with every change that a code page could show."""

from contextlib import closing

import pytest
from django.apps import apps
from django.db import connection

from codes.actions.data_changes import fold_data_changes
from codes.models import (
    Code,
    DataChange,
    OfficialDescription,
    PlainDescription,
    Release,
    SectionText,
)
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_section_text,
)

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

WATCHED = [Code, Release, OfficialDescription, PlainDescription, SectionText]
# What no page shows, and what only editors see.
NOT_SHOWN = {"DataChange", "ImportUpload", "LicenseAcceptance"}


def make_rows():
    code = make_code()
    make_description(code)
    make_plain_description(code)
    make_section_text(code)


def data_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {DataChange.VERSION}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("model", WATCHED)
def test_a_statement_of_any_kind_raises_the_version(model):
    table, versions = model._meta.db_table, [data_version()]
    make_rows()
    with connection.cursor() as cursor:
        # The constraints' own checks end before TRUNCATE may begin.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in (
            "UPDATE {} SET id = id",
            "INSERT INTO {0} SELECT * FROM {0} LIMIT 0",
            "DELETE FROM {} WHERE id = -1",
            "TRUNCATE {} CASCADE",
        ):
            cursor.execute(statement.format(table))
            versions.append(data_version())
        with cursor.copy(f"COPY {table} FROM STDIN"):
            pass
        versions.append(data_version())
    assert versions == sorted(set(versions))


def test_every_table_a_page_is_made_of_is_watched_or_goes_with_a_release():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'note_change'"
        )
        watched = {table for (table,) in cursor.fetchall()}
    assert watched == {model._meta.db_table for model in WATCHED}
    for model in apps.get_app_config("codes").get_models():
        assert (
            model in WATCHED
            or model.__name__ in NOT_SHOWN
            or model.__name__.startswith("Historical")
            or any(field.name == "release" for field in model._meta.get_fields())
        ), f"{model.__name__}: does a code page show it? Then it needs a trigger"


def test_folding_keeps_the_version():
    make_rows()
    version, count = data_version(), DataChange.objects.count()
    assert fold_data_changes() == count > 1
    assert DataChange.objects.count() == 1
    assert data_version() == version
    assert fold_data_changes() == 0
    assert data_version() == version


@committed
def test_folding_misses_no_change_that_is_being_written():
    make_rows()
    version = data_version()
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE codes_code SET value = value")
        assert fold_data_changes() > 1
        assert data_version() == version
        other.commit()
    assert data_version() > version


def test_the_worker_folds_every_hour():
    from procrastinate.contrib.django import app

    tasks = {task.task.name: task for task in app.periodic_registry.periodic_tasks.values()}
    assert tasks["codes.fold_data_changes"].cron == "37 * * * *"
    make_rows()
    tasks["codes.fold_data_changes"].task.func(timestamp=0)
    assert DataChange.objects.count() == 1
