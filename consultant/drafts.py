"""Drafts of a reply, made from the record for a consultant to read, correct and send."""

import logging

from django.conf import settings
from django.utils import timezone

from assistant.cases import AnsweredPart, answer_case
from assistant.reading import Reader
from assistant.stored_answer import from_values
from consultant.answering import whole_text
from consultant.models import Message, Thread
from consultant.wishes import is_only_a_wish

logger = logging.getLogger(__name__)


def draft_reply(thread: Thread) -> str:
    """The assistant's answer to the last question as text for the reply box; '' where it has none.

    A question that was answered has the stored answer. One that was not, as it came while a
    consultant had the case, is answered now: as its member may read, and without opening a page at
    the member's expense. Where nothing sure comes of that the thread's last answer is the draft.
    """
    asked = thread.messages.filter(kind=Message.Kind.QUESTION).reverse()
    question = next((each for each in asked if not is_only_a_wish(each.text)), None)
    if question is None:
        return ""
    stored = thread.messages.filter(kind=Message.Kind.ANSWER).last()
    answers = [from_values(part["answer"]) for part in stored.parts] if stored else []
    if not answers or stored.answer_to_id != question.pk:
        parts = _answered(question)
        if not answers or any(part.is_sure for part in parts):
            answers = [part.answer for part in parts]
    texts = [answer.to_text(site_url=settings.SITE_URL) for answer in answers]
    return "\n\n---\n\n".join(texts)


def _answered(question: Message) -> list[AnsweredPart]:
    thread = question.thread
    before = thread.messages.filter(kind=Message.Kind.QUESTION, pk__lt=question.pk)
    parts = answer_case(
        whole_text(question),
        Reader.only_looking(thread.user),
        earlier=list(before.values_list("text", flat=True)),
        date_of_service=question.date_of_service or timezone.localdate(),
    )
    logger.info("reply drafted", extra={"message_id": question.pk, "part_count": len(parts)})
    return parts
