"""Answers a stored question: the built-in planner, and the language model where there is one.

The planner always answers first: it takes milliseconds, finds the facts, and its answer stands
whenever the model gives none that the record bears out.
"""

import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from assistant import actions
from assistant.answer import Answer, AnswerKind, Step
from assistant.language_model.answering import ModelGaveUp, answer_with_model
from assistant.language_model.budget import Budget, Stopped
from assistant.language_model.client import is_configured
from assistant.language_model.tools import Toolbox
from assistant.models import Turn
from assistant.planner import answer as answer_with_planner
from assistant.reading import CautiousReader, Reader
from assistant.slots import slot
from assistant.stored_answer import as_values, citation_values

logger = logging.getLogger(__name__)

BUSY = "Many questions are being answered at this moment."
# What a model may put in other words; what is out of scope or locked is said as it is.
WORDED = (AnswerKind.ANSWERED, AnswerKind.ASKS_BACK, AnswerKind.NOT_KNOWN)


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
    answer, steps = None, []
    for item in answer_with_planner(
        turn.question,
        reader,
        subject=turn.subject,
        earlier=_earlier_questions(turn),
        date_of_service=turn.date_of_service,
    ):
        if isinstance(item, Step):
            steps.append(item.text)
            yield item
        else:
            answer = item
    values = {"engine": Turn.Engine.PLANNER}
    if is_configured() and answer.kind in WORDED:
        if not is_free:
            values["engine_note"] = BUSY
        else:
            try:
                for item in _worded(turn, reader, answer):
                    if isinstance(item, Step):
                        steps.append(item.text)
                        yield item
                    else:
                        answer = item
                values = {"engine": Turn.Engine.MODEL, "model_name": settings.ASSISTANT_MODEL}
            except ModelGaveUp as problem:
                values["engine_note"] = str(problem)
            except Stopped:
                actions.look_again(turn=turn)
                return
    if not actions.keep_answer(turn=turn, values={**values, **_stored(answer, steps, reader)}):
        actions.look_again(turn=turn)


def _worded(turn: Turn, reader: Reader, planned: Answer) -> Iterator[Step | Answer]:
    """The model's answer, with its steps; no connection is held while the model is waited for."""

    def is_stopped() -> bool:
        stopped = actions.is_stopped(turn)
        release_connection()
        return stopped

    day = planned.date_of_service or turn.date_of_service
    return answer_with_model(
        planned,
        Toolbox(CautiousReader(reader, f"{turn.question} {turn.subject}"), day),
        question=turn.question,
        subject=turn.subject,
        earlier=_earlier_questions(turn),
        date_of_service=day,
        budget=Budget.of_settings(is_stopped=is_stopped),
    )


def _earlier_questions(turn: Turn) -> list[str]:
    """The questions asked before in the conversation, the oldest first."""
    before = turn.conversation.turns.filter(pk__lt=turn.pk)
    return list(before.values_list("question", flat=True))


def _stored(answer: Answer, steps: list[str], reader: Reader) -> dict:
    """The fields of a turn that hold an answer and what it rests on."""
    return {
        "answer": as_values(answer),
        "answer_text": answer.to_text(),
        "steps": steps,
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
