"""Plain functions that make conversations; every argument has a sensible default."""

import uuid
from datetime import date

from django.utils import timezone

from assistant.answer import Answer, AnswerKind, Listing, Paragraph
from assistant.facts import Citation, Table
from assistant.models import Conversation, Turn
from assistant.stored_answer import as_values, citation_values
from tests.factories import make_user


def make_conversation(*, title="Refilling a pump", updated_at=None, **fields) -> Conversation:
    """A member's conversation, or with `guest=` a guest's."""
    if "guest" not in fields:
        fields.setdefault("user", None)
        fields["user"] = fields["user"] or make_user()
    return Conversation.objects.create(
        title=title, updated_at=updated_at or timezone.now(), **fields
    )


def make_answer(text="At most 1 unit a day.") -> Answer:
    """An answer with a paragraph, a list and a table."""
    units = Citation("96522, NCCI edits", "/codes/cpt/96522/ncci-edits/", "NCCI MUE, 2026 Q3")
    fees = Citation("96522, Medicare payment", "/codes/cpt/96522/medicare-payment/", "July 2026")
    rows = (("96522", "$125.25", "$60.10"),)
    return Answer(
        AnswerKind.ANSWERED,
        [
            Paragraph(text, (units,)),
            Listing((Paragraph("It is a limit of one line.", (units, fees)),)),
            Table("What Medicare pays", ("Code", "Office", "Facility"), rows, fees),
        ],
        next_questions=["And in outpatient hospital?", "Which modifier bypasses that edit?"],
    )


def make_turn(
    conversation: Conversation | None = None,
    *,
    question="How many units of 96522 a day?",
    text="At most 1 unit a day.",
    **fields,
) -> Turn:
    """An answered question."""
    now = timezone.now()
    answer = make_answer(text)
    fields.setdefault("citations", [citation_values(citation) for citation in answer.citations])
    fields.setdefault("steps", ["Looked up 96522", "Checked 2 NCCI releases"])
    fields.setdefault("state", Turn.State.ANSWERED)
    fields.setdefault("asked_at", now)
    fields.setdefault("date_of_service", date(2026, 7, 1))
    return Turn.objects.create(
        conversation=conversation or make_conversation(),
        form_key=uuid.uuid4(),
        question=question,
        answered_at=now,
        answer=as_values(answer),
        answer_text=answer.to_text(),
        engine=Turn.Engine.PLANNER,
        **fields,
    )
