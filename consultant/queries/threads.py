"""What a member sees of the threads: whose they are, which say something, what stands in them."""

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from consultant.models import Message, Thread

MOST_WORDS = 8


def threads_saying(threads: QuerySet[Thread], words: str) -> QuerySet[Thread]:
    """Those in whose subject, questions, answers or replies each of the words stands."""
    found = threads
    for word in words.split()[:MOST_WORDS]:
        of_thread = messages_shown().filter(thread=OuterRef("pk"))
        said = of_thread.annotate(told=_told()).filter(
            Q(text__icontains=word) | Q(told__icontains=word)
        )
        found = found.filter(Q(subject__icontains=word) | Exists(said))
    return found


def messages_shown() -> QuerySet[Message]:
    """Every message but the consultants' notes, which no member sees."""
    return Message.objects.exclude(kind=Message.Kind.NOTE)


def _told():
    """The words of an answer and of the files of a question, without the names of their keys."""
    in_parts = [_at(path) for path in ("$.**.text", "$.**.table", "$.**.rows", "$.**.columns")]
    of_files = Cast(_path_query("attachments", "$[*].text"), TextField())
    return Concat(*in_parts, of_files, output_field=TextField())


def _at(path: str):
    return Cast(_path_query("parts", path), TextField())


def _path_query(column: str, path: str):
    return Func(
        F(column),
        Value(path),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s::jsonpath)",
    )
