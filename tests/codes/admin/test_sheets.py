"""Plain-language texts as sheets: export, the dry run, the import."""

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from codes.actions.editorial import publish, save_draft
from codes.admin import sheets
from codes.models import CodeSystem, PlainDescription
from tests.factories import make_code, make_plain_description

pytestmark = pytest.mark.django_db

HEAD = ["system", "code", "title", "text", "state", "reviewed_date"]
IMPORT = "admin:codes_plaindescription_import"
PROCESS = "admin:codes_plaindescription_process_import"
EXPORT = "admin:codes_plaindescription_export"


def csv_sheet(*rows, head=HEAD) -> SimpleUploadedFile:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return SimpleUploadedFile("texts.csv", out.getvalue().encode("utf-8-sig"))


def workbook(*rows, head=HEAD) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in [head, *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("texts.xlsx", out.getvalue())


def check(client, sheet, becomes="drafts"):
    """The first step: what the sheet would change, or what is wrong with it."""
    return client.post(reverse(IMPORT), {"import_file": sheet, "becomes": becomes})


def import_sheet(client, sheet, becomes="drafts"):
    """Both steps: the check, then the import that it offers."""
    page = check(client, sheet, becomes)
    assert "confirm_form" in page.context, page.content.decode()
    return client.post(reverse(PROCESS), page.context["confirm_form"].initial, follow=True)


def exported(client, format="0", **query) -> bytes:
    url = reverse(EXPORT, query=query)
    answer = client.post(url, {"format": format})
    assert answer.status_code == 200
    return answer.content


def rows_of(content: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_an_export_holds_the_columns_of_every_text(editors_client):
    text = make_plain_description(
        make_code("Z45.1", system=CodeSystem.ICD_10_CM), text="Words, “quoted”.\n\n- x", title="T"
    )
    publish(text=text, by=None, reviewed_date=date(2026, 7, 1))
    assert rows_of(exported(editors_client)) == [
        {
            "system": "icd-10-cm",
            "code": "Z45.1",
            "title": "T",
            "text": "Words, “quoted”.\n\n- x",
            "state": "published",
            "reviewed_date": "2026-07-01",
        }
    ]


def test_an_export_holds_what_the_list_was_filtered_to(editors_client):
    make_plain_description(make_code("J9200"))
    make_plain_description(make_code("J9190"), is_published=False)
    rows = rows_of(exported(editors_client, state="draft"))
    assert [row["code"] for row in rows] == ["J9190"]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_a_formula_is_disarmed_on_the_way_out_and_restored_on_the_way_in(editors_client, formula):
    text = make_plain_description(make_code("J9200"), text=formula, title=formula)
    rows = rows_of(exported(editors_client))
    assert (rows[0]["text"], rows[0]["title"]) == (f"'{formula}", f"'{formula}")
    book = openpyxl.load_workbook(io.BytesIO(exported(editors_client, format="1")))
    cells = next(book.active.iter_rows(min_row=2))
    assert [cell.data_type for cell in cells[:4]] == ["s"] * 4
    assert cells[3].value == f"'{formula}"

    save_draft(text=text, markdown="Other words", title="Other", by=None)
    row = rows[0]
    import_sheet(editors_client, csv_sheet([row[name] for name in HEAD]))
    text.refresh_from_db()
    assert (text.text, text.title) == (formula, formula)


@pytest.mark.parametrize("format", ["0", "1"])
def test_an_export_imported_again_changes_nothing(editors_client, format):
    text = make_plain_description(
        make_code("00100", system=CodeSystem.CPT), text="- a\n- b", title="T"
    )
    publish(text=text, by=None, reviewed_date=date(2026, 7, 1))
    make_plain_description(make_code("J9190"), is_published=False)
    name = "texts.csv" if format == "0" else "texts.xlsx"
    sheet = SimpleUploadedFile(name, exported(editors_client, format=format))
    answer = import_sheet(editors_client, sheet)
    assert "0 new texts, 0 changed, 2 left as they were." in answer.content.decode()
    assert text.history.count() == 3


def test_the_dry_run_shows_every_change_and_stores_none(editors_client):
    text = make_plain_description(make_code("J9200"), text="The pump is filled.")
    make_code("J9190")
    page = check(
        editors_client,
        csv_sheet(
            ["hcpcs", "J9200", "", "The port is filled.", "", ""],
            ["HCPCS", "j9190", "New", "New words.", "", "2026-07-01"],
        ),
    )
    html = page.content.decode()
    assert "Nothing is stored yet. 1 new, 1 changed, 0 left as they are." in html
    assert "<del>pump </del><ins>port </ins>" in html
    assert "<ins>New words.</ins>" in html
    text.refresh_from_db()
    assert text.text == "The pump is filled."
    assert PlainDescription.objects.count() == 1
    assert text.history.count() == 2
    assert not LogEntry.objects.exists()


def test_imported_texts_become_drafts_with_history_and_person(editors_client, editor):
    published = make_plain_description(make_code("J9200"), text="Old.")
    make_code("J9190")
    answer = import_sheet(
        editors_client,
        csv_sheet(
            ["hcpcs", "J9200", "", "New.", "published", ""],
            ["hcpcs", "J9190", "A title", "Words.", "published", "2026-07-01"],
        ),
    )
    assert "1 new texts, 1 changed, 0 left as they were." in answer.content.decode()
    published.refresh_from_db()
    assert (published.state, published.published_text) == ("changed", "Old.")
    new = PlainDescription.objects.get(code__value="J9190")
    assert (new.state, new.title, new.reviewed_date) == ("draft", "A title", date(2026, 7, 1))
    for text in (published, new):
        newest = text.history.latest()
        assert (newest.history_user, newest.history_change_reason) == (
            editor,
            "Imported from a sheet",
        )
    assert LogEntry.objects.filter(user=editor).count() == 2


def test_imported_texts_are_published_when_so_chosen(editors_client, editor):
    make_code("J9190")
    draft = make_plain_description(make_code("J9200"), text="Same.", is_published=False)
    import_sheet(
        editors_client,
        csv_sheet(
            ["hcpcs", "J9190", "", "<script>x</script>", "draft", "2026-07-01"],
            ["hcpcs", "J9200", "", "Same.", "", ""],
        ),
        becomes="published",
    )
    new = PlainDescription.objects.get(code__value="J9190")
    assert new.published_html == "<p>&lt;script&gt;x&lt;/script&gt;</p>"
    assert (new.published_by, new.reviewed_date) == (editor, date(2026, 7, 1))
    draft.refresh_from_db()
    assert draft.state == "published"


def test_the_column_state_decides_when_so_chosen(editors_client):
    make_code("J9190")
    make_code("J9200")
    import_sheet(
        editors_client,
        csv_sheet(
            ["hcpcs", "J9190", "", "One.", "published", ""],
            ["hcpcs", "J9200", "", "Two.", "draft", ""],
        ),
        becomes="sheet",
    )
    states = {text.code.value: text.state for text in PlainDescription.objects.all()}
    assert states == {"J9190": "published", "J9200": "draft"}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["hcpcs", "J0000", "", "x", "", ""], "“J0000” is not a known code of HCPCS Level II."),
        (["drg", "J9200", "", "x", "", ""], "“drg” is not a code system. It is one of cpt, hcpcs,"),
        (["hcpcs", "J9200", "", "x", "", "1 July"], "“1 July” is not a date. Write it as"),
        (["hcpcs", "J9200", "", "x", "", "2026-02-30"], "“2026-02-30” is not a date."),
        (["hcpcs", "J9200", "", "", "", ""], "There is neither a text nor a title."),
        (["hcpcs", "J9200", "x" * 121, "x", "", ""], "It has 121 characters; at most 120 fit."),
        (["hcpcs", "J9200", "", "x" * 30_001, "", ""], "It has 30,001 characters; at most 30,000"),
        (["hcpcs", "", "", "x", "", ""], "“” is not a known code of HCPCS Level II."),
        (["", "", "", "", "", ""], "“” is not a code system."),
        (["hcpcs", "<b>x", "", "x", "", ""], "“&lt;b&gt;x” is not a known code"),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_keeps_the_sheet_out(editors_client, row, sentence):
    make_code("J9200")
    make_code("J9190")
    good = ["hcpcs", "J9190", "", "Good.", "", ""]
    page = check(editors_client, csv_sheet(good, row))
    html = page.content.decode()
    assert sentence in html
    assert '<td class="figure">3</td>' in html
    assert "confirm_form" not in page.context
    assert not PlainDescription.objects.exists()


def test_an_unknown_state_is_told_only_where_it_counts(editors_client):
    make_code("J9200")
    row = ["hcpcs", "J9200", "", "x", "ready", ""]
    page = check(editors_client, csv_sheet(row), becomes="sheet")
    assert "“ready” is not a state. It is draft or published." in page.content.decode()
    import_sheet(editors_client, csv_sheet(row))
    assert PlainDescription.objects.get().state == "draft"


def test_a_code_that_stands_twice_is_told(editors_client):
    make_code("J9200")
    row = ["hcpcs", "J9200", "", "x", "", ""]
    page = check(editors_client, csv_sheet(row, row))
    assert "HCPCS Level II J9200 stands in row 2 too." in page.content.decode()


def test_an_empty_cell_leaves_what_is_stored(editors_client):
    text = make_plain_description(make_code("J9200"), text="Kept.", title="Kept title")
    import_sheet(editors_client, csv_sheet(["hcpcs", "J9200", "New title", "", "", ""]))
    text.refresh_from_db()
    assert (text.text, text.title) == ("Kept.", "New title")


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (["codesystem", "code", "text"], "system is missing."),
        (["a", "b", "c"], "code and system are missing."),
        (["system", "code", "words"], "There is no column title, text or reviewed_date"),
    ],
)
def test_a_sheet_without_the_columns_is_refused(editors_client, head, sentence):
    page = check(editors_client, csv_sheet(["hcpcs", "J9200", "x"], head=head))
    assert sentence in page.content.decode()
    assert "Traceback" not in page.content.decode()


def test_a_sheet_with_too_many_rows_is_refused(editors_client, monkeypatch):
    monkeypatch.setattr(sheets, "MAX_ROWS", 1)
    make_code("J9200")
    row = ["hcpcs", "J9200", "", "x", "", ""]
    page = check(editors_client, csv_sheet(row, row))
    assert "The sheet has 2 rows; at most 1 are imported at once." in page.content.decode()


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("texts.xlsx", b"not a workbook"),
        SimpleUploadedFile("texts.csv", b"\xff\xfe\x00bad"),
        SimpleUploadedFile("texts.xlsx", b"PK\x03\x04broken"),
        SimpleUploadedFile("texts.csv", b"\n"),
    ],
    ids=lambda file: f"{file.name}-{file.size}",
)
def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(editors_client, file):
    page = check(editors_client, file)
    html = page.content.decode()
    assert page.status_code == 200
    assert "errorlist" in html
    assert "Traceback" not in html


def test_a_workbook_of_a_spreadsheet_is_read_with_its_numbers_and_dates(editors_client):
    make_code("00100", system=CodeSystem.CPT)
    make_code("96522", system=CodeSystem.CPT)
    import_sheet(
        editors_client,
        workbook(
            ["cpt", 100, None, "Leading zeros.", None, datetime(2026, 7, 1)],
            ["cpt", "96522", None, "Words.", None, date(2026, 7, 2)],
        ),
    )
    found = PlainDescription.objects.values_list("code__value", "text", "reviewed_date")
    assert list(found) == [
        ("00100", "Leading zeros.", date(2026, 7, 1)),
        ("96522", "Words.", date(2026, 7, 2)),
    ]


def test_a_checked_sheet_whose_code_is_gone_is_refused_whole(editors_client):
    code, other = make_code("J9200"), make_code("J9190")
    page = check(
        editors_client,
        csv_sheet(["hcpcs", "J9190", "", "x", "", ""], ["hcpcs", "J9200", "", "x", "", ""]),
    )
    code.delete()
    answer = editors_client.post(
        reverse(PROCESS), page.context["confirm_form"].initial, follow=True
    )
    assert "Nothing was imported" in answer.content.decode()
    assert not PlainDescription.objects.filter(code=other).exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"import_file_name": "nothing-here"},
        {"import_file_name": "../../../../etc/passwd"},
        {"format": "7"},
        {"format": "1"},
        {"becomes": "x"},
    ],
)
def test_a_tampered_confirmation_imports_nothing(editors_client, changes):
    make_code("J9200")
    page = check(editors_client, csv_sheet(["hcpcs", "J9200", "", "x", "", ""]))
    data = {**page.context["confirm_form"].initial, **changes}
    answer = editors_client.post(reverse(PROCESS), data, follow=True)
    assert answer.status_code == 200
    assert not PlainDescription.objects.exists()
