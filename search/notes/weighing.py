"""Which mentions tell a code, and how well the place of a mention in the note supports it."""

import math
import re
from collections.abc import Collection, Iterator, Sequence

from search.notes.context import negated_stems
from search.notes.mentions import BETWEEN, Mention
from search.notes.sections import Section
from search.notes.sentences import Sentence
from search.results import WhyKind
from search.words import WEAK_STEMS, stems

STRONG, FAIR, WEAK = range(3)
# Looked up with every note: rules of combinations, drugs, visits and relatives lead there.
RULED_CATEGORIES = [
    "F02", "I69", "J44", "L97", "N13", "Z00", "Z01", "Z12", "Z23", "Z3A", "Z68", "Z79", "Z80",
    "Z81", "Z82", "Z83", "Z84", "Z89", "Z90", "Z93", "Z94", "Z95", "Z96", "Z98", "Z99",
    "I10", "I11", "I12", "I13", "E08", "E09", "E10", "E11", "E13",
]  # fmt: skip
# The least weight of a mention, as a share of that of a word that one phrase of the index has.
LEAST_SHARE = 0.43
# Single words that name a code in the index and mean something else in a note.
_IDLE_WORDS = """
    problem history change check blood over examination exam stress test screening care use abuse
    visit follow up normal finding disorder disease condition complaint concern issue injury pain
    tender tenderness tear lesion mass growth defect loss lack weight height activity exercise
    diet work family heart lung kidney infection inflammation reaction attack onset contact effect
    failure block spots deficiency removal replacement fitting adjustment counseling drug therapy
    surgery procedure operation device support assessment allergy state stable motion position
    pressure pulse rate temperature level imaging xray vaccine exposure risk stiff limitation
    elevated low high abnormal absent decrease increased crying exhaustion cold burning
    locking bite puncture open closed short tall thin large small strain twisted reflex
    trauma accident hit struck fall falling avoid appear affect symptom reach travel age faint
    passive depend ill sterile aid heat caffeine alcohol death deformity red bull drinking joint
    immunosuppression immunosuppressed dose medication dry wet granulation tissue need use
    sphenoidal consumption declined anesthesia worried worry worries scale functional anxious
"""
_IDLE = frozenset(stems(_IDLE_WORDS))
_HISTORY_PHRASES = ("Z09", "Z71", "Z7189", "Z76", "Z00", "Z01", "Z02", "Z03", "Z04", "Z08", "Z12",
                    "Z13", "Z36", "Z39", "Z51", "Z52", "Z55", "Z56", "Z57", "Z65", "Z67", "Z68",
                    "Z73", "Z74", "Z75", "Z78", "Z87898", "Z8489", "Z79", "Z80", "Z81", "Z82",
                    "Z83", "Z84")  # fmt: skip
# For what says nothing of a patient's disease: an infectious disease doctor, other disorders.
_NEVER = frozenset({"B999", "I998", "I999", "Z9881", "Z315", "Z3200", "Z320", "R4582", "R69"})
# Chronic diseases, which a history of them leaves present.
_CHRONIC = re.compile(r"^(?:C|D5[0-9]|D6|E|F|G[234679]|I|J4|K2[01]|K5[0-8]|K7|L40|M|N18|N4|Q|Z)")
_SYMPTOM = re.compile(r"^(?:R|M25[56]|M79[16]|M54[2-69])")
_JUDGED = {Section.ASSESSMENT, Section.PLAN}
_TOLD = {Section.COMPLAINT, Section.PRESENT, Section.OTHER}


def is_telling(mention: Mention, section: Section) -> bool:
    """Whether what is mentioned is more than an everyday word."""
    if mention.weight < LEAST_SHARE * math.log(1 + mention.part.phrase_count):
        return False
    is_said_so = mention.kind in (WhyKind.OFFICIAL, WhyKind.INCLUSION) and len(mention.stems) > 1
    if mention.stems <= _IDLE and not is_said_so:
        return False
    value = mention.value
    if mention.system == "icd-10-cm":
        if value.startswith(_HISTORY_PHRASES):
            return False
        if mention.borrowed and value[0] not in "SM":
            return False
        if value[:2] == "F1" and not mention.stems & _SUBSTANCE:
            return False
        if len(mention.stems) == 1 and value[0] in "TZ":
            return False
    if value in _NEVER:
        return False
    if len(mention.stems) == 1 and mention.kind in (WhyKind.INDEX, WhyKind.NEOPLASM):
        return _is_main_term(mention) or _agrees(mention)
    if mention.kind == WhyKind.NEOPLASM and not mention.stems & _CANCER:
        return False
    return section != Section.ALLERGIES


_SUBSTANCE = frozenset(
    stems("abuse dependence disorder alcoholism alcoholic addiction addicted tobacco smoker "
          "nicotine withdrawal intoxication")
)  # fmt: skip
_DISEASE = re.compile(
    r"(?:ia|itis|osis|oma|pathy|uria|cele|penia|rrhea|rrhage|megaly|spasm|plasia|paresis)$"
)
_PLAIN = frozenset(stems("unspecified other uncomplicated without complication part"))
_CANCER = frozenset(stems("cancer carcinoma neoplasm tumor malignant malignancy metastatic"))


def _is_main_term(mention: Mention) -> bool:
    """Whether it is a main term of the index without more, a symptom's or, by its form, a
    disease's.
    """
    written = mention.part.text(mention.phrase)
    return " " not in written and (mention.value[0] == "R" or bool(_DISEASE.search(written)))


def _agrees(mention: Mention) -> bool:
    """Whether one of the code's own texts says the word, and little else."""
    for phrase in mention.part.phrases_of(mention.code):
        if mention.part.kind(int(phrase)) in (WhyKind.OFFICIAL, WhyKind.INCLUSION):
            text = mention.part.text(int(phrase))
            own = set(stems(text)) - negated_stems(text) - WEAK_STEMS - _PLAIN - BETWEEN
            if mention.stems & own and len(own) <= 2 * len(mention.stems):
                return True
    return False


def confidence_of(
    value: str, sections: Collection[Section], is_heading: bool, is_past: bool
) -> int | None:
    """STRONG, FAIR or WEAK for a diagnosis (stored value) by where the note names it; None for
    what is not proposed.
    """
    if is_heading:
        return STRONG
    is_symptom = bool(_SYMPTOM.match(value))
    if is_past and not _CHRONIC.match(value) and not set(sections) & _JUDGED:
        return None
    if set(sections) & _JUDGED:
        return FAIR if is_symptom or is_past else STRONG
    if Section.PAST in sections or set(sections) & _TOLD:
        return FAIR if not is_symptom and _CHRONIC.match(value) else WEAK
    return WEAK if set(sections) & {Section.SYSTEMS, Section.PROCEDURES} else None


def is_unspecified(text: str) -> bool:
    """Whether a code's text is for what is not told further."""
    return bool(re.search(r"\bunspecified\b|\bwithout complications\b", text, re.I))


# Diseases by the beginning of their codes, and the symptoms that they always bring.
_BRINGS = [
    (r"J(?:0|1|2|4)", r"R05|R06|R07[01]|R09|R50|R49|R0[67]8"),
    (r"I50|I11|I13", r"R060|R0602|R060|R600|R609|R5383|R14|R0989|R0600"),
    (r"E(?:08|09|10|11|13)", r"R73|R35|R631"),
    (r"I1[0-3]", r"R03"),
    (r"I48", r"R00[02]"),
    (r"I2[0-5]", r"R07[89]"),
    (r"K(?:2|5|8)", r"R1[0-4]|R19"),
    (r"N(?:20|39|1[0-3])|N30", r"R10|R30|R31|R35|R39"),
    (r"G43", r"R51|R11"),
    (r"[SM]", r"M25[456]|M796|M791|R52|R60|R29898|M2540|R229|R26|R25"),
    (r"M5[0-4]|S[123][39]", r"M54|R20"),
    (r"F(?:3|4)", r"R45|R53|R40|R63|G470"),
    (r"D5|D6", r"R53"),
    (r"[AB]", r"R50|R21|R53|R51"),
    (r"L", r"R21|R23|R22"),
    (r"L97|E(?:08|09|10|11|13)621", r"M796|R60|R22"),
    (r"J(?:70|84)", r"R05|R06"),
    (r"H", r"R42|H571|H920"),
]
# The same where the assessment does not take the symptom up on its own.
_BRINGS_ALONG = [
    (r"J", r"R05|R06|R07[01]|R09|R50|R49|R131"),
    (r"E0[23]", r"R53|R635|K590"),
    (r"E66", r"R635"),
    (r"I4[789]", r"R00"),
    (r"I63|G45", r"R47|R298|R27|R53"),
    (r"I8[023]", r"R60|R22|M796|M7989"),
    (r"K|A0[0-9]", r"R1[0-4]|R19"),
    (r"N(?:20|1[0-3])", r"R11|M54[59]"),
    (r"N40", r"R3[359]"),
    (r"G4[34]", r"R51|R11|H531|H538"),
    (r"G473", r"R06|R53|G47[019]"),
    (r"G5[67]|G6[0-3]", r"R20|R531|M796"),
    (r"M541|M48|M5[01]", r"R20|R531|M796"),
    (r"G20", r"R25|R26"),
    (r"D5|D6", r"R42|R06"),
    (r"L", r"L29|L53"),
    (r"T78", r"R21|L29|L50"),
]


def _compiled(pairs):
    return [(re.compile(disease), re.compile(symptom)) for disease, symptom in pairs]


_BRINGS_CODES, _ALONG_CODES = _compiled(_BRINGS), _compiled(_BRINGS_ALONG)


def is_integral(value: str, diseases: Sequence[str], *, is_judged: bool = False) -> bool:
    """Whether a symptom (stored value) belongs to one of the diagnoses. `is_judged` tells that the
    assessment names the symptom as a problem of its own.
    """
    pairs = _BRINGS_CODES if is_judged else [*_BRINGS_CODES, *_ALONG_CODES]
    return any(
        symptom.match(value) and disease.match(other) and not _SYMPTOM.match(other)
        for disease, symptom in pairs
        for other in diseases
        if other != value
    )


def is_less_than(value: str, others: Sequence[str]) -> bool:
    """Whether another diagnosis says the same and more: any C of a D49, an injury of an
    unspecified injury of the same part, a back pain with its place of one without.
    """
    if value.startswith("D49"):
        return any(other[0] == "C" for other in others)
    if value == "C801":
        return any(other[0] == "C" and other != value for other in others)
    if value in ("F32A", "F329"):
        return any(other[:3] in ("F32", "F33", "F31") and other != value for other in others)
    if value == "M549":
        return any(other[:3] == "M54" and other != value for other in others)
    if value[0] == "S" and value[2:4] == "99":
        return any(other[0] in "SM" and other[2:4] != "99" for other in others)
    if value[0] == "S" and value[2] == "9":
        return any(other[:2] == value[:2] and other[2] != "9" for other in others)
    return False


_VISITS = [
    (re.compile(r"\bmedicare (?:annual )?wellness\b|\bannual (?:wellness )?(?:exam\w*|physical"
                r"|visit|check-?up)|\b(?:complete|general|routine|yearly) physical(?: exam\w*)?\b"
                r"|\bphysical exam\w* for this year|\bhealth maintenance exam|\bwell[- ]adult",
                re.I), "Z000"),
    (re.compile(r"\bpre-?op(?:erative)? (?:exam\w*|evaluation|clearance|assessment)",
                re.I), "Z01818"),
    (re.compile(r"\bwell[- ](?:child|baby)\b|\bwell adolescent", re.I), "Z0012"),
    (re.compile(r"\b(?:annual|routine|yearly) (?:gyn\w*|pelvic)|\bwell[- ]woman", re.I), "Z0141"),
]  # fmt: skip


# Of those without and with an abnormal finding.
ENDINGS = {"Z000": "01", "Z0012": "91", "Z0141": "91"}
_SCREENINGS = [
    (re.compile(r"\b(?:annual|screening|routine|yearly) mammogra\w+", re.I), "Z1231"),
    (re.compile(r"\bencounter for immunization|\b(?:vaccines?|immunizations?|shots?) "
                r"(?:was |were )?(?:given|administered)", re.I), "Z23"),
    (re.compile(r"\bscreening colonoscop\w+|\bcolon cancer screening", re.I), "Z1211"),
]  # fmt: skip


def screenings_of(text: str, sentences: Sequence[Sentence]) -> Iterator[tuple[int, int, int, str]]:
    """The sentence, the place and the code of every screening that the plan orders."""
    for number, sentence in enumerate(sentences):
        for pattern, value in _SCREENINGS:
            found = pattern.search(text, sentence.start, sentence.end)
            if found and sentence.section in _JUDGED:
                yield number, found.start(), found.end(), value


def visit_of(text: str, sentences: Sequence[Sentence]) -> tuple[int, int, int, str] | None:
    """The sentence, the place and the code where a note says that it is an examination."""
    for number, sentence in enumerate(sentences):
        if sentence.section not in (_JUDGED | _TOLD):
            continue
        for pattern, value in _VISITS:
            if found := pattern.search(text, sentence.start, sentence.end):
                return number, found.start(), found.end(), value
    return None
