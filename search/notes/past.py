"""Codes for what a patient had once: a personal history in place of an acute disease that is over.

A disease that is past and no longer treated is reported by its history (ICD-10-CM guidelines,
I.C.2.m, I.C.9.d.3, I.C.9.e.4 and I.C.21.c.4).
"""

# By the beginning of the disease's code; the longest that fits decides.
_HISTORY = {
    "I21": "I252", "I22": "I252", "I63": "Z8673", "G459": "Z8673", "I26": "Z86711",
    "I824": "Z86718", "I829": "Z86718", "J18": "Z8701", "N390": "Z87440", "N20": "Z87442",
    "K27": "Z8711", "K25": "Z8711", "K26": "Z8711", "O244": "Z8632", "U071": "Z8616",
    "C15": "Z8501", "C16": "Z85028", "C18": "Z85038", "C20": "Z85048", "C34": "Z85118",
    "C43": "Z85820", "C44": "Z85828", "C50": "Z853", "C53": "Z8541", "C54": "Z8542",
    "C56": "Z8543", "C61": "Z8546", "C62": "Z8547", "C64": "Z85528", "C67": "Z8551",
    "C73": "Z85850", "C81": "Z8571", "C82": "Z8572", "C83": "Z8572", "C85": "Z8572",
    "C91": "Z856", "C92": "Z856", "C95": "Z856",
}  # fmt: skip
CATEGORIES = ["I25", "Z85", "Z86", "Z87"]
# Past even without a word that says so, in a list of past diseases.
ACUTE = ("I21", "I22", "I63", "G459", "I26", "I824", "J18", "N390")


def history_code(value: str) -> str:
    """The stored value of the code for having had a diagnosis; '' where there is none."""
    for length in range(len(value), 2, -1):
        if found := _HISTORY.get(value[:length]):
            return found
    return ""


def is_history_of(value: str, others: list[str]) -> bool:
    """Whether a code is the history of one of the others, which the note says is there now."""
    return any(history_code(other) == value for other in others)
