"""What else a note has coded than its diagnoses: drugs taken for long, visits, things ordered."""

from datetime import date

from codes.models import CodeSystem, OfficialDescription
from codes.queries.releases import published_releases, source_of
from search.notes import weighing
from search.notes.choices import Choice
from search.notes.context import State
from search.notes.proposals import CONFIDENCES, Confidence, Proposal
from search.notes.reading import Reading
from search.notes.sections import Section
from search.notes.sequelae import REPLACED, sequelae_of
from search.notes.statuses import body_mass_of, statuses_of
from search.notes.supplies import Items, injections_of, items_of, long_term_drugs_of
from search.notes.written_codes import diagnoses_in, items_in


def with_written_codes(reading: Reading, found: list[Proposal]) -> list[Proposal]:
    """The diagnoses with those whose codes the note gives itself, in place of others of the same
    category that the same sentences name.
    """
    given: dict[str, Proposal] = {}
    for number, start, end, value in diagnoses_in(reading.text, reading.sentences):
        section = reading.sentences[number].section
        if (
            section in (Section.FAMILY, Section.ALLERGIES)
            or reading.context_at(number, start, end).state != State.PRESENT
        ):
            continue
        is_judged = section in (Section.ASSESSMENT, Section.PLAN)
        level = Confidence.STRONG if is_judged else Confidence.FAIR
        evidence = reading.evidence(number, start, end)
        if value in given:
            given[value].evidence.append(evidence)
        elif proposal := reading.diagnosis(value, level, [evidence], "The note gives the code."):
            given[value] = proposal
    if not given:
        return found
    kept = []
    for proposal in found:
        numbers = {item.sentence for item in proposal.evidence}
        of_same = [
            other
            for other in given.values()
            if other.value[:3] == proposal.value[:3]
            and numbers & {item.sentence for item in other.evidence}
        ]
        if of_same:
            of_same[0].evidence = [*proposal.evidence, *of_same[0].evidence]
            of_same[0].confidence = min(
                of_same[0].confidence, proposal.confidence, key=CONFIDENCES.index
            )
        else:
            kept.append(proposal)
    return [*kept, *given.values()]


def with_sequelae(reading: Reading, found: list[Proposal]) -> list[Proposal]:
    """The diagnoses with what a stroke left behind in place of the stroke and the deficit."""
    left: dict[str, Proposal] = {}
    for number, start, end, value in sequelae_of(reading.text, reading.sentences):
        if reading.context_at(number, start, end).state != State.PRESENT:
            continue
        evidence = reading.evidence(number, start, end)
        if value in left:
            left[value].evidence.append(evidence)
        elif proposal := reading.diagnosis(
            value, Confidence.STRONG, [evidence], "The note lays it to a stroke."
        ):
            left[value] = proposal
    if not left:
        return found
    replaced = [item for item in found if not item.value.startswith((*REPLACED, *left))]
    return [*replaced, *left.values()]


def statuses(reading: Reading, found: list[Proposal]) -> list[Proposal]:
    """What the patient has had done or has in place, and the body mass index beside a diagnosis of
    weight; none that is found already.
    """
    known = [proposal.value for proposal in found]
    told = list(statuses_of(reading.text, reading.sentences))
    if body_mass := body_mass_of(reading.text, reading.sentences, known):
        told.append(body_mass)
    by_value: dict[str, Proposal] = {}
    for number, start, end, value in told:
        evidence = reading.evidence(number, start, end)
        if value in by_value:
            by_value[value].evidence.append(evidence)
        elif value not in known and (
            proposal := reading.diagnosis(value, Confidence.FAIR, [evidence])
        ):
            by_value[value] = proposal
    return list(by_value.values())


def weeks(reading: Reading, found: list[Proposal]) -> list[Proposal]:
    """The weeks of a pregnancy, coded beside its diagnoses (ICD-10-CM, note at Z3A)."""
    gestation = reading.gestation
    if gestation is None or not any(item.value.startswith(("O", "Z34")) for item in found):
        return []
    number = next(
        (
            number
            for number, sentence in enumerate(reading.sentences)
            if sentence.start <= gestation.start < sentence.end
        ),
        None,
    )
    if number is None:
        return []
    evidence = reading.evidence(number, gestation.start, gestation.end)
    proposal = reading.diagnosis(gestation.code, Confidence.FAIR, [evidence])
    return [proposal] if proposal else []


def long_term_drugs(reading: Reading, found: list[Proposal]) -> list[Proposal]:
    """The drugs that the patient takes for long; of insulin not where type 1 diabetes tells it
    already (ICD-10-CM guidelines, I.C.4.a.3).
    """
    by_value: dict[str, Proposal] = {}
    has_diabetes = any(item.value[:3] in ("E08", "E09", "E11", "E13") for item in found)
    needs_insulin = any(item.value[:3] == "E10" for item in found)
    for supply in long_term_drugs_of(reading.text, reading.sentences):
        if (
            supply.value not in reading.diagnoses.rows
            or (supply.value in ("Z7984", "Z7985") and not has_diabetes)
            or (supply.value == "Z794" and needs_insulin)
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


def visits(reading: Reading, found: list[Proposal]) -> list[Proposal]:
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
        endings = weighing.ENDINGS.get(value, "01")
        value = value + endings[has_findings]
        text, is_billable = reading.diagnoses.rows.get(value, (text, is_billable))
    evidence = [reading.evidence(number, start, end)]
    examined = Proposal(
        CodeSystem.ICD_10_CM, value, text, is_billable, Confidence.FAIR, evidence,
        "The visit is an examination.",
    )  # fmt: skip
    return [examined, *screenings.values()]


def items(reading: Reading) -> list[Proposal]:
    in_force = _items_in_force(reading.date_of_service)
    known = in_force.texts
    by_value: dict[str, Proposal] = {}
    supplies = [
        *items_of(reading.text, reading.sentences, known),
        *injections_of(reading.text, reading.sentences, in_force),
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
    for number, start, end, value in items_in(reading.text, reading.sentences):
        if value in known and reading.context_at(number, start, end).state == State.PRESENT:
            evidence = reading.evidence(number, start, end)
            given = Proposal(CodeSystem.HCPCS, value, known[value], True, Confidence.STRONG, [],
                             "The note gives the code.")  # fmt: skip
            by_value.setdefault(value, given).evidence.append(evidence)
    return list(by_value.values())


_known: dict[int, Items] = {}


def _items_in_force(date_of_service: date) -> Items:
    """The HCPCS Level II codes in force with their long text, kept for the release last asked."""
    release = published_releases().shown(source_of(CodeSystem.HCPCS), date_of_service)
    if release is None:
        return Items({})
    if release.pk not in _known:
        rows = OfficialDescription.objects.filter(
            release=release, code__system=CodeSystem.HCPCS, is_billable=True
        ).values_list("code__value", "long", "short")
        texts = {value: long or short for value, long, short in rows.order_by()}
        _known.clear()
        _known[release.pk] = Items(texts)
    return _known[release.pk]
