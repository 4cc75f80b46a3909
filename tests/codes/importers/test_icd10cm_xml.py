"""The tabular list, the indexes and the tables of ICD-10-CM as XML."""

from datetime import date
from pathlib import Path

import pytest

from codes.importers import (
    icd10cm_drugs,
    icd10cm_external_causes,
    icd10cm_index,
    icd10cm_neoplasms,
    icd10cm_tabular,
)
from codes.importers.found_files import FoundFiles
from codes.importers.icd10cm_tabular import EntryRow, NoteRow
from codes.importers.importer_list import importer_of
from codes.importers.release_names import ReleaseName
from codes.importers.rows import FileProblem, LeftOut, Rejected
from tests.codes.importers.layouts import SAMPLES, write

XML = SAMPLES / "icd10cm-xml-2027"
TABULAR = XML / "icd10cm_tabular_2027.xml"


def rows_of(path: Path) -> list:
    with FoundFiles([path]) as found:
        [(_, file)] = found
        return list(importer_of(file).read(file))


def altered(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = TABULAR.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return write(tmp_path / "tabular.xml", text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "importer"),
    [
        ("icd10cm_tabular_2027.xml", icd10cm_tabular),
        ("icd10cm_index_2027.xml", icd10cm_index),
        ("icd10cm_eindex_2027.xml", icd10cm_external_causes),
        ("icd10cm_neoplasm_2027.xml", icd10cm_neoplasms),
        ("icd10cm_drug_2027.xml", icd10cm_drugs),
    ],
)
def test_each_xml_file_is_known_by_its_content_and_states_its_year(name, importer, tmp_path):
    copy = tmp_path / "renamed.xml"
    copy.write_bytes((XML / name).read_bytes())
    with FoundFiles([copy]) as found:
        [(_, file)] = found
        assert importer_of(file) is importer
        assert importer.release_of(file) == ReleaseName("FY 2027", date(2026, 10, 1))


def test_the_april_update_is_told_by_its_name(tmp_path):
    copy = tmp_path / "icd10c-tabular-April-1-2027.xml"
    copy.write_bytes(TABULAR.read_bytes())
    with FoundFiles([copy]) as found:
        [(_, file)] = found
        assert icd10cm_tabular.release_of(file).valid_from == date(2027, 4, 1)


def test_places_know_the_way_from_their_chapter():
    paths = {row.place: row.path for row in rows_of(TABULAR) if isinstance(row, EntryRow)}
    assert paths["chapter-4"] == ["chapter-4"]
    assert paths["E1140"] == ["chapter-4", "E08-E13", "E11", "E114", "E1140"]
    # A section without codes spans another one; one code lies outside its section's letters.
    assert paths["S720"] == ["chapter-19", "S00-S99", "S70-S79", "S72", "S720"]
    assert paths["S7A"] == ["chapter-19", "S00-S99", "S70-S79", "S7A"]


def test_notes_stand_at_their_place_and_those_of_the_introduction_nowhere():
    notes = [row for row in rows_of(TABULAR) if isinstance(row, NoteRow)]
    assert [row.position for row in notes] == list(range(1, len(notes) + 1))
    assert [(row.kind, row.text) for row in notes if row.place == "E11"][:2] == [
        ("includes", "sugar disease not further named"),
        ("excludes1", "type 1 (E10.-)"),
    ]
    assert ("S00-S99", "burns (T20-T32)") in [(row.place, row.text) for row in notes]
    assert not [row for row in notes if "introduction" in row.text]


def test_words_between_seventh_characters_belong_to_the_one_before():
    notes = [row for row in rows_of(TABULAR) if isinstance(row, NoteRow)]
    meanings = {row.character: row.text for row in notes if row.character}
    assert meanings["B"] == "first visit, open; first visit, open, not further named"
    assert meanings["S"] == "sequela"


def test_a_row_tells_the_line_it_stands_on():
    [row] = [row for row in rows_of(TABULAR) if row[1] == "E1140" and isinstance(row, EntryRow)]
    lines = TABULAR.read_text().splitlines()
    assert "with nerve trouble, not further named" in lines[row.line - 1]


def test_a_code_of_another_form_is_rejected_with_its_notes(tmp_path):
    rows = rows_of(altered(tmp_path, ("<name>E11.40</name>", "<name>11.40E</name>")))
    [rejected] = [row for row in rows if isinstance(row, Rejected)]
    assert "'11.40E' is not an ICD-10-CM code" in rejected.reason
    assert not [row for row in rows if "Nerve trouble of" in str(row)]


def test_a_code_that_stands_twice_is_rejected(tmp_path):
    rows = rows_of(altered(tmp_path, ("<name>E11.40</name>", "<name>E11.4</name>")))
    [rejected] = [row for row in rows if isinstance(row, Rejected)]
    assert "E114 stands in the file already" in rejected.reason


def test_a_section_without_a_range_refuses_the_file(tmp_path):
    path = altered(tmp_path, ('<section id="E08-E13">', '<section id="sugar">'))
    with pytest.raises(FileProblem, match=r"line 19: the section's id is 'sugar'; expected"):
        rows_of(path)


def test_a_file_cut_off_is_refused_with_the_line(tmp_path):
    path = tmp_path / "cut.xml"
    path.write_text(TABULAR.read_text()[:1500])
    with pytest.raises(FileProblem, match=r"cut.xml, line \d+: it is not a whole XML file"):
        rows_of(path)


def test_entities_that_could_blow_up_are_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><ICD10CM.tabular>'
    path = altered(tmp_path, ("<ICD10CM.tabular>", bomb), ("type 1 (E10", "&b; (E10"))
    with pytest.raises(FileProblem, match="not a whole XML file"):
        rows_of(path)


def test_a_table_of_another_kind_is_left_out_and_counted(tmp_path):
    table = "<visualImpairment><visCategory/></visualImpairment></diag>"
    rows = rows_of(
        altered(tmp_path, ("</inclusionTerm>\n          </diag>", f"</inclusionTerm>{table}"))
    )
    assert [row.what for row in rows if isinstance(row, LeftOut)] == ["table of visual impairment"]


def test_the_index_gives_each_line_with_the_terms_that_lead_to_it():
    rows = [row[1:] for row in rows_of(XML / "icd10cm_index_2027.xml")]
    assert rows == [
        (["Sugar (sweet)"], "", "E119", False, "", "", "Honey"),
        (["Sugar (sweet)", "with"], "", "", False, "", "", ""),
        (["Sugar (sweet)", "with", "nerve trouble"], "", "E1140", False, "G63", "", ""),
        (["Thigh"], "", "", False, "", "Leg", ""),
        (["Thigh", "broken (any), neck"], "", "S720", True, "", "", ""),
        (["Thigh", "sore"], "", "", False, "", "subcategory M79.6", ""),
    ]


def test_the_external_cause_index_refers_to_categories():
    [row] = rows_of(XML / "icd10cm_eindex_2027.xml")
    assert (row.terms, row.code, row.see) == (["Fall"], "W19", "category W18")


def test_a_table_gives_a_row_for_each_cell_with_a_code():
    rows = [row[1:5] for row in rows_of(XML / "icd10cm_neoplasm_2027.xml")]
    assert rows == [
        (["Neoplasm"], "Malignant Primary", "C801", False),
        (["Neoplasm", "tongue (its tip)"], "Malignant Primary", "C02", True),
        (["Neoplasm", "tongue (its tip)"], "Benign", "D101", False),
    ]
    rows = [row[1:5] for row in rows_of(XML / "icd10cm_drug_2027.xml")]
    assert rows == [(["Apple (green)"], "Poisoning Accidental", "T490X1", False)]


def test_a_word_in_place_of_a_code_is_rejected(tmp_path):
    text = (XML / "icd10cm_index_2027.xml").read_text().replace("S72.0-", "omit")
    rows = rows_of(write(tmp_path / "index.xml", text, encoding="utf-8"))
    [rejected] = [row for row in rows if isinstance(row, Rejected)]
    assert rejected.reason == "Thigh, broken (any), neck: 'omit' is not an ICD-10-CM code."
