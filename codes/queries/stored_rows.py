"""Rows of a table by a condition written out, where questions of one shape are asked all the time.

A check of a claim asks for the rows of fifty codes in table after table, and every page for the
releases. Compiling each query anew took longer than running it: here only its text is kept.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def stored_rows(model: type[Row], condition: str, values: Sequence[Any]) -> list[Row]:
    """The rows for which the condition holds: SQL after WHERE, an order included."""
    names, select = _select(model)
    with connection.cursor() as cursor:
        cursor.execute(f"{select} WHERE {condition}", values)
        rows = cursor.fetchall()
    return [model.from_db(connection.alias, names, row) for row in rows]


def rows_of_release(
    model: type[Row], release_id: int, column: str, values: Collection[str]
) -> list[Row]:
    """The rows of the release with one of the values in the column, in no order."""
    if not values:
        return []
    condition = f"release_id = %s AND {connection.ops.quote_name(column)} = ANY(%s)"
    return stored_rows(model, condition, [release_id, list(values)])


@cache
def _select(model: type[Model]) -> tuple[list[str], str]:
    """The attributes that a row fills, and the statement without its condition."""
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    columns = ", ".join(quote(field.column) for field in fields)
    names = [field.attname for field in fields]
    return names, f"SELECT {columns} FROM {quote(model._meta.db_table)}"  # noqa: S608 names alone
