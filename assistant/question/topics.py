"""What a question wants to know of its codes, from the words people use."""

import re
from enum import StrEnum


class Topic(StrEnum):
    """A kind of fact. The order is that of an answer with several."""

    CHANGES = "changes"
    COMPARE = "compare"
    PAIR = "pair"
    BYPASS = "bypass"
    PARTNERS = "partners"
    UNITS = "units"
    ADD_ON = "add-on"
    COVERAGE = "coverage"
    FEE = "fee"
    OPPS = "opps"
    MODIFIERS = "modifiers"
    INDICATORS = "indicators"
    SEVENTH = "seventh"
    GUIDELINES = "guidelines"
    COMPLIANCE = "compliance"
    CROSSWALKS = "crosswalks"
    REPLACED = "replaced"
    HISTORY = "history"
    STATUS = "status"
    SEARCH = "search"
    MEANING = "meaning"


_WORDS = [
    (
        Topic.CHANGES,
        r"what(?:'s| is| has|’s)? (?:changed|new)\b|\bnew (?:\w+ )?codes\b|"
        r"\bchanges? (?:in|to|of)\b"
        r"|\bcodes? (?:were|was|are) (?:added|deleted|new)|"
        r"\bupdates? (?:in|to)\b",
    ),
    (
        Topic.COMPARE,
        r"\bdiffer(?:ence|ent|s)?\b|\bcompare\b|\bversus\b|\bvs\.?\b|\bor should i use\b",
    ),
    (
        Topic.BYPASS,
        r"\bbypass|\bunbundl\w* .*modifier|modifier .*(?:bypass|override|unbundle|separate)"
        r"|\boverride\b|\bwhich modifier (?:lets|allows|would)|\bset (?:it|the edit) aside\b",
    ),
    (
        Topic.ADD_ON,
        r"\badd[- ]?on\b|\bprimary (?:codes?|procedures?)\b|\bstand ?alone\b|\bbilled? alone\b"
        r"|\bby itself\b",
    ),
    (
        Topic.UNITS,
        r"\bunits?\b|\bmues?\b|\bmedically unlikely\b|\bhow many\b|\bmax(?:imum)?\b"
        r"|\btimes (?:a|per) day\b|\bquantity\b|\bmore than once\b",
    ),
    (
        Topic.PAIR,
        r"\btogether\b|\bsame (?:day|date|claim|visit|session|encounter)\b|\bbundl\w*|"
        r"\bunbundl\w*|\bncci\b|\bcci\b|\bptp\b|\bcolumn (?:one|two|1|2)\b|\bconflict\w*|"
        r"\bbill\w* (?:\w+ )?with\b|\balong(?:side)? (?:with)?|\bbeside\b|\bincluded in\b|"
        r"\bedits?\b|"
        r"\bpair(?:s|ed)?\b|\bboth\b|\bin addition to\b|\balso bill\b|"
        r"\bcan i (?:bill|code|report)\b",
    ),
    (
        Topic.OPPS,
        r"\bapcs?\b|\bopps\b|\baddendum b\b|\boutpatient (?:hospital )?(?:payment|rate|pays?)\b"
        r"|\bhospitals? (?:is |are )?(?:get |gets )?paid\b",
    ),
    (
        Topic.FEE,
        r"\bpay(?:s|ment|ing|able|ed)?\b|\bpaid\b|\bfees?\b|\breimburs\w*|\bcosts?\b|\brates?\b|"
        r"\bprice\w*|\ballow(?:ed|able|s) amount|\brvus?\b|\brelative values?\b|\bworth\b|"
        r"\bhow much\b|\bdollars?\b|\bconversion factor\b|\bmedicare allows?\b",
    ),
    (
        Topic.COVERAGE,
        r"\bcover(?:ed|age|s)?\b|\blcds?\b|\bncds?\b|\bmedical(?:ly)? necess\w*|"
        r"\barticles?\b|\bdiagnos[ei]s (?:codes? )?(?:support|cover|allowed)",
    ),
    (
        Topic.SEVENTH,
        r"\b(?:7th|seventh)\b|\bcomplete (?:code|as is)\b|\bspecific enough\b|"
        r"\bbillable\b|\bfully specified\b|\bmore (?:digits|characters)\b|\bheader\b",
    ),
    (
        Topic.CROSSWALKS,
        r"\bcrosswalks?\b|\bhccs?\b|\bicd[- ]?9\b|\bgems?\b|\brisk adjust\w*|\braf\b|"
        r"\bequivalent\b|\brbcs\b|\bbetos\b|\bmaps? to\b|\bmapped\b",
    ),
    (
        Topic.REPLACED,
        r"\breplac\w*|\binstead of\b|\bin place of\b|\bsuccessor\b|\bwhat should i use now\b",
    ),
    (
        Topic.COMPLIANCE,
        r"\bglobal\b|\bsupervis\w*|\baudit\w*|\bcomplian\w*|\bpoa\b|"
        r"\bpresent on admission\b|\bdocument(?:ation|ed|s)?\b|\bpost-?op\w*|"
        r"\bfollow[- ]?up days\b|"
        r"\bafter surgery\b",
    ),
    (
        Topic.INDICATORS,
        r"\bbilateral\w*|\bassistants? (?:at |surgeon)|\bassistant\b|\bco-?surgeons?\b|"
        r"\bpc/?tc\b|\bmultiple procedures?\b|\bindicators?\b|\bprofessional component\b|"
        r"\btechnical component\b|\bboth sides\b|\bteam surg\w*",
    ),
    (Topic.MODIFIERS, r"\bmodifiers?\b|\bmods?\b"),
    (
        Topic.GUIDELINES,
        r"\bguid(?:e|a)\w*|\bexcludes?[12]?\b|\bincludes?\b|\bcode first\b|"
        r"\binstructions?\b|\bnotes?\b|\bsequenc\w*|\brules?\b|"
        r"\bhow (?:do|should) (?:i|we|you) (?:code|use|report)|"
        r"\bwhen (?:can|do|should) (?:i|we|you)|\buse additional\b|\binclusion terms?\b",
    ),
    (
        Topic.HISTORY,
        r"\bhistory\b|\bwhen (?:was|were|did)\b|\bsince when\b|\badded\b|\brevised\b|"
        r"\beffective date\b",
    ),
    (
        Topic.STATUS,
        r"\bstill\b|\bvalid\b|\bactive\b|\bexpired?\b|\bdeleted\b|\bdiscontinued\b|"
        r"\bterminated\b|\bend(?:ed|s)?\b|\bexists?\b|\breal code\b|\bstatus\b|\bin force\b",
    ),
    (
        Topic.MEANING,
        r"\bwhat(?:'s|’s| is| are| does)\b|\bdescri(?:be|ption|ptor)\b|\bmeans?\b|"
        r"\bmeaning\b|\bdefin\w*|\btell me about\b|\bexplain\b|\blook ?up\b|\bstand for\b",
    ),
]
_TOPICS = [(topic, re.compile(words, re.IGNORECASE)) for topic, words in _WORDS]
_SEARCH = re.compile(
    r"\b(?:codes? (?:for|to)|code \w+ (?:for|to)|which (?:\w+[- ]?\w* )?codes?|"
    r"what (?:\w+[- ]?\w* )?codes? (?:is|are|do|should|would|covers?)|"
    r"how (?:do|should|would) (?:i|we|you) (?:code|bill)|find|search)\b",
    re.IGNORECASE,
)
# What the assistant is not for. Asked of with a code and a topic of billing, it still answers.
_OUT_OF_SCOPE = re.compile(
    r"\b(?:should i (?:take|stop taking)|is it safe|side effects?|do i have|"
    r"what (?:treatment|medicine|dose|dosage)|how (?:do|can) i treat|cure|"
    r"diagnose (?:me|my)|my (?:symptoms|doctor|lawyer)|"
    r"prescri(?:be|ption) for me|sue|lawsuits?|legal(?:ly)? (?:advice|liable)|attorney|lawyer|"
    r"malpractice (?:claim|suit)|weather|recipe|joke|poem|song|stock|bitcoin|president|football|"
    r"movie|write (?:me )?(?:a|an|some) (?:essay|story|code|program|email)|python|javascript|"
    r"translate|capital of|who (?:won|is the))\b",
    re.IGNORECASE,
)

_COUNTS_OTHERS = re.compile(
    r"\bhow many (?:ncci |ptp )?(?:pairs|edits|codes|global|days|follow|rvus?|characters)\b", re.I
)


def topics_of(text: str) -> list[Topic]:
    """The topics of a text with its codes taken out, in the order of an answer."""
    found = {topic for topic, words in _TOPICS if words.search(text)}
    if Topic.MEANING in found and len(found) > 1:
        found.discard(Topic.MEANING)  # "what is the fee of" asks for the fee
    if Topic.BYPASS in found:
        found -= {Topic.MODIFIERS, Topic.PAIR}
    if Topic.UNITS in found and _COUNTS_OTHERS.search(text):
        found.discard(Topic.UNITS)
    if Topic.OPPS in found:
        found.discard(Topic.FEE)
    if Topic.REPLACED in found:
        found -= {Topic.STATUS, Topic.HISTORY}
    if Topic.CHANGES in found:
        found -= {Topic.HISTORY, Topic.STATUS}
    return [topic for topic in Topic if topic in found]


def asks_for_a_code(text: str) -> bool:
    return bool(_SEARCH.search(text))


def is_out_of_scope(text: str) -> bool:
    return bool(_OUT_OF_SCOPE.search(text))
