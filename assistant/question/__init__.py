"""A question in plain words, read: codes, modifiers, date, place, setting, payer, topics.

Everything in a question is data. Nothing in it is followed: words like "ignore your rules" are
words without a topic.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from assistant.question.codes import NamedCodes, read_codes
from assistant.question.dates import read_date
from assistant.question.places import read_locality, read_payer, read_state, read_zip
from assistant.question.topics import Topic, asks_for_a_code, is_out_of_scope, topics_of

MOST_CHARACTERS = 2000
_SYSTEMS = [
    ("icd-10-pcs", re.compile(r"\bicd[- ]?10[- ]?pcs\b|\bpcs\b", re.I)),
    (
        "icd-10-cm",
        re.compile(r"\bicd[- ]?10(?:[- ]?cm)?\b|\bdiagnos[ei]s codes?\b|\bicd\b|\bdx\b", re.I),
    ),
    ("hcpcs", re.compile(r"\bhcpcs\b|\blevel (?:ii|2)\b", re.I)),
    ("cpt", re.compile(r"\bcpt\b", re.I)),
]
_SETTINGS = [
    ("dme", re.compile(r"\bdme\b|\bsuppliers?\b", re.I)),
    ("hospital", re.compile(r"\boutpatient\b|\bhospitals?\b|\bopps\b", re.I)),
    (
        "practitioner",
        re.compile(r"\bpractitioners?\b|\bphysicians?\b|\boffice\b|\bprofessional\b", re.I),
    ),
]
_FOLLOWS = re.compile(
    r"^\W*(?:and|what about|how about|but|also|then|same|is that|does (?:it|that)|can it|it|that|"
    r"those|these|them|as of|in|on|with|for|why|which modifier|when is it)\b",
    re.IGNORECASE,
)
_FAMILIES = [
    (
        re.compile(
            r"\be\s*[/&]\s*m\b|\bevaluation and management\b|\boffice visits?\b", re.IGNORECASE
        ),
        ("99202", "99215"),
    ),
]
_FEW_WORDS = 4  # a question of fewer says too little to search for
_STOP = re.compile(
    r"\b(?:what|which|whats|is|are|the|a|an|code|codes|for|of|to|do|does|i|we|you|use|should|would|"
    r"find|search|cpt|hcpcs|icd|10|cm|pcs|level|ii|please|me|show|give|need|how|can|bill|billing|"
    r"medicare|diagnosis|dx|procedure|look|up|tell|about|describes?|used|when|my|patient|on|date|"
    r"correct|right|best|under|there|any|if|want)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """What was understood. `codes` are written as printed or `system:code`; `words` is what is
    left for a search; `states` are postal abbreviations. `follows` marks one that goes on from
    the question before it.
    """

    text: str
    codes: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    modifiers: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    date_of_service: date | None = None
    state: str = ""
    zip_code: str = ""
    locality: str = ""
    setting: str = ""
    payer: str = ""
    system: str = ""
    words: str = ""
    asks_for_a_code: bool = False
    is_out_of_scope: bool = False
    follows: bool = False
    family: tuple[str, str] | None = field(default=None)

    @property
    def names_codes(self) -> bool:
        return bool(self.codes or self.ranges)

    @property
    def place(self) -> str:
        """What the fee schedule is asked for: a ZIP code, a locality or a state."""
        return self.zip_code or self.locality or self.state


def read_question(text: str, today: date) -> Question:
    """What a question says, before the record is asked about anything in it."""
    cleaned = " ".join(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text[:MOST_CHARACTERS]).split())
    locality, rest = read_locality(cleaned)
    day, rest = read_date(rest, today)
    has_code = bool(re.search(r"\d{5}.*\b\d{5}\b|[A-Za-z]\d{4}.*\b\d{5}\b", rest))
    zip_code, rest = read_zip(rest, has_code_beside=has_code)
    named, rest = read_codes(rest)
    state, rest = read_state(rest)
    family = next((codes for words, codes in _FAMILIES if words.search(rest)), None)
    return Question(
        text=cleaned,
        codes=tuple(named.values),
        doubtful=tuple(named.doubtful),
        ranges=tuple(named.ranges),
        modifiers=tuple(named.modifiers),
        topics=tuple(topics_of(rest)),
        date_of_service=day,
        state=state,
        zip_code=zip_code,
        locality=locality,
        setting=next((name for name, words in _SETTINGS if words.search(rest)), ""),
        payer=read_payer(rest),
        system=next((name for name, words in _SYSTEMS if words.search(rest)), ""),
        words=_words(rest),
        asks_for_a_code=asks_for_a_code(rest),
        is_out_of_scope=is_out_of_scope(rest),
        follows=bool(_FOLLOWS.search(cleaned)),
        family=family,
    )


def with_earlier(question: Question, earlier: Question | None) -> Question:
    """A question with what it leaves unsaid taken from the one before it.

    Without a code of its own, unless it looks for one, it is about the same codes; one that only
    adds a detail ("and in outpatient hospital?") asks the same of them.
    """
    if earlier is None or question.is_out_of_scope:
        return question
    has_own = question.names_codes or question.doubtful or question.family
    wants_new = question.asks_for_a_code and not question.follows
    if wants_new or (has_own and not question.follows):
        return question
    is_detail = not question.topics or (
        question.follows
        and set(question.topics) <= {Topic.MODIFIERS, Topic.PAIR, Topic.MEANING}
        and (question.modifiers or not has_own)
        and not question.asks_for_a_code
    )
    kept = {}
    if not has_own:
        kept = {
            "codes": earlier.codes,
            "doubtful": earlier.doubtful,
            "ranges": earlier.ranges,
            "family": earlier.family,
        }
    if is_detail and (earlier.topics or not question.topics):
        kept["topics"] = earlier.topics or question.topics
        kept["modifiers"] = question.modifiers or earlier.modifiers
        kept["asks_for_a_code"] = earlier.asks_for_a_code and not question.names_codes
    return replace(
        question,
        **kept,
        date_of_service=question.date_of_service or earlier.date_of_service,
        state=question.state or ("" if question.place else earlier.state),
        zip_code=question.zip_code or ("" if question.place else earlier.zip_code),
        locality=question.locality or ("" if question.place else earlier.locality),
        setting=question.setting or earlier.setting,
        system=question.system or earlier.system,
    )


def with_context(question: Question, context: Question) -> Question:
    """A question with what a sentence beside it says of its case: when, where, in which setting
    and of which payer, as far as it says none of it itself.

    Codes of theirs are meant where it names none of its own, or one and asks what goes with it;
    their diagnoses where it asks for coverage and names none.
    """
    kept: dict = {}
    is_of_pair = {Topic.PAIR, Topic.BYPASS} & set(question.topics) and not question.ranges
    if not (question.names_codes or question.doubtful or question.family):
        kept = {
            "codes": context.codes,
            "doubtful": context.doubtful,
            "ranges": context.ranges,
            "family": context.family,
            "modifiers": question.modifiers or context.modifiers,
        }
        if not context.names_codes and len(question.words.split()) < _FEW_WORDS:
            kept["words"] = f"{question.words} {context.words}".strip()
    elif is_of_pair and len(question.codes) == 1:
        kept = {"codes": tuple(dict.fromkeys((*context.codes, *question.codes)))}
    elif Topic.COVERAGE in question.topics and not any("." in code for code in question.codes):
        diagnoses = [code for code in context.codes if "." in code]
        kept = {"codes": (*question.codes, *diagnoses)}
    return replace(
        question,
        **kept,
        date_of_service=question.date_of_service or context.date_of_service,
        state=question.state or ("" if question.place else context.state),
        zip_code=question.zip_code or ("" if question.place else context.zip_code),
        locality=question.locality or ("" if question.place else context.locality),
        setting=question.setting or context.setting,
        payer=question.payer or context.payer,
    )


def _words(text: str) -> str:
    """What is left to search for: the words that carry a meaning."""
    words = re.sub(r"[^\w\s'/&-]", " ", _STOP.sub(" ", text)).split()
    return " ".join(word for word in words if re.search(r"\w", word))


__all__ = ["NamedCodes", "Question", "Topic", "read_question", "with_context", "with_earlier"]
