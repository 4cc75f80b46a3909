"""The ICD-10-CM tabular list of NCHS as XML: chapters, sections, codes, and their notes.

Oddities: a section may only span others (C00-C96 over C00-C14 in FY 2021) and holds no codes
itself, so what lies in it is told from the range; a code may lie in a section whose range does
not hold it letter by letter (C4A in C43-C44). Notes between the seventh characters belong to the
character before them. The April update has the same version number; only its name tells it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from codes.importers.official_file import OfficialFile
from codes.importers.release_names import ReleaseName, fiscal, fiscal_on, icd10_release
from codes.importers.rows import FileProblem, LeftOut, Rejected
from codes.importers.xml_elements import Step, steps
from codes.models import CodeSystem, Source, TabularEntry, TabularNote, has_form_of, stored_value

SOURCE = Source.ICD_10_CM_TABULAR
FORMAT = "tabular XML"

Kind, Level = TabularNote.Kind, TabularEntry.Level

_VERSION = re.compile(r"<version>\s*(20\d\d)\s*</version>")
_SECTION = re.compile(r"([A-Z][0-9A-Z]{2})(?:-([A-Z][0-9A-Z]{2}))?")
_SECTION_TAG = re.compile(rb"""<section\s+id=["']([A-Z][0-9A-Z]{2}(?:-[A-Z][0-9A-Z]{2})?)["']""")
_LEVELS = {"chapter": Level.CHAPTER, "section": Level.SECTION, "diag": Level.CODE}
_KINDS = {
    "inclusionTerm": Kind.INCLUSION_TERM,
    "includes": Kind.INCLUDES,
    "excludes1": Kind.EXCLUDES1,
    "excludes2": Kind.EXCLUDES2,
    "codeFirst": Kind.CODE_FIRST,
    "useAdditionalCode": Kind.USE_ADDITIONAL_CODE,
    "codeAlso": Kind.CODE_ALSO,
    "notes": Kind.NOTE,
    "sevenChrNote": Kind.SEVENTH_CHARACTER_NOTE,
}
_VISION = "table of visual impairment"


class EntryRow(NamedTuple):
    """A chapter, section or code; columns as in `codes.models.TabularEntry`."""

    line: int
    place: str
    level: str
    title: str
    path: list[str]


class NoteRow(NamedTuple):
    """A note at a place; columns as in `codes.models.TabularNote`."""

    line: int
    place: str
    kind: str
    position: int
    character: str
    text: str


TABLES = {EntryRow: TabularEntry, NoteRow: TabularNote}
release_on = fiscal_on


def recognizes(file: OfficialFile) -> bool:
    return any("<ICD10CM.tabular" in line for line in file.head_lines[:5])


def release_of(file: OfficialFile) -> ReleaseName | None:
    """From the version the file states; the April update from the names."""
    return xml_release(file)


def xml_release(file: OfficialFile) -> ReleaseName | None:
    """The release of one of NCHS's XML files."""
    named = [found for name in file.names if (found := icd10_release(name))]
    update = next((found for found in named if found.valid_from.month == 4), None)
    version = next((m for line in file.head_lines[:20] if (m := _VERSION.search(line))), None)
    return update or (fiscal(int(version[1])) if version else next(iter(named), None))


@dataclass
class _Place:
    """An open chapter, section or code; `place` is '' until its name is read."""

    level: Level
    place: str = ""
    path: list[str] = field(default_factory=list)


def read(file: OfficialFile) -> Iterator[EntryRow | NoteRow | Rejected | LeftOut]:
    spans = _spans(file)
    seen: set[str] = set()
    open_places: list[_Place] = []
    characters: list[NoteRow] = []
    position = 0
    for step in steps(file):
        if not step.is_end:
            if step.tag in _LEVELS:
                open_places.append(_Place(_LEVELS[step.tag]))
                if step.tag == "section":
                    open_places[-1].place = _section_place(file, step)
            continue
        here = open_places[-1] if open_places else None
        if step.tag in _LEVELS:
            open_places.pop()
        elif step.tag == "name" and here:
            here.place = _place_named(here.level, step.text)
            if not here.place:
                yield Rejected(
                    step.line,
                    f"{step.text[:20]!r} is not an ICD-10-CM code; its notes are left out.",
                )
        elif step.tag == "desc" and here and step.within in _LEVELS:
            if here.place in seen:
                yield Rejected(step.line, f"{here.place} stands in the file already.")
            elif here.place:
                seen.add(here.place)
                here.path = _path(open_places, spans)
                yield EntryRow(step.line, here.place, str(here.level), step.text, here.path)
        elif step.tag == "extension":
            characters.append(
                NoteRow(
                    step.line,
                    here.place,
                    str(Kind.SEVENTH_CHARACTER),
                    0,
                    step.element.get("char", ""),
                    step.text,
                )
            )
        elif step.tag == "note" and step.within == "sevenChrDef":
            if characters:
                last = characters[-1]
                characters[-1] = last._replace(text=f"{last.text}; {step.text}")
        elif step.tag == "sevenChrDef":
            for row in characters:
                if not (here.path and len(row.character) == 1):
                    yield Rejected(row.line, f"{row.character!r} is not a seventh character.")
                    continue
                position += 1
                yield row._replace(position=position)
            characters = []
        elif step.tag == "note" and step.within in _KINDS and here and here.path and step.text:
            position += 1
            kind = str(_KINDS[step.within])
            yield NoteRow(step.line, here.place, kind, position, "", step.text)
        elif step.tag == "visualImpairment":
            yield LeftOut(step.line, _VISION)


def _place_named(level: Level, name: str) -> str:
    """The place a name stands for; '' where it is no code."""
    if level == Level.CHAPTER:
        return f"chapter-{name}"[:12]
    value = stored_value(name)
    return value if has_form_of(CodeSystem.ICD_10_CM, value) else ""


def _section_place(file: OfficialFile, step: Step) -> str:
    """A section's place: its first and last category, also where they are one."""
    name = step.element.get("id", "")
    found = _SECTION.fullmatch(name)
    if not found:
        raise FileProblem(
            f"{file.title}, line {step.line}: the section's id is {name[:20]!r}; expected its "
            "first and last category, such as A00-A09."
        )
    return f"{found[1]}-{found[2] or found[1]}"


def _spans(file: OfficialFile) -> set[str]:
    """The places of all sections: those that span others are known before their codes come."""
    with file.path.open("rb") as stream:
        found = [match for line in stream if (match := _SECTION_TAG.search(line))]
    names = [match[1].decode("ascii").partition("-") for match in found]
    return {f"{first}-{last or first}" for first, _, last in names}


def _path(open_places: list[_Place], spans: set[str]) -> list[str]:
    """The places from the chapter down to the innermost open one; a section's own sections go
    from the widest to the narrowest.
    """
    places = [item.place for item in open_places if item.place]
    if open_places[-1].level == Level.CHAPTER:
        return places
    chapter, section, *codes = places
    first, _, last = (codes[0] if codes else section).partition("-")
    around = {span for span in spans if span[:3] <= first and (last or first) <= span[-3:]} | {
        section
    }
    return [chapter, *sorted(around, key=lambda span: (span[:3], _descending(span[-3:]))), *codes]


def _descending(text: str) -> tuple[int, ...]:
    return tuple(-ord(character) for character in text)
