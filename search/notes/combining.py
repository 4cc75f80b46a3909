"""Codes that ICD-10-CM reports as one: where two diagnoses of a note become another.

The official guidelines presume these links unless the note denies them (I.A.15, I.C.4.a, I.C.9.a).
"""

import re
from collections.abc import Collection
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
# What a diabetes becomes beside another diagnosis, and whether the other one is said by it already.
_WITH_DIABETES = [
    (re.compile(r"N18"), "22", False),
    (re.compile(r"L97[45]"), "621", False),
    (re.compile(r"R739"), "65", True),
    (re.compile(r"G629|G63|G609"), "42", True),
    (re.compile(r"K3184"), "43", True),
    (re.compile(r"E162"), "649", True),
    (re.compile(r"I739"), "51", True),
    (re.compile(r"H3500|H3509"), "319", True),
    (re.compile(r"H269"), "36", True),
]
_TYPE = re.compile(r"E(08|09|10|11|13)")
_LUNG_INFECTION = re.compile(r"J(?:1[0-8]|2[0-2])")
_LUNG = "A lower respiratory infection with the disease has a code of its own (note at J44.0)."
_ONE_CODE = "ICD-10-CM has one code for the stone with the hydronephrosis."
_DEMENTIA = "The dementia is one in Alzheimer's disease (note at G30)."
_LINK = "The official guidelines presume that the two are linked ({}), unless the note says not."


def combinations_of(values: list[str]) -> list[Combination]:
    """The combination codes that a note's diagnoses (stored values) call for."""
    found = []
    hypertension = next((value for value in values if value in ("I10", "I119", "I110")), "")
    if hypertension:
        failing = next((value for value in values if _HEART_FAILURE.match(value)), "")
        of_heart = hypertension.startswith("I11")
        kidney = next((value for value in values if _KIDNEY_DISEASE.match(value)), "")
        late = kidney in ("N185", "N186")
        if failing and kidney:
            value = "I132" if late else "I130"
        elif of_heart and kidney:
            value = "I1311" if late else "I1310"
        elif failing:
            value = "I110"
        elif kidney:
            value = "I120" if late else "I129"
        else:
            value = ""
        if value:
            because = tuple(filter(None, (hypertension, failing, kidney)))
            found.append(Combination(value, (hypertension,), because, _LINK.format("I.C.9.a")))
    found += _with_diabetes(values)
    obstructive = next((value for value in values if value in ("J449", "J441")), "")
    infection = next((value for value in values if _LUNG_INFECTION.match(value)), "")
    if obstructive and infection:
        instead = ("J449",) if obstructive == "J449" else ()
        found.append(Combination("J440", instead, (obstructive, infection), _LUNG))
    stone = next((value for value in values if value in ("N200", "N201", "N202")), "")
    swollen = next((value for value in values if value in ("N1330", "N1339")), "")
    if stone and swollen:
        found.append(Combination("N132", (stone, swollen), (stone, swollen), _ONE_CODE))
    alzheimer = next((value for value in values if value.startswith("G30")), "")
    dementia = next((value for value in values if value.startswith("F03")), "")
    if alzheimer and dementia:
        found.append(
            Combination(f"F02{dementia[3:]}", (dementia,), (alzheimer, dementia), _DEMENTIA)
        )
    return found


def _with_diabetes(values: list[str]) -> list[Combination]:
    found = []
    types = list(dict.fromkeys(value[:3] for value in values if _TYPE.match(value)))
    if len(types) != 1:
        return found
    (kind,) = types
    named = next(value for value in values if value.startswith(kind))
    for other, ending, is_said in _WITH_DIABETES:
        beside = next((value for value in values if other.match(value)), "")
        if not beside or any(value.startswith(kind + ending) for value in values):
            continue
        if ending == "22" and f"{kind}21" in values:
            continue  # named as nephropathy
        instead = tuple(filter(None, (f"{kind}9", beside if is_said else "")))
        found.append(Combination(kind + ending, instead, (named, beside), _LINK.format("I.A.15")))
    return found


def of_one_type(values: list[str], known: Collection[str]) -> dict[str, str]:
    """What becomes of codes of type 2 diabetes, which stand for one without a type as well, where
    the note's only plain diabetes is of another type. `known` are the codes that there are.
    """
    types = {value[:3] for value in values if _TYPE.match(value)}
    others = types - {"E11"}
    if len(others) != 1 or "E11" not in types or "E119" in values:
        return {}
    (kind,) = others
    moved = {value: kind + value[3:] for value in values if value.startswith("E11")}
    return {value: new for value, new in moved.items() if new in known}
