"""Gives the worker its jobs, each once at a time; by name, so that nothing imports the jobs."""

from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def read_later(mail_id: int, *, seconds: int = 0) -> None:
    """Have a mail read, in so many seconds; nothing where that is to happen already."""
    _give("consultant.read_mail", seconds, mail_id=mail_id)


def answer_later(message_id: int, *, seconds: int = 0) -> None:
    """Have a question answered, in so many seconds; nothing where that is to happen already."""
    _give("consultant.answer_question", seconds, message_id=message_id)


def tell_later(thread_id: UUID, *, seconds: int) -> None:
    """Have the consultants told that a member wrote again, once however often it was."""
    _give("consultant.tell_of_more", seconds, thread_id=str(thread_id))


def _give(task: str, seconds: int, **argument: int | str) -> None:
    ((_, number),) = argument.items()
    job = app.configure_task(
        task,
        queueing_lock=f"{task}:{number}",
        schedule_in={"seconds": seconds} if seconds else None,
    )
    try:
        with transaction.atomic():  # a savepoint: the caller's transaction goes on
            job.defer(**argument)
    except AlreadyEnqueued:
        pass
