"""An editor's way: edit, preview, save, publish, compare, go back."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("demonstration")

CODE_PAGE = "/codes/cpt/96522/"
NEW_WORDS = "The clinician empties the pump before it is filled."


@pytest.fixture
def reader(new_context, base_url):
    """Somebody else's browser."""
    return new_context().new_page()


def test_an_editor_edits_previews_publishes_compares_and_reverts(page, reader, editor, sign_in):
    sign_in(page, editor)

    page.goto("/admin/")
    page.locator("#codes-code").get_by_role("link", name="Codes", exact=True).click()
    page.locator("#searchbar").fill("96522")
    page.locator("#searchbar").press("Enter")
    page.locator("#result_list").get_by_role("link", name="96522 CPT®").click()

    panel = page.locator("#plain-description")
    before = panel.get_by_label("Markdown").input_value()
    assert before
    panel.get_by_label("Markdown").fill(f"{before}\n\n**{NEW_WORDS}** <script>alert(1)</script>")
    preview = panel.get_by_role("region", name="Preview")
    expect(preview.locator("strong", has_text=NEW_WORDS)).to_be_visible()
    expect(preview.locator("script")).to_have_count(0)
    expect(panel.get_by_text("Not saved")).to_be_visible()

    panel.get_by_role("button", name="Save draft").click()
    expect(page.locator(".messagelist")).to_contain_text("draft saved")
    expect(panel.get_by_text("Not saved")).to_be_hidden()
    assert NEW_WORDS not in text_for_readers(reader)

    panel.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("published")
    assert NEW_WORDS in text_for_readers(reader)

    panel.get_by_role("link", name="History and differences").click()
    page.get_by_role("radio", name="Compare from").last.check()
    page.get_by_role("radio", name="Compare to").first.check()
    page.get_by_role("button", name="Compare the chosen two").click()
    expect(page.locator(".differences ins")).to_contain_text(NEW_WORDS)
    expect(page.locator(".versions")).to_contain_text("editor@example.org")

    page.get_by_role("button", name="Revert and publish").last.click()
    expect(page.locator(".messagelist")).to_be_visible()
    assert NEW_WORDS not in text_for_readers(reader)
    page.goto(page.url)
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(panel.get_by_label("Markdown")).to_have_value(before)


def test_an_editor_previews_and_saves_without_javascript(plain_page, editor, sign_in):
    page = plain_page
    sign_in(page, editor)
    page.goto("/admin/codes/code/?q=96522")
    page.locator("#result_list").get_by_role("link", name="96522 CPT®").click()
    panel = page.locator("#plain-description")
    panel.get_by_label("Markdown").fill(NEW_WORDS)
    panel.get_by_role("button", name="Preview").click()
    expect(panel.get_by_role("region", name="Preview")).to_have_text(NEW_WORDS)
    expect(panel.get_by_label("Markdown")).to_have_value(NEW_WORDS)
    panel.get_by_role("button", name="Save draft").click()
    expect(page.locator(".messagelist")).to_contain_text("draft saved")
    expect(panel.get_by_label("Markdown")).to_have_value(NEW_WORDS)


def test_leaving_with_text_that_is_not_saved_asks_first(page, editor, sign_in):
    sign_in(page, editor)
    page.goto("/admin/codes/code/?q=96522")
    page.locator("#result_list").get_by_role("link", name="96522 CPT®").click()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("#plain-description").get_by_label("Markdown").press_sequentially("x")
    page.get_by_role("link", name="View on site").click()
    page.wait_for_url(f"**{CODE_PAGE}")
    assert asked == ["beforeunload"]


def test_a_member_has_no_way_into_the_editing(page, sign_in):
    sign_in(page, make_user())
    answer = page.goto("/admin/codes/code/")
    assert "/admin/codes/code/" not in page.url or answer.status == 403
    expect(page.locator("#searchbar")).to_have_count(0)


def text_for_readers(reader) -> str:
    reader.goto(CODE_PAGE)
    return reader.locator("#plain-description").inner_text()
