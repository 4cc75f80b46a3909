"""A claim as people write it: pasted lines, or a CSV file. Both become the claim's address.

Text: a line each, `36561 59 RT x2 Z45.1`: the code, then in any order modifiers, units (`x2`,
`2 units`), place of service (`pos 22`), a date (`2026-07-02`, `7/2/2026`) and the diagnoses it
points to. A line that begins with `dx`, or with a diagnosis, names diagnoses of the claim. A
further code in a row begins a line of its own, and the numbers of a list and the names of columns
("1.", "CPT:", "mod") are passed over.

CSV: a head with `code` and any of `modifiers`, `units`, `pos`, `date`, `diagnoses`.
"""

import csv
import io
import re
from dataclasses import dataclass, field

from codes.models import CodeSystem, has_form_of, stored_value
from codes.queries.claim_check.claim import MOST_LINES

MOST_BYTES = 64 * 1024
CSV_COLUMNS = ("code", "modifiers", "units", "pos", "date", "diagnoses")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(?:20)?(\d{2})", re.ASCII)
_NUMBER = re.compile(r"(?:[•·*–-]\s+|\(?\d{1,2}[.)]\s+|line\s*\d{1,2}\b\s*[:.)]?\s*)", re.I)
_NAME = re.compile(r"(?:cpt|hcpcs|procedures?|codes?)®?(?:[/ ]*(?:hcpcs|codes?))*\s*:?\s+", re.I)
_COLUMN_NAMES = (
    "cpt hcpcs code codes procedure mod mods modifier modifiers unit units qty pos dx icd icd-10 "
    "diagnosis diagnoses date dos line charge charges #"
)
_COLUMNS = frozenset(_COLUMN_NAMES.split())
# Words between the parts of a line, which say nothing of it.
_BETWEEN_WORDS = "and & plus with + mod mods modifier modifiers dos on qty"
_BETWEEN = frozenset(_BETWEEN_WORDS.split())
_UNITS = re.compile(r"[xX×*](\d{1,4})|(\d{1,4})(?:u|units?)", re.ASCII | re.IGNORECASE)
_DX = re.compile(
    r"(?:dx|diagnos[ei]s|icd(?:-?10)?(?:-?cm)?)(?: codes?)?\s*\d{0,2}\s*[:.]?\s+", re.IGNORECASE
)
_PROCEDURE = re.compile(r"(?:\d{5}|\d{4}[A-Z]|[A-V]\d{4})(?:-.*)?", re.ASCII | re.IGNORECASE)


@dataclass
class WrittenClaim:
    """Lines and diagnoses as the address writes them, and sentences on what was not understood."""

    lines: list[str] = field(default_factory=list)
    diagnoses: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def pointer_to(self, text: str) -> int:
        """The place of a diagnosis in the claim; a new one is added at its end."""
        value = stored_value(text)
        if value not in self.diagnoses:
            self.diagnoses.append(value)
        return self.diagnoses.index(value) + 1

    def add(
        self,
        code: str,
        modifiers: list[str],
        units: str = "",
        place: str = "",
        day: str = "",
        pointers: list[int] | None = None,
    ) -> None:
        text = code.upper()
        if modifiers:
            text += f"-{','.join(modifiers).upper()}"
        if units and units != "1":
            text += f"x{units}"
        if place:
            text += f"~pos{place}"
        if pointers:
            text += f"~dx{','.join(map(str, pointers))}"
        if day:
            text += f"~{day}"
        self.lines.append(text)


def is_diagnosis(text: str) -> bool:
    """Whether a word is a diagnosis. Without its dot, one of the form of HCPCS is taken for that:
    A0221 is a code of transport, A02.21 a diagnosis.
    """
    value = stored_value(text)
    if not 3 <= len(value) <= 7 or not has_form_of(CodeSystem.ICD_10_CM, value):
        return False
    return "." in text or not has_form_of(CodeSystem.HCPCS, value)


def read_text(text: str) -> WrittenClaim:
    """The claim in pasted text."""
    claim = WrittenClaim()
    rows = [row.strip() for row in text.replace("\0", "")[:MOST_BYTES].splitlines()]
    for number, row in enumerate(rows, start=1):
        if len(claim.lines) > MOST_LINES:
            claim.problems.append(f"More than {MOST_LINES} lines were pasted.")
            break
        row = _NUMBER.sub("", row, count=1) if not _DATE.match(row) else row
        named = _DX.match(row)
        begins = named or _NAME.match(row)
        words = [
            word for word in re.split(r"[\s,;|\t]+", row[begins.end() if begins else 0 :]) if word
        ]
        if not words or all(word.lower().strip(":.") in _COLUMNS for word in words):
            continue
        if named or is_diagnosis(words[0]):
            _read_diagnoses(claim, number, words)
        else:
            for line in _lines_of(words):
                _read_procedure(claim, number, line)
    return claim


def _lines_of(words: list[str]) -> list[list[str]]:
    """The words of a row by the codes of procedures they stand behind."""
    lines: list[list[str]] = [[words[0]]]
    for word in words[1:]:
        if _PROCEDURE.fullmatch(word.strip(":.")):
            lines.append([word])
        else:
            lines[-1].append(word)
    return lines


def _read_diagnoses(claim: WrittenClaim, number: int, words: list[str]) -> None:
    for word in words:
        value = stored_value(word)
        if len(value) <= 7 and has_form_of(CodeSystem.ICD_10_CM, value):
            claim.pointer_to(word)
        elif word.lower() not in _BETWEEN:
            claim.problems.append(f"Row {number}: “{word[:20]}” is not an ICD-10-CM code.")


def _read_procedure(claim: WrittenClaim, number: int, words: list[str]) -> None:
    code, *rest = words
    code, _, tail = code.strip(":.").partition("-")
    rest = [*filter(None, re.split(r"[-,]", tail)), *rest]
    modifiers, pointers, units, place, day = [], [], "", "", ""
    position = 0
    while position < len(rest):
        word = rest[position].strip(":.")
        following = rest[position + 1].strip(":.") if position + 1 < len(rest) else ""
        position += 1
        found = _UNITS.fullmatch(word)
        if word.lower() in _BETWEEN or not word:
            continue
        if _DATE.fullmatch(word):
            day = word
        elif us_date := _US_DATE.fullmatch(word):
            month, number_of_day, year = map(int, us_date.groups())
            day = f"20{year:02}-{month:02}-{number_of_day:02}"
        elif word.lower() == "pos" and re.fullmatch(r"\d{1,2}", following, re.ASCII):
            place, position = following, position + 1
        elif word.lower() in ("x", "unit", "units") and re.fullmatch(
            r"\d{1,4}", following, re.ASCII
        ):
            units, position = following, position + 1
        elif re.fullmatch(r"pos\d{1,2}", word, re.IGNORECASE | re.ASCII):
            place = word[3:]
        elif found:
            units = found[1] or found[2]
        elif following.lower() in ("unit", "units", "u") and word.isdecimal():
            units, position = word, position + 1
        elif re.fullmatch(r"\d", word, re.ASCII) or re.fullmatch(r"\d{3,4}", word, re.ASCII):
            units = word
        elif len(word) == 2 and word.isalnum() and word.isascii():
            modifiers.append(word)
        elif is_diagnosis(word):
            pointers.append(claim.pointer_to(word))
        else:
            claim.problems.append(
                f"Row {number}: “{word[:20]}” is not understood; expected a modifier, units such "
                "as x2, a place of service such as pos 22, a date or a diagnosis."
            )
    if not re.fullmatch(r"[A-Za-z0-9]{3,8}", code, re.ASCII):
        claim.problems.append(f"Row {number}: “{code[:20]}” is not a code.")
        return
    claim.add(code, modifiers, units, place, day, pointers)


def read_csv(content: bytes) -> WrittenClaim:
    """The claim in an uploaded CSV file."""
    claim = WrittenClaim()
    if len(content) > MOST_BYTES:
        claim.problems.append(
            f"The file has {len(content) // 1024} KB; a claim has {MOST_BYTES // 1024} at most."
        )
        return claim
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        claim.problems.append("The file is not a CSV file in UTF-8. Save it as “CSV UTF-8”.")
        return claim
    if "\0" in text:
        claim.problems.append("The file is not a CSV file; expected text with commas.")
        return claim
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        claim.problems.append(f"The file is not a CSV file ({error}).")
        return claim
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "code" not in head:
        claim.problems.append(
            f"The first line of the file must name the columns: {', '.join(CSV_COLUMNS)}; only "
            "code is required."
        )
        return claim
    unknown = [name for name in head if name and name not in CSV_COLUMNS]
    if unknown:
        claim.problems.append(
            f"Column “{unknown[0][:40]}” is not one of {', '.join(CSV_COLUMNS)}. Leave out "
            "everything else, above all what tells of a patient."
        )
        return claim
    for number, row in enumerate(rows[1 : MOST_LINES + 2], start=2):
        _read_row(claim, number, dict(zip(head, (cell.strip() for cell in row), strict=False)))
    return claim


def _read_row(claim: WrittenClaim, number: int, cells: dict[str, str]) -> None:
    code = cells.get("code", "")
    if not re.fullmatch(r"[A-Za-z0-9]{3,8}", code, re.ASCII):
        claim.problems.append(f"Line {number} of the file: “{code[:20]}” is not a code.")
        return
    modifiers = [item for item in re.split(r"[\s,;/-]+", cells.get("modifiers", "")) if item]
    for modifier in modifiers:
        if not re.fullmatch(r"[A-Za-z0-9]{2}", modifier, re.ASCII):
            claim.problems.append(
                f"Line {number} of the file: “{modifier[:20]}” is not a modifier of two characters."
            )
            return
    units, place, day = cells.get("units", ""), cells.get("pos", ""), cells.get("date", "")
    for text, pattern, expected in (
        (units, r"\d{1,4}", "units as a whole number"),
        (place, r"\d{1,2}", "a place of service of two digits"),
        (day, _DATE.pattern, "a date such as 2026-07-01"),
    ):
        if text and not re.fullmatch(pattern, text, re.ASCII):
            claim.problems.append(f"Line {number} of the file: “{text[:20]}”; expected {expected}.")
            return
    pointers = []
    for word in filter(None, re.split(r"[\s,;]+", cells.get("diagnoses", ""))):
        value = stored_value(word)
        if len(value) > 7 or not has_form_of(CodeSystem.ICD_10_CM, value):
            claim.problems.append(
                f"Line {number} of the file: “{word[:20]}” is not an ICD-10-CM code."
            )
            return
        pointers.append(claim.pointer_to(word))
    claim.add(code, modifiers, units, place, day, pointers)
