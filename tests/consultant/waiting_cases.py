"""Consultants, and cases that wait for them; every argument has a sensible default."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import OutgoingMail, User
from consultant.groups import CONSULTANTS
from consultant.models import Message, Thread
from tests.consultant.cases import make_thread
from tests.factories import make_user


def make_consultant(email: str = "", **fields) -> User:
    """A member of staff in the group of consultants."""
    user = make_user(email, is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=CONSULTANTS))
    return user


def make_case(*, due_in: timedelta = timedelta(hours=5), **fields) -> Thread:
    """A case that waits for a consultant; with another `state` one that did."""
    now = timezone.now()
    fields.setdefault("state", Thread.State.WITH_CONSULTANT)
    fields.setdefault("escalation", Thread.Escalation.ASKED)
    fields.setdefault("escalated_at", now)
    if fields["state"] == Thread.State.WITH_CONSULTANT:
        fields["due_at"] = now + due_in
    return make_thread(**fields)


def mailed() -> list[OutgoingMail]:
    """The mails that wait to be sent, in the order they were written."""
    return list(OutgoingMail.objects.order_by("pk"))


def replies() -> list[Message]:
    """What consultants replied, in its order."""
    return list(Message.objects.filter(kind=Message.Kind.REPLY).order_by("pk"))
