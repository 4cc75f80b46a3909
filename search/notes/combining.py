"""Codes that ICD-10-CM reports as one: where two diagnoses of a note become another.

The official guidelines presume these links unless the note denies them (I.A.15, I.C.4.a, I.C.9.a).
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Combination:
    """`value` takes the place of the diagnoses in `instead`; `because` are all that led to it."""

    value: str
    instead: tuple[str, ...]
    because: tuple[str, ...]
    rule: str


_HEART_FAILURE = re.compile(r"I50")
_KIDNEY_DISEASE = re.compile(r"N18")
# What a diabetes without complications becomes beside another diagnosis, and whether the other
# one is said by it already.
_WITH_DIABETES = [
    (re.compile(r"N18"), "22", False),
    (re.compile(r"L97[45]"), "621", False),
    (re.compile(r"R739"), "65", True),
    (re.compile(r"G629|G63"), "42", True),
    (re.compile(r"K3184"), "43", True),
    (re.compile(r"E162"), "649", True),
]
_LINK = "The official guidelines presume that the two are linked ({}), unless the note says not."


def combinations_of(values: list[str]) -> list[Combination]:
    """The combination codes that a note's diagnoses (stored values) call for."""
    found = []
    hypertension = next((value for value in values if value == "I10"), "")
    if hypertension:
        failing = next((value for value in values if _HEART_FAILURE.match(value)), "")
        kidney = next((value for value in values if _KIDNEY_DISEASE.match(value)), "")
        late = kidney in ("N185", "N186")
        if failing and kidney:
            value = "I132" if late else "I130"
        elif failing:
            value = "I110"
        elif kidney:
            value = "I120" if late else "I129"
        else:
            value = ""
        if value:
            because = tuple(filter(None, (hypertension, failing, kidney)))
            found.append(Combination(value, (hypertension,), because, _LINK.format("I.C.9.a")))
    for diabetes in [value for value in values if re.fullmatch(r"E(?:08|09|10|11|13)9", value)]:
        for other, ending, is_said in _WITH_DIABETES:
            beside = next((value for value in values if other.match(value)), "")
            if beside:
                instead = (diabetes, beside) if is_said else (diabetes,)
                found.append(
                    Combination(
                        diabetes[:3] + ending, instead, (diabetes, beside), _LINK.format("I.A.15")
                    )
                )
    return found
