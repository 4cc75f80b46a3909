"""The codes that a clinical note supports, each with the words that support it.

Nothing is kept: a note comes in as text, masked by the caller, and what is returned holds places
in that text. What a note denies, doubts, or says of a relative is set aside with the reason:
outpatient coding reports no uncertain diagnosis (ICD-10-CM guidelines, IV.H).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from codes.models import CodeSystem, OfficialDescription
from codes.queries.relatives import CodeForms
from codes.queries.releases import published_releases, source_of
from search.index.current import Index, current
from search.notes import weighing
from search.notes.choices import Choice, Diagnoses, diagnoses_of, specific
from search.notes.combining import combinations_of
from search.notes.context import Context, State, context_of
from search.notes.encounter import completed, encounter_of
from search.notes.mentions import Mention, mentions_of
from search.notes.relatives import family_code
from search.notes.sections import Section, SectionSpan, sections_of
from search.notes.sentences import Sentence, sentences_of
from search.notes.sides import side_of
from search.notes.supplies import injections_of, items_of, long_term_drugs_of
from search.words import stems


class Confidence(StrEnum):
    """How well the note supports a code; the value is what a reader is told."""

    STRONG = "well supported"
    FAIR = "supported"
    WEAK = "only mentioned"


_CONFIDENCES = list(Confidence)


@dataclass(frozen=True)
class Evidence:
    """Words from `start` up to `end` of the note, in a part of it."""

    start: int
    end: int
    section: Section
    sentence: int


@dataclass
class Proposal(CodeForms):
    """A code that the note supports. `missing` names what it does not say ('side', 'encounter',
    'type'), `choices` are the codes that would settle it, `reason` is why it is proposed.
    """

    system: CodeSystem
    value: str
    text: str
    is_billable: bool
    confidence: Confidence
    evidence: list[Evidence]
    reason: str = ""
    missing: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class SetAside(CodeForms):
    """A diagnosis that the note names and does not support, with why."""

    value: str
    text: str
    why: State
    cue: str
    evidence: Evidence
    system: CodeSystem = CodeSystem.ICD_10_CM


@dataclass
class CodedNote:
    """What a note supports, best first, what it does not, and the parts it was read in."""

    proposals: list[Proposal] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    sections: list[SectionSpan] = field(default_factory=list)


def is_ready() -> bool:
    """Whether there is an index to read notes by."""
    return current(published_releases()) is not None


@dataclass
class _Reading:
    """A note as it is read."""

    text: str
    sentences: list[Sentence]
    date_of_service: date
    diagnoses: Diagnoses = field(default_factory=Diagnoses)

    def said(self, number: int) -> str:
        sentence = self.sentences[number]
        return self.text[sentence.start : sentence.end]

    def evidence(self, number: int, start: int, end: int) -> Evidence:
        return Evidence(start, end, self.sentences[number].section, number)

    def context(self, number: int, start: int, end: int) -> Context:
        sentence = self.sentences[number]
        return context_of(
            self.said(number), start - sentence.start, end - sentence.start, sentence.section
        )


def coded(text: str, date_of_service: date) -> CodedNote:
    """The codes that a note (masked, lines ending in a newline) supports. Raises LookupError where
    no index is ready.
    """
    index = current(published_releases())
    if index is None:
        raise LookupError("no search index is ready")
    reading = _Reading(text, sentences_of(text), date_of_service)
    mentions = _usable_mentions(reading, index)
    reading.diagnoses = diagnoses_of(
        [
            *(mention.value for mention, _ in mentions if mention.system == CodeSystem.ICD_10_CM),
            *weighing.RULED_CATEGORIES,
        ],
        date_of_service,
    )
    note = CodedNote(sections=sections_of(text))
    found = _diagnoses(reading, mentions, note)
    found = _combined(found, reading)
    found = _without_integral(found)
    found += _long_term_drugs(reading, found)
    found += _visits(reading, found)
    found += _items(reading)
    note.proposals = sorted(found, key=_order)
    proposed = {proposal.value for proposal in note.proposals}
    note.set_aside = [aside for aside in note.set_aside if aside.value not in proposed]
    return note


def _order(proposal: Proposal):
    return (
        proposal.system != CodeSystem.ICD_10_CM,
        _CONFIDENCES.index(proposal.confidence),
        proposal.evidence[0].start,
    )


def _usable_mentions(reading: _Reading, index: Index) -> list[tuple[Mention, Context]]:
    day = reading.date_of_service.toordinal()
    found = []
    for mention in mentions_of(reading.text, reading.sentences, index, day):
        if weighing.is_telling(mention, reading.sentences[mention.sentence].section):
            context = reading.context(mention.sentence, mention.start, mention.end)
            found.append((mention, context))
    return found


def _diagnoses(
    reading: _Reading, mentions: list[tuple[Mention, Context]], note: CodedNote
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
        if confidence is None or (value in doubted and not is_heading):
            continue
        level = _CONFIDENCES[confidence]
        evidence = [reading.evidence(item.sentence, item.start, item.end) for item, _ in named]
        if system != CodeSystem.ICD_10_CM:
            found[value] = Proposal(CodeSystem(system), value, named[0][0].part.text(
                named[0][0].phrase), True, level, evidence)  # fmt: skip
            continue
        proposal = _specific(reading, value, named, encounter, level, evidence)
        if proposal is None:
            continue
        before = found.get(proposal.value)
        if before is None:
            found[proposal.value] = proposal
        else:
            before.evidence += proposal.evidence
            before.confidence = min(before.confidence, level, key=_CONFIDENCES.index)
    return list(_most_specific(found).values())


def _specific(reading, value, named, encounter, level, evidence) -> Proposal | None:
    numbers = {mention.sentence for mention, _ in named}
    problems = {reading.sentences[number].problem for number in numbers} - {-1}
    wide = numbers | problems | {
        number for number, sentence in enumerate(reading.sentences)
        if sentence.problem in problems
    }  # fmt: skip
    near = [reading.said(number) for number in sorted(numbers)]
    rest = [reading.said(number) for number in sorted(wide - numbers)]
    complaint = [
        reading.said(number)
        for number, sentence in enumerate(reading.sentences)
        if sentence.section in (Section.COMPLAINT, Section.PRESENT)
    ]
    side = side_of(near) or side_of(rest)
    if not side and value[0] in "SM":
        side = side_of(complaint)
    said = frozenset(stems(" ".join(near)))
    reached = specific(value, reading.diagnoses, said, side)
    if reached is None:
        return None
    missing, choices = list(reached.missing), reached.choices
    value, text, is_billable = reached.value, reached.text, reached.is_billable
    reason = ""
    if "encounter" in missing and encounter:
        below = reading.diagnoses.below.get(value, [])
        whole = completed(value, below, encounter, " ".join([*near, *rest]))
        if whole:
            value, (text, is_billable) = whole, reading.diagnoses.rows[whole]
            missing.remove("encounter")
            reason = "The encounter is read from the note's words."
            choices = () if not missing else choices
    return Proposal(CodeSystem.ICD_10_CM, value, text, is_billable, level, evidence, reason,
                    tuple(missing), choices)  # fmt: skip


def _set_aside(reading: _Reading, mention: Mention, context: Context, note: CodedNote) -> None:
    if context.state == State.HYPOTHETICAL or any(
        aside.value == mention.value for aside in note.set_aside
    ):
        return
    text, _ = reading.diagnoses.rows.get(mention.value, ("", False))
    if text:
        evidence = reading.evidence(mention.sentence, mention.start, mention.end)
        note.set_aside.append(SetAside(mention.value, text, context.state, context.cue, evidence))


def _of_relatives(reading: _Reading, mentions):
    for mention, context in mentions:
        if context.state != State.RELATIVE or mention.system != CodeSystem.ICD_10_CM:
            continue
        value = family_code(mention.value)
        if value in reading.diagnoses.rows:
            text, is_billable = reading.diagnoses.rows[value]
            yield Proposal(
                CodeSystem.ICD_10_CM, value, text, is_billable, Confidence.WEAK,
                [reading.evidence(mention.sentence, mention.start, mention.end)],
                "The note says it of a relative.",
            )  # fmt: skip


def _most_specific(found: dict[str, Proposal]) -> dict[str, Proposal]:
    """Without codes that another one stands under, whose evidence goes to it, and without those
    for what is not specified where the same category has a specific one.
    """
    kept = dict(found)
    for value in sorted(found, key=len):
        below = [other for other in kept if other != value and other.startswith(value)]
        plain = weighing.is_unspecified(found[value].text)
        beside = [
            other
            for other in kept
            if plain and other != value and other[:3] == value[:3]
            and not weighing.is_unspecified(found[other].text)
        ]  # fmt: skip
        if takes := (below or beside):
            kept[takes[0]].evidence += kept.pop(value).evidence
    return kept


def _combined(found: list[Proposal], reading: _Reading) -> list[Proposal]:
    by_value = {proposal.value: proposal for proposal in found}
    for combination in combinations_of(list(by_value)):
        if combination.value not in reading.diagnoses.rows:
            continue
        because = [by_value[value] for value in combination.because if value in by_value]
        if len(because) < len(combination.because):
            continue
        text, is_billable = reading.diagnoses.rows[combination.value]
        evidence = [item for proposal in because for item in proposal.evidence]
        level = max((item.confidence for item in because), key=_CONFIDENCES.index)
        for value in combination.instead:
            by_value.pop(value, None)
        by_value[combination.value] = Proposal(
            CodeSystem.ICD_10_CM, combination.value, text, is_billable, level, evidence,
            combination.rule,
        )  # fmt: skip
    return list(by_value.values())


def _without_integral(found: list[Proposal]) -> list[Proposal]:
    """Without symptoms that a diagnosis of the note always brings, and without what says less of
    the same.
    """
    diseases = [item.value for item in found if item.confidence != Confidence.WEAK]
    return [
        item
        for item in found
        if not weighing.is_integral(item.value, diseases)
        and not weighing.is_less_than(item.value, diseases)
    ]


def _long_term_drugs(reading: _Reading, found: list[Proposal]) -> list[Proposal]:
    by_value: dict[str, Proposal] = {}
    has_diabetes = any(item.value[:3] in ("E08", "E09", "E11", "E13") for item in found)
    for supply in long_term_drugs_of(reading.text, reading.sentences):
        if supply.value not in reading.diagnoses.rows or (
            supply.value in ("Z7984", "Z7985") and not has_diabetes
        ):
            continue
        text, is_billable = reading.diagnoses.rows[supply.value]
        evidence = reading.evidence(supply.sentence, supply.start, supply.end)
        proposal = by_value.setdefault(
            supply.value,
            Proposal(CodeSystem.ICD_10_CM, supply.value, text, is_billable, Confidence.FAIR, [],
                     supply.why),
        )  # fmt: skip
        proposal.evidence.append(evidence)
        if evidence.section in (Section.ASSESSMENT, Section.PLAN):
            proposal.confidence = Confidence.STRONG
    return list(by_value.values())


def _visits(reading: _Reading, found: list[Proposal]) -> list[Proposal]:
    """The encounter for an examination, which is coded without an abnormal finding of its own."""
    screenings = {}
    for number, start, end, value in weighing.screenings_of(reading.text, reading.sentences):
        if value in reading.diagnoses.rows and value not in screenings:
            screenings[value] = Proposal(
                CodeSystem.ICD_10_CM, value, *reading.diagnoses.rows[value], Confidence.FAIR,
                [reading.evidence(number, start, end)], "The plan orders the screening.",
            )  # fmt: skip
    visit = weighing.visit_of(reading.text, reading.sentences)
    if visit is None:
        return list(screenings.values())
    number, start, end, value = visit
    if value not in reading.diagnoses.rows or any(item.value == value for item in found):
        return list(screenings.values())
    text, is_billable = reading.diagnoses.rows[value]
    if reading.diagnoses.below.get(value):
        # A header: with abnormal findings where the assessment has any.
        has_findings = any(item.confidence == Confidence.STRONG for item in found)
        value = f"{value}{'1' if has_findings else '0'}"
        text, is_billable = reading.diagnoses.rows.get(value, (text, is_billable))
    evidence = [reading.evidence(number, start, end)]
    examined = Proposal(
        CodeSystem.ICD_10_CM, value, text, is_billable, Confidence.FAIR, evidence,
        "The visit is an examination.",
    )  # fmt: skip
    return [examined, *screenings.values()]


def _items(reading: _Reading) -> list[Proposal]:
    known = _hcpcs_texts(reading.date_of_service)
    by_value: dict[str, Proposal] = {}
    supplies = [
        *items_of(reading.text, reading.sentences, known),
        *injections_of(reading.text, reading.sentences, known),
    ]
    for supply in supplies:
        evidence = reading.evidence(supply.sentence, supply.start, supply.end)
        others = tuple(
            Choice(CodeSystem.HCPCS, value, known[value], known[value]) for value in supply.choices
        )
        proposal = by_value.setdefault(
            supply.value,
            Proposal(
                CodeSystem.HCPCS, supply.value, known[supply.value], True, Confidence.FAIR, [],
                supply.why, ("make",) if len(others) > 1 else (), others if len(others) > 1 else (),
            ),
        )  # fmt: skip
        proposal.evidence.append(evidence)
    return list(by_value.values())


_known: dict[int, dict[str, str]] = {}


def _hcpcs_texts(date_of_service: date) -> dict[str, str]:
    """The HCPCS Level II codes in force with their long text, kept for the release last asked."""
    release = published_releases().shown(source_of(CodeSystem.HCPCS), date_of_service)
    if release is None:
        return {}
    if release.pk not in _known:
        rows = OfficialDescription.objects.filter(
            release=release, code__system=CodeSystem.HCPCS, is_billable=True
        ).values_list("code__value", "long", "short")
        texts = {value: long or short for value, long, short in rows.order_by()}
        _known.clear()
        _known[release.pk] = texts
    return _known[release.pk]
