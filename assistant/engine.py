"""What answers a question: the built-in planner, and the language model where there is one.

The planner always answers first: it takes milliseconds, finds the facts, and its answer stands
whenever the model gives none that the record bears out. Turns of CasePilot and cases by mail are
answered here alike.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from assistant.answer import Answer, AnswerKind, Step
from assistant.language_model.answering import ModelGaveUp, answer_with_model
from assistant.language_model.budget import Budget
from assistant.language_model.client import is_configured
from assistant.language_model.tools import Toolbox
from assistant.models import Turn
from assistant.planner import answer as answer_with_planner
from assistant.reading import CautiousReader, Reader

BUSY = "Many questions are being answered at this moment."
# What a model may put in other words; what is out of scope or locked is said as it is.
WORDED = (AnswerKind.ANSWERED, AnswerKind.ASKS_BACK, AnswerKind.NOT_KNOWN)


@dataclass(frozen=True)
class Asked:
    """A question, its date of service, and what it is to be read with.

    `subject` is the code (`system:code`) of the page that is asked from, `context` what was said
    beside it that holds for it, a sentence a line, `earlier` the questions asked before, the oldest
    first.
    """

    question: str
    date_of_service: date
    subject: str = ""
    context: str = ""
    earlier: Sequence[str] = ()

    @property
    def in_context(self) -> str:
        return " ".join((*self.context.splitlines(), self.question))


@dataclass(frozen=True)
class Answered:
    """An answer, the steps taken for it, and who worded it; `engine_note` is why no model did."""

    answer: Answer
    steps: tuple[str, ...]
    engine: Turn.Engine
    model_name: str = ""
    engine_note: str = ""


def answered(
    asked: Asked,
    reader: Reader,
    *,
    may_wait: bool = True,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Step | Answered]:
    """The steps as they are taken, and what was answered last.

    A configured model is asked only where it may be waited for. Raises Stopped once `is_stopped`.
    """
    answer, steps = None, []
    for item in _planned(asked, reader):
        if isinstance(item, Step):
            steps.append(item.text)
            yield item
        else:
            answer = item
    engine, model_name, note = Turn.Engine.PLANNER, "", ""
    if is_configured() and answer.kind in WORDED:
        if not may_wait:
            note = BUSY
        else:
            try:
                for item in _worded(asked, reader, answer, is_stopped):
                    if isinstance(item, Step):
                        steps.append(item.text)
                        yield item
                    else:
                        answer = item
                engine, model_name = Turn.Engine.MODEL, settings.ASSISTANT_MODEL
            except ModelGaveUp as problem:
                note = str(problem)
    yield Answered(answer, tuple(steps), engine, model_name, note)


def _planned(asked: Asked, reader: Reader) -> Iterator[Step | Answer]:
    return answer_with_planner(
        asked.question,
        reader,
        subject=asked.subject,
        context=asked.context,
        earlier=asked.earlier,
        date_of_service=asked.date_of_service,
    )


def _worded(asked: Asked, reader: Reader, planned: Answer, is_stopped) -> Iterator[Step | Answer]:
    """The model's answer, with its steps."""
    day = planned.date_of_service or asked.date_of_service
    return answer_with_model(
        planned,
        Toolbox(CautiousReader(reader, f"{asked.in_context} {asked.subject}"), day),
        question=asked.in_context,
        subject=asked.subject,
        earlier=asked.earlier,
        date_of_service=day,
        budget=Budget.of_settings(is_stopped=is_stopped),
    )
