"""The sentences of a mail, and what each is for: a question, or what holds for the questions."""

import re
from datetime import date
from enum import StrEnum

from assistant.cases.courtesies import is_courtesy
from assistant.question import Topic, read_question

_END = re.compile(
    r"\?+[\"”’')\]]*(?=\s|$)|[.!]+[\"”’')\]]*(?=\s+[\"“(\[]?[A-Z0-9]|\s*$)|"
    r"(?<=\w);(?=\s+(?:and\s+)?(?:what|which|how|can|is|are|does|do|should|when|why)\b)"
)
_NO_END = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|vs|approx|No|Nos|Jr|Sr|St|Inc|pt|pts|dx|hx|e\.g|i\.e|etc|incl|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|(?:^|\s)[A-Z]|^\s*q?\d{1,2})\.$",
    re.I,
)
_AUX = r"(?:is|are|was|were|does|do|did|can|could|may|should|would|will|has|have|had|must)"
_SUBJECT = (
    r"(?:i|we|you|it|they|he|she|there|this|that|these|those|the|an?|any|anyone|anything|both|"
    r"medicare|medicaid|modifiers?|codes?|cpt|hcpcs|icd|my|our|your|his|her|either|one|ncci|cms|"
    r"[a-z]?\d[\w.-]*)"
)
_ASKS = re.compile(
    r"^\W*(?:(?:so|and|but|also|ok|okay|now|then|next|well|if so|secondly|second|first|lastly|"
    r"finally|another question|one more|additionally),?:?\s+)*(?:"
    r"(?:what|which|who|whom|whose|why|how)(?:['’]s)?\b|what about\b|"
    rf"(?:when|where)\s+{_AUX}\b|"
    r"(?:can|could|may|should|would|will|must|shall)\s+(?!\d+[,/ ]+\d{4})\w|"
    rf"(?:is|are|was|were|does|do|did|has|have|had|isn['’]t|aren['’]t|doesn['’]t|don['’]t|can['’]t|"
    rf"shouldn['’]t|won['’]t)\s+{_SUBJECT}\b)",
    re.I,
)
_FOLLOWS = re.compile(
    r"^\W*(?:and|also|or|same|but)\s+(?:for|in|with|on|if|what|how|can|does|is|are|which|the|as|"
    r"under|when|question|[a-z]?\d)",
    re.I,
)
_REQUESTS = re.compile(
    r"^\W*(?:also,?\s+|and\s+|then\s+)?(?:(?:please|pls|plz|kindly|can you|could you)[,]?\s+)?"
    r"(?:also\s+)?(?:tell|explain|list|give|provide|confirm|clarify|check|look up|find|show|"
    r"compare|define|describe|advise|verify|calculate|estimate|send|share|help|review|let me know|"
    r"let us know|need|needing|looking (?:for|to)|wondering|wonder|not sure|unsure|unclear|"
    r"trying to|want(?:ed)? to know|question(?:s)? (?:on|about|regarding|re)\b|curious|"
    r"(?:i|we)(?: am|['’]m| are|['’]re)?\s+(?:also\s+|just\s+|still\s+|a bit\s+)?"
    r"(?:would like|['’]d like|wants?|wanted|needs?|wish|wonder|wondering|trying|looking|"
    r"not sure|unsure|unclear|confused|unable to (?:find|tell)|(?:can(?:not|['’]t)|could not|"
    r"couldn['’]t) (?:find|tell|determine)|do(?: not|n['’]t) (?:know|understand)|"
    r"was (?:wondering|hoping|curious)|were wondering|have a question (?:about|on|regarding)|"
    r"seek(?:ing)?|struggling))\b",
    re.I,
)
_SAYS = re.compile(
    r"\b(?:was|were|had|has|have|is|are|am|billed|denied|seen|received|underwent|performed|did|"
    r"placed|came|presented|presents|denies|got|used|submitted|paid|rejected|wants|says|said|"
    r"states|stated|told|think|thought|reports|reported|gave|given|done|administered|scheduled|"
    r"dropped|coded|reported|removed|refilled|inserted|injected|bills|does|we|i)\b",
    re.I,
)
_INTENDS = re.compile(
    r"^\W*(?:i|we)(?: am|['’]m| are|['’]re)? (?:want|would like|['’]d like|need|plan|intend|trying|"
    r"planning|going) to (?:bill|code|report|use|submit|charge)\b",
    re.I,
)
# Said beside the question and of no use to it.
_FILLER = re.compile(
    r"^\W*(?:i|we) (?:have|had|got) (?:a|an|one|two|three|four|five|some|several|few|\d|another|"
    r"couple|the following|these)\b(?: \w+){0,4} (?:questions?|cases?|scenarios?|things?|claims?)"
    r"(?: (?:for you|today|please|below|here|that i need help with|about this))*\W*$|"
    r"^\W*(?:here (?:is|are)|see|please see|below (?:is|are)|the following|following|attached)\b"
    r"[^?\d]*$|^\W*(?:two|three|four|several|a few|multiple)(?: \w+)? (?:patients|cases|claims|"
    r"questions|scenarios|things)\W*$|^\W*(?:questions?|scenario|case|details?|background|fyi|example|claim|note|info)"
    r"(?: \d{1,2})?\W*$|^\W*(?:i am|i'm|we are|this is|my name is) (?:\[name\]|new|a new|writing|"
    r"reaching|emailing|a coder|a biller|contacting|working)\b[^?]*$|"
    r"^\W*(?:my|our) questions?(?: (?:is|are))?"
    r"(?: (?:as follows|below|the following))?\W*$|^\W*(?:i|we) (?:need|would like|want|could use)"
    r"(?: (?:some|your|a little|a bit of|to ask for|to get|to))* (?:help|assistance|guidance|advice"
    r"|input|clarification)(?: (?:with|on|about|regarding) (?:a|the|this|these|two|some|my|our|"
    r"following|coding|billing|case|cases|claim|questions?|scenarios?|below|following|few|couple|"
    r"of|things?|codes?|please)(?: (?:a|the|this|these|two|some|my|our|following|coding|billing|"
    r"case|cases|claim|questions?|scenarios?|below|few|couple|of|things?|codes?|please))*)?\W*$|"
    r"^\W*(?:can|could|would) (?:you|someone|anyone|somebody)(?: please| kindly)? (?:help|assist)"
    r"(?: (?:me|us))?(?: (?:out|please|with (?:this|the following|these|an?|some|"
    r"a few|my|our)(?: (?:coding|billing|quick|case|questions?|claims?|issues?))*))*\W*$|"
    r"^\W*(?:can|could|would) you(?: please)? (?:explain|clarify|confirm|advise|elaborate)"
    r"(?: (?:it|this|that|me|us|to me|further|please))*\W*$|"
    r"^\W*(?:any|your) (?:thoughts|ideas?|help|advice|suggestions?|guidance|input)\b[^\d]{0,30}$|"
    r"^\W*(?:thoughts|ideas|help|suggestions|quick question|is that (?:right|correct|ok|okay|"
    r"possible)|am i (?:right|correct)|right|correct|what do you think|does (?:this|that|it) make "
    r"sense|why|(?:please )?help(?: me| us)?)\W*$",
    re.I,
)
_LABEL = re.compile(r"^\W*(?:q(?:uestion)?\s*(?:#|no\.?)?\s*\d{0,2}|ask)\s*[:.)–-]\s*(?=\S)", re.I)


# Words that only speak of what is pasted beside them: a claim, a list, a note.
_ABOUT_ANYTHING = (
    "please pls kindly can could would will you we us i me my our your the a an this these those "
    "that them they it its any are is be was were do does did has have how here s for on of to in "
    "and or if what which whether with at by see know tell let help need want like below above "
    "following follows attached pasted next just also now first quick look looks right correct ok "
    "okay good complete everything anything something there claim claims code codes coded coding "
    "bill billed billing billable case hi yes"
)
_ABOUT_CODES = (
    "check checked review reviewed scrub validate validated verify audit run over clean compliant "
    "compliance wrong issue issues problem problems error errors line lines list together bundle "
    "bundles bundled bundling unbundled edit edits ncci ptp cci conflict conflicts pair pairs same "
    "day date time visit session pass go through out up valid combination"
)
_ABOUT_NOTE = (
    "note notes report visit encounter chart documentation document documented dictation op "
    "operative progress office patient diagnosis diagnoses dx icd icd-10 icd10 icd-10-cm 10 cm cpt "
    "hcpcs assign assigned use used report reported apply applies applicable support supports "
    "supported suggest suggested recommend should best think give provide list review go goes "
    "fit fits describe describes"
)
_OF_CODES = frozenset(f"{_ABOUT_ANYTHING} {_ABOUT_CODES}".split())
_OF_NOTE = frozenset(f"{_ABOUT_ANYTHING} {_ABOUT_NOTE}".split())


_PLEASE = (
    r"^\W*(?:(?:please|pls|plz|kindly|can you|could you|would you|help(?: me| us)?|"
    r"need(?: you)? to|(?:i|we) (?:need|want|would like)(?: you)?(?: to)?)\W+)*"
)
_ASKS_CHECK = re.compile(
    _PLEASE + r"(?:check|review|scrub|validate|verify|audit|run|look (?:at|over)|go over)\b", re.I
)
_ASKS_CODING = re.compile(_PLEASE + r"(?:code|review|assign codes)\b", re.I)


def is_of_codes(sentence: str, today: date) -> bool:
    """Whether a sentence asks no more than that the codes beside it are checked."""
    return _says_only(sentence, _OF_CODES) or _asks_only(_ASKS_CHECK, sentence, today)


def is_of_note(sentence: str, today: date) -> bool:
    """Whether a sentence asks no more than that the note beside it is coded."""
    return _says_only(sentence, _OF_NOTE) or _asks_only(_ASKS_CODING, sentence, today)


def _asks_only(request: re.Pattern, sentence: str, today: date) -> bool:
    """Whether it is a request without a subject of its own; when and where may stand in it."""
    if not request.match(sentence):
        return False
    read = read_question(sentence, today)
    return not read.names_codes and set(read.topics) <= {Topic.PAIR}


def _says_only(sentence: str, words: frozenset[str]) -> bool:
    return all(word in words for word in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", sentence.lower()))


def is_instruction(sentence: str, today: date) -> bool:
    """Whether it may be what is to be done with a patient: "Check BMP in 2 weeks." """
    return bool(_INSTRUCTS.match(sentence)) and not (
        sentence.rstrip().endswith("?") or has_subject(sentence, today)
    )


_INSTRUCTS = re.compile(
    r"^\W*(?:(?:and|then|also|will)\s+)?(?:check|review|give|provide|send|list|show|help|"
    r"needs?)\b",
    re.I,
)


def has_subject(sentence: str, today: date) -> bool:
    """Whether it names a code or something that can be known of codes."""
    read = read_question(sentence, today)
    return bool(read.names_codes or read.doubtful or read.topics or read.asks_for_a_code)


def is_bare_question(question: str) -> bool:
    """Whether it is nothing but codes, as the second in "Units of J9271? J9299?"."""
    return bool(_BARE.match(question))


_BARE = re.compile(
    r"^\W*(?:(?:\d{5}|\d{4}[A-Z]|[A-V]\d{4}|[A-TV-Z]\d\w(?:\.\w{1,4})?)(?:\W|or|and)*)+\?+\W*$",
    re.I,
)


class Role(StrEnum):
    """What a sentence is for."""

    QUESTION = "question"
    CONTEXT = "context"
    PHRASE = "phrase"  # words without a verb: a question where it stands by itself
    NOTHING = "nothing"


def sentences_of(line: str) -> list[str]:
    """The sentences of a line; a question mark always ends one."""
    found, start = [], 0
    for end in _END.finditer(line):
        if end[0][0] == "." and _NO_END.search(line, start, end.end()) and end.end() < len(line):
            continue
        found.append(line[start : end.end()].strip(" ;"))
        start = end.end()
    found.append(line[start:].strip(" ;"))
    return [said for said in found if re.search(r"\w", said)]


def asks(sentence: str) -> bool:
    """Whether it begins as a question or a request does."""
    return bool(_ASKS.match(sentence) or _REQUESTS.match(sentence))


def without_label(sentence: str) -> str:
    """The sentence without "Q1:" or "Question:" before it."""
    return _LABEL.sub("", sentence, count=1)


def is_statement(sentence: str) -> bool:
    """Whether it says what happened or is the case, in so far as it has a verb for that."""
    return bool(_SAYS.search(sentence))


def role_of(sentence: str, today: date) -> Role:
    """What a sentence of a mail is for."""
    said = without_label(sentence)
    if is_courtesy(said) or _FILLER.match(said):
        return Role.NOTHING
    if said != sentence or said.rstrip("\"”’')] ").endswith("?") or _ASKS.match(said):
        return Role.QUESTION
    if _FOLLOWS.match(said) and not _SAYS.search(said):
        return Role.QUESTION
    asked = read_question(said, today)
    if _INTENDS.match(said):
        return Role.CONTEXT
    if _REQUESTS.match(said):
        has_subject = asked.names_codes or asked.topics or len(asked.words.split()) > 2
        return Role.QUESTION if has_subject else Role.NOTHING
    if _SAYS.search(said):
        return Role.CONTEXT
    if asked.names_codes or asked.topics or asked.asks_for_a_code:
        return Role.PHRASE
    return Role.CONTEXT
