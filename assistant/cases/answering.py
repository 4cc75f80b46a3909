"""Answers the parts of a case, each by what answers its kind on the site."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone

from assistant.answer import Answer, AnswerKind
from assistant.cases.part import Part, PartKind
from assistant.cases.reading import parts_of
from assistant.cases.sentences import is_statement
from assistant.engine import Answered, Asked, answered
from assistant.planner import answer as answer_with_planner
from assistant.question import read_question
from assistant.reading import CautiousReader, Reader


@dataclass(frozen=True)
class AnsweredPart:
    """A part, its answer, and who worded it ("planner" or "model", with the model's name).

    `is_sure` is False where a person should look at it; see `_is_sure`.
    """

    part: Part
    answer: Answer
    engine: str
    model_name: str
    is_sure: bool


def answer_case(
    text: str,
    reader: Reader,
    *,
    earlier: Sequence[str] = (),
    date_of_service: date,
) -> list[AnsweredPart]:
    """The answers to the parts of `text`, in their order; [] where it has none.

    `earlier` are the texts asked before in the thread, the oldest first: a question sees their
    questions, and those before it in `text`. A date of service in the text goes before
    `date_of_service`.
    """
    thread = [part for said in earlier for part in parts_of(said)]
    found = []
    for part in parts_of(text):
        asked = _asked(part, thread, date_of_service)
        answer = _answer(asked, reader)
        is_sure = _is_sure(answer.answer, asked, reader)
        found.append(
            AnsweredPart(part, answer.answer, str(answer.engine), answer.model_name, is_sure)
        )
        thread.append(part)
    return found


def _asked(part: Part, thread: list[Part], date_of_service: date) -> Asked:
    """The question of a part, with those before it."""
    context = part.context
    if thread and read_question(part.text, timezone.localdate()).follows:
        context = "\n".join(filter(None, (thread[-1].context, context)))
    return Asked(
        part.text,
        date_of_service,
        context=context,
        earlier=[before.text for before in thread if before.kind == PartKind.QUESTION],
    )


def _answer(asked: Asked, reader: Reader) -> Answered:
    *_, last = answered(asked, reader)
    return last


def _is_sure(answer: Answer, asked: Asked, reader: Reader) -> bool:
    """Whether an answer can stand without a person's look.

    What was found can; so can that something is out of scope or locked, which no person would
    answer otherwise. What the record does not hold can't, nor what nothing was recognized in, nor
    a mere search of words where something else than a code was asked for. To ask back for a word
    that was not found is sure once in a thread: a second time, a person asks.
    """
    if answer.kind in (AnswerKind.OUT_OF_SCOPE, AnswerKind.LOCKED):
        return True
    if answer.kind != AnswerKind.ASKS_BACK and not _is_found(answer):
        return False  # whoever worded it
    if not answer.results:
        return False
    if {result.tool for result in answer.results} == {"search_codes"} and not _wants_search(asked):
        return False
    return answer.kind != AnswerKind.ASKS_BACK or not any(
        _asks_back(
            replace(asked, question=question, context="", earlier=asked.earlier[:at]), reader
        )
        for at, question in enumerate(asked.earlier)
    )


def _is_found(answer: Answer) -> bool:
    return any(result.is_found and result.facts for result in answer.results)


def _wants_search(asked: Asked) -> bool:
    """Whether a code is looked for: in so many words, or with nothing but what it is for."""
    read = read_question(asked.question, timezone.localdate())
    return read.asks_for_a_code or not (read.topics or is_statement(asked.question))


def _asks_back(asked: Asked, reader: Reader) -> bool:
    """Whether a question was asked back on, as far as it is told without opening a page."""
    *_, answer = answer_with_planner(
        asked.question,
        CautiousReader(reader, ""),
        earlier=asked.earlier,
        date_of_service=asked.date_of_service,
    )
    return answer.kind == AnswerKind.ASKS_BACK
