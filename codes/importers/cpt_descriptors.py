"""The AMA's CPT descriptor files, which make one release together. They need the AMA's license.

LONGULT (tab-separated: code, long descriptor), MEDU (columns 1-5 code, 7-54 text), SHORTU (1-5,
7-34) and ConsumerDescriptor (tab-separated, with a header row). Each starts with a license text;
the data begin after the file's last empty line. UTF-8 or Windows-1252, lines end in CR LF.

Not read, though of the same bundle: LONGUT (LONGULT in capitals), LONGUF and LONGULF (the same
texts in a fixed width of 8 and 71 columns), clinician descriptors, MODUL and the PLA files.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from codes.importers.official_file import OfficialFile, one_line, text_of
from codes.importers.release_names import ReleaseName, edition, edition_on
from codes.importers.rows import CodeRow, FileProblem, LeftOut, Rejected, Row
from codes.models import CodeSystem, Source, has_form_of

SOURCE = Source.CPT_DESCRIPTORS
FORMAT = "AMA descriptor files"
LICENSE = "ama-cpt"
IS_SET = True


class Part(StrEnum):
    LONG = "LONGULT"
    MEDIUM = "MEDU"
    SHORT = "SHORTU"
    CONSUMER = "ConsumerDescriptor"


_CODE = r"\d{4}[\dFTUMA]"
_TABBED = re.compile(rf"({_CODE})\t([^\t]*[A-Za-z]{{3}}[^\t]*)")
# Words, so that tables of code pairs are not taken for descriptors.
_FIXED = re.compile(rf"({_CODE}) (\S.*[A-Za-z]{{3}}.*)")
_CONSUMER_COLUMNS = ["concept_id", "cpt_code", "consumer_descriptor"]
_LENGTHS = {Part.MEDIUM: 48, Part.SHORT: 28}
_LIKE_DATA = re.compile(rf"{_CODE}[\t ]|\d+\t{_CODE}\t|concept_id\t")
_EDITION = re.compile(r"CPT[^\w©]{0,4}(20\d\d)(?!\d)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)[^\n]{0,200}", re.IGNORECASE)

release_on = edition_on


def recognizes(file: OfficialFile) -> bool:
    return part_of(file) is not None


def part_of(file: OfficialFile) -> Part | None:
    """Which of the four files it is, by its content; None for any other."""
    lines = [line for line in file.head_lines[_data_begins(file.head_lines) :] if line.strip()]
    if not lines:
        return None
    if [cell.strip().lower() for cell in lines[0].split("\t")] == _CONSUMER_COLUMNS:
        return Part.CONSUMER
    tabbed = [match for line in lines if (match := _TABBED.fullmatch(line.rstrip()))]
    if len(tabbed) * 2 > len(lines):
        # LONGUT holds the same in capitals.
        return Part.LONG if any(match[2] != match[2].upper() for match in tabbed) else None
    fixed = [match for line in lines if (match := _FIXED.fullmatch(line.rstrip()))]
    if len(fixed) * 2 <= len(lines):
        return None
    longest = max(len(match[2].rstrip()) for match in fixed)
    padded = max(len(line) for line in lines)
    if longest > _LENGTHS[Part.MEDIUM]:
        return None
    if longest > _LENGTHS[Part.SHORT] or padded >= 7 + _LENGTHS[Part.SHORT]:
        return Part.MEDIUM
    # Where no text of MEDU is longer than SHORTU's could be, only the name is left to tell.
    return Part.MEDIUM if "MEDU" in file.names[0].upper() else Part.SHORT


def _data_begins(lines: list[str]) -> int:
    """The position after the license text: blank lines end its paragraphs, then the data follow.

    The data of the files seen hold no blank line. Where one does, the lines before it are still
    data, not license, so that none is lost without a word.
    """
    start = len(lines)
    while start:
        end = start
        while end and not lines[end - 1].strip():
            end -= 1
        begin = end
        while begin and lines[begin - 1].strip():
            begin -= 1
        block = lines[begin:end]
        if sum(bool(_LIKE_DATA.match(line)) for line in block) * 2 < len(block) or not block:
            break
        start = begin
    return start


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the license text, else from the names. Refused where the two tell different years:
    the AMA prints the copyright of the year before in some editions.
    """
    told = _year_of_license(file)
    named = next((int(found[1]) for name in file.names if (found := _YEAR.search(name))), None)
    if told and named and told != named:
        raise FileProblem(
            f"The license text of {file.title} names {told}, its name or folder {named}; say "
            f'which edition it is: --release "CPT {max(told, named)}", for example.'
        )
    year = told or named
    return edition(year) if year else None


def _year_of_license(file: OfficialFile) -> int | None:
    lines = file.head_lines
    text = "\n".join(lines[: _data_begins(lines)])
    edition_named = _EDITION.search(text)
    if edition_named:
        return int(edition_named[1])
    years = [
        int(year)
        for notice in _COPYRIGHT.findall(text)
        if "medical association" in notice.lower() or "ama" in notice.lower()
        for year in _YEAR.findall(notice)
    ]
    return max(years, default=None)


def read(*files: OfficialFile) -> Iterator[Row]:
    """The rows of a set. Its codes are those of LONGULT; a difference between the files is told
    as a rejected row, and the code is taken with the texts there are.
    """
    parts = sorted_parts(files)
    texts: dict[Part, dict[str, tuple[int, str]]] = {}
    for part, file in parts.items():
        texts[part] = {}
        for row in _texts(part, file):
            if isinstance(row, (Rejected, LeftOut)):
                yield row
            elif row[1] in texts[part]:
                line, value, _ = row
                yield Rejected(
                    line, f"{part}: {value} stands on line {texts[part][value][0]} already."
                )
            else:
                line, value, text = row
                texts[part][value] = (line, text)
    for value, (line, long) in texts[Part.LONG].items():
        for part in parts:
            # Consumer descriptors are fewer by design; the three lengths must agree.
            if part in _LENGTHS and value not in texts[part]:
                yield Rejected(line, f"{part}: {value} is missing, which LONGULT has.")
        yield CodeRow(
            line,
            value,
            short=_text(texts, Part.SHORT, value),
            medium=_text(texts, Part.MEDIUM, value),
            long=long,
            consumer=_text(texts, Part.CONSUMER, value),
        )
    for part in parts:
        for value, (line, _) in texts[part].items():
            if value not in texts[Part.LONG]:
                yield Rejected(line, f"{part}: {value} is not in LONGULT.")


def sorted_parts(files: tuple[OfficialFile, ...]) -> dict[Part, OfficialFile]:
    """The files by part. LONGULT must be there, and each part once."""
    parts: dict[Part, OfficialFile] = {}
    for file in files:
        part = part_of(file)
        if part not in parts:
            parts[part] = file
        elif parts[part].sha256 != file.sha256:
            raise FileProblem(
                f"{parts[part].title} and {file.title} are both {part} of one edition, but differ; "
                "give one of them."
            )
    if Part.LONG not in parts:
        raise FileProblem(
            f"{', '.join(file.title for file in files)}: LONGULT.txt of the same edition is "
            "missing; it says which codes there are. Give the whole bundle."
        )
    return {part: parts[part] for part in Part if part in parts}


def _text(texts: dict[Part, dict[str, tuple[int, str]]], part: Part, value: str) -> str:
    return texts.get(part, {}).get(value, (0, ""))[1]


def _texts(part: Part, file: OfficialFile) -> Iterator[tuple[int, str, str] | Rejected | LeftOut]:
    lines = [text_of(raw) for _, raw in file.lines()]
    begin = _data_begins(lines)
    for number, line in enumerate(lines[begin:], start=begin + 1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if part == Part.CONSUMER and [cell.strip().lower() for cell in cells] == _CONSUMER_COLUMNS:
            continue
        if part == Part.LONG and len(cells) == 2:
            value, text = cells
        elif part == Part.CONSUMER and len(cells) == 3:
            value, text = cells[1:]
        elif part in _LENGTHS and line[5:6] == " " and len(line.rstrip()) <= 6 + _LENGTHS[part]:
            value, text = line[:5], line[6:]
        else:
            yield Rejected(number, f"{part}: {line[:40]!r} is not a line of it; {_EXPECTED[part]}.")
            continue
        value, text = value.strip(), one_line(text)
        if not has_form_of(CodeSystem.CPT, value):
            yield Rejected(number, f"{part}: {value[:12]!r} is not a CPT code; {_EXPECTED[part]}.")
        elif not text or "\ufffd" in text:
            yield Rejected(number, f"{part}: {value} has no readable text.")
        else:
            yield number, value, text


_EXPECTED = {
    Part.LONG: "expected code, tab, long descriptor",
    Part.MEDIUM: "expected the code in columns 1-5 and up to 48 characters from 7",
    Part.SHORT: "expected the code in columns 1-5 and up to 28 characters from 7",
    Part.CONSUMER: "expected concept id, code and descriptor with tabs between",
}
