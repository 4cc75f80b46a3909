"""Splits what a person wrote into its parts."""

import re
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from assistant.cases.clauses import wishes_of
from assistant.cases.code_lists import (
    day_in,
    is_bare,
    is_claim,
    is_heading,
    list_asked_for,
    list_in,
)
from assistant.cases.courtesies import without_courtesies
from assistant.cases.lines import items_of, joined, lines_of
from assistant.cases.notes import announces_note, headed_note, is_note, unfolded
from assistant.cases.part import Part, PartKind
from assistant.cases.sentences import (
    Role,
    has_subject,
    is_bare_question,
    is_instruction,
    is_of_codes,
    is_of_note,
    role_of,
    sentences_of,
    without_label,
)
from assistant.cases.short_notes import is_short_note, without_request
from assistant.question import Topic, read_question

MOST_CHARACTERS = 60_000
FEWEST_WORDS = 4  # of what is told without a question, a code or a topic


def parts_of(text: str) -> list[Part]:
    """The questions, notes and lists of codes of a text in its order; [] where it has none.

    Question marks, lists, line ends and sentences part questions. A sentence that only tells of
    the case is context of the questions after it; the last one's, where none comes after it. What
    only asks to check the codes or to code the note of the mail is answered with them.
    """
    mail = _Mail(timezone.localdate())
    mail.read(unfolded(without_courtesies(lines_of(text[:MOST_CHARACTERS]))))
    return mail.parts()


@dataclass(frozen=True)
class _Said:
    """A stretch of a mail: a part's words with its kind, or None for a sentence with its role."""

    text: str
    kind: PartKind | None = None
    role: Role = Role.NOTHING
    stands_alone: bool = False


@dataclass
class _Mail:
    """A mail as it is read: what is said in it, in its order."""

    today: date
    said: list[_Said] = field(default_factory=list)
    is_announced: bool = False

    def read(self, lines: list[str]) -> None:
        self.is_announced = announces_note("\n".join(lines))
        region = headed_note(lines, self._asks)
        if region is None:
            self._read_lines(lines)
            self._take_short_note()
            return
        self._read_lines(lines[: region.start])
        note = "\n".join(lines[region.start : region.end]).strip()
        self.said.append(_Said(note, PartKind.NOTE))
        self._read_lines(lines[region.end :])

    def _read_lines(self, lines: list[str]) -> None:
        """Lists of codes go over empty lines and headings; what is between them is prose."""
        prose: list[str] = []
        codes: list[str] = []
        day = ""
        for line in [*lines, ""]:
            written = list_in(line) if line.strip() else ""
            if written:
                self._read_prose(prose)
                prose = []
                is_dated = (
                    day and not written.startswith("dx ") and re.match(r"[A-V]?\d{4}", written)
                )
                codes.append(f"{written} {day}" if is_dated else written)
            elif day_in(line):
                day = day_in(line)
                self.said.append(_Said(line.strip(), role=Role.CONTEXT))
            elif not line.strip():
                self._read_prose(prose)
                prose = []
            elif not is_heading(line):
                self._take_codes(codes)
                codes = []
                prose.append(line)
        self._read_prose(prose)
        self._take_codes(codes)

    def _take_codes(self, codes: list[str]) -> None:
        if not codes:
            return
        last = self.said[-1] if self.said else None
        if last and self._asks_of_list(last, codes):
            # "The global days of these:" asks no more of the list than it says.
            text = f"{last.text} {', '.join(codes)}"
            self.said[-1] = _Said(text, role=Role.QUESTION, stands_alone=True)
        elif last and last.kind == PartKind.CODES:
            self.said[-1] = _Said("\n".join([last.text, *codes]), PartKind.CODES)
        elif is_claim(codes):
            self.said.append(_Said("\n".join(codes), PartKind.CODES))
        else:
            self.said += [_Said(line, role=Role.PHRASE, stands_alone=True) for line in codes]

    def _asks_of_list(self, last: _Said, codes: list[str]) -> bool:
        """Whether a question names what it wants to know of the codes listed below it."""
        read = read_question(last.text, self.today)
        of_pairs = {Topic.PAIR, Topic.BYPASS, Topic.MODIFIERS}
        return (
            last.role == Role.QUESTION
            and bool(set(read.topics) - of_pairs)
            and not read.names_codes
            and is_bare("\n".join(codes))
        )

    def _read_prose(self, paragraph: list[str]) -> None:
        sentences: list[_Said] = []
        for line in joined(paragraph):
            for item in items_of(line):
                found = sentences_of(item)
                for said in found:
                    sentences += self._wishes(said, is_alone=len(found) == 1)
        told = [said for said in sentences if self._is_told(said)]
        text = "\n".join(said.text for said in told)
        if is_note(text, is_announced=self.is_announced):
            self._take_note(text)
            sentences = [said for said in sentences if said not in told]
        for said in sentences:
            written = list_asked_for(said.text)
            if written and is_claim([written]):
                self.said.append(_Said(written, PartKind.CODES))
            else:
                self.said.append(said)

    def _wishes(self, sentence: str, *, is_alone: bool) -> list[_Said]:
        """The sentence with its role; several wishes apart, after when and where they are of."""
        wishes = wishes_of(sentence, self.today)
        said = [
            _Said(each, role=role_of(each, self.today), stands_alone=is_alone) for each in wishes
        ]
        is_told = len(wishes) > 1 and self._tells(sentence)
        return [_Said(sentence, role=Role.CONTEXT), *said] if is_told else said

    def _take_note(self, text: str) -> None:
        last = self.said[-1] if self.said else None
        if last and last.kind == PartKind.NOTE:
            self.said[-1] = _Said(f"{last.text}\n\n{text}", PartKind.NOTE)
        else:
            self.said.append(_Said(text, PartKind.NOTE))

    def _take_short_note(self) -> None:
        """Take what is told for a note where it speaks like one and nothing else is asked."""
        told = [said for said in self.said if self._is_told(said)]
        others = [said for said in self.said if said not in told]
        if any(said.kind or self._asks_more(said) for said in others):
            return
        text = without_request("\n".join(said.text for said in told))
        if is_short_note(text, self.today):
            self.said = [*others, _Said(text, PartKind.NOTE)]

    def _is_told(self, said: _Said) -> bool:
        """Whether a sentence may be a note's: what is to be done may read as a request."""
        is_request = said.text == without_request(said.text) and is_of_note(said.text, self.today)
        if said.kind or is_request:
            return False
        return said.role in (Role.CONTEXT, Role.PHRASE) or is_instruction(said.text, self.today)

    def _asks_more(self, said: _Said) -> bool:
        return said.role != Role.NOTHING and not is_of_note(said.text, self.today)

    def _asks(self, line: str) -> bool:
        return any(role_of(said, self.today) == Role.QUESTION for said in sentences_of(line))

    def parts(self) -> list[Part]:
        kinds = {said.kind for said in self.said}
        found: list[tuple[_Said, int]] = []
        context: list[str] = []
        asked_until = 0  # how much of the context was there when the last question was asked
        for at, said in enumerate(self.said):
            if said.kind:
                found.append((said, len(context)))
            elif said.role == Role.NOTHING or self._is_of_parts(said.text, kinds):
                if self._tells(said.text):
                    context.append(said.text)
            elif self._is_beside_questions(said) or self._names_what_follows(said, at):
                context.append(said.text)
            elif said.role == Role.QUESTION or (said.role == Role.PHRASE and said.stands_alone):
                text = without_label(said.text)
                if is_bare_question(text) and found and found[-1][0].kind == PartKind.QUESTION:
                    text = f"And {text}"
                found.append((_Said(text, PartKind.QUESTION), len(context)))
                asked_until = len(context)
            else:
                context.append(said.text)
        if not found:
            # Nothing is asked in so many words: what is told is what is asked about.
            text = " ".join(context)
            return [Part(PartKind.QUESTION, text)] if self._is_worth_asking(text) else []
        ends = self._ends(found, context, asked_until)
        return [
            Part(said.kind, said.text, "\n".join(context[:end]))
            for (said, _), end in zip(found, ends, strict=True)
        ]

    def _ends(self, found, context: list[str], asked_until: int) -> list[int]:
        """How much of the context is of each part: what stands before a question, or after all of
        them; of codes and notes, what stands up to the next ones.
        """
        ends = []
        for at, (said, end) in enumerate(found):
            if said.kind != PartKind.QUESTION:
                later = [place for other, place in found[at + 1 :] if other.kind == said.kind]
                end = later[0] if later else len(context)
            elif end == asked_until:
                end = len(context)
            ends.append(end)
        return ends

    def _is_of_parts(self, sentence: str, kinds: set) -> bool:
        return (PartKind.CODES in kinds and is_of_codes(sentence, self.today)) or (
            PartKind.NOTE in kinds and is_of_note(sentence, self.today)
        )

    def _is_beside_questions(self, said: _Said) -> bool:
        """Whether it wants to know something unnamed ("I am struggling with a denial") and the
        mail has questions beside it.
        """
        return (
            said.role == Role.QUESTION
            and not said.text.endswith("?")
            and not has_subject(said.text, self.today)
            and any(other.role == Role.QUESTION and other is not said for other in self.said)
        )

    def _is_worth_asking(self, text: str) -> bool:
        read = read_question(text, self.today)
        return has_subject(text, self.today) or len(read.words.split()) >= FEWEST_WORDS

    def _names_what_follows(self, said: _Said, at: int) -> bool:
        """Whether a bare code stands before a question that names none: what it is about."""
        if said.role != Role.PHRASE:
            return False
        following = self.said[at + 1] if at + 1 < len(self.said) else None
        if following is None or following.role != Role.QUESTION:
            return False
        read = read_question(said.text, self.today)
        asked = read_question(following.text, self.today)
        return read.names_codes and not read.topics and not asked.names_codes

    def _tells(self, sentence: str) -> bool:
        read = read_question(sentence, self.today)
        return bool(read.date_of_service or read.place or read.setting or read.payer)
