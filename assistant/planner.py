"""The built-in planner: reads a question, calls the tools that answer it, and words the answer.

No language model is needed. What it cannot read it asks back for; what the record does not hold
it says is not known; what the reader may not read it does not fetch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from django.utils import timezone

from assistant import tools
from assistant.answer import Answer, AnswerKind, Block, Paragraph, Step, paragraph
from assistant.facts import ToolResult
from assistant.plans import Call, calls_for, one_of_family
from assistant.question import Question, Topic, read_question, with_context, with_earlier
from assistant.reading import Reader
from assistant.record import Record, Unknown
from assistant.wording import blocks_of, lead, next_questions, of_other_payer
from search.find import find

MOST_EARLIER = 8  # questions of a conversation that are looked back on
MOST_IN_RANGE = 12
EXAMPLES = [
    "Can 96522 be billed with 36561 on the same day?",
    "How many units of J9271 per day?",
    "What does Medicare pay for 99213 in 90210?",
]
_SCOPE = (
    "I answer questions about billing codes: what they mean, guidelines, modifiers, NCCI edits, "
    "crosswalks, compliance, Medicare coverage and payment. Diagnosis, treatment, legal advice and "
    "other subjects are not mine to answer."
)
_UNCLEAR = (
    "I found no code, and no name of a procedure, supply or diagnosis, in this. Name a code, or "
    "say in a few words what it is for."
)


def answer(
    question: str,
    reader: Reader,
    *,
    subject: str = "",
    context: str = "",
    earlier: Sequence[str] = (),
    date_of_service: date,
) -> Iterator[Step | Answer]:
    """The steps as they are taken, and the answer last.

    `subject` is the code (`system:code`) of the page that is asked from, `context` what was said
    beside the question that holds for it, a sentence a line, `earlier` the questions asked before
    in the conversation, the oldest first. A date named in the question or its context goes before
    `date_of_service`.
    """
    asked = _read(question, subject, context, earlier)
    record = Record(reader, asked.date_of_service or date_of_service)
    if asked.is_out_of_scope and not (asked.names_codes and asked.topics):
        yield Answer(AnswerKind.OUT_OF_SCOPE, [Paragraph(_SCOPE)], EXAMPLES)
        return
    for item in _answered(asked, record):
        is_answer = isinstance(item, Answer)
        yield replace(item, date_of_service=record.date_of_service) if is_answer else item


def _read(question: str, subject: str, context: str, earlier: Sequence[str]) -> Question:
    today = timezone.localdate()
    before = None
    for text in earlier[-MOST_EARLIER:]:
        asked = read_question(text, today)
        if not asked.is_out_of_scope or asked.names_codes:
            before = with_earlier(asked, before)
    if before is None and subject:
        before = Question("", codes=(subject,))
    asked = read_question(question, today)
    for said in reversed(context.splitlines()):  # what was said last goes before the rest
        asked = with_context(asked, read_question(said, today))
    return with_earlier(asked, before)


def _answered(asked: Question, record: Record) -> Iterator[Step | Answer]:
    results: list[ToolResult] = []
    blocks: list[Block] = []
    steps: list[str] = []
    codes, unknown = _known(asked, record)
    for result in unknown:
        results.append(result)
        steps.append(result.step)
        yield Step(result.step)
        blocks += [paragraph(*result.facts)]
    calls = calls_for(asked, record, codes) if codes or Topic.CHANGES in asked.topics else []
    if not calls and not unknown:
        calls = _searched(asked)
    if asked.family and codes and not asked.names_codes:
        blocks.append(
            Paragraph(_FAMILY.format(code=record.code(one_of_family(record, codes)).printed))
        )
    if not calls and not unknown:
        yield Answer(AnswerKind.ASKS_BACK, [Paragraph(_UNCLEAR)], EXAMPLES)
        return
    for call in calls:
        result = _call(call, record)
        results.append(result)
        steps.append(result.step)
        yield Step(result.step)
        first = lead(asked, call, result)
        if first:
            blocks.append(Paragraph(first, tuple(result.citations[:1])))
        blocks += blocks_of(call, result)
    if asked.payer and calls:
        blocks.append(Paragraph(of_other_payer(asked.payer)))
    notes = dict.fromkeys(note for result in results for note in result.notes)
    blocks += [paragraph(note) for note in notes]
    if record.reader.note:
        blocks.append(Paragraph(record.reader.note))
    kind = _kind(results)
    if calls and calls[0].tool == "search_codes" and kind == AnswerKind.NOT_KNOWN:
        blocks.append(Paragraph(_UNCLEAR))
        yield Answer(AnswerKind.ASKS_BACK, blocks, EXAMPLES, steps, results)
        return
    yield Answer(kind, _once(blocks), next_questions(asked, calls, codes, results), steps, results)


def _known(asked: Question, record: Record) -> tuple[list[str], list[ToolResult]]:
    """The codes that the record has, and what is said of those that it has not."""
    known, unknown = [], []
    for code in asked.codes:
        try:
            record.code(code)
            known.append(code)
        except Unknown as problem:
            unknown.append(problem.result)
    known += [code for code in asked.doubtful if record.knows(code)]
    ranges = [*asked.ranges] or ([asked.family] if asked.family and not asked.codes else [])
    for first, last in ranges:
        found = find(f"{first}-{last}", record.date_of_service, limit=MOST_IN_RANGE)
        if found.hits:
            known += [hit.key for hit in found.hits]
            continue
        for code in (first, last):
            try:
                record.code(code)
                known.append(code)
            except Unknown as problem:
                unknown.append(problem.result)
    return list(dict.fromkeys(known)), unknown


def _searched(asked: Question) -> list[Call]:
    """A search for what is left of the question, if words are left."""
    if len(asked.words) < 3:
        return []
    is_asking = asked.asks_for_a_code or asked.topics or len(asked.words.split()) <= 8
    if not is_asking:
        return []
    call = Call("search_codes", Topic.SEARCH, {"words": asked.words[:200], "system": asked.system})
    return [call]


def _call(call: Call, record: Record) -> ToolResult:
    try:
        return tools.TOOLS[call.tool](record, **call.arguments)
    except Unknown as problem:
        return problem.result


def _kind(results: list[ToolResult]) -> AnswerKind:
    if results and all(result.is_locked for result in results):
        return AnswerKind.LOCKED
    if not any(result.is_found and result.facts for result in results):
        return AnswerKind.NOT_KNOWN
    return AnswerKind.ANSWERED


def _once(blocks: list[Block]) -> list[Block]:
    """The blocks without repetitions, as of a release that is out of date for several facts."""
    seen, kept = set(), []
    for block in blocks:
        if block in seen:
            continue
        seen.add(block)
        kept.append(block)
    return kept


_FAMILY = (
    "Evaluation and management of office patients is coded with CPT® numbers 99202 to 99215; the "
    "guidelines’ own text is the AMA’s. What the record holds on them is shown here for {code}."
)
