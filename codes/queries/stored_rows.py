"""Rows of a table by a condition written out, where questions of one shape are asked all the time.

A check of a claim asks for the rows of fifty codes in table after table, and every page for the
releases. Compiling each query anew took longer than running it: here only its text is kept. And
an instance made by `from_db`, field by field and with two signals, took eight times as long as one
whose values are put in at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.base import ModelState

from codes.queries.questions import Question, settled

Row = TypeVar("Row", bound=Model)


def stored_rows(model: type[Row], condition: str, values: Sequence[Any]) -> Question[list[Row]]:
    """Asks for the rows for which the condition holds: SQL after WHERE, an order included."""
    names, select = _select(model)
    return Question(
        f"{select} WHERE {condition}",
        values,
        lambda rows: [stored_row(model, zip(names, row, strict=True)) for row in rows],
    )


def rows_of_release(
    model: type[Row], release_id: int, column: str, values: Collection[str]
) -> Question[list[Row]]:
    """Asks for the rows of the release with one of the values in the column, in no order."""
    if not values:
        return settled([])
    condition = f"release_id = %s AND {connection.ops.quote_name(column)} = ANY(%s)"
    return stored_rows(model, condition, [release_id, list(values)])


def stored_row(model: type[Row], values: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Row:
    """An instance as `Model.from_db` gives it, of a stored row's values by attribute."""
    instance = model.__new__(model)
    instance.__dict__.update(values, _state=_State())
    return instance


class _State(ModelState):
    """Of a row that is stored in the one database there is."""

    adding = False
    db = DEFAULT_DB_ALIAS


@cache
def _select(model: type[Model]) -> tuple[list[str], str]:
    """The attributes that a row fills, and the statement without its condition."""
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    columns = ", ".join(quote(field.column) for field in fields)
    names = [field.attname for field in fields]
    return names, f"SELECT {columns} FROM {quote(model._meta.db_table)}"  # noqa: S608 names alone
