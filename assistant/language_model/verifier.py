"""Whether the record bears out what a model wrote. What it does not is removed.

The model ends every sentence with the numbers of the facts it rests on, as in [3] or [3][7]. A
sentence stays only if it names facts there are, and each clause of it (what stands between commas,
"and", "but") says no code, figure, date or modifier that is not in one and the same fact named,
beside the words that belong to the figure there: its unit, "facility" or "office", "column one".
A sentence that denies what no fact denies, or the reverse, goes too. The check is deliberately
strict: a right sentence may be lost, as the answer of the built-in planner stands beside it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.language_model.alignment import is_aligned
from assistant.language_model.figures import claims_of, held_by, plainly

_MARKS = re.compile(r"(?:\s*\[\d+(?:\s*,\s*\d+)*\])+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"(])")
_CLAUSE_END = re.compile(
    r",(?!\d)|[;:()|\n]|\s[–—-]\s|\s(?:and|but|while|whereas|or|versus|vs\.?|than)\s", re.I
)
# What denies. A condition ("unless", "without") denies only where a fact puts it: in a model's
# sentence it could turn the fact around.
_DENYING = (
    r"not|no|never|none|neither|nor|cannot|deny|denies|denied|exclude[sd]?|unable|prohibit\w*|"
    r"forbid\w*|bundled|invalid|unknown|ended|deleted"
)
_SAID_DENIAL = re.compile(rf"\b(?:{_DENYING})\b|n[’']t\b", re.I)
_DENIAL = re.compile(rf"\b(?:{_DENYING}|without|unless|except|excluding)\b|n[’']t\b", re.I)
_PERMISSION = re.compile(
    r"\b(?:may|can|could|should|must|allow\w*|permit\w*|bill\w*|pays?|paid|payable|cover\w*|yes|"
    r"report\w*|together|separate\w*|bypass\w*|valid|active|require\w*|needs?)\b",
    re.I,
)
_UNITS = (
    "unit", "day", "rvu", "code", "pair", "edit", "release", "localit",
    "minute", "hour", "month", "year", "mg", "mcg", "ml", "character", "time", "modifier",
)  # fmt: skip
_NAMED = ("indicator", "modifier", "column", "mai", "type", "locality", "quarter", "chapter",
          "apc", "carrier", "status", "zip")  # fmt: skip
# Words that tell apart the figures of one fact.
_CONTRASTS = (
    frozenset({"facility", "hospital"}),
    frozenset({"nonfacility", "office"}),
    frozenset({"practitioner"}),
    frozenset({"malpractice"}),
    frozenset({"professional"}),
    frozenset({"technical"}),
)
_WEBSITE = re.compile(r"https?:|www\.|[a-z0-9]\.(?:com|org|net|gov)\b|<[a-z/]", re.I)


@dataclass(frozen=True)
class Sentence:
    """A sentence that the record bears out, and the numbers of the facts that do."""

    text: str
    marks: tuple[int, ...]


@dataclass(frozen=True)
class Paragraph:
    sentences: list[Sentence]
    is_bullet: bool = False


@dataclass
class Checked:
    """What is left of a model's answer, and what was removed with the reason of each."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentence_count(self) -> int:
        return sum(len(paragraph.sentences) for paragraph in self.paragraphs)

    @property
    def is_good(self) -> bool:
        """Whether enough is left to be an answer: more than was removed."""
        return self.sentence_count > len(self.removed)


def check(text: str, facts: Mapping[int, str]) -> Checked:
    """What of the model's `text` the facts bear out; `facts` are their texts by number."""
    checked = Checked()
    for line in text.splitlines():
        line = line.strip()
        if not line:
            continue
        is_bullet = bool(re.match(r"(?:[-*•]|\d+[.)])\s+", line))
        line = re.sub(r"^(?:[-*•]|\d+[.)]|#+)\s+", "", line).replace("**", "").replace("`", "")
        kept = []
        for sentence, marks in _sentences(line):
            reason = _fault(sentence, marks, facts)
            if reason:
                checked.removed.append((sentence, reason))
            else:
                kept.append(Sentence(sentence, marks))
        if kept:
            checked.paragraphs.append(Paragraph(kept, is_bullet))
    return checked


def _sentences(line: str) -> list[tuple[str, tuple[int, ...]]]:
    """The sentences of a line with the facts each names; () for one that names none."""
    found, start = [], 0
    for match in _MARKS.finditer(line):
        before = line[start : match.start()].strip()
        start = match.end()
        # A full stop after the numbers belongs to the sentence before them.
        if stop := re.match(r"[.!?]+", line[start:]):
            before += stop[0]
            start += stop.end()
        marks = tuple(dict.fromkeys(int(number) for number in re.findall(r"\d+", match[0])))
        if before.strip(" .!?"):
            found += [(part, marks) for part in _SENTENCE_END.split(before)]
    rest = line[start:].strip()
    if rest.strip(" .!?"):
        found += [(part, ()) for part in _SENTENCE_END.split(rest)]
    return found


def _fault(sentence: str, marks: tuple[int, ...], facts: Mapping[int, str]) -> str:
    """Why the sentence cannot stay; '' where it can."""
    if _WEBSITE.search(sentence):
        return "names an address or holds markup"
    if not marks:
        return "names no fact"
    if any(mark not in facts for mark in marks):
        return "names a fact there is not"
    named = [facts[mark] for mark in marks]
    denies = {bool(_DENIAL.search(fact)) for fact in named}
    is_denial = bool(_SAID_DENIAL.search(sentence))
    if is_denial and True not in denies:
        return "denies what no fact denies"
    if not is_denial and False not in denies and not _is_affirmed(sentence, named):
        return "affirms what its facts deny"
    held = [held_by(fact) for fact in named]
    if missing := claims_of(sentence) - set().union(*held):
        return f"says {', '.join(sorted(missing))}"
    for clause in _clauses(sentence):
        claims = claims_of(clause)
        if not claims:
            continue
        bearing = [fact for fact, tokens in zip(named, held, strict=True) if claims <= tokens]
        if not bearing:
            return f"joins what no fact joins: {', '.join(sorted(claims))}"
        values = {token.partition(":")[2] for token in _figures(clause)}
        if not any(_fits(clause, fact) and is_aligned(sentence, values, fact) for fact in bearing):
            return f"gives a figure another meaning: {', '.join(sorted(claims))}"
    return ""


def _is_affirmed(sentence: str, facts: list[str]) -> bool:
    """Whether a sentence that permits or pays something does so as a part of the facts that
    denies nothing; one that does neither cannot be wrong about it.
    """
    stems = _permissions(sentence)
    claims = claims_of(sentence)
    parts = [part for fact in facts for part in _SENTENCE_END.split(fact)]
    return not stems or any(
        stems <= _permissions(part) and claims <= held_by(part)
        for part in parts
        if not _DENIAL.search(part)
    )


def _permissions(text: str) -> set[str]:
    """The words of permission in a text, by their first letters: bill for billed."""
    return {word.lower()[:4] for word in _PERMISSION.findall(text)}


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSE_END.split(plainly(text)) if clause and clause.strip()]


def _fits(clause: str, fact: str) -> bool:
    """Whether every figure of the clause stands beside the same words in the fact, and no code
    where a figure stands.
    """
    for code in claims_of(clause):
        unit = _beside(code, clause)[0] if re.fullmatch(r"word:\d{5}", code) else ""
        if unit and all(_beside(code, part)[0] != unit for part in _clauses(fact)):
            return False
    return all(_has_meaning(figure, clause, fact) for figure in _figures(clause))


def _figures(text: str) -> set[str]:
    return {token for token in claims_of(text) if token.startswith(("num:", "usd:", "pct:"))}


def _has_meaning(figure: str, clause: str, fact: str) -> bool:
    unit, name, contrasts = _beside(figure, clause)
    value = figure.partition(":")[2]
    for part in _clauses(fact):
        if not any(token.partition(":")[2] == value for token in held_by(part)):
            continue
        its_unit, its_name, its_contrasts = _beside(figure, part)
        if unit != its_unit and (its_unit or its_name or unit not in fact.lower()):
            continue
        if name != its_name and name and (its_name or its_unit):
            continue
        if contrasts and its_contrasts and not contrasts & its_contrasts:
            continue
        return True
    return False


def _beside(figure: str, text: str) -> tuple[str, str, set]:
    """The unit after the figure, the name before it, and the words of its clause that tell it
    from others of its kind; '' where there is none."""
    words = re.findall(
        r"[a-z]+|\d[\d,]*(?:\.\d+)?|[$%]", plainly(text).lower().replace("non-", "non")
    )
    value = figure.partition(":")[2]
    unit = name = ""
    for at, word in enumerate(words):
        if not any(token.partition(":")[2] == value for token in held_by(word)):
            continue
        after = words[at + 1] if at + 1 < len(words) else ""
        before = words[at - 1] if at else ""
        unit = unit or next((known for known in _UNITS if after.startswith(known)), "")
        name = name or next((known for known in _NAMED if before.startswith(known)), "")
    contrasts = {group for group in _CONTRASTS if group & set(words)}
    return unit, name, contrasts
