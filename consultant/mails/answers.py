"""Mails to a member about a case: its answer, a consultant's reply, that one will come."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.text import Truncator

from accounts.markdown import to_text
from accounts.models import OutgoingMail
from assistant.answer import Answer
from assistant.cases import PartKind
from assistant.publishers import publisher_lines, publisher_lines_of_words
from assistant.stored_answer import from_values
from consultant.mails.content import (
    Button,
    Content,
    Element,
    Heading,
    Link,
    Links,
    Note,
    Quoted,
    Small,
    Told,
    Words,
    Written,
    absolute,
    first_words,
)
from consultant.mails.envelope import answer_subject, write_in_thread
from consultant.models import Message, Thread

MOST_QUOTED = 400  # characters of what was asked
_ASKED = {
    PartKind.QUESTION: "You asked",
    PartKind.NOTE: "Your note",
    PartKind.CODES: "Your list of codes",
}
_KINDS = {
    PartKind.QUESTION: "your question",
    PartKind.NOTE: "your note",
    PartKind.CODES: "your list of codes",
}
_MODEL = (
    "Worded by a language model; every code, figure and date in it is checked against the record."
)


def write_answer(answer: Message, *, message_ids: Sequence[str] | None = None) -> OutgoingMail:
    """The answer to a question, part by part, with what can be done about it.

    `message_ids` are those of the thread's other mails, the oldest first; None: they are looked up.
    """
    thread, question = answer.thread, answer.answer_to
    told = [from_values(part["answer"]) for part in answer.parts]
    elements: list[Element] = []
    for number, (part, of_part) in enumerate(zip(answer.parts, told, strict=True), start=1):
        if len(told) > 1:
            kind = _KINDS[PartKind(part["kind"])]
            elements.append(Heading(f"{number} of {len(told)}: {kind}"))
        elements += _of_part(part, of_part, thread)
    elements += _not_read(question)
    if not any(isinstance(each, Note) for each in elements):
        elements += _promise(thread)
    elements += _what_next(answer)
    content = Content(
        title=answer_subject(thread.subject),
        preview=first_words(told[0]) if told else "",
        elements=tuple(elements),
        foot=_foot(thread, publisher_lines(told)),
    )
    return _sent(answer, content, answers=question.message_id, message_ids=message_ids)


def write_reply(reply: Message) -> OutgoingMail:
    """What a consultant wrote, under the name the consultant goes by."""
    thread = reply.thread
    name = (reply.author and reply.author.get_full_name()) or "A consultant"
    asked = thread.messages.filter(kind=Message.Kind.QUESTION, created_at__lte=reply.created_at)
    question = asked.last()
    elements = [
        Written(reply.text),
        Small(f"{name}, {settings.SITE_NAME}"),
        *([Quoted("You asked", _shortened(question.text))] if question and question.text else []),
        *_what_next(reply),
    ]
    content = Content(
        title=answer_subject(thread.subject),
        preview=Truncator(to_text(reply.text)).chars(180),
        elements=tuple(elements),
        foot=_foot(thread, publisher_lines_of_words([reply.text])),
    )
    answers = question.message_id if question else ""
    sender = f"{name}, CaseConsultant" if reply.author else "CaseConsultant"
    return _sent(reply, content, answers=answers, sender_name=sender, is_by_person=True)


def write_escalated(thread: Thread) -> OutgoingMail:
    """That a person will look at the case, and by when."""
    content = Content(
        title=answer_subject(thread.subject),
        preview=f"A consultant will answer by {moment(thread.due_at)}.",
        elements=(
            Words(
                f"A consultant will look at your case and answer by {moment(thread.due_at)}. "
                "The answer comes to this mailbox, in this conversation."
            ),
            Words("To add something, reply to this mail."),
            Button("See your case", _url(thread)),
        ),
        foot=_foot(thread, []),
    )
    return write_in_thread(thread, content)


def moment(value: datetime) -> str:
    """A day and time in the site's zone, which is named: Thu 26 Nov 2026, 16:30 EST."""
    local = timezone.localtime(value)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def _of_part(part: dict, told: Answer, thread: Thread) -> list[Element]:
    elements: list[Element] = [
        Quoted(_ASKED[PartKind(part["kind"])], _shortened(part["asked"])),
        Told(told),
    ]
    if part["engine"] == "model":
        elements.append(Small(_MODEL))
    if not part["is_sure"]:
        by = f" A consultant will look at it by {moment(thread.due_at)}." if _is_due(thread) else ""
        elements.append(Note(f"The record does not settle this.{by}"))
    return elements


def _promise(thread: Thread) -> list[Element]:
    """That a consultant has the case although every part of it was answered: somebody asked."""
    if not _is_due(thread):
        return []
    return [Note(f"A consultant will look at your case by {moment(thread.due_at)}.")]


def _is_due(thread: Thread) -> bool:
    return thread.state == Thread.State.WITH_CONSULTANT and thread.due_at is not None


def _not_read(question: Message) -> list[Element]:
    """What of the attachments could not be read."""
    return [
        Note(f"{attachment['name']}: {attachment['problem']}")
        for attachment in question.attachments
        if attachment["problem"]
    ]


def _what_next(message: Message) -> list[Element]:
    """The ways on. They lead to the page of the case, where buttons do what they say: programs
    that look into mails follow links.
    """
    thread, url = message.thread, _url(message.thread)
    verdicts = (
        Link("Yes", f"{url}#helpful-{message.pk}"),
        Link("No", f"{url}#not-helpful-{message.pk}"),
    )
    elements: list[Element] = [
        Words("Reply to this mail to ask further; what was asked before is kept in mind."),
        Links("Was this helpful?", verdicts),
    ]
    if not _is_due(thread):
        elements.append(Links("Not what you need?", (Link("Ask a person", f"{url}#ask-a-person"),)))
    return elements


def _foot(thread: Thread, lines: list[str]) -> tuple[Element, ...]:
    url = _url(thread)
    year = timezone.localdate().year
    return (
        Links("", (Link("Your case on the site", url), Link("Delete it", f"{url}#delete"))),
        Small(
            "Not legal or coding advice. Write no names, dates of birth or numbers of patients; "
            "what looks like one is masked before the case is kept."
        ),
        *map(Small, lines),
        Small(
            f"You get this because you asked {settings.CONSULTANT_ADDRESS}. "
            "CPT® is a registered trademark of the American Medical Association. "
            f"© {year} {settings.SITE_NAME}"
        ),
    )


def _url(thread: Thread) -> str:
    return absolute(thread.get_absolute_url())


def _shortened(text: str) -> str:
    return Truncator(text.strip()).chars(MOST_QUOTED)


def _sent(message: Message, content: Content, **envelope) -> OutgoingMail:
    """Put it into the outbox, and keep the Message-ID that replies will refer to."""
    mail = write_in_thread(message.thread, content, **envelope)
    message.message_id = mail.message_id
    message.save(update_fields=["message_id"])
    return mail
