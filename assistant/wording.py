"""How an answer reads: which facts come first, what is said beside them, and what to ask next."""

from django.urls import reverse

from assistant.answer import Block, Listing, Paragraph, paragraph
from assistant.facts import Citation, Fact, ToolResult
from assistant.plans import Call
from assistant.question import Question, Topic

# Tools whose facts are many of one kind: they read better below each other.
_LISTED = {
    "modifiers", "indicators", "guidelines", "compliance", "crosswalks", "history",
    "units_allowed",
}  # fmt: skip
MOST_LISTED = 16


def blocks_of(call: Call, result: ToolResult) -> list[Block]:
    """The blocks that tell a result."""
    blocks: list[Block] = []
    if result.facts:
        if result.tool in _LISTED and len(result.facts) > 1:
            shown = tuple(paragraph(fact) for fact in result.facts[:MOST_LISTED])
            blocks.append(Listing(shown))
            blocks += _rest(result)
        elif result.tool in ("compare", "search_codes") and result.tables:
            pass  # the table says it
        else:
            blocks += _paragraphs(result.facts)
    blocks += result.tables
    if result.locked:
        blocks.append(_locked(call, result))
    return blocks


def _paragraphs(facts: tuple[Fact, ...]) -> list[Block]:
    """Facts of one place stand in one paragraph, the first by itself: it is the answer."""
    blocks: list[Block] = [paragraph(facts[0])]
    group: list[Fact] = []
    for fact in facts[1:]:
        if group and group[0].citation != fact.citation:
            blocks.append(paragraph(*group))
            group = []
        group.append(fact)
    if group:
        blocks.append(paragraph(*group))
    return blocks


def _rest(result: ToolResult) -> list[Block]:
    if len(result.facts) <= MOST_LISTED:
        return []
    return [Paragraph("The page has more of them.", (result.facts[0].citation,))]


def _locked(call: Call, result: ToolResult) -> Block:
    locked = result.locked
    what = _BEHIND.get(result.tool, "What you ask for")
    page = Citation(f"{locked.printed}, the page", locked.url)
    text = f"{what} of {locked.printed} stands behind the meter. {locked.sentence}"
    citations = [page]
    if result.tool == "check_pair":
        first, second = call.arguments["first"], call.arguments["second"]
        lines = "&".join(f"line={code.partition(':')[2] or code}" for code in (first, second))
        text += " The claim checker compares two codes for everybody."
        citations.append(Citation("Claim checker", f"{reverse('claim_check')}?{lines}"))
    return Paragraph(text, tuple(citations))


_BEHIND = {
    "check_pair": "The NCCI edit",
    "partners": "The list of NCCI edits",
    "diagnoses_together": "What Excludes1 notes say",
    "units_allowed": "The number of units",
    "add_on_codes": "The add-on rule",
    "fees": "The fee",
    "indicators": "The payment indicators",
    "outpatient_hospital": "The hospital payment",
    "modifiers": "Which modifiers apply",
    "guidelines": "The guidelines",
    "seventh_character": "The meaning of the 7th characters",
    "compliance": "What is checked",
    "coverage": "The coverage",
    "crosswalks": "The crosswalks",
    "history": "The history",
}


def lead(question: Question, call: Call, result: ToolResult) -> str:
    """A first sentence that answers at once, where the facts alone do not; '' elsewhere."""
    if not result.facts:
        return ""
    status = result.values.get("status")
    if call.topic == Topic.REPLACED and result.tool == "look_up" and status:
        return "" if status == "ended" else "It has not been replaced."
    return ""


def of_other_payer(payer: str) -> str:
    """What is said beside an answer to somebody who bills another payer than Medicare."""
    return (
        f"The record holds Medicare’s rules only. {payer} may follow others; ask it for its policy."
    )


def next_questions(
    question: Question, calls: list[Call], codes: list[str], results: list[ToolResult]
) -> list[str]:
    """Two or three questions to go on with; of an edit only where one is told of."""
    if not calls:
        return []
    call, key = calls[0], codes[0] if codes else ""
    if question.family:
        key = call.arguments.get("code", key)
    code = key.partition(":")[2] or key
    offered = {
        "check_pair": [
            *(
                ["Which modifier bypasses that edit, and when is it allowed?"]
                if any(result.values.get("has_edit") for result in results)
                else []
            ),
            "And in outpatient hospital?"
            if question.setting != "hospital"
            else "And in the office?",
            f"How many units of {code} per day?",
        ],
        "units_allowed": [
            f"What does Medicare pay for {code}?",
            f"Which modifiers go with {code}?",
        ],
        "fees": [f"Which modifiers go with {code}?", f"How many units of {code} per day?"],
        "coverage": [f"What does Medicare pay for {code}?", f"Guidelines for {code}"],
        "guidelines": [f"What is {code}?", f"Crosswalks of {code}"],
        "modifiers": [f"Global period of {code}", f"NCCI edits of {code}"],
        "compliance": [f"Which modifiers go with {code}?", f"What does Medicare pay for {code}?"],
        "crosswalks": [f"Guidelines for {code}", f"What is {code}?"],
        "seventh_character": [f"Guidelines for {code}", f"What is {code}?"],
        "changes": ["What changed in ICD-10-CM?", "What changed in HCPCS?"],
        "search_codes": [],
        "compare": [f"Can {code} be billed with {codes[1]}?"] if len(codes) > 1 else [],
        "partners": [f"How many units of {code} per day?", f"Which modifiers go with {code}?"],
        "history": [f"What replaced {code}?", f"Guidelines for {code}"],
    }
    found = offered.get(call.tool)
    if found is None:
        found = [
            f"Guidelines for {code}",
            f"What does Medicare pay for {code}?",
            f"NCCI edits of {code}",
        ]
        if not code[:1].isdigit() and "." in code:
            found = [f"Guidelines for {code}", f"Crosswalks of {code}"]
    asked = question.text.casefold().rstrip("?")
    return [item for item in found if item.casefold().rstrip("?") != asked][:3]
