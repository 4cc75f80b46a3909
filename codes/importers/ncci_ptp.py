"""NCCI procedure-to-procedure (PTP) edits: pairs of codes that Medicare does not pay together.

Seven tab-separated columns under a header of four lines (2024 Q3 and 2026 Q3). A release comes in
parts f1, f2, ... of equal length, each in its own zip, cut anywhere, even between two edits of a
code. Nothing tells how many parts there are, so a release counts as whole when

- the numbers of its parts run from 1 without a gap,
- each part goes on, in the order of column one, where the part before it ended, and
- the first part begins with the codes that begin with 0, and the last one ends with a HCPCS
  Level II code: edits are sorted by column one, and letters come after figures.

What this cannot see (a last part that holds nothing but HCPCS codes) the check against the
release before sees, if it is more than a fifth. Whoever knows better says `--all-parts`.

The two settings have the same columns: only the files' names tell them apart.

Dates: an edit holds from its effective date through its deletion date, that day included. The file
does not say so; but nine in ten deletion dates are the last day of a quarter, most often
31 December, the day before the release without the edit takes effect. Edits deleted on or before
their effective date, and those with modifier indicator 9, never held (CMS deletes edits
retroactively that way).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from codes.importers import ncci_releases
from codes.importers.official_file import OfficialFile, text_of
from codes.importers.release_names import ReleaseName
from codes.importers.rows import CodeSeen, FileProblem, LeftOut, OperatorNeeded, Rejected, Row
from codes.models import PtpEdit, PtpRationale, Source

_HEADER = re.compile(r'^"?\s*Column\s*1\s*"?\t"?\s*Column\s*2', re.IGNORECASE)
_COLUMNS = (
    ("column1",),
    ("column2",),
    ("existence", "1996"),
    ("effective", "date"),
    ("deletion", "date"),
    ("modifier",),
    ("rationale",),
)
_EXPECTED_COLUMNS = (
    "Column 1, Column 2, in existence prior to 1996, Effective Date, Deletion Date, Modifier and "
    "PTP Edit Rationale, separated by tabs"
)
_HEAD_LINES = 40
_LONGEST_RATIONALE = 200
_TAIL_BYTES = 4096
_SHOWN = 40


class PtpEditRow(NamedTuple):
    """An edit; fields as in `codes.models.PtpEdit`. Dates are YYYYMMDD, as the database reads them:
    making objects of them would take longer than all else.
    """

    line: int
    effective_date: str
    deletion_date: str | None
    modifier_indicator: int
    rationale_number: int
    existed_before_1996: bool
    column_one: str
    column_two: str


class PtpRationaleRow(NamedTuple):
    """A rationale, where the release has it first."""

    line: int
    number: int
    text: str


@dataclass(frozen=True)
class PtpImporter:
    """The importer of one setting's edits."""

    SOURCE: Source
    marks: tuple[str, ...]
    FORMAT: str = "PTP edits"
    IS_SET = True
    CARRIES_HISTORY = True
    TABLES = {PtpEditRow: PtpEdit, PtpRationaleRow: PtpRationale}
    COUNTED = (PtpEditRow,)
    release_of = staticmethod(ncci_releases.release_of)
    release_on = staticmethod(ncci_releases.quarterly_on)

    def recognizes(self, file: OfficialFile) -> bool:
        if not any(_HEADER.match(line) for line in file.head_lines[:_HEAD_LINES]):
            return False
        marks = ncci_releases.PRACTITIONER + ncci_releases.HOSPITAL
        if not ncci_releases.is_named(file, *marks):
            raise FileProblem(
                f"{file.title} holds NCCI edits, but neither its name nor its zip's tells whose; "
                "expected ccipra (practitioners) or ccioph (outpatient hospitals) in it."
            )
        return ncci_releases.is_named(file, *self.marks)

    def check_whole(self, files: list[OfficialFile], release: ReleaseName) -> None:
        _check_whole(files, f"{self.SOURCE.label}, {release.name}")

    def read(self, *files: OfficialFile) -> Iterator[Row]:
        yield from _Reading(len(files) > 1).rows(_in_order(files))


PRACTITIONER = PtpImporter(Source.NCCI_PTP_PRACTITIONER, ncci_releases.PRACTITIONER)
HOSPITAL = PtpImporter(Source.NCCI_PTP_HOSPITAL, ncci_releases.HOSPITAL)


def _in_order(files: tuple[OfficialFile, ...] | list[OfficialFile]) -> list[OfficialFile]:
    """The parts by number, a part that is given twice once. Two that differ are a FileProblem."""
    parts: dict[int, OfficialFile] = {}
    for file in files:
        number = ncci_releases.part_of(file) or 1
        other = parts.setdefault(number, file)
        if other is not file and other.sha256 != file.sha256:
            raise FileProblem(
                f"{other.title} and {file.title} are both part f{number} of one release, and they "
                "differ; give one of them."
            )
    return [parts[number] for number in sorted(parts)]


def _check_whole(files: list[OfficialFile], title: str) -> None:
    """Refuse a release that lacks a part, naming the part. See the module's text for the rule."""
    ordered = _in_order(files)
    numbers = [ncci_releases.part_of(file) or 1 for file in ordered]
    given = ", ".join(f"f{number}" for number in numbers)
    hint = "Import all parts together, from one folder or one zip"
    missing = [f"f{number}" for number in range(1, numbers[-1]) if number not in numbers]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise OperatorNeeded(
            f"{title}: {', '.join(missing)} {verb} missing; given are {given}. {hint}."
        )
    last = ""
    for file in ordered:
        first_of_part, last_of_part = _ends(file)
        if first_of_part < last:
            raise FileProblem(
                f"{file.title} begins with {first_of_part}, but the part before it ends with "
                f"{last}; expected the parts of one release, sorted by column one."
            )
        last = last_of_part
    if not last[:1].isalpha():
        raise OperatorNeeded(
            f"{title}: f{numbers[-1] + 1} is missing; f{numbers[-1]} ends with {last}, and a whole "
            f"release goes on to the HCPCS Level II codes. {hint}, or say with --all-parts that "
            f"{given} is all there is."
        )


def _ends(file: OfficialFile) -> tuple[str, str]:
    """Column one of the first and of the last edit of a part."""
    first = next(
        (code for line in file.head_lines if ncci_releases.system_of(code := line.split("\t")[0])),
        "",
    )
    with file.path.open("rb") as stream:
        stream.seek(max(0, file.path.stat().st_size - _TAIL_BYTES))
        tail = text_of(stream.read()).rstrip().splitlines()
    last = tail[-1].split("\t")[0] if tail else ""
    return first, last if ncci_releases.system_of(last) else first


class _Reading:
    """Reading one release: what was seen of it already, over its parts."""

    def __init__(self, is_in_parts: bool):
        self.is_in_parts = is_in_parts
        self.codes: dict[str, bool] = {}
        self.dates: dict[str, bool] = {"*": True}
        self.rationales: dict[str, int] = {}
        self.column_one = ""
        self.in_force: dict[str, int] = {}  # column two of edits not deleted, by their line

    def rows(self, files: list[OfficialFile]) -> Iterator[Row]:
        for file in files:
            yield from self._part(file)

    def _part(self, file: OfficialFile) -> Iterator[Row]:
        codes, dates, rationales = self.codes, self.dates, self.rationales
        header: list[list[str]] = []
        is_begun = False
        for line, raw in file.lines():
            cells = text_of(raw).split("\t")
            if not is_begun:
                if not ncci_releases.system_of(cells[0]):
                    if header or _HEADER.match("\t".join(cells)):
                        header.append(cells)
                    yield LeftOut(line)
                    continue
                _check_header(file, line, header)
                is_begun = True
            try:
                one, two, before_1996, effective, deletion, modifier, rationale = cells
            except ValueError:
                if any(cell.strip() for cell in cells):
                    yield self._rejected(
                        file, line, f"{len(cells)} columns; expected 7, separated by tabs"
                    )
                else:
                    yield LeftOut(line)
                continue
            if not (codes.get(one) and codes.get(two)):
                for code in (one, two):
                    if code not in codes:
                        system = ncci_releases.system_of(code)
                        codes[code] = system is not None
                        if system:
                            yield CodeSeen(line, system, code)
                wrong = next((code for code in (one, two) if not codes[code]), None)
                if wrong is not None:
                    yield self._rejected(
                        file, line, f"{wrong[:_SHOWN]!r} is not a CPT or HCPCS code of 5 characters"
                    )
                    continue
            if effective not in dates:
                dates[effective] = _is_date(effective)
            if deletion not in dates:
                dates[deletion] = _is_date(deletion)
            if not (dates[effective] and dates[deletion] and effective != "*"):
                wrong = deletion if dates[effective] and effective != "*" else effective
                yield self._rejected(
                    file, line, f"{wrong[:_SHOWN]!r} is not a date; expected YYYYMMDD, * for none"
                )
                continue
            if modifier not in ("0", "1", "9") or before_1996 not in ("", "*"):
                yield self._rejected(
                    file,
                    line,
                    f"modifier indicator {modifier[:_SHOWN]!r} and mark {before_1996[:_SHOWN]!r}; "
                    "expected 0, 1 or 9, and * or nothing",
                )
                continue
            if one != self.column_one:
                self.column_one, self.in_force = one, {}
            if deletion == "*":
                first = self.in_force.setdefault(two, line)
                if first != line:
                    yield self._rejected(
                        file, line, f"{one} with {two} is in force by line {first} already"
                    )
                    continue
            number = rationales.get(rationale)
            if number is None:
                text = " ".join(rationale.split())
                if len(text) > _LONGEST_RATIONALE or "\ufffd" in text:
                    yield self._rejected(file, line, f"the rationale is {text[:_SHOWN]!r}...")
                    continue
                number = rationales[rationale] = len(rationales) + 1
                yield PtpRationaleRow(line, number, text)
            yield PtpEditRow(
                line,
                effective,
                None if deletion == "*" else deletion,
                int(modifier),
                number,
                before_1996 == "*",
                one,
                two,
            )

    def _rejected(self, file: OfficialFile, line: int, reason: str) -> Rejected:
        return Rejected(line, f"{file.title}: {reason}." if self.is_in_parts else f"{reason}.")


def _check_header(file: OfficialFile, line: int, header: list[list[str]]) -> None:
    """Refuse a part whose columns are others, or in another order."""
    joined = [
        re.sub(r"\s", "", "".join(row[place] for row in header if place < len(row))).lower()
        for place in range(max((len(row) for row in header), default=0))
    ]
    fits = len(joined) == len(_COLUMNS) and all(
        all(word in told for word in words) for told, words in zip(joined, _COLUMNS, strict=True)
    )
    if not fits:
        raise FileProblem(
            f"{file.title}, line {line}: the header above it is not that of PTP edits; expected "
            f"the columns {_EXPECTED_COLUMNS}."
        )


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"(?:19|20)\d{6}", text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
