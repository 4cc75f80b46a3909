"""Splits what a person wrote into its parts."""

from dataclasses import dataclass, field, replace
from datetime import date

from django.utils import timezone

from assistant.cases.courtesies import without_courtesies
from assistant.cases.lines import items_of, joined, lines_of
from assistant.cases.part import Part, PartKind
from assistant.cases.sentences import Role, role_of, sentences_of, without_label

MOST_CHARACTERS = 60_000


def parts_of(text: str) -> list[Part]:
    """The questions, notes and lists of codes of a text in its order; [] where it has none.

    Question marks, lists, line ends and sentences part questions. A sentence that only tells of
    the case is context of the questions after it; the last one's, where none comes after it.
    """
    mail = _Mail(timezone.localdate())
    for paragraph in _paragraphs(without_courtesies(lines_of(text[:MOST_CHARACTERS]))):
        mail.read_paragraph(paragraph)
    return mail.parts()


def _paragraphs(lines: list[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


@dataclass
class _Mail:
    """A mail as it is read: its parts so far, and what was said since that holds for the next."""

    today: date
    found: list[Part] = field(default_factory=list)
    context: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)  # said since the last part

    def read_paragraph(self, paragraph: list[str]) -> None:
        for line in joined(paragraph):
            items = items_of(line)
            for item in items:
                said = sentences_of(item)
                for sentence in said:
                    stands_alone = len(said) == 1
                    self.read_sentence(sentence, stands_alone)

    def read_sentence(self, sentence: str, stands_alone: bool) -> None:
        role = role_of(sentence, self.today)
        if role == Role.NOTHING:
            return
        if role == Role.QUESTION or (role == Role.PHRASE and stands_alone):
            text = without_label(sentence)
            self.found.append(Part(PartKind.QUESTION, text, "\n".join(self.context)))
            self.unasked = []
            return
        self.context.append(sentence)
        self.unasked.append(sentence)

    def parts(self) -> list[Part]:
        if not self.unasked:
            return self.found
        said = "\n".join(self.unasked)
        if not self.found:
            # Nothing is asked in so many words: what is told is what is asked about.
            return [Part(PartKind.QUESTION, " ".join(self.unasked))]
        return [
            replace(part, context="\n".join(filter(None, (part.context, said))))
            if part.kind == PartKind.QUESTION
            else part
            for part in self.found
        ]
