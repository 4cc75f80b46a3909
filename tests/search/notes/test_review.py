"""What a reader is told of a proposal: the code of its row, and what the note leaves open."""

from datetime import date

from codes.models import CodeSystem
from search.notes.choices import Choice
from search.notes.proposals import CodedNote, Confidence, Evidence, Proposal
from search.notes.review import review
from search.notes.sections import Section

NOTE = "Assessment: chronic kidney disease.\n"
DAY = date(2026, 8, 1)


def proposal(*texts: str, missing=("type",), system=CodeSystem.ICD_10_CM) -> Proposal:
    choices = [
        Choice(system, f"N18{number}", text, text) for number, text in enumerate(texts, start=1)
    ]
    return Proposal(
        system,
        "N189",
        "Chronic kidney disease, unspecified",
        True,
        Confidence.STRONG,
        [Evidence(12, 34, Section.ASSESSMENT, 0)],
        missing=missing,
        choices=tuple(choices),
    )


def offered(proposed: Proposal, chosen=None):
    return review(NOTE, CodedNote([proposed]), None, DAY, accepted=[], chosen=chosen).offers[0]


def test_a_row_is_headed_by_the_code_that_was_chosen(db):
    proposed = proposal("Chronic kidney disease, stage 1", "Chronic kidney disease, stage 2")

    assert offered(proposed).code.printed == "N18.9"
    row = offered(proposed, {proposed.key: "N182"})
    assert (row.code.printed, row.accepted_value) == ("N18.2", "N182")
    assert row.code.text == "Chronic kidney disease, stage 2"
    # What was not offered cannot be chosen.
    assert offered(proposed, {proposed.key: "I10"}).code.printed == "N18.9"


def test_what_is_missing_is_named_for_what_the_choices_differ_in(db):
    def missing(*texts, **more):
        return offered(proposal(*texts, **more)).missing

    assert missing("Chronic kidney disease, stage 1", "End stage disease", "Other") == (
        "which stage"
    )
    assert missing("Mild asthma", "Severe asthma", "Other asthma") == "how severe it is"
    assert missing("Pain in knee", "Pain in hip", "Other pain") == "where it is"
    assert missing("Alpha", "Beta") == "which type it is"
    assert missing("Alpha", missing=("side", "type")) == "which side, and which type it is"
