"""The consultants' inbox: which cases they see, how many wait, whose they are."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from consultant.models import Message, Thread

WORK_ON_CASES = "consultant.change_thread"
URGENCY = ["queue", "due_at", "-updated_at", "pk"]


def cases_for(user: User) -> QuerySet[Thread]:
    """The cases that somebody with the permission may see: those handed to a person.

    What the assistant alone answered is its member's own. Superusers see every thread.
    """
    threads = Thread.objects.all()
    return threads if user.is_superuser else threads.filter(escalated_at__isnull=False)


def by_urgency(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """Those that wait for a person first, the soonest due on top; then the latest of the others."""
    queue = Case(
        When(state=Thread.State.WITH_CONSULTANT, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return threads.annotate(queue=queue).order_by(*URGENCY)


def waiting() -> QuerySet[Thread]:
    """The cases that wait for a person."""
    return Thread.objects.filter(state=Thread.State.WITH_CONSULTANT)


def with_counts(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """With `messages_counted`, for the threads that are fetched alone."""
    of_thread = Message.objects.filter(thread=OuterRef("pk")).order_by()
    counted = of_thread.values("thread").annotate(count=Count("pk")).values("count")
    return threads.annotate(messages_counted=Coalesce(Subquery(counted), 0))


def with_more(threads: QuerySet[Thread]) -> QuerySet[Thread]:
    """With `more_at`: when the member last wrote after the case was handed over, as long as no
    consultant replied or noted something since; None otherwise.
    """

    def last(*kinds: str):
        of_thread = Message.objects.filter(thread=OuterRef("pk"), kind__in=kinds)
        return Subquery(of_thread.order_by("-created_at").values("created_at")[:1])

    asked = threads.annotate(
        asked_at=last(Message.Kind.QUESTION), worked_at=last(Message.Kind.REPLY, Message.Kind.NOTE)
    )
    is_more = Q(state=Thread.State.WITH_CONSULTANT, asked_at__gt=F("escalated_at")) & (
        Q(worked_at=None) | Q(asked_at__gt=F("worked_at"))
    )
    return asked.annotate(more_at=Case(When(is_more, then=F("asked_at"))))


@dataclass(frozen=True)
class InboxCounts:
    """How many cases wait for a person; `mine` are the reader's own of them."""

    waiting: int
    overdue: int
    unassigned: int
    mine: int


def inbox_counts(user: User) -> InboxCounts:
    """What waits, in one query."""
    return InboxCounts(
        **waiting().aggregate(
            waiting=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lte=timezone.now())),
            unassigned=Count("pk", filter=Q(assigned_to=None)),
            mine=Count("pk", filter=Q(assigned_to=user)),
        )
    )


def consultants() -> QuerySet[User]:
    """Whoever may work on cases: active staff with the permission, by a group or as superuser."""
    backend = "django.contrib.auth.backends.ModelBackend"
    people = get_user_model().objects.with_perm(WORK_ON_CASES, backend=backend)
    return people.filter(is_staff=True).order_by("email")


def name_of(person: User | None) -> str:
    """How a consultant is called among colleagues: the name, else the address; '' for nobody."""
    return (person.get_full_name() or person.email) if person else ""


@dataclass(frozen=True)
class MemberFacts:
    """What a consultant is told of the member whose case it is."""

    name: str
    email: str
    plan: str
    joined_at: datetime
    other_count: int


def member_facts(thread: Thread, *, reader: User) -> MemberFacts:
    """The member, the plan, and how many other cases of theirs the reader may see."""
    user = thread.user
    others = cases_for(reader).filter(user=user).exclude(pk=thread.pk)
    return MemberFacts(
        name=user.get_full_name(),
        email=user.email,
        plan=user.plan.name if user.plan else f"Free {settings.SITE_NAME} account",
        joined_at=user.date_joined,
        other_count=others.count(),
    )
