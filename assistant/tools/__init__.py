"""What the record can be asked: one function a question, for the planner, a model, and mail.

Each takes a Record (who asks, on which date of service) and plain values, and returns a
ToolResult: facts with the place they stand at, or what keeps them locked. A code is named as
printed, or as `system:code`. What is no code of the record raises `record.Unknown`.
"""

from collections.abc import Callable

from assistant.facts import ToolResult
from assistant.tools.coverage import coverage, crosswalks
from assistant.tools.descriptions import changes, compare, look_up, search_codes
from assistant.tools.guidance import (
    compliance,
    diagnoses_together,
    guidelines,
    history,
    seventh_character,
)
from assistant.tools.ncci import add_on_codes, check_pair, partners, units_allowed
from assistant.tools.payment import fees, indicators, modifiers, outpatient_hospital

TOOLS: dict[str, Callable[..., ToolResult]] = {
    tool.__name__: tool
    for tool in (
        look_up,
        compare,
        search_codes,
        changes,
        guidelines,
        diagnoses_together,
        seventh_character,
        compliance,
        history,
        check_pair,
        partners,
        units_allowed,
        add_on_codes,
        fees,
        indicators,
        outpatient_hospital,
        modifiers,
        coverage,
        crosswalks,
    )
}

__all__ = ["TOOLS", *TOOLS]
