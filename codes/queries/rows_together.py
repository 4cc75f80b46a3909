"""Rows of several tables in one round trip: what the sections of a page need at once."""

import json
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet


def rows_together(querysets: Mapping[str, QuerySet | None]) -> dict[str, list[Model]]:
    """The rows of each queryset under its name, in its order; [] for None.

    The querysets may filter, order and slice, but not annotate or follow relations.
    """
    found: dict[str, list[Model]] = {name: [] for name in querysets}
    parts, values, names = [], [], []
    for name, rows in querysets.items():
        if rows is None:
            continue
        try:
            sql, parameters = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        # The SQL is a compiled queryset; its values stay apart from it.
        parts.append(f"(SELECT json_agg(row_to_json(found)) FROM ({sql}) AS found)")  # noqa: S608
        values.extend(parameters)
        names.append(name)
    if not parts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'{part}::text' for part in parts)}", values)
        for name, text in zip(names, cursor.fetchone(), strict=True):
            rows = json.loads(text, parse_float=Decimal) if text else []
            found[name] = [_instance(querysets[name].model, row) for row in rows]
    return found


def _instance(model: type[Model], row: dict) -> Model:
    fields = model._meta.concrete_fields
    return model.from_db(
        connection.alias,
        [field.attname for field in fields],
        [field.to_python(row[field.column]) for field in fields],
    )
