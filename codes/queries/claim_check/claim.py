"""A claim to check: its lines and diagnoses, and the address that says it all.

Nothing of a claim is stored; the address is the claim. A line is written as
`36561-59,RTx2~pos22~dx1,3~2024-07-02`: code, modifiers, units, place of service, which of the
claim's diagnoses it points to, date of service. All but the code may be left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol
from urllib.parse import quote

from codes.models import CodeSystem, has_form_of, printed_value, stored_value
from codes.queries.ncci import PTP_SETTINGS, Setting
from codes.queries.service_date import read_service_date

MOST_LINES = 50
MOST_DIAGNOSES = 12  # as on CMS-1500
MOST_MODIFIERS = 4  # as on CMS-1500
MOST_UNITS = 9999
MOST_DATES = 7

_LINE = re.compile(
    r"(?P<code>[A-Z0-9.]{3,8}?)"  # the shortest, so that x and units are not part of it
    r"(?:-(?P<modifiers>[A-Z0-9]{2}(?:,[A-Z0-9]{2})*))?"
    r"(?:X(?P<units>\d{1,4}))?"
    r"(?P<more>(?:~[^~]*)*)",
    re.ASCII,
)
_STATES = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTX"
        "UTVTVAWAWVWIWYASGUMPPRVI",
    )
)


class Parameters(Protocol):
    """What a QueryDict offers."""

    def get(self, key: str, default: str = "") -> str: ...

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class Line:
    """A line of a claim. `place` is its place of service, or the claim's, or ''; `pointers` are
    the places of its diagnoses in the claim, from 1; empty: all of them.
    """

    number: int
    value: str
    date_of_service: date
    modifiers: tuple[str, ...] = ()
    units: int = 1
    place: str = ""
    pointers: tuple[int, ...] = ()

    @cached_property
    def system(self) -> CodeSystem | None:
        """CPT or HCPCS by the form of the code; None where it has neither form."""
        systems = (CodeSystem.CPT, CodeSystem.HCPCS)
        return next((system for system in systems if has_form_of(system, self.value)), None)

    @property
    def printed(self) -> str:
        """The code with its modifiers: `36561-59`."""
        return "-".join((self.value, ",".join(self.modifiers))) if self.modifiers else self.value


@dataclass(frozen=True)
class Claim:
    """What a reader asked to check. `locality` is a payment locality as `01112-05`, for which the
    ZIP code is not needed; `problems` are sentences on what could not be read of it."""

    date_of_service: date
    setting: Setting = Setting.PRACTITIONER
    lines: tuple[Line, ...] = ()
    diagnoses: tuple[str, ...] = ()
    state: str = ""
    zip_code: str = ""
    locality: str = ""
    place: str = ""
    problems: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.diagnoses and not self.problems

    @property
    def dates(self) -> list[date]:
        return sorted({line.date_of_service for line in self.lines} or {self.date_of_service})

    def lines_on(self, day: date) -> list[Line]:
        return [line for line in self.lines if line.date_of_service == day]

    def is_over(self, allowance: int) -> bool:
        """Whether it has more lines, or more diagnoses, than a reader may check at once."""
        return len(self.lines) > allowance or len(self.diagnoses) > min(allowance, MOST_DIAGNOSES)

    def diagnoses_of(self, line: Line) -> list[str]:
        """The diagnoses a line points to; all of the claim's where it points to none."""
        pointed = [self.diagnoses[place - 1] for place in line.pointers]
        return pointed or list(self.diagnoses)

    @property
    def query(self) -> str:
        """The query of the address that reproduces the check."""
        parts = [f"date={self.date_of_service.isoformat()}", f"setting={self.setting}"]
        parts += [f"line={quote(self.line_text(line), safe=',~-')}" for line in self.lines]
        parts += [f"dx={printed_value(CodeSystem.ICD_10_CM, value)}" for value in self.diagnoses]
        named = {"state": self.state, "zip": self.zip_code, "locality": self.locality}
        for name, value in {**named, "pos": self.place}.items():
            if value:
                parts.append(f"{name}={quote(value)}")
        return "&".join(parts)

    def line_text(self, line: Line) -> str:
        """A line as the address writes it."""
        text = line.printed
        if line.units != 1:
            text += f"x{line.units}"
        if line.place and line.place != self.place:
            text += f"~pos{line.place}"
        if line.pointers:
            text += f"~dx{','.join(map(str, line.pointers))}"
        if line.date_of_service != self.date_of_service:
            text += f"~{line.date_of_service.isoformat()}"
        return text


def read_claim(parameters: Parameters, today: date) -> Claim:
    """The claim an address describes. What cannot be read is named in `problems`, never guessed."""
    problems: list[str] = []
    date_of_service, problem = read_service_date(parameters.get("date", ""), today)
    if problem:
        problems.append(problem.replace("The page shows today.", "").strip())
    setting = _setting(parameters.get("setting", ""), problems)
    place = _place(parameters.get("pos", ""), problems)
    diagnoses = _diagnoses(parameters.getlist("dx"), problems)
    texts = [text for text in parameters.getlist("line") if text.strip()]
    lines = []
    for number, text in enumerate(texts, start=1):
        line = read_line(number, text, date_of_service, place, len(diagnoses), problems)
        if line:
            lines.append(line)
    claim = Claim(
        date_of_service=date_of_service,
        setting=setting,
        lines=tuple(lines),
        diagnoses=tuple(diagnoses),
        state=_state(parameters.get("state", ""), problems),
        zip_code=_zip_code(parameters.get("zip", ""), problems),
        locality=_locality(parameters.get("locality", ""), problems),
        place=place,
        problems=tuple(problems),
    )
    return with_limits(claim, problems)


def with_limits(claim: Claim, problems: Sequence[str]) -> Claim:
    """The claim with a problem more for each limit it breaks."""
    found = list(problems)
    if len(claim.lines) > MOST_LINES:
        found.append(
            f"The claim has {len(claim.lines)} lines; at most {MOST_LINES} are checked at once."
        )
    if len(claim.diagnoses) > MOST_DIAGNOSES:
        found.append(
            f"The claim has {len(claim.diagnoses)} diagnoses; a claim has {MOST_DIAGNOSES} at most."
        )
    if len(claim.dates) > MOST_DATES:
        found.append(
            f"The lines have {len(claim.dates)} dates of service; at most {MOST_DATES} are "
            "checked at once."
        )
    return Claim(**{**claim.__dict__, "problems": tuple(found)})


def read_line(
    number: int,
    text: str,
    date_of_service: date,
    place: str,
    diagnosis_count: int,
    problems: list[str],
) -> Line | None:
    """A line as the address writes it; None with a problem where it cannot be read."""
    text = "".join(text.replace("\0", "").split())[:80].upper()
    found = _LINE.fullmatch(text)
    if not found:
        problems.append(
            f"Line {number}, “{text[:40]}”: expected a code, then - and modifiers with commas, "
            "then x and units, such as 36561-59x2."
        )
        return None
    modifiers = tuple(found["modifiers"].split(",")) if found["modifiers"] else ()
    units = int(found["units"] or 1)
    pointers: tuple[int, ...] = ()
    for part in filter(None, found["more"].split("~")):
        if re.fullmatch(r"POS\d{1,2}", part, re.ASCII):
            place = part[3:].zfill(2)
        elif re.fullmatch(r"DX\d{1,2}(,\d{1,2})*", part, re.ASCII):
            pointers = tuple(dict.fromkeys(int(item) for item in part[2:].split(",")))
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", part, re.ASCII):
            date_of_service, problem = read_service_date(part, date_of_service)
            if problem:
                problems.append(f"Line {number}: “{part}” is not a date of service.")
        else:
            problems.append(
                f"Line {number}: “{part[:20]}” is not understood; expected pos and two digits, dx "
                "and the numbers of diagnoses, or a date."
            )
    line = Line(
        number, stored_value(found["code"]), date_of_service, modifiers, units, place, pointers
    )
    problems.extend(_problems_of(line, diagnosis_count))
    return line if all(place <= diagnosis_count for place in pointers) else None


def _problems_of(line: Line, diagnosis_count: int) -> list[str]:
    problems = []
    if not 1 <= line.units <= MOST_UNITS:
        problems.append(f"Line {line.number}: units are a whole number from 1.")
    if len(line.modifiers) > MOST_MODIFIERS:
        problems.append(
            f"Line {line.number} has {len(line.modifiers)} modifiers; a line has {MOST_MODIFIERS} "
            "at most."
        )
    missing = [place for place in line.pointers if not 1 <= place <= diagnosis_count]
    if missing:
        problems.append(
            f"Line {line.number} points to diagnosis {missing[0]}; the claim has {diagnosis_count}."
        )
    return problems


def _setting(text: str, problems: list[str]) -> Setting:
    text = text.strip().lower()
    if text and text not in [str(item) for item in PTP_SETTINGS]:
        problems.append(
            f"“{text[:20]}” is not a setting of claims; expected practitioner or hospital."
        )
        return Setting.PRACTITIONER
    return Setting(text) if text else Setting.PRACTITIONER


def _place(text: str, problems: list[str]) -> str:
    text = text.strip()
    if text and not re.fullmatch(r"\d{1,2}", text, re.ASCII):
        problems.append(
            f"“{text[:20]}” is not a place of service; expected two digits, such as 11."
        )
        return ""
    return text.zfill(2) if text else ""


def _state(text: str, problems: list[str]) -> str:
    text = text.strip().upper()
    if text and text not in _STATES:
        problems.append(f"“{text[:20]}” is not a state; expected two letters, such as KY.")
        return ""
    return text


def _zip_code(text: str, problems: list[str]) -> str:
    text = text.strip()
    if text and not re.fullmatch(r"\d{5}(-?\d{4})?", text, re.ASCII):
        problems.append(f"“{text[:20]}” is not a ZIP code; expected five digits.")
        return ""
    return text


def _locality(text: str, problems: list[str]) -> str:
    text = text.strip()
    if text and not re.fullmatch(r"\d{4,5}-\d{1,2}", text, re.ASCII):
        problems.append(
            f"“{text[:20]}” is not a payment locality; expected contractor and locality, such as "
            "01112-05."
        )
        return ""
    return text


def _diagnoses(texts: list[str], problems: list[str]) -> list[str]:
    values = []
    for text in texts:
        for part in re.split(r"[\s,;]+", text.replace("\0", "").strip()):
            value = stored_value(part)
            if value and len(value) > 7:
                problems.append(f"“{part[:20]}” is not a diagnosis; expected one such as Z45.1.")
            elif value and value not in values:
                values.append(value)
    return values
