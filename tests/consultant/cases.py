"""Cases of members, with answers as the assistant makes them."""

import itertools

from accounts.models import User
from assistant.answer import Answer, AnswerKind, Block, Listing, Paragraph
from assistant.facts import Citation, Table
from assistant.stored_answer import as_values
from consultant.models import Message, Thread
from tests.factories import make_user

_numbers = itertools.count(1)

PAIR = Citation("96522, NCCI edits", "/codes/cpt/96522/ncci-edits/", "NCCI PTP edits, 2026 Q3")
TEXT = Citation("J0585, official description", "/codes/hcpcs/J0585/", "HCPCS Level II, July 2026")


def make_thread(*, user: User | None = None, subject: str = "Pump refill", **fields) -> Thread:
    return Thread.objects.create(user=user or make_user(), subject=subject, **fields)


def make_question(
    thread: Thread | None = None, *, text: str = "Can 96522 go with 36561?", **fields
) -> Message:
    """A question that is answered or answered soon; it came by mail."""
    number = next(_numbers)
    fields.setdefault("message_id", f"<question-{number}@mail.example>")
    fields.setdefault("via", Message.Via.MAIL)
    return Message.objects.create(
        thread=thread or make_thread(), kind=Message.Kind.QUESTION, text=text, **fields
    )


def answered(*blocks: Block) -> Answer:
    """An answer of one sentence, a list and a table, unless told otherwise."""
    return Answer(AnswerKind.ANSWERED, list(blocks or (sentence(), listing(), table())))


def sentence(text: str = "No edit stands between 96522 and 36561.") -> Paragraph:
    return Paragraph(text, (PAIR,))


def listing() -> Listing:
    return Listing((Paragraph("Modifier 59 may be used.", (PAIR,)), Paragraph("So may XS.")))


def table(*, rows=(("A", "10.00"), ("B", "200.50")), columns=("Code", "Fee")) -> Table:
    return Table("Fees in 2026", tuple(columns), tuple(map(tuple, rows)), TEXT)


def part(answer: Answer | None = None, *, asked: str = "Can 96522 go with 36561?", **values):
    """One entry of Message.parts."""
    return {
        "kind": "question",
        "asked": asked,
        "answer": as_values(answer or answered()),
        "engine": "planner",
        "model_name": "",
        "is_sure": True,
        **values,
    }


def make_answer(question: Message | None = None, *parts: dict, **fields) -> Message:
    """An answer of one part, unless told otherwise."""
    question = question or make_question()
    return Message.objects.create(
        thread=question.thread,
        kind=Message.Kind.ANSWER,
        answer_to=question,
        parts=list(parts or (part(asked=question.text),)),
        **fields,
    )


def make_reply(thread: Thread, *, text: str = "It is so.", author: User | None = None) -> Message:
    return Message.objects.create(thread=thread, kind=Message.Kind.REPLY, text=text, author=author)
