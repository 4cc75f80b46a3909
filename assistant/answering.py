"""Answers a stored question of CasePilot, and keeps the answer with it."""

import logging
from collections.abc import Iterator

from django.db import connection

from assistant import actions
from assistant.answer import Step
from assistant.engine import Answered, Asked, answered
from assistant.language_model.budget import Stopped
from assistant.models import Turn
from assistant.reading import Reader
from assistant.slots import slot
from assistant.stored_answer import as_values, citation_values

logger = logging.getLogger(__name__)


def answer_now(turn: Turn, reader: Reader, request) -> None:
    """Answer a question that waits, before this returns; nothing where somebody else is at it."""
    if actions.claim(turn=turn):
        for _ in answering(turn, reader, request):
            pass
    else:
        actions.look_again(turn=turn)


def answering(turn: Turn, reader: Reader, request) -> Iterator[Step]:
    """Answer a claimed turn, with the steps as they happen; the turn is stored at the end.

    Closed early, as when the reader left, it puts the turn back to wait. A failure is noted, and
    the question given back.
    """
    try:
        with slot() as is_free:
            yield from _answered(turn, reader, is_free=is_free)
    except GeneratorExit:
        actions.put_back(turn=turn)
        raise
    except Exception:
        logger.exception("answering failed", extra={"turn_id": turn.pk})
        actions.fail(turn=turn, request=request)


def _answered(turn: Turn, reader: Reader, *, is_free: bool) -> Iterator[Step]:
    def is_stopped() -> bool:
        stopped = actions.is_stopped(turn)
        release_connection()  # none is held while a model is waited for
        return stopped

    asked = Asked(
        turn.question,
        turn.date_of_service,
        subject=turn.subject,
        earlier=_earlier_questions(turn),
    )
    try:
        for item in answered(asked, reader, may_wait=is_free, is_stopped=is_stopped):
            if isinstance(item, Step):
                yield item
            elif not actions.keep_answer(turn=turn, values=_stored(item, reader)):
                actions.look_again(turn=turn)
    except Stopped:
        actions.look_again(turn=turn)


def _earlier_questions(turn: Turn) -> list[str]:
    """The questions asked before in the conversation, the oldest first."""
    before = turn.conversation.turns.filter(pk__lt=turn.pk)
    return list(before.values_list("question", flat=True))


def _stored(found: Answered, reader: Reader) -> dict:
    """The fields of a turn that hold an answer, who worded it and what it rests on."""
    answer = found.answer
    return {
        "engine": found.engine,
        "model_name": found.model_name,
        "engine_note": found.engine_note,
        "answer": as_values(answer),
        "answer_text": answer.to_text(),
        "steps": list(found.steps),
        "tool_calls": [
            {"tool": result.tool, "arguments": dict(result.arguments), "step": result.step}
            for result in answer.results
        ],
        "citations": [citation_values(citation) for citation in answer.citations],
        "gated_codes": reader.gated_codes,
        **({"date_of_service": answer.date_of_service} if answer.date_of_service else {}),
    }


def release_connection() -> None:
    """Give the database connection back to the pool while nothing is asked of it.

    Not inside a transaction, which it would end: those of tests.
    """
    if not connection.in_atomic_block:
        connection.close()
