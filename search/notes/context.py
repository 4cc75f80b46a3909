"""What a sentence says of something it names: present, denied, uncertain, of a relative, past.

Small rules in the manner of NegEx (Chapman 2001) and ConText (Harkema 2009): a cue before or after
what is named reaches as far as the clause goes. The words of the cues are ours.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from search.notes.sections import Section
from search.notes.stemming import told


class State(StrEnum):
    """How a sentence means what it names."""

    PRESENT = "present"
    DENIED = "denied"
    UNCERTAIN = "uncertain"
    HYPOTHETICAL = "hypothetical"
    RELATIVE = "of a relative"


@dataclass(frozen=True)
class Context:
    """The state of something named, whether it is past, and the words that say so ('' if none)."""

    state: State
    is_past: bool = False
    cue: str = ""


def _words(*parts: str) -> re.Pattern:
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.I)


# Where the reach of a cue ends.
_TURN = re.compile(
    r"(?<!not )(?<!n['’]t )(?<!no )(?<!if )(?<!whether )(?<!if he )(?<!if she )(?<!be )" + _words(
    "but", "however", "although", "though", "except(?: for)?", "aside from", "apart from",
    "other than", "yet", "nevertheless", "which", "still", "secondary to", "due to", "because",
    "since", "endorses?", "reports?", "reported", "reporting", "admits?(?: to)?", "complains? of",
    "positive for", "notes?", "noted", "states?", "presents?", "there is", "there are",
    "shows?", "reveals?", "demonstrates?", "does have", "so", "and (?:he|she|they|has|is|was|will"
    "|the patient|i|we)", "(?:he|she) (?:is|has|does|will|continues|was)", "doing well",
    ).pattern + r"|, (?=(?:s/p|status post|h/o|on|with|currently|now)\b)|\[[xX✓✔]\]|[☑☒✓✔]",
    re.I,
)  # fmt: skip
_NOT_CUES = _words(
    "no (?:change|changes|improvement|relief|increase|difference)"
    "(?: (?:in|of|from|with|to))?", "not only", "no problem", "not (?:certain|sure)",
    "without (?:difficulty|improvement|relief|stopping)", "not improved?", "no cause",
    "no (?:doubt|question)", "without (?:a )?(?:doubt|question)",
    "no longer (?:able|works?|working|takes?|taking|uses?|using|on)",
    "(?:never|not) (?:been )?(?:treated|medicated|tested|evaluated|hospitalized)(?: for)?",
)  # fmt: skip
_DENIED_BEFORE = _words(
    "no", "denies", "denied", "deny", "denying", "without", "negative for", "absence of",
    "free of", "free from", "never(?: had| has)?", "neither", "nor", "ruled out", "rules out",
    "no longer", "(?:is|was|are|were) not", "(?:do|does|did)(?: not|n['’]t)"
    " (?:have|report|endorse|show|reveal|demonstrate|experience|appear|complain|suggest|notice"
    "|note|indicate|feel|see|meet|believe)(?: (?:any|evidence|signs?)(?: of)?)?",
    "(?:has|have|had)(?: not|n['’]t) (?:had|been|experienced|noticed|developed|reported)",
    "not (?:\\w+ly )?(?:have|having|consistent with|have any|any|suggestive of|concerning for"
    "|appreciated|experiencing|reporting|endorsing|noting|showing|complaining of)", "unlikely",
    "(?:pertinent )?negatives(?: include| are)?:?",
    "rather than", "instead of", "lack of", "lacks", "(?:isn|wasn|aren|weren)['’]t",
    "unremarkable for", "fails? to (?:show|reveal)", "cannot (?:see|feel)", "not diagnosed with",
    "resolution of", "not been (?:formally )?diagnosed with", "negative", "neg(?: for)?",
)  # fmt: skip
_DENIED_AFTER = _words(
    "(?:is|are|was|were|has been|have been|been) (?:denied|absent|negative|ruled out|excluded"
    "|not present|not appreciated|not seen|not noted|not identified|unremarkable|normal|unlikely"
    "|within normal limits|intact)", "not (?:present|appreciated|seen|noted|palpable)", "unlikely",
    "ruled out", "(?:has|have) resolved", "(?:is|are) resolved", "absent", "denied", ": ?none",
    ": ?no", ": ?negative", ": ?non-?\\w+", ": ?never", "resolved",
    "[-–:] ?(?:denies|denied|none|negative)", r"\(-\)", "-free", "free (?:for|since)",
)  # fmt: skip
_UNCERTAIN_BEFORE = _words(
    "possible", "possibly", "probable", "probably", "likely", "most likely", "suspect(?:ed|s|ing)?",
    "suspicion (?:of|for|that)", "suspicious for", "c/w", "looks like", "empiric(?:ally)?",
    "(?:concern(?:s|ed|ing)?|worr(?:y|ied|isome))"
    " (?:for|about|that|of|with|regarding)", "concern", "rule out", "to rule", "r/o",
    "evaluat(?:e|ed|ion|ing) (?:for|of)(?= possible)", "work[- ]?up (?:for|of)",
    "consistent with", "compatible with", "suggest(?:s|ive|ing|ed)?(?: of)?", "indicative of",
    "differential(?: diagnosis)?(?: includes?)?", "versus", "vs",
    "(?<!without )(?<!no )question(?:able)?(?: of)?",
    "(?:could|may|might|would) (?:also )?(?:be|have|represent|indicate|reflect|include|suggest"
    "|contribute|cause|benefit)(?: (?:due|related|secondary) to)?", "appears? to (?:be|have)",
    "cannot (?:exclude|rule out)", "presum(?:ed|ably|ptive)", "seems? (?:to (?:be|have)|like)",
    "assess for", "look(?:ing)? for", "test(?:ed|ing)? for", "check(?:ed|ing)? for",
    "worrisome for", "concerning for", "thinks? (?:it|this|that)", "feels? like", "potential",
    "wonders? (?:if|about)", "representative of", "impression of", "equivocal for", "borderline",
    "evaluate for", "evaluation for", "screen(?:ed|ing)? for", "apparent", "whether", "if this is",
    "potentially", "thought", "(?<!no )doubts?", "doubtful",
    "screen(?:ed|ing)?(?: \\w+){0,3} for",
    "type of", "perhaps", "what sounds like", "truly have", "unsure",
)  # fmt: skip
_UNCERTAIN_AFTER = _words(
    "(?:is|are|was|were) (?:suspected|likely|possible|probable|questionable|presumed|a concern"
    "|a possibility|in the differential|considered)", "cannot be (?:excluded|ruled out)", "vs",
    "versus", "suspected", "not (?:yet )?(?:ruled out|excluded)", "is the most likely",
    r"\?",
)  # fmt: skip
_HYPOTHETICAL_BEFORE = _words(
    "if", "should (?:he|she|they|symptoms|there|the patient)", "in case of", "in the event of",
    "return (?:for|with)", "watch (?:for|out for)", "monitor(?:ing)? for", "risks?(?: of| for)?",
    "risks? (?:include|of)", "at risk", "risk factors?(?: for| of)?", "avoid(?:s|ing)?",
    "prevent(?:s|ing|ion)?(?: of| from)?", "side effects?", "adverse effects?", "can cause",
    "complications? (?:of|include|such as)", "as needed for", "when (?:he|she)", "unless", "until",
    "to reduce", "decrease the occurrences? of", "(?:he|she|they) (?:develops?|starts? to)",
    "warning signs", "educat(?:ed|ion) (?:on|about|regarding)", "precautions?", "etiolog(?:y|ies)",
    "worsens?", "consider(?:ed|ing)?(?: for)?", "would", "candidate for", "indications? for",
    "inform(?:ed)? (?:on|of|about)", "possibility of", "chances? of", "referral for",
    "referr?ed? for",
    "information (?:on|about)", "fear of", "afraid of",
    "(?:vaccinat\\w+|vaccines?) (?:for|against)", "(?:vaccin|immuniz)ations?", "overdue for",
    "(?:will|to|we) (?:check|draw|send|repeat)", "(?:recheck|labs?|orders?|tests?):",
)  # fmt: skip
_HYPOTHETICAL_AFTER = _words(
    "precautions", "prophylaxis", "prevention", "screening", "risk", "education", "counseling",
    "score", "index", "panel", "titer", "antibody", "test", "testing", "level", "levels",
    "vaccin\\w*", "boosters?", "shots?", "pandemic", "tenderness", "clinic", "guidelines",
    "specialists?", "protocol", "classification", "doctors?", "physicians?", "consult\\w*", "team",
    "negative",
)  # fmt: skip
_RELATIVES = _words(
    "mother", "father", "mom", "dad", "brothers?", "sisters?", "siblings?", "parents?", "aunts?",
    "uncles?", "grandmother", "grandfather", "grandparents?", "cousins?", "maternal", "paternal",
    "fam(?:ily)? (?:history|hx)(?: is)?(?: significant)?(?: for| of)?", "fh of", "relatives?",
    "wife",
    "husband", "sons?", "daughters?", "children", "partner", "spouse", "friends?", "coworkers?",
    "runs in (?:the|his|her|their) family", "family members?", "nephew", "niece",
)  # fmt: skip
_OF_RELATIVE = re.compile(
    r" (?:in|of) (?:his|her|their|the patient['’]s|(?:a |the )?(?:maternal|paternal)) "
    r"(?:mother|father|brother|sister|parents?|sibling|aunt|uncle|grand\w+|son|daughter|cousin)",
    re.I,
)
_NO_RELATIVE = _words(
    "(?:accompanied|brought in|joined) (?:today )?by (?:his|her|their) \\w+",
    "(?:with|from|by|for|to) (?:his|her|their) (?:wife|husband|mother|father|son|daughter|partner"
    "|parents|family)", "family medicine", "family physician",
)  # fmt: skip
_PAST_BEFORE = _words(
    "history of", "h/o", "hx of", "past", "previous(?:ly)?", "prior", "status[- ]post", "s/p",
    "formerly", "former", "remote", "years? ago", "as a child", "childhood", "old", "had",
    "history significant for", "history includes", "underwent",
)  # fmt: skip
_PAST_AFTER = _words(
    "(?:\\d+|several|many|\\w+) (?:years?|months|decades) ago", "in (?:19|20)\\d\\d", "as a child",
    "in the past", "in childhood", "status post", "in remission", "history",
)  # fmt: skip
# A list of risks goes on to the end of its sentence.
_RISKS = _words("risks?(?: and benefits)? (?:of|for|include|including|such as)", "complications "
                "(?:include|including|such as)")  # fmt: skip
# Right before what they deny or doubt: an empty box, a minus in a list, "not short of breath", and
# the question mark of "?pneumonia".
_DENIED_BY_SIGN = re.compile(
    r"(?:\[ ?\]|[☐□]|\(-\)|[,:;(] ?[-–](?=$)|\bnot (?:\w+ly )?(?:feeling |having )?)\s*$", re.I
)
_UNCERTAIN_BY_SIGN = re.compile(r"(?:^|[\s#(])\?\s*$")
# "Pain, most likely due to gout" believes in no gout.
_LIKELY_DUE = re.compile(
    r"\b(?:likely|probabl[ey]|possibl[ey]|presum\w+|suspected|(?:could|may|might|thought to) be)"
    r" (?:due|secondary) to$",
    re.I,
)
_NUMBER = re.compile(r"^-?\d+\b")  # COVID-19
# Sentences that believe in what they name, whatever stands around it.
_BELIEVED = _words("i believe (?:this|that|he|she|you|the patient)(?: is| has)?")
_INSIDE = re.compile(r"(?<!\w)(?:no|not|without|likely|possible|probable|suspected)(?!\w)", re.I)
_ABSENT = re.compile(
    r"\b(?:without|not(?! elsewhere| otherwise| specified)|no) (?:mention of )?"
    r"([^;()]*, and [^,;()]*|[^,;()]*?)(?=,|;|\)|\(|$| with\b)",
    re.I,
)
_CLAUSE = 500  # characters that any cue reaches: lists of risks are long
_REACH = 60  # characters that a cue of the past reaches


def context_of(text: str, start: int, end: int, section: Section, phrase: str = "") -> Context:
    """What a sentence (its text) says of what it names from `start` up to `end`. The `phrase` that
    it names may say "without" itself.
    """
    before, after = text[:start], text[end:]
    near = _since_the_turn(before)
    until = _before_the_turn(after)
    is_past = bool(_PAST_BEFORE.search(before[-_REACH:]) or _PAST_AFTER.search(after[:_REACH]))
    inside = text[start:end]
    relative = _RELATIVES.search(_NO_RELATIVE.sub(_blank, before))
    if section == Section.FAMILY:
        return Context(State.RELATIVE, is_past, "family history")
    if relative and not re.search(r"\b(?:he|she|the patient|patient)\b", before[relative.end() :],
                                  re.I):  # fmt: skip
        return Context(State.RELATIVE, is_past, relative[0])
    if found := _OF_RELATIVE.match(after):
        return Context(State.RELATIVE, is_past, found[0].strip())
    without_false = _NOT_CUES.sub(_blank, near)
    if found := _RISKS.search(before):
        return Context(State.HYPOTHETICAL, is_past, found[0])
    # The nearest cue decides.
    cues = [
        (found[-1].start(), state, found[-1][0])
        for state, pattern, where in (
            (State.DENIED, _DENIED_BEFORE, without_false),
            (State.UNCERTAIN, _UNCERTAIN_BEFORE, near),
            (State.HYPOTHETICAL, _HYPOTHETICAL_BEFORE, near),
        )
        if (found := list(pattern.finditer(where)))
    ]
    if found := _DENIED_BY_SIGN.search(before):
        cues.append((len(before), State.DENIED, found[0].strip(" ,:;(")))
    elif found := _UNCERTAIN_BY_SIGN.search(before):
        cues.append((len(before), State.UNCERTAIN, "?"))
    says_itself = phrase and negated_stems(phrase)
    if (found := _INSIDE.search(inside)) and not says_itself:
        denies = found[0].lower() in ("no", "not", "without")
        cues.append((len(near), State.DENIED if denies else State.UNCERTAIN, found[0]))
    if _BELIEVED.search(near):
        cues = [cue for cue in cues if cue[1] == State.DENIED]
    if cues:
        _, state, cue = max(cues)
        return Context(state, is_past, cue)
    close = until[:45]
    for state, pattern, reach in (
        (State.UNCERTAIN, _UNCERTAIN_AFTER, close),
        (State.DENIED, _DENIED_AFTER, close),
        (State.HYPOTHETICAL, _HYPOTHETICAL_AFTER, _NUMBER.sub("", until)[:14]),
    ):
        if found := pattern.search(reach):
            if state == State.HYPOTHETICAL and found.start() > 1:
                continue
            return Context(state, is_past, found[0])
    return Context(State.PRESENT, is_past)


@lru_cache(maxsize=20_000)
def negated_stems(text: str) -> frozenset[str]:
    """What a code's text says is absent, as stems: bleeding, of "without bleeding"."""
    return told(" ".join(_ABSENT.findall(text)))


def _since_the_turn(before: str) -> str:
    """The part of a sentence before something named that is of the same clause."""
    turns = [
        turn for turn in _TURN.finditer(before) if not _LIKELY_DUE.search(before[: turn.end()])
    ]
    start = turns[-1].end() if turns else 0
    return before[max(start, len(before) - _CLAUSE) :]


def _before_the_turn(after: str) -> str:
    turn = _TURN.search(after)
    part = after[: turn.start()] if turn else after
    return part.split(";")[0]


def _blank(found: re.Match) -> str:
    return " " * len(found[0])
