"""Reading the cells of workbooks as Excel and others write them."""

import zipfile
from pathlib import Path

from codes.importers.worksheet import Workbook

WORKBOOK = (
    '<workbook xmlns:r="r"><sheets><sheet name="First" sheetId="1" r:id="rId1"/>'
    '<sheet name="Second" sheetId="2" r:id="rId2"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Target="/xl/worksheets/other.xml"/></Relationships>'
)
STRINGS = (
    "<sst><si><t>plain</t></si><si><r><t>two </t></r><r><t>parts</t></r></si>"
    '<si><t xml:space="preserve">   A1</t></si>'
    "<si><t>word</t><rPh><t>reading aid</t></rPh></si><si><t>Men&#8217;s &amp; boys</t></si></sst>"
)


def make_workbook(path: Path, rows: str, *, strings: str = STRINGS) -> Workbook:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/sharedStrings.xml", strings)
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{rows}</worksheet>")
        archive.writestr("xl/worksheets/other.xml", "<worksheet/>")
    return Workbook(path, path.name)


def cells_of(tmp_path: Path, rows: str) -> list:
    return list(make_workbook(tmp_path / "a.xlsx", rows).rows("First"))


def test_sheets_are_named_in_their_order(tmp_path):
    book = make_workbook(tmp_path / "a.xlsx", "")
    assert book.sheet_titles == ["First", "Second"]
    assert list(book.rows("Second")) == []


def test_shared_texts_are_looked_up_whole(tmp_path):
    cells = "".join(f'<c r="{"ABCDE"[n]}7" t="s"><v>{n}</v></c>' for n in range(5))
    assert cells_of(tmp_path, f'<row r="7">{cells}</row>') == [
        (7, {"A": "plain", "B": "two parts", "C": "   A1", "D": "word", "E": "Men’s & boys"})
    ]


def test_numbers_and_inline_texts_are_text(tmp_path):
    row = (
        '<row r="1"><c r="A1"><v>20260701</v></c><c r="AV1"><v>3.0</v></c>'
        '<c r="B1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>'
        '<c r="C1" t="str"><v>text</v></c><c r="D1"/></row>'
    )
    assert cells_of(tmp_path, row) == [
        (1, {"A": "20260701", "AV": "3", "B": "inline", "C": "text"})
    ]


def test_a_formula_is_shown_as_such_and_not_as_its_last_result(tmp_path):
    row = '<row r="2"><c r="A2" t="str"><f>B2&amp;C2</f><v>A0021</v></c></row>'
    assert cells_of(tmp_path, row) == [(2, {"A": "=B2&C2"})]


def test_rows_keep_the_numbers_the_spreadsheet_shows(tmp_path):
    rows = '<row r="3"><c r="A3"><v>1</v></c></row><row r="1000"><c r="B1000"><v>2</v></c></row>'
    assert cells_of(tmp_path, rows) == [(3, {"A": "1"}), (1000, {"B": "2"})]


def test_cells_without_a_place_are_counted(tmp_path):
    row = f"<row>{'<c><v>1</v></c>' * 28}</row>"
    [(number, cells)] = cells_of(tmp_path, row)
    assert number == 1
    assert list(cells)[-3:] == ["Z", "AA", "AB"]
