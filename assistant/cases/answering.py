"""Answers the parts of a case, each by what answers its kind on the site."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.utils import timezone

from assistant.answer import Answer, AnswerKind, Paragraph
from assistant.cases.claim_answer import answer_codes, claim_of
from assistant.cases.note_answer import answer_note, waits_for_index
from assistant.cases.part import Part, PartKind
from assistant.cases.reading import parts_of
from assistant.cases.sentences import is_statement
from assistant.engine import Asked, answered
from assistant.models import Turn
from assistant.planner import answer as answer_with_planner
from assistant.question import Topic, read_question
from assistant.reading import CautiousReader, Reader

MOST_PARTS = 12  # of one text
# What is decided outside the record: by a payer, in a contract, in a court.
_BEYOND = re.compile(
    r"\b(?:den(?:y|ied|ies|ials?)|reject(?:ed|ion|s)?|appeal\w*|(?:prior |pre-?)auth\w*|"
    r"timely filing|credential\w*|deductibles?|co-?insurance|co-?pays?|copayments?|abns?|"
    r"recoup\w*|overpa\w+|incident[- ]to|carc|rarc|co-\d{1,3}|pr-\d{1,3})\b",
    re.I,
)


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


def answers_soon(text: str) -> bool:
    """Whether a part of the text can be answered only in a minute or so: a note, while the search
    index is being made.
    """
    return any(part.kind == PartKind.NOTE for part in parts_of(text)) and waits_for_index()


def answer_case(
    text: str,
    reader: Reader,
    *,
    earlier: Sequence[str] = (),
    date_of_service: date,
) -> list[AnsweredPart]:
    """The answers to the parts of `text`, in their order; [] where it has none.

    `earlier` are the texts asked before in the thread, the oldest first: a question sees their
    questions and codes, and those before it in `text`. A date of service in the text goes before
    `date_of_service`.
    """
    parts = parts_of(text)
    case = _Case(
        reader,
        date_of_service,
        thread=[part for said in earlier for part in parts_of(said)],
        codes=[part for part in parts if part.kind == PartKind.CODES],
    )
    return [case.answer(part) for part in parts[:MOST_PARTS]] + _too_many(parts[MOST_PARTS:])


def _too_many(parts: list[Part]) -> list[AnsweredPart]:
    """What is said of the parts that are too many for one mail; nothing where there are none."""
    if not parts:
        return []
    rest = Part(PartKind.QUESTION, "\n".join(part.text for part in parts))
    text = (
        f"The first {MOST_PARTS} questions are answered above. Please send the others in a further "
        "mail."
    )
    answer = Answer(AnswerKind.ASKS_BACK, [Paragraph(text)])
    return [AnsweredPart(rest, answer, str(Turn.Engine.PLANNER), "", is_sure=True)]


@dataclass
class _Case:
    """A case as it is answered: `thread` holds the parts so far, `codes` the lists of this text."""

    reader: Reader
    date_of_service: date
    thread: list[Part]
    codes: list[Part]
    seconds_of_model: float = 0.0

    def answer(self, part: Part) -> AnsweredPart:
        answer_of = {
            PartKind.QUESTION: self._answer_question,
            PartKind.NOTE: self._answer_note,
            PartKind.CODES: self._answer_codes,
        }
        found = answer_of[part.kind](part)
        self.thread.append(part)
        return found

    def _answer_question(self, part: Part) -> AnsweredPart:
        asked = self._asked(part)
        started = time.monotonic()
        # All questions of a case together wait for a model no longer than one of CasePilot's.
        may_wait = self.seconds_of_model < settings.ASSISTANT_MAX_SECONDS
        *_, found = answered(asked, self.reader, may_wait=may_wait)
        self.seconds_of_model += time.monotonic() - started
        is_sure = _is_sure(found.answer, asked, self.reader)
        return AnsweredPart(part, found.answer, str(found.engine), found.model_name, is_sure)

    def _answer_note(self, part: Part) -> AnsweredPart:
        answer = answer_note(part, self.date_of_service)
        is_sure = answer.kind == AnswerKind.ANSWERED
        return AnsweredPart(part, answer, str(Turn.Engine.PLANNER), "", is_sure)

    def _answer_codes(self, part: Part) -> AnsweredPart:
        answer, is_checked = answer_codes(part, self.reader.user, self.date_of_service)
        asked_back = any(
            before.kind == PartKind.CODES and claim_of(before, self.date_of_service).problems
            for before in self.thread
        )
        is_sure = is_checked and not (answer.kind == AnswerKind.ASKS_BACK and asked_back)
        return AnsweredPart(part, answer, str(Turn.Engine.PLANNER), "", is_sure)

    def _asked(self, part: Part) -> Asked:
        """A question with those before it, and with the codes that it may speak of."""
        read = read_question(part.text, timezone.localdate())
        context = [part.context]
        if self.thread and read.follows:
            context.insert(0, self.thread[-1].context)
        if not read.names_codes and not self._have_codes():
            context.insert(0, " ".join(" ".join(codes.text.split()) for codes in self.codes))
        return Asked(
            part.text,
            self.date_of_service,
            context="\n".join(filter(None, context)),
            earlier=self._earlier(),
        )

    def _earlier(self) -> list[str]:
        return [" ".join(part.text.split()) for part in self.thread if part.kind != PartKind.NOTE]

    def _have_codes(self) -> bool:
        today = timezone.localdate()
        return any(read_question(said, today).names_codes for said in self._earlier())


def _is_sure(answer: Answer, asked: Asked, reader: Reader) -> bool:
    """Whether an answer can stand without a person's look.

    What was found can; so can that something is out of scope or locked, which no person would
    answer otherwise. What the record does not hold can't, nor what nothing was recognized in, nor
    a mere search of words where something else than a code was asked for, nor what a code is where
    something unknown was asked of it, nor what another payer than Medicare covers or pays, nor a
    denial. To ask back for a word
    that was not found is sure once in a thread: a second time, a person asks.

    A note is sure where it supports a code; a list of codes where a code of it is known and the
    loaded releases tell anything of it. One that can't be read is asked back for, once.
    """
    if answer.kind in (AnswerKind.OUT_OF_SCOPE, AnswerKind.LOCKED):
        return True
    if answer.kind != AnswerKind.ASKS_BACK and not _is_found(answer):
        return False  # whoever worded it
    if not answer.results:
        return False
    if {result.tool for result in answer.results} == {"search_codes"} and not _wants_search(asked):
        return False
    if _is_of_other_payer(asked) or _BEYOND.search(asked.question):
        return False
    if answer.kind == AnswerKind.ANSWERED and _is_beside_the_point(answer, asked):
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


def _is_of_other_payer(asked: Asked) -> bool:
    """Whether it is asked what a payer covers or pays whose rules the record has not."""
    today = timezone.localdate()
    read = read_question(asked.question, today)
    wants_rules = {Topic.COVERAGE, Topic.FEE} & set(read.topics)
    said = [read, *(read_question(line, today) for line in asked.context.splitlines())]
    return bool(wants_rules) and any(item.payer for item in said)


def _is_beside_the_point(answer: Answer, asked: Asked) -> bool:
    """Whether it tells what a code is because nothing was recognized that is asked of it."""
    read = read_question(asked.question, timezone.localdate())
    if read.topics or read.follows or read.asks_for_a_code:
        return False
    return {result.tool for result in answer.results} == {"look_up"} and bool(read.words)


def _asks_back(asked: Asked, reader: Reader) -> bool:
    """Whether a question was asked back on, as far as it is told without opening a page."""
    *_, answer = answer_with_planner(
        asked.question,
        CautiousReader(reader, ""),
        earlier=asked.earlier,
        date_of_service=asked.date_of_service,
    )
    return answer.kind == AnswerKind.ASKS_BACK
