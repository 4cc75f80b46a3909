"""What goes when its time is over, and what is taken up again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from consultant import retention
from consultant.actions import notices
from consultant.models import IncomingMail, Message, Notice, Thread
from consultant.reception.receive import receive

pytestmark = pytest.mark.django_db


def make_thread(member, *, days: int, state: str = "answered") -> Thread:
    then = timezone.now() - timedelta(days=days)
    thread = Thread.objects.create(user=member, subject="A case", state=state, updated_at=then)
    Message.objects.create(thread=thread, kind="question", text="What is A4206?")
    return thread


def jobs(name: str) -> list[dict]:
    found = ProcrastinateJob.objects.filter(task_name=name, status="todo")
    return list(found.values_list("args", flat=True))


def test_a_thread_goes_when_its_days_are_over(member, settings):
    settings.CONSULTANT_KEEP_DAYS = 30
    old, new = make_thread(member, days=31), make_thread(member, days=29)
    retention.prune()
    assert list(Thread.objects.all()) == [new]
    assert not Message.objects.filter(thread_id=old.pk).exists()


def test_a_thread_that_a_consultant_has_stays(member, settings):
    settings.CONSULTANT_KEEP_DAYS = 30
    make_thread(member, days=100, state="with-consultant")
    retention.prune()
    assert Thread.objects.exists()


def test_threads_stay_where_the_operator_wants_them_to(member, settings):
    settings.CONSULTANT_KEEP_DAYS = 0
    make_thread(member, days=5000)
    retention.prune()
    assert Thread.objects.exists()


def test_a_mail_that_could_not_be_read_loses_its_words_in_time(db, settings):
    settings.MAIL_RAW_DAYS = 7
    then = timezone.now() - timedelta(days=8)
    mail = IncomingMail.objects.create(
        way="smtp", raw=b"x", size=1, state="failed", received_at=then, evidence={"helo": "a"}
    )
    waiting = IncomingMail.objects.create(way="smtp", raw=b"x", size=1, received_at=then)
    retention.prune()

    mail.refresh_from_db()
    waiting.refresh_from_db()
    assert mail.raw is None and mail.evidence == {}
    assert bytes(waiting.raw) == b"x"


def test_notices_are_forgotten_after_some_days(db):
    assert notices.may_tell(kind=Notice.Kind.INVITATION, address="a@example.org")
    assert not notices.may_tell(kind=Notice.Kind.INVITATION, address="A@example.org")
    Notice.objects.update(day=timezone.localdate() - timedelta(days=4))
    assert notices.may_tell(kind=Notice.Kind.INVITATION, address="a@example.org")
    retention.prune()
    assert Notice.objects.count() == 1
    assert "example" not in Notice.objects.get().address_hash


def test_a_mail_whose_job_was_lost_with_its_worker_gets_another(db):
    mail = receive(b"From: a@example.org\r\n\r\nHello", way="smtp", evidence={})
    assert jobs("consultant.read_mail") == [{"mail_id": mail.pk}]
    retention.take_up()
    assert jobs("consultant.read_mail") == [{"mail_id": mail.pk}]  # too early for another

    IncomingMail.objects.update(received_at=timezone.now() - timedelta(minutes=2))
    retention.take_up()
    assert jobs("consultant.read_mail") == [{"mail_id": mail.pk}]  # its job still waits

    _lose_jobs()
    retention.take_up()
    retention.take_up()
    assert jobs("consultant.read_mail") == [{"mail_id": mail.pk}]


def test_a_question_whose_job_was_lost_gets_another(member):
    thread = make_thread(member, days=0, state="answering")
    question = thread.messages.get()
    long_ago = timezone.now() - timedelta(minutes=2)
    Message.objects.filter(pk=question.pk).update(state="waiting", created_at=long_ago)
    retention.take_up()
    assert jobs("consultant.answer_question") == [{"message_id": question.pk}]


def _lose_jobs() -> None:
    """Leave every job as a worker does that was killed with it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo'")
