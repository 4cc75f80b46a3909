"""What works from the keyboard."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("demonstration")


def test_slash_goes_to_the_look_up_box(page):
    page.goto("/codes/")
    page.keyboard.press("/")
    expect(page.locator("#lookup")).to_be_focused()
    expect(page.locator("#lookup")).to_have_value("")


def test_a_slash_written_in_the_box_stays_there(page):
    page.goto("/codes/")
    page.locator("#lookup").press_sequentially("1/2")
    expect(page.locator("#lookup")).to_have_value("1/2")


def test_question_mark_opens_the_help_and_escape_closes_it(page):
    page.goto("/")
    page.keyboard.press("?")
    help = page.get_by_role("dialog", name="Keyboard")
    expect(help).to_be_visible()
    page.keyboard.press("Escape")
    expect(help).to_be_hidden()


def test_arrows_and_enter_open_a_suggestion(page):
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("9652", delay=20)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_attribute("data-code", "cpt:96522")
    page.keyboard.press("Enter")
    page.wait_for_url("**/codes/cpt/96522/")


def test_arrows_move_through_the_results(page):
    page.goto("/case2code/?q=implantable+pump")
    results = page.locator("[data-arrow-keys] a.result-code")
    expect(results.nth(1)).to_be_visible()
    page.locator("#lookup").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    expect(results.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(results.nth(1)).to_be_focused()
    code = results.nth(1).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(code)


def test_c_copies_the_code(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/codes/icd-10-cm/Z45.1/")
    page.keyboard.press("c")
    expect(page.locator("[data-copy]").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "Z45.1"


def test_the_first_tab_offers_to_skip_to_the_content(page):
    page.goto("/codes/cpt/96522/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
