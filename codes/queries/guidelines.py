"""What a code's publishers instruct: the tabular list's notes, and CMS's notes on HCPCS codes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from codes.models import (
    CodeSystem,
    HcpcsRecord,
    Release,
    code_url,
    printed_value,
)
from codes.queries import hcpcs_words
from codes.queries.code_page import CodePage
from codes.queries.code_references import pieces_of
from codes.queries.index_paths import FiledUnder, filed_under
from codes.queries.service_date import with_date
from codes.queries.tabular import (
    Kind,
    PlacedNote,
    TabularExtract,
    TabularPlace,
    complete_codes,
    seventh_characters,
)

# In reading order, with what each asks of a coder (ICD-10-CM Official Guidelines, section I.A).
_KINDS = {
    Kind.EXCLUDES1: "Not coded here: never reported together with this code, unless the two "
    "conditions have nothing to do with each other.",
    Kind.EXCLUDES2: "Not part of this condition; a patient may have both, and then both are "
    "reported.",
    Kind.CODE_FIRST: "Report the underlying condition before this code.",
    Kind.USE_ADDITIONAL_CODE: "Report these as well, after this code, where they apply.",
    Kind.CODE_ALSO: "Two codes may be needed; which comes first depends on the encounter.",
    Kind.INCLUDES: "What belongs here.",
    Kind.NOTE: "",
}

_WITH_HEADINGS = (Kind.CODE_FIRST, Kind.USE_ADDITIONAL_CODE, Kind.CODE_ALSO)


@dataclass(frozen=True)
class LinkedText:
    """A piece of a text; `url` is that of the code it names, '' where there is none."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class NotesAtPlace:
    """The notes of one kind at one place. `url` leads to the place where it is another code."""

    place: TabularPlace
    is_own: bool
    notes: list[list[LinkedText]]
    url: str = ""
    has_headings: bool = False

    @property
    def nested(self) -> list[tuple[list[LinkedText], list[list[LinkedText]]]]:
        """The notes, each with those that it heads.

        The list's XML has lost the indentation. Of the kinds that ask for codes, a note that ends
        with a colon heads the ones after it, up to the next heading or request for a code.
        """
        found: list[tuple[list[LinkedText], list[list[LinkedText]]]] = []
        is_headed = False
        for note in self.notes:
            text = "".join(piece.text for piece in note).strip()
            is_heading = self.has_headings and text.endswith(":")
            if is_heading or not is_headed or text.startswith("code"):
                found.append((note, []))
                is_headed = is_heading
            else:
                found[-1][1].append(note)
        return found


@dataclass(frozen=True)
class Instruction:
    """The notes of one kind, nearest place first."""

    title: str
    meaning: str
    places: list[NotesAtPlace]


@dataclass(frozen=True)
class SeventhCharacter:
    """A choice. `printed` and `url` are those of the complete code, '' where none exists."""

    character: str
    meaning: str
    printed: str = ""
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class SeventhCharacters:
    """The choices that hold for a code, what the list says of them, and where it says so."""

    note: str
    place: TabularPlace
    choices: list[SeventhCharacter]

    @property
    def has_codes(self) -> bool:
        return any(choice.url or choice.is_current for choice in self.choices)


@dataclass(frozen=True)
class TabularGuidelines:
    """What the tabular list and the indexes say of a diagnosis.

    `release` is None where no tabular list is loaded. `is_listed` is false where the list is
    older or newer than the code and only says what holds for the codes around it.
    """

    release: Release | None = None
    is_listed: bool = False
    instructions: list[Instruction] = field(default_factory=list)
    inclusion_terms: list[str] = field(default_factory=list)
    seventh: SeventhCharacters | None = None
    index: list[FiledUnder] = field(default_factory=list)


@dataclass(frozen=True)
class Fact:
    """A named fact in words."""

    name: str
    values: list[str]


@dataclass(frozen=True)
class HcpcsGuidelines:
    """What CMS's HCPCS file says of a code beyond its description, and the note it refers to."""

    release: Release
    facts: list[Fact]
    note_number: str = ""
    note: str = ""
    note_release: Release | None = None


@dataclass(frozen=True)
class Guidelines:
    """The section's content; one of the two is filled, by code system."""

    tabular: TabularGuidelines | None = None
    hcpcs: HcpcsGuidelines | None = None

    def __bool__(self) -> bool:
        return bool(self.tabular or self.hcpcs)


def guidelines_count(page: CodePage) -> int:
    """Whether there is anything to tell, from what the page has read already: 1 or 0."""
    if page.code.system == CodeSystem.HCPCS:
        return min(page.row_counts["hcpcs record"], 1)
    listed = page.listed
    has_list = listed.tabular_release or listed.index_releases
    return int(bool(has_list and page.code.system == CodeSystem.ICD_10_CM))


def guidelines_of(page: CodePage) -> Guidelines:
    if page.code.system == CodeSystem.HCPCS:
        return Guidelines(hcpcs=_hcpcs_guidelines(page))
    return Guidelines(tabular=_tabular_guidelines(page))


def _tabular_guidelines(page: CodePage) -> TabularGuidelines:
    listed = page.listed
    extract, linked = listed.extract, _linked(listed.known_values, page)
    return TabularGuidelines(
        release=listed.tabular_release,
        is_listed=extract.is_listed,
        instructions=_instructions(extract, linked),
        inclusion_terms=[n.text for n in extract.of(Kind.INCLUSION_TERM) if extract.is_own(n)],
        seventh=_seventh(extract, linked),
        index=filed_under(listed.rows["index"], listed.index_releases),
    )


def _instructions(extract: TabularExtract, known: dict[str, str]) -> list[Instruction]:
    found = []
    for kind, meaning in _KINDS.items():
        by_place = [
            _at_place(extract, place, list(notes), known)
            for place, notes in groupby(extract.of(kind), key=lambda note: note.place)
        ]
        if by_place:
            found.append(Instruction(str(kind.label), meaning, by_place[::-1]))
    return found


def _at_place(
    extract: TabularExtract, place: TabularPlace, notes: list[PlacedNote], known: dict[str, str]
) -> NotesAtPlace:
    is_own = extract.is_own(notes[0])
    texts = [
        [LinkedText(piece.text, known.get(piece.value, "")) for piece in pieces_of(note.text)]
        for note in notes
    ]
    url = "" if is_own else known.get(place.value, "")
    return NotesAtPlace(place, is_own, texts, url, notes[0].kind in _WITH_HEADINGS)


def _linked(values: Iterable[str], page: CodePage) -> dict[str, str]:
    """The addresses of diagnoses by stored value, with the date of service kept in them."""
    day = None if page.is_today else page.date_of_service
    return {value: with_date(code_url(CodeSystem.ICD_10_CM, value), day) for value in values}


def _seventh(extract: TabularExtract, known: dict[str, str]) -> SeventhCharacters | None:
    notes = seventh_characters(extract)
    if not notes:
        return None
    place = notes[0].place
    told = [note.text for note in extract.of(Kind.SEVENTH_CHARACTER_NOTE) if note.place == place]
    complete = complete_codes(extract)
    choices = []
    for note in notes:
        full = complete[note.character]
        is_current = full == extract.value
        choices.append(
            SeventhCharacter(
                note.character,
                note.text,
                printed_value(CodeSystem.ICD_10_CM, full) if full in known else "",
                "" if is_current else known.get(full, ""),
                is_current,
            )
        )
    return SeventhCharacters(" ".join(told), place, choices)


def _hcpcs_guidelines(page: CodePage) -> HcpcsGuidelines | None:
    listed = page.listed
    if not listed.rows["records"]:
        return None
    record = listed.rows["records"][0]
    # A note that was taken back stays in the list, saying no more than that.
    note = next((note for note in listed.rows["notes"] if "NOTE DELETED" not in note.text), None)
    return HcpcsGuidelines(
        release=next(item for item in page.releases.all() if item.pk == record.release_id),
        facts=_facts(record),
        note_number=record.processing_note_number,
        note=note.text if note else "",
        note_release=listed.notes_release if note else None,
    )


def _facts(record: HcpcsRecord) -> list[Fact]:
    """What the record says, in words; fields that are empty are left out."""
    rows = [
        ("Medicare coverage", [record.coverage_code], hcpcs_words.COVERAGE),
        ("Priced as", record.pricing_indicators, hcpcs_words.PRICING),
        (
            "Pricing methods",
            [record.multiple_pricing_indicator],
            hcpcs_words.MULTIPLE_PRICING,
        ),
        ("Statute", [record.statute], {}),
        ("Coverage issues manual", record.cim_references, {}),
        ("Medicare carriers manual", record.mcm_references, {}),
        ("Laboratory certification", record.lab_certifications, hcpcs_words.LABORATORY),
        ("Type of service", record.types_of_service, hcpcs_words.TYPE_OF_SERVICE),
    ]
    return [
        Fact(name, [hcpcs_words.in_words(words, value) for value in values if value])
        for name, values, words in rows
        if any(values)
    ]
