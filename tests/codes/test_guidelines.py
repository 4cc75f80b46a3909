"""What the section Guidelines tells of diagnoses and of HCPCS codes."""

from datetime import date

import pytest

from codes.models import CodeSystem, HcpcsRecord
from codes.queries.guidelines import LinkedText, NotesAtPlace, guidelines_count, guidelines_of
from tests.codes.diagnosis_samples import DAY, load, order_file, page_of
from tests.factories import make_code, make_description, make_release, make_user, make_views

pytestmark = pytest.mark.django_db

XML = "icd10cm-xml-2027"
ICD = CodeSystem.ICD_10_CM


def tabular_of(value: str):
    return guidelines_of(page_of(ICD, value)).tabular


def words(instruction) -> list[tuple]:
    return [
        (place.place.label, ["".join(piece.text for piece in note) for note in place.notes])
        for place in instruction.places
    ]


def test_inherited_notes_name_the_place_they_come_from_nearest_first():
    order_file("E1140", headers=("E11", "E114"))
    load(XML)
    tabular = tabular_of("E1140")
    by_title = {item.title: words(item) for item in tabular.instructions}
    assert by_title == {
        "Excludes1": [
            (
                "category E11",
                ["type 1 (E10.-)", "any trouble in I51.4-I51.9 of the pregnant (O24.4-)"],
            ),
            ("chapter 4", ["disorders of the newborn (P70-P74)"]),
        ],
        "Excludes2": [
            ("category E11", ["a thing of its own (T36-T50 with fifth or sixth character 5)"])
        ],
        "Use additional code": [("category E11", ["code to tell of insulin (Z79.4)"])],
        "Includes": [("category E11", ["sugar disease not further named"])],
    }
    assert (tabular.release.name, tabular.is_listed) == ("FY 2027", True)
    assert tabular.inclusion_terms == ["Nerve trouble of sugar disease"]


def test_only_codes_of_the_order_file_are_linked():
    order_file("E1140", "Z794", headers=("E11", "E10"))
    load(XML)
    urls = {
        piece.text: piece.url
        for item in tabular_of("E1140").instructions
        for place in item.places
        for note in place.notes
        for piece in note
        if piece.url
    }
    assert urls == {"E10": "/codes/icd-10-cm/E10/", "Z79.4": "/codes/icd-10-cm/Z79.4/"}


def test_a_new_code_says_that_the_list_does_not_have_it():
    order_file("E11A1", headers=("E11",))
    load(XML)
    tabular = tabular_of("E11A1")
    assert not tabular.is_listed
    assert "Excludes1" in [item.title for item in tabular.instructions]
    # The terms of a category are not those of a code below it.
    assert tabular.inclusion_terms == []


def test_seventh_characters_come_with_the_complete_codes_that_exist():
    order_file("S720XXA", "S720XXB", headers=("S72", "S720"))
    load(XML)
    seventh = tabular_of("S720XXA").seventh
    assert seventh.note == "One of these is added to every code of S72"
    assert [(c.character, c.printed, c.url, c.is_current) for c in seventh.choices] == [
        ("A", "S72.0XXA", "", True),
        ("B", "S72.0XXB", "/codes/icd-10-cm/S72.0XXB/", False),
        ("S", "", "", False),
    ]
    assert [choice.printed for choice in tabular_of("S720").seventh.choices][:2] == [
        "S72.0XXA",
        "S72.0XXB",
    ]


def test_a_code_is_filed_under_what_leads_to_it():
    order_file("E1140", "S720XXA", "T490X1A", "C020")
    load(XML)
    paths = {
        value: [
            (index.release.get_source_display(), path.terms, path.column)
            for index in tabular_of(value).index
            for path in index.paths
        ]
        for value in ("E1140", "S720XXA", "T490X1A", "C020")
    }
    assert paths == {
        "E1140": [
            ("ICD-10-CM alphabetic index", ["Sugar (sweet)", "with", "nerve trouble"], ""),
        ],
        "S720XXA": [("ICD-10-CM alphabetic index", ["Thigh", "broken (any), neck"], "")],
        "T490X1A": [
            ("ICD-10-CM table of drugs and chemicals", ["Apple (green)"], "Poisoning Accidental")
        ],
        "C020": [
            (
                "ICD-10-CM table of neoplasms",
                ["Neoplasm", "tongue (its tip)"],
                "Malignant Primary",
            )
        ],
    }


def test_without_a_list_or_an_index_there_is_no_section():
    order_file("E1140")
    assert guidelines_count(page_of(ICD, "E1140")) == 0


def hcpcs_record(value: str = "J9271", **fields) -> None:
    release = make_release(valid_from=date(2026, 10, 1), name="October 2026")
    code = make_code(value)
    make_description(code, release=release)
    HcpcsRecord.objects.create(code=code, release=release, **fields)


def test_a_hcpcs_record_is_told_in_words():
    hcpcs_record(
        coverage_code="C",
        pricing_indicators=["51", "77"],
        statute="1861(s)",
        mcm_references=["2049"],
        processing_note_number="0002",
    )
    load("proc_notes_2027.txt")
    page = page_of(CodeSystem.HCPCS, "J9271", date(2027, 2, 1))
    hcpcs = guidelines_of(page).hcpcs
    assert guidelines_count(page) == 1
    assert {fact.name: fact.values for fact in hcpcs.facts} == {
        "Medicare coverage": ["C: Carrier judgment: the Medicare contractor decides on coverage."],
        "Priced as": ["51: Drugs", "77"],
        "Statute": ["1861(s)"],
        "Medicare carriers manual": ["2049"],
    }
    assert (hcpcs.note, hcpcs.note_release.name) == (
        "OUR WORDS ON A DRUG (J9271) THAT GO ON BELOW.",
        "January 2027",
    )


def test_a_note_that_was_taken_back_is_not_told():
    hcpcs_record(coverage_code="C", processing_note_number="0001")
    load("proc_notes_2027.txt")
    assert guidelines_of(page_of(CodeSystem.HCPCS, "J9271")).hcpcs.note == ""


def test_the_page_shows_the_notes_and_a_locked_one_asks_for_none(client):
    order_file("E1140", "Z794", headers=("E11",))
    load(XML)
    url = f"/codes/icd-10-cm/E11.40/?date={DAY:%Y-%m-%d}"
    client.get("/codes/icd-10-cm/Z79.4/")  # spends a guest's view
    text = client.get(url).text
    assert 'data-state="locked"' in text
    assert "code to tell of insulin" not in text
    user = make_user()
    make_views("icd-10-cm:E11.40", user=user)
    client.force_login(user)
    text = client.get(url).text
    assert "code to tell of insulin" in text
    assert f'<a class="code" href="/codes/icd-10-cm/Z79.4/?date={DAY:%Y-%m-%d}">Z79.4</a>' in text
    assert "ICD-10-CM tabular list, FY 2027" in text
    full = client.get(f"/codes/icd-10-cm/E11.40/guidelines/?date={DAY:%Y-%m-%d}").text
    assert "Nerve trouble of sugar disease" in full


def said(texts: list[str], *, has_headings: bool) -> list[tuple[str, list[str]]]:
    notes = [[LinkedText(text)] for text in texts]
    place = NotesAtPlace(None, True, notes, has_headings=has_headings)
    return [(note[0].text, [piece[0].text for piece in headed]) for note, headed in place.nested]


def test_a_request_that_ends_with_a_colon_heads_the_notes_after_it():
    texts = ["code to identify control using:", "insulin (Z79.4)", "oral drugs (Z79.84)"]
    more = ["code to identify manifestation:", "gangrene (I96)", "code, if known, for the drug"]
    assert said(texts + more, has_headings=True) == [
        (texts[0], texts[1:]),
        (more[0], more[1:2]),
        (more[2], []),
    ]


def test_notes_without_a_heading_or_of_other_kinds_stand_side_by_side():
    assert said(["first", "second"], has_headings=True) == [("first", []), ("second", [])]
    assert said(["disorders of:", "else"], has_headings=False) == [
        ("disorders of:", []),
        ("else", []),
    ]
