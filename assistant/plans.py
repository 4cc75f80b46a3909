"""Which tools answer a question: a list of calls for what was read in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.question import Question, Topic
from assistant.record import Record
from codes.queries.code_forms import CodeSystem
from codes.queries.editorial import published_slugs

MOST_CALLS = 12
MOST_CODES_EACH = 4
_PROCEDURES = (CodeSystem.CPT, CodeSystem.HCPCS)
# Modifiers that set an NCCI edit aside are asked for beside a pair; others of one code.
_OF_ONE_CODE = {
    Topic.UNITS: "units_allowed",
    Topic.ADD_ON: "add_on_codes",
    Topic.FEE: "fees",
    Topic.OPPS: "outpatient_hospital",
    Topic.MODIFIERS: "modifiers",
    Topic.INDICATORS: "indicators",
    Topic.SEVENTH: "seventh_character",
    Topic.GUIDELINES: "guidelines",
    Topic.COMPLIANCE: "compliance",
    Topic.CROSSWALKS: "crosswalks",
    Topic.HISTORY: "history",
    Topic.PARTNERS: "partners",
    Topic.STATUS: "look_up",
    Topic.REPLACED: "look_up",
    Topic.MEANING: "look_up",
}

# Words of a question that want one fact of a topic, and the tool's name for it.
_ABOUT = {
    Topic.COMPLIANCE: [
        ("global", "global"),
        ("supervis", "supervision"),
        ("document", "documentation"),
        ("poa", "present on admission"),
        ("present on admission", "present on admission"),
    ],
    Topic.CROSSWALKS: [("hcc", "HCC"), ("icd-9", "ICD-9"), ("icd9", "ICD-9"), ("rbcs", "RBCS")],
}


@dataclass(frozen=True)
class Call:
    """A tool with its arguments, and the topic it is asked for."""

    tool: str
    topic: Topic
    arguments: dict[str, Any] = field(default_factory=dict)


def calls_for(question: Question, record: Record, codes: list[str]) -> list[Call]:
    """The calls that answer the question on codes that the record has; [] where it asks nothing
    that a tool can tell.
    """
    calls = list(_calls(question, record, codes))
    unique = []
    for call in calls:
        if all((call.tool, call.arguments) != (made.tool, made.arguments) for made in unique):
            unique.append(call)
    return unique[:MOST_CALLS]


def one_of_family(record: Record, codes: list[str]) -> str:
    """The code that a family is shown by: the first on which editors wrote most of what is asked,
    else one early in it.
    """
    asked = {"guidelines", "compliance", "modifiers"}
    for code in codes:
        if asked <= published_slugs(record.code(code)):
            return code
    return codes[len(codes) // 4]


def _calls(question: Question, record: Record, codes: list[str]) -> Iterator[Call]:
    topics = list(question.topics)
    if Topic.CHANGES in topics and (question.system or not codes):
        system = question.system or "hcpcs"
        yield Call("changes", Topic.CHANGES, {"system": system, "since": question.date_of_service})
        return
    if not codes:
        return
    if question.family and not question.names_codes:
        code = one_of_family(record, codes)
        if "guidelines" in published_slugs(record.code(code)):
            yield Call("guidelines", Topic.GUIDELINES, {"code": code})
        yield Call("compliance", Topic.GUIDELINES, {"code": code, "about": "documentation"})
        yield Call("modifiers", Topic.GUIDELINES, {"code": code})
        return
    procedures = [code for code in codes if _system(record, code) in _PROCEDURES]
    diagnoses = [code for code in codes if _system(record, code) == CodeSystem.ICD_10_CM]
    if Topic.COVERAGE in topics and procedures:
        for code in procedures[:2]:
            for diagnosis in diagnoses[:MOST_CODES_EACH] or [""]:
                asked = {"code": code, "diagnosis": diagnosis, "state": question.state}
                yield Call("coverage", Topic.COVERAGE, asked)
        topics.remove(Topic.COVERAGE)
        topics = [topic for topic in topics if topic not in (Topic.PAIR, Topic.FEE)]
        if not topics:
            return
    pairs = [(one, two) for at, one in enumerate(procedures) for two in procedures[at + 1 :]]
    asks_pair = {Topic.PAIR, Topic.BYPASS} & set(topics)
    is_of_pair = len(procedures) > 1 and (asks_pair or _is_bare(question, topics))
    if is_of_pair:
        for one, two in pairs[:6]:
            yield Call(
                "check_pair",
                Topic.PAIR,
                {
                    "first": one,
                    "second": two,
                    "setting": question.setting,
                    "modifier": next(iter(question.modifiers), ""),
                    "lists_modifiers": Topic.BYPASS in topics and not question.modifiers,
                },
            )
        topics = [t for t in topics if t not in (Topic.PAIR, Topic.BYPASS, Topic.MODIFIERS)]
        if question.topics and not topics:
            return
    if asks_pair and not procedures and len(diagnoses) > 1 and not question.ranges:
        yield Call("diagnoses_together", Topic.PAIR, {"codes": diagnoses})
        topics = [t for t in topics if t not in (Topic.PAIR, Topic.BYPASS)]
        if not topics:
            return
    if Topic.COMPARE in topics or (question.ranges and not topics):
        yield Call("compare", Topic.COMPARE, {"codes": codes})
        return
    if asks_pair and len(procedures) == 1:
        topics = [t for t in topics if t not in (Topic.PAIR, Topic.BYPASS)] + [Topic.PARTNERS]
    if not topics and not is_of_pair:
        topics = [Topic.MODIFIERS] if question.modifiers else [Topic.MEANING]
    for topic in Topic:
        if topic in topics and topic in _OF_ONE_CODE:
            for code in codes[:MOST_CODES_EACH]:
                yield from _of_one(topic, code, question, record)


def _of_one(topic: Topic, code: str, question: Question, record: Record) -> Iterator[Call]:
    is_diagnosis = _system(record, code) not in _PROCEDURES
    if is_diagnosis and topic in (Topic.UNITS, Topic.FEE, Topic.OPPS, Topic.PARTNERS, Topic.ADD_ON):
        yield Call("look_up", topic, {"code": code})
        return
    if not is_diagnosis and topic == Topic.SEVENTH:
        yield Call("look_up", topic, {"code": code})
        return
    asked: dict[str, Any] = {"code": code}
    if topic == Topic.FEE:
        asked["place"] = question.place
        asked["modifier"] = next((m for m in question.modifiers if m in ("26", "TC", "53")), "")
    elif topic == Topic.MODIFIERS:
        asked["modifier"] = next(iter(question.modifiers), "")
    elif topic in (Topic.UNITS, Topic.PARTNERS):
        asked["setting"] = question.setting
    elif topic in _ABOUT:
        words = question.text.lower()
        asked["about"] = next((name for word, name in _ABOUT[topic] if word in words), "")
    yield Call(_OF_ONE_CODE[topic], topic, asked)


def _is_bare(question: Question, topics: list[Topic]) -> bool:
    """Two procedures and nothing asked of them, or only a modifier: whether they go together."""
    return not question.ranges and set(topics) <= {Topic.MODIFIERS}


def _system(record: Record, code: str) -> str:
    return record.code(code).system
