"""What a reader typed into the look-up box: codes, the beginning of one, a range, or words."""

import re
from dataclasses import dataclass, field

from codes.models import CodeSystem, has_form_of, stored_value

LONGEST_TEXT = 200  # characters; the rest is not looked at
MOST_CODES = 50  # named in one look-up

_SYSTEM_WORDS = {
    "cpt": CodeSystem.CPT,
    "hcpcs": CodeSystem.HCPCS,
    "icd10cm": CodeSystem.ICD_10_CM,
    "icd10": CodeSystem.ICD_10_CM,
    "icd10pcs": CodeSystem.ICD_10_PCS,
}
_RANGE = re.compile(r"(\S+?)\s*(?:-|–|—|\.\.+|\bto\b|\bthrough\b)\s*(\S+)", re.IGNORECASE)
# A code, whole or begun: letters and digits with at least one digit, perhaps a dot.
_CODE_LIKE = re.compile(r"(?=.*[0-9])[A-Za-z0-9]{1,7}(?:\.[A-Za-z0-9]*)?", re.ASCII)
# One letter is the beginning of codes, too: there is no word to look for.
_LETTER = re.compile(r"[A-Za-z]", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """`text` as typed, cleaned. At most one of these is filled besides `words`:

    `whole` (stored values named in full), `beginning` (a stored value, whole or begun), or
    `first` and `last` (a range, inclusive). `system` is one that was named beside the code.
    """

    text: str
    words: str = ""
    whole: list[str] = field(default_factory=list)
    beginning: str = ""
    first: str = ""
    last: str = ""
    system: CodeSystem | None = None

    @property
    def is_code(self) -> bool:
        return bool(self.whole or self.beginning or self.first)


def clean(text: str) -> str:
    """The text without control characters and needless blanks, at most LONGEST_TEXT long."""
    readable = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", text[: LONGEST_TEXT * 10])
    return " ".join(readable.split())[:LONGEST_TEXT].strip()


def systems_with_form(value: str) -> list[CodeSystem]:
    """The systems whose codes look like a stored value."""
    return [system for system in CodeSystem if has_form_of(system, value)]


def read(text: str) -> Asked:
    """What was asked. Text that names codes is looked for as words as well, unless it is a list."""
    cleaned = clean(text)
    system, rest = _system_and_rest(cleaned)
    codes = _codes_in(rest)
    if codes:
        return Asked(cleaned, rest, system=system, **codes)
    return Asked(cleaned, cleaned)


def _system_and_rest(text: str) -> tuple[CodeSystem | None, str]:
    """'ICD-10-CM Z45.1' names a system before the code; other text is left alone."""
    first, _, rest = text.partition(" ")
    system = _SYSTEM_WORDS.get(re.sub(r"[^a-z0-9]", "", first.lower()))
    if system and rest and _codes_in(rest):
        return system, rest.strip()
    return None, text


def _codes_in(text: str) -> dict:
    """The fields of Asked that codes in the text fill; {} where it names none."""
    if _CODE_LIKE.fullmatch(text) or _LETTER.fullmatch(text):
        return {"beginning": stored_value(text)}
    found = _RANGE.fullmatch(text)
    if found and all(_CODE_LIKE.fullmatch(end) for end in found.groups()):
        first, last = (stored_value(end) for end in found.groups())
        if set(systems_with_form(first)) & set(systems_with_form(last)) and first <= last:
            return {"first": first, "last": last}
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    values = [stored_value(part) for part in parts if _CODE_LIKE.fullmatch(part)]
    if 1 < len(parts) == len(values) and all(systems_with_form(value) for value in values):
        return {"whole": list(dict.fromkeys(values))[:MOST_CODES]}
    return {}
