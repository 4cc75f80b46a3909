"""The codes that a clinical note supports, each with the words that support it.

Nothing is kept: a note comes in as text, masked by the caller, and what is returned holds places
in that text. What a note denies, doubts, or says of a relative is set aside with the reason:
outpatient coding reports no uncertain diagnosis (ICD-10-CM guidelines, IV.H).
"""

import re
from collections import defaultdict
from datetime import date

from codes.models import CodeSystem
from codes.queries.releases import published_releases
from search.index.current import Index, current
from search.notes import further, past, weighing
from search.notes.choices import Specific, diagnoses_of, specific
from search.notes.context import Context, State
from search.notes.encounter import completed, encounter_of
from search.notes.gestation import gestation_of
from search.notes.mentions import Mention, mentions_of
from search.notes.patient import sex_of
from search.notes.proposals import CONFIDENCES, CodedNote, Confidence, Proposal, SetAside
from search.notes.qualifying import qualified
from search.notes.reading import Reading
from search.notes.relatives import family_code
from search.notes.sections import Section, sections_of
from search.notes.sentences import sentences_of
from search.notes.settling import settled
from search.notes.sides import side_of
from search.notes.written_codes import diagnoses_in


def is_ready() -> bool:
    """Whether there is an index to read notes by."""
    return current(published_releases()) is not None


def coded(text: str, date_of_service: date) -> CodedNote:
    """The codes that a note (masked, lines ending in a newline) supports. Raises LookupError where
    no index is ready.
    """
    index = current(published_releases())
    if index is None:
        raise LookupError("no search index is ready")
    reading = Reading(text, sentences_of(text), date_of_service)
    reading.gestation = gestation_of(text)
    reading.sex = "female" if reading.gestation else sex_of(text)
    mentions = _usable_mentions(reading, index)
    reading.mentions = [mention for mention, _ in mentions]
    reading.diagnoses = diagnoses_of(
        [
            *(mention.value for mention, _ in mentions if mention.system == CodeSystem.ICD_10_CM),
            *(value for *_, value in diagnoses_in(text, reading.sentences)),
            *weighing.RULED_CATEGORIES,
            *past.CATEGORIES,
        ],
        date_of_service,
    )
    note = CodedNote(sections=sections_of(text))
    found = _diagnoses(reading, mentions, note)
    found = further.with_written_codes(reading, found)
    found = further.with_sequelae(reading, found)
    found = settled(found, reading)
    found += _foot_ulcer(reading, found)
    found += further.long_term_drugs(reading, found)
    found += further.visits(reading, found)
    found += further.statuses(reading, found)
    found += further.weeks(reading, found)
    found += further.items(reading)
    note.proposals = sorted(found, key=_order)
    proposed = {proposal.value for proposal in note.proposals}
    note.set_aside = [aside for aside in note.set_aside if aside.value not in proposed]
    return note


def _order(proposal: Proposal):
    return (
        proposal.system != CodeSystem.ICD_10_CM,
        CONFIDENCES.index(proposal.confidence),
        proposal.evidence[0].start,
    )


def _usable_mentions(reading: Reading, index: Index) -> list[tuple[Mention, Context]]:
    day = reading.date_of_service.toordinal()
    found = mentions_of(reading.text, reading.sentences, index, day, weighing.is_telling)
    return [(mention, reading.context(mention)) for mention in found]


def _diagnoses(
    reading: Reading, mentions: list[tuple[Mention, Context]], note: CodedNote
) -> list[Proposal]:
    by_code: dict[tuple[str, str], list[tuple[Mention, Context]]] = defaultdict(list)
    for mention, context in mentions:
        if context.state == State.PRESENT:
            by_code[mention.system, mention.value].append((mention, context))
        elif mention.system == CodeSystem.ICD_10_CM:
            _set_aside(reading, mention, context, note)
    found: dict[str, Proposal] = {}
    for proposal in _of_relatives(reading, mentions):
        found.setdefault(proposal.value, proposal)
    encounter = encounter_of([reading.said(number) for number in range(len(reading.sentences))])
    doubted = {aside.value for aside in note.set_aside if aside.why != State.RELATIVE
               and aside.evidence.section in (Section.ASSESSMENT, Section.PLAN)}  # fmt: skip
    for (system, value), named in by_code.items():
        sections = {reading.sentences[mention.sentence].section for mention, _ in named}
        is_heading = any(reading.sentences[mention.sentence].is_heading for mention, _ in named)
        is_past = all(context.is_past for _, context in named)
        confidence = weighing.confidence_of(value, sections, is_heading, is_past)
        history = _history(reading, value, sections, is_past)
        if (confidence is None and not history) or (value in doubted and not is_heading):
            continue
        level = CONFIDENCES[weighing.FAIR if history else confidence]
        evidence = [reading.evidence(item.sentence, item.start, item.end) for item, _ in named]
        if system != CodeSystem.ICD_10_CM:
            found[value] = Proposal(CodeSystem(system), value, named[0][0].part.text(
                named[0][0].phrase), True, level, evidence)  # fmt: skip
            continue
        if history:
            proposals = [reading.diagnosis(history, level, evidence, "The note has it as past.")]
        else:
            proposals = _specific(reading, value, named, encounter, level, evidence)
        for proposal in proposals:
            before = found.get(proposal.value)
            if before is None:
                found[proposal.value] = proposal
            else:
                before.evidence += proposal.evidence
                before.confidence = min(before.confidence, level, key=CONFIDENCES.index)
    return list(found.values())


def _foot_ulcer(reading: Reading, found: list[Proposal]) -> list[Proposal]:
    """The site of a diabetic foot ulcer, which has a code of its own (note at E11.621)."""
    diabetic = next((item for item in found if re.fullmatch(r"E\d\d621", item.value)), None)
    if diabetic is None or any(item.value.startswith("L97") for item in found):
        return []
    said = [
        reading.said(number) for number in sorted({item.sentence for item in diabetic.evidence})
    ]
    side = side_of(said) or side_of(_complaint(reading))
    reached = specific("L975", reading.diagnoses, frozenset(), side)
    if reached is None:
        return []
    return [
        Proposal(
            CodeSystem.ICD_10_CM, reached.value, reached.text, reached.is_billable,
            diabetic.confidence, list(diabetic.evidence),
            "The site of a diabetic foot ulcer is coded beside it.", reached.missing,
            reached.choices,
        )
    ]  # fmt: skip


def _history(reading: Reading, value: str, sections: set[Section], is_past: bool) -> str:
    """The code for having had a diagnosis, where the note has it as past; else ''."""
    is_listed = sections <= {Section.PAST, Section.SURGICAL} and value.startswith(past.ACUTE)
    history = past.history_code(value) if is_past or is_listed else ""
    return history if history in reading.diagnoses.rows else ""


def _specific(reading, value, named, encounter, level, evidence) -> list[Proposal]:
    """What the words about a diagnosis make of it. Where both sides are meant and no code is for
    both, each side has its own (ICD-10-CM guidelines, I.B.13).
    """
    numbers = {mention.sentence for mention, _ in named}
    problems = {reading.sentences[number].problem for number in numbers} - {-1}
    wide = numbers | problems | {
        number for number, sentence in enumerate(reading.sentences)
        if sentence.problem in problems
    }  # fmt: skip
    near = [reading.said(number) for number in sorted(numbers)]
    rest = [reading.said(number) for number in sorted(wide - numbers)]
    told: set[str] = set()
    after: list[int] = []
    for number in numbers:
        more, others = qualified(number, reading.sentences, reading.named)
        told |= reading.told(number, value) | more
        after += others
    side = side_of(near) or side_of(rest) or side_of(map(reading.said, after))
    if not side and value[0] in "SM":
        side = side_of(_complaint(reading))
    if reading.gestation and value[0] in "OZ":
        told |= reading.gestation.stems
    words = frozenset(told)
    reached = [specific(value, reading.diagnoses, words, side, reading.sex)]
    if side == "bilateral" and reached[0] and "side" in reached[0].missing:
        reached = [
            specific(value, reading.diagnoses, words, one, reading.sex) for one in ("right", "left")
        ]
    said = " ".join([*near, *rest])
    return [_proposal(reading, item, encounter, said, level, evidence) for item in reached if item]


def _complaint(reading: Reading) -> list[str]:
    """The sentences that say what the patient comes for."""
    return [
        reading.said(number)
        for number, sentence in enumerate(reading.sentences)
        if sentence.section in (Section.COMPLAINT, Section.PRESENT)
    ]


def _proposal(reading, reached: Specific, encounter, said: str, level, evidence) -> Proposal:
    missing, choices = list(reached.missing), reached.choices
    value, text, is_billable = reached.value, reached.text, reached.is_billable
    reason = ""
    if "encounter" in missing and encounter:
        whole = completed(value, reading.diagnoses.below.get(value, []), encounter, said)
        if whole:
            value, (text, is_billable) = whole, reading.diagnoses.rows[whole]
            missing.remove("encounter")
            reason = "The encounter is read from the note's words."
            choices = () if not missing else choices
    return Proposal(CodeSystem.ICD_10_CM, value, text, is_billable, level, list(evidence), reason,
                    tuple(missing), choices)  # fmt: skip


def _set_aside(reading: Reading, mention: Mention, context: Context, note: CodedNote) -> None:
    if context.state == State.HYPOTHETICAL or any(
        aside.value == mention.value for aside in note.set_aside
    ):
        return
    text, _ = reading.diagnoses.rows.get(mention.value, ("", False))
    if text:
        evidence = reading.evidence(mention.sentence, mention.start, mention.end)
        note.set_aside.append(SetAside(mention.value, text, context.state, context.cue, evidence))


def _of_relatives(reading: Reading, mentions):
    for mention, context in mentions:
        if context.state != State.RELATIVE or mention.system != CodeSystem.ICD_10_CM:
            continue
        evidence = reading.evidence(mention.sentence, mention.start, mention.end)
        proposal = reading.diagnosis(
            family_code(mention.value), Confidence.WEAK, [evidence],
            "The note says it of a relative.",
        )  # fmt: skip
        if proposal:
            yield proposal
