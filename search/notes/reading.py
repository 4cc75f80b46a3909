"""A note as it is read: its text, its sentences, and the diagnoses that it may be about."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from codes.models import CodeSystem
from search.notes.choices import Diagnoses
from search.notes.context import Context, context_of, negated_stems
from search.notes.gestation import Gestation
from search.notes.mentions import Mention
from search.notes.proposals import Confidence, Evidence, Proposal
from search.notes.sentences import Sentence


@dataclass
class Reading:
    """A note as it is read. `mentions` are all that it names, `sex` is 'female', 'male' or ''."""

    text: str
    sentences: list[Sentence]
    date_of_service: date
    diagnoses: Diagnoses = field(default_factory=Diagnoses)
    mentions: list[Mention] = field(default_factory=list)
    gestation: Gestation | None = None
    sex: str = ""

    def said(self, number: int) -> str:
        sentence = self.sentences[number]
        return self.text[sentence.start : sentence.end]

    @cached_property
    def named(self) -> set[int]:
        """The sentences, by number, that name something."""
        return {mention.sentence for mention in self.mentions}

    def told(self, number: int, value: str) -> set[str]:
        """The stems that a sentence has for a diagnosis: all, but those of others it names, and
        what it says there is not: GERD "without esophagitis".
        """
        others = {
            place
            for mention in self.mentions
            if mention.sentence == number and mention.value != value
            for place in mention.places
        }
        stems_there = set().union(
            *(own for place, own in enumerate(self.sentences[number].told) if place not in others)
        )
        return stems_there - negated_stems(self.said(number))

    def evidence(self, number: int, start: int, end: int) -> Evidence:
        return Evidence(start, end, self.sentences[number].section, number)

    def context(self, mention: Mention) -> Context:
        return self.context_at(
            mention.sentence, mention.start, mention.end, mention.part.text(mention.phrase)
        )

    def context_at(self, number: int, start: int, end: int, phrase: str = "") -> Context:
        sentence = self.sentences[number]
        return context_of(
            self.said(number),
            start - sentence.start,
            end - sentence.start,
            sentence.section,
            phrase,
        )

    def diagnosis(
        self, value: str, confidence: Confidence, evidence: list[Evidence], reason: str = ""
    ) -> Proposal | None:
        """A proposal of a diagnosis (stored value); None for one that is not there."""
        if value not in self.diagnoses.rows:
            return None
        text, is_billable = self.diagnoses.rows[value]
        return Proposal(
            CodeSystem.ICD_10_CM, value, text, is_billable, confidence, evidence, reason
        )
