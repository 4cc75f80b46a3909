"""An answer worded by the model over facts that the tools found, and checked against them.

The order is fixed here, whatever the model does: look up, read the guidelines, write, verify.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.answer import Answer, AnswerKind, Listing, Paragraph, Step
from assistant.facts import Fact, Table, ToolResult
from assistant.language_model import prompt
from assistant.language_model.budget import Budget, BudgetSpent
from assistant.language_model.client import ModelError, ToolRequest, ask_model
from assistant.language_model.tools import Toolbox, ToolProblem
from assistant.language_model.verifier import Checked, check

logger = logging.getLogger(__name__)

MOST_GUIDELINES = 3  # codes whose guidelines are read for the model where it did not
MOST_ROWS = 40  # of a table that the model reads
UNCHECKED = "What the language model wrote was not borne out by the record."


class ModelGaveUp(Exception):
    """The model gave no answer that stands; the text is a sentence for the reader."""


@dataclass
class Found:
    """What was found, the facts numbered from 1 in the order they came."""

    results: list[ToolResult] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def add(self, result: ToolResult) -> dict[int, str]:
        """Take a result in; the numbers and texts of its facts. One known keeps its number."""
        self.results.append(result)
        numbers = {}
        for fact in (*result.facts, *_facts_of_tables(result.tables), *result.notes):
            if fact not in self.facts:
                self.facts.append(fact)
            numbers[self.facts.index(fact) + 1] = fact.text
        return numbers

    @property
    def texts(self) -> dict[int, str]:
        return {number: fact.text for number, fact in enumerate(self.facts, start=1)}


def _facts_of_tables(tables: Sequence[Table]) -> Iterator[Fact]:
    """Each row of a table as a fact of its own, with the names of its columns."""
    for table in tables:
        for row in table.rows[:MOST_ROWS]:
            cells = zip(table.columns, row, strict=True)
            named = "; ".join(f"{name}: {cell}" for name, cell in cells if cell)
            yield Fact(f"{table.caption}: {named}.", table.citation)


def answer_with_model(
    planned: Answer,
    toolbox: Toolbox,
    *,
    question: str,
    subject: str,
    earlier: Sequence[str],
    date_of_service: date,
    budget: Budget,
) -> Iterator[Step | Answer]:
    """Steps as they happen, and the model's answer last, starting from what the planner found.

    Raises ModelGaveUp where no answer stands, and Stopped when the reader does not want it.
    """
    found = Found()
    for result in planned.results:
        found.add(result)
    messages = prompt.opening(
        question,
        date_of_service=date_of_service,
        subject=subject,
        earlier=earlier,
        facts=found.texts,
    )
    try:
        yield from _look_up(messages, found, toolbox, budget)
        yield from _read_guidelines(messages, found, toolbox, budget)
        budget.check_wanted()
        yield Step("Writing the answer")
        messages.append({"role": "user", "content": prompt.WRITE})
        reply = ask_model(messages, budget=budget)
    except (ModelError, BudgetSpent) as problem:
        raise ModelGaveUp(str(problem)) from problem
    budget.check_wanted()
    yield Step("Checking it against the record")
    checked = check(reply.text, found.texts)
    if checked.removed:
        # Not the sentences: they may hold words of the question.
        logger.info("sentences removed", extra={"removed_count": len(checked.removed)})
    if not checked.is_good:
        raise ModelGaveUp(UNCHECKED)
    yield _answer(checked, found, planned, toolbox.note)


def _look_up(messages, found, toolbox, budget) -> Iterator[Step]:
    """Let the model call tools until it asks for none."""
    while True:
        budget.check_wanted()
        reply = ask_model(messages, budget=budget, tools=toolbox.schemas, max_tokens=800)
        if not reply.requests:
            return
        messages.append(prompt.tool_requests_message(reply.text, reply.requests))
        for request in reply.requests:
            budget.spend_call()
            content, step = _call(request, found, toolbox)
            messages.append(prompt.tool_message(request.id, content))
            if step:
                yield Step(step)


def _call(request: ToolRequest, found: Found, toolbox: Toolbox) -> tuple[dict | str, str]:
    """What a call returned, as the model reads it, and the step to show, '' for none."""
    if request.arguments is None:
        return prompt.CANNOT_READ, ""
    try:
        result = toolbox.call(request.name, request.arguments)
    except ToolProblem as problem:
        return str(problem), ""
    content = {"facts": prompt.numbered(found.add(result))}
    if result.is_locked:
        content["locked"] = "These facts are not open to this reader."
    return content, result.step


def _read_guidelines(messages, found, toolbox, budget) -> Iterator[Step]:
    """Read the guidelines of the codes found so far, where the model did not."""
    for code in toolbox.codes_without_guidelines(found.results)[:MOST_GUIDELINES]:
        budget.check_wanted()
        result = toolbox.read_guidelines(code)
        numbers = found.add(result)
        if numbers:
            content = {"guidelines_of": code, "facts": prompt.numbered(numbers)}
            messages.append({"role": "user", "content": prompt.as_data(content)})
        yield Step(result.step)


def _answer(checked: Checked, found: Found, planned: Answer, note: str) -> Answer:
    """The sentences that stand, with the places of their facts; the planner's tables with them."""
    blocks, items = [], []
    for part in checked.paragraphs:
        marks = [mark for sentence in part.sentences for mark in sentence.marks]
        citations = dict.fromkeys(found.facts[mark - 1].citation for mark in marks)
        text = " ".join(sentence.text for sentence in part.sentences)
        if part.is_bullet:
            items.append(Paragraph(text, tuple(citations)))
            continue
        if items:
            blocks.append(Listing(tuple(items)))
            items = []
        blocks.append(Paragraph(text, tuple(citations)))
    if items:
        blocks.append(Listing(tuple(items)))
    blocks += [block for block in planned.blocks if isinstance(block, Table)]
    if note:
        blocks.append(Paragraph(note))
    return Answer(
        kind=AnswerKind.ANSWERED,
        blocks=blocks,
        next_questions=planned.next_questions,
        results=found.results,
        date_of_service=planned.date_of_service,
    )
