"""Which of the diagnoses that a note names stand beside each other in the end."""

from search.notes import past, weighing
from search.notes.combining import combinations_of, of_one_type
from search.notes.proposals import CONFIDENCES, Confidence, Proposal
from search.notes.reading import Reading

_DIABETES = ("E08", "E09", "E10", "E11", "E13")
# Where codes of one category are of several things: sites, symptoms, injuries, a patient's past.
_OF_SEVERAL = ("R", "S", "T", "Z", "M25", "M54", "M79")


def settled(found: list[Proposal], reading: Reading) -> list[Proposal]:
    """The diagnoses without what another of them says better, those combined that are reported as
    one.
    """
    found = _most_specific(_of_one_type(found, reading))
    found = _combined(found, reading)
    sure = [item.value for item in found if item.confidence != Confidence.WEAK]
    return [
        item
        for item in found
        if not weighing.is_integral(
            item.value, sure, is_judged=item.confidence == Confidence.STRONG
        )
        and not weighing.is_less_than(item.value, sure)
        and not past.is_history_of(item.value, sure)
    ]


def _of_one_type(found: list[Proposal], reading: Reading) -> list[Proposal]:
    """The diabetes that is of no type where it is named, of the one type that the note gives."""
    typed = of_one_type([proposal.value for proposal in found], set(reading.diagnoses.rows))
    by_value: dict[str, Proposal] = {}
    for proposal in found:
        value = typed.get(proposal.value, proposal.value)
        proposal.value = value
        proposal.text, proposal.is_billable = reading.diagnoses.rows.get(
            value, (proposal.text, proposal.is_billable)
        )
        if value in by_value:
            by_value[value].evidence += proposal.evidence
        else:
            by_value[value] = proposal
    return list(by_value.values())


def _most_specific(found: list[Proposal]) -> list[Proposal]:
    """Without codes that another one stands under, whose evidence goes to it, and without those
    for what is not specified where there is a specific one of the same.
    """
    kept = {proposal.value: proposal for proposal in found}
    for value in sorted(kept, key=len):
        others = [other for other in kept if other != value]
        takes = [other for other in others if other.startswith(value)]
        if not takes and weighing.is_unspecified(kept[value].text):
            above = _above_plain(value)
            takes = [
                other
                for other in others
                if other.startswith(above) and not weighing.is_unspecified(kept[other].text)
            ]
        if takes:
            kept[takes[0]].evidence += kept.pop(value).evidence
    return list(kept.values())


def _above_plain(value: str) -> str:
    """What the codes begin with that say more than one for what is not specified."""
    if not (value.startswith((*_DIABETES, *_OF_SEVERAL))):
        return value[:3]
    return value[:6].rstrip("X")[:-1].rstrip("09").ljust(3, "0")


def _combined(found: list[Proposal], reading: Reading) -> list[Proposal]:
    by_value = {proposal.value: proposal for proposal in found}
    named = dict(by_value)
    for combination in combinations_of(list(by_value)):
        because = [named[value] for value in combination.because if value in named]
        if len(because) < len(combination.because):
            continue
        evidence = [item for proposal in because for item in proposal.evidence]
        level = max((item.confidence for item in because), key=CONFIDENCES.index)
        combined = reading.diagnosis(combination.value, level, evidence, combination.rule)
        if combined is None:
            continue
        for value in combination.instead:
            by_value.pop(value, None)
        by_value.setdefault(combination.value, combined)
    return list(by_value.values())
