"""Questions to the database as values, so that several go there in one round trip.

A check of a claim asks ten tables about fifty codes. Asked one after the other, the process is put
to sleep and woken ten times, which took longer than the answers, on a busy machine three times so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """One statement, its values in their order, and what makes the answer of its rows."""

    sql: str
    values: Sequence[Any]
    read: Callable[[list[tuple]], Answer]

    def then(self, reckon: Callable[[Answer], Any]) -> "Question":
        """The same question with something further made of its answer."""
        return Question(self.sql, self.values, lambda rows: reckon(self.read(rows)))


def settled(answer: Answer) -> Question[Answer]:
    """A question that needs no database."""
    return Question("", (), lambda rows: answer)


def ask(question: Question[Answer]) -> Answer:
    return ask_together(question)[0]


def ask_together(*questions: Question) -> list[Any]:
    """The answers to the questions, in their order, in one round trip; in none where all are
    settled.
    """
    sent = [question for question in questions if question.sql]
    if not sent:
        return [question.read([]) for question in questions]
    found = []
    with connection.cursor() as cursor:
        # The values are bound by psycopg before it sends the text, which may hold several
        # statements then; each answers with rows of its own.
        cursor.execute(
            ";\n".join(question.sql for question in sent),
            [value for question in sent for value in question.values],
        )
        for question in questions:
            if not question.sql:
                found.append(question.read([]))
                continue
            found.append(question.read(cursor.fetchall()))
            cursor.nextset()
    return found
