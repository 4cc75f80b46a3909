"""A member asks: by mail or on the site, the question is stored and a job answers it."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import Truncator

from accounts import daily_allowance
from accounts.daily_allowance import Allowance, Kind
from accounts.models import User
from assistant.cases import masked_case
from consultant import mails
from consultant.actions import threads
from consultant.models import Message, Thread
from consultant.models.thread import MAX_SUBJECT_LENGTH
from consultant.queueing import answer_later
from consultant.wishes import is_only_a_wish, wishes_a_person

logger = logging.getLogger(__name__)

MOST_CHARACTERS = 50_000
SUBJECT_CHARACTERS = 80  # of the question, where it came without a subject


class NoMailsLeft(Exception):
    """The member's cases of today are used up; `allowance` says how many there were."""

    def __init__(self, allowance: Allowance):
        super().__init__("No case is left today.")
        self.allowance = allowance


def key_of(*values: str) -> str:
    """The key that makes the same question one: of the sender and Message-ID, or of a form."""
    return hashlib.sha256("\n".join(values).encode("utf-8", "surrogatepass")).hexdigest()


def ask(
    *,
    user: User,
    text: str,
    via: str,
    question_key: str,
    attachments: Sequence[dict] = (),
    subject: str = "",
    thread: Thread | None = None,
    message_id: str = "",
    date_of_service: date | None = None,
    is_new: bool = False,
) -> Message:
    """Store a question, and spend one of the member's cases.

    Identifiers in all of it are masked before they are stored. `attachments` are dicts of `name`,
    `text` and `problem`. The same `question_key` is one question: it is returned, nothing is spent;
    `is_new` says that nothing was asked with it a moment ago, which spares looking for it.
    In a thread that a consultant looks after the words wait for the consultant, who is told, and
    cost nothing; elsewhere a job answers them. Asking for a person hands the thread to one, which
    a mail confirms to who asked by mail.
    Raises NoMailsLeft.
    """
    before = Message.objects.filter(question_key=question_key, thread__user=user)
    if not is_new and (asked := before.first()):
        return asked
    values = {
        "kind": Message.Kind.QUESTION,
        "via": via,
        "text": masked_case(text[:MOST_CHARACTERS]).text,
        "attachments": [_masked(attachment) for attachment in attachments],
        "message_id": message_id,
        "question_key": question_key,
        "date_of_service": date_of_service,
    }
    try:
        with transaction.atomic():
            question = _store(user, thread, subject, values)
    except IntegrityError:
        return before.get()
    logger.info("case asked", extra={"message_id": question.pk, "via": via})
    return question


def _masked(attachment: dict) -> dict:
    return {
        "name": masked_case(attachment["name"]).text,
        "text": masked_case(attachment["text"]).text,
        "problem": attachment["problem"],
    }


def _store(user: User, thread: Thread | None, subject: str, values: dict) -> Message:
    is_new = thread is None
    if is_new:
        title = masked_case(subject).text or Truncator(values["text"]).chars(SUBJECT_CHARACTERS)
        title = " ".join(title.split())[:MAX_SUBJECT_LENGTH] or "Your case"
        thread = Thread.objects.create(user=user, subject=title)
    else:
        thread = Thread.objects.select_for_update().get(pk=thread.pk)
    waited = thread.state == Thread.State.WITH_CONSULTANT
    is_for_people = thread.is_with_people or is_only_a_wish(values["text"])
    state = Message.State.DONE if is_for_people else Message.State.WAITING
    question = Message.objects.create(thread=thread, state=state, **values)
    if not is_new:
        thread.state = thread.state if is_for_people else Thread.State.ANSWERING
        thread.updated_at = timezone.now()
        thread.save(update_fields=["state", "updated_at"])
    if not is_for_people:
        _answer_later(user, question)
    if thread.state == Thread.State.REPLIED or wishes_a_person(question.text):
        is_handed_over = threads.escalate(thread=thread, why=Thread.Escalation.ASKED)
        if is_handed_over and is_for_people and values["via"] == Message.Via.MAIL:
            mails.write_escalated(thread)  # on the site the page says it, else the answer
    if waited:
        threads.tell_of_more(thread=thread)
    return question


def _answer_later(user: User, question: Message) -> None:
    allowance = daily_allowance.spend_of(user, Kind.MAIL)
    if not allowance.is_granted:
        raise NoMailsLeft(allowance)
    answer_later(question.pk)
