"""The look-up box and its results: by keyboard, for a screen reader, on a slow network."""

import re

import pytest
from playwright.sync_api import expect

from codes.models import CodeSystem, Source
from tests.factories import make_code, make_description, make_release

pytestmark = pytest.mark.usefixtures("demonstration")

RESULTS = "/case2code/?q=implantable+pump"


@pytest.fixture
def fractures(demonstration):
    """A diagnosis in variants, and one that needs a 7th character."""
    release = make_release(source=Source.ICD_10_CM_ORDER, name="FY 2027")
    for side, number in (("right", 1), ("left", 2)):
        value, text = f"S72.00{number}", f"Fracture of neck of {side} femur"
        code = make_code(value, system=CodeSystem.ICD_10_CM)
        make_description(code, release=release, long=text, is_billable=False)
        for character, encounter in {"A": "initial encounter", "S": "sequela"}.items():
            code = make_code(value + character, system=CodeSystem.ICD_10_CM)
            make_description(code, release=release, long=f"{text}, {encounter}")


def type_in_box(page, text):
    page.locator("#lookup").focus()
    page.locator("#lookup").press_sequentially(text, delay=20)
    expect(page.get_by_role("option").first).to_be_visible()


# Suggestions


def test_a_screen_reader_is_told_of_the_suggestions(page):
    page.goto("/")
    box = page.get_by_role("combobox", name="Code, words or abbreviation")
    expect(box).to_have_attribute("aria-expanded", "false")
    type_in_box(page, "9652")

    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).to_have_attribute("aria-autocomplete", "list")
    listbox = page.get_by_role("listbox", name="Suggestions")
    expect(listbox).to_have_id(box.get_attribute("aria-controls"))
    count = page.get_by_role("option").count()
    expect(page.locator("form.lookup [role=status]")).to_have_text(f"{count} suggestions")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_count(1)
    expect(chosen).to_have_id(box.get_attribute("aria-activedescendant"))
    expect(box).to_be_focused()
    expect(chosen).to_contain_text(re.compile("CPT.*(Active|Not described)"))


def test_home_end_and_the_text_keep_their_keys(page):
    page.goto("/")
    type_in_box(page, "9652")
    box, options = page.locator("#lookup"), page.get_by_role("option")

    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("End")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    page.keyboard.press("Home")
    page.keyboard.type("x")
    expect(box).to_have_value("x9652")


def test_escape_closes_and_the_arrow_opens_again(page):
    page.goto("/")
    type_in_box(page, "9652")
    box = page.locator("#lookup")

    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("9652")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).not_to_be_focused()


def test_enter_without_a_choice_asks_for_all_results(page):
    page.goto("/codes/")
    type_in_box(page, "pump")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case2code/?q=pump")
    expect(page.get_by_role("heading", level=1)).to_contain_text("pump")


def test_a_finger_opens_a_suggestion_or_all_results(new_context, base_url):
    context = new_context(has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/")
    type_in_box(page, "9652")
    page.get_by_role("option").nth(1).tap()
    page.wait_for_url("**/codes/cpt/96522/")

    page.goto("/")
    type_in_box(page, "pump")
    page.get_by_role("button", name="All results").tap()
    page.wait_for_url("**/case2code/?q=pump")


def test_a_late_answer_does_not_replace_a_later_one(page):
    page.goto("/")
    held = []

    def answer(route):
        if route.request.url.endswith("q=96"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/case2code/suggest/**", answer)
    box = page.locator("#lookup")
    with page.expect_request("**/suggest/?q=96"):
        box.press_sequentially("96")
    # Says that it works on it, while there is nothing to show yet.
    expect(page.locator("form.lookup")).to_have_attribute("aria-busy", "true")
    type_in_box(page, "522")
    expect(page.get_by_role("option").first).to_have_attribute("data-code", "cpt:96522")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.locator("form.lookup")).not_to_have_attribute("aria-busy", "true")
    held[0].fulfill(body='<ul role="listbox"><li role="option" data-code="late">Late</li></ul>')
    page.wait_for_timeout(100)
    expect(page.get_by_role("option").first).to_have_attribute("data-code", "cpt:96522")


def test_suggestions_that_fail_leave_a_plain_form(page):
    page.goto("/")
    page.route("**/case2code/suggest/**", lambda route: route.fulfill(status=200, body="<p>proxy"))
    page.locator("#lookup").press_sequentially("pump")
    page.wait_for_timeout(300)
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url("**/case2code/?q=pump")


def test_what_an_input_method_composes_is_not_asked_for(page):
    page.goto("/")
    asked = []
    page.on("request", lambda request: "suggest" in request.url and asked.append(request.url))
    page.evaluate("""() => {
      const box = document.getElementById("lookup");
      box.focus();
      box.dispatchEvent(new CompositionEvent("compositionstart"));
      box.value = "96522";
      box.dispatchEvent(new InputEvent("input", {isComposing: true, bubbles: true}));
    }""")
    page.wait_for_timeout(300)
    assert asked == []
    page.evaluate(
        """() => document.getElementById("lookup").dispatchEvent(
             new CompositionEvent("compositionend", {data: "96522"}))"""
    )
    expect(page.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1


# Results


def test_the_keyboard_alone_leads_from_words_to_a_complete_code(page, fractures):
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("S72.001")
    page.keyboard.press("Enter")
    page.wait_for_url("**/case2code/?q=S72.001")
    page.locator("#lookup").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    expect(page.locator("a.result-code").first).to_be_focused()
    summary = page.locator("summary", has_text="Needs a 7th character")
    for _ in range(8):
        page.keyboard.press("Tab")
        if summary.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="S72.001A")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/codes/icd-10-cm/S72.001A/")


def test_a_fold_opens_from_the_keyboard_and_without_javascript(page, plain_page, fractures):
    for one in (page, plain_page):
        one.goto("/case2code/?q=fracture+neck+femur")
        hidden = one.locator("li.result li[data-code='icd-10-cm:S72.001S']")
        expect(hidden).to_be_hidden()
        summary = one.locator("summary", has_text="more, by side, encounter")
        summary.focus()
        one.keyboard.press("Enter")
        expect(hidden).to_be_visible()


def test_the_code_of_a_row_is_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(RESULTS)
    row = page.locator("li.result").nth(1)
    code = row.locator(".result-code").inner_text()

    row.get_by_role("button", name=f"Copy {code}").click()
    expect(page.locator("#copy-told")).to_have_text(f"{code} copied")
    assert page.evaluate("navigator.clipboard.readText()") == code
    first = page.locator("li.result").first.locator(".result-code")
    first.focus()
    page.keyboard.press("c")
    expect(page.locator("#copy-told")).to_have_text(f"{first.inner_text()} copied")


# The tray


def tray(page):
    return page.get_by_role("region", name=re.compile("to check"))


def add(page, key):
    page.locator(f"li.result[data-code='{key}'] > .row-actions a").click()


def test_codes_are_collected_for_a_claim_check_over_several_searches(page):
    page.goto("/case2code/?q=965")
    expect(tray(page)).to_be_hidden()
    add(page, "cpt:96522")
    expect(tray(page)).to_contain_text("1 code to check")
    page.goto("/case2code/?q=Z45")
    add(page, "icd-10-cm:Z45.1")
    expect(tray(page)).to_contain_text("2 codes to check")
    added = page.locator("li.result[data-code='icd-10-cm:Z45.1'] [data-claim-code]").first
    expect(added).to_have_attribute("aria-pressed", "true")
    expect(added).to_have_accessible_name("Claim check Z45.1")

    tray(page).get_by_role("link", name="Check claim").click()
    page.wait_for_url("**/claim-check/?line=96522&dx=Z45.1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim checker")
    page.go_back()
    expect(tray(page)).to_contain_text("2 codes to check")


def test_a_code_is_taken_out_where_it_was_put_in_and_in_the_tray(page):
    page.goto("/case2code/?q=965")
    for key in ("cpt:96521", "cpt:96522", "cpt:96523"):
        add(page, key)
    add(page, "cpt:96521")
    expect(tray(page)).to_contain_text("2 codes to check")
    remove = tray(page).get_by_role("button", name="Remove 96522")
    remove.focus()
    page.keyboard.press("Enter")
    expect(tray(page).get_by_role("button", name="Remove 96523")).to_be_focused()
    tray(page).get_by_role("button", name="Clear").click()
    expect(tray(page)).to_be_hidden()
    expect(page.locator("[aria-pressed=true][data-claim-code]")).to_have_count(0)
    expect(page.locator("#lookup")).to_be_focused()


def test_the_space_bar_adds_a_code_too(page):
    page.goto("/case2code/?q=965")
    page.locator("li.result[data-code='cpt:96522'] > .row-actions a").focus()
    page.keyboard.press("Space")
    expect(tray(page)).to_contain_text("1 code to check")


def test_another_tab_has_a_tray_of_its_own(page, base_url):
    page.goto("/case2code/?q=965")
    add(page, "cpt:96522")
    other = page.context.new_page()
    other.goto(f"{base_url}/case2code/?q=965")
    expect(other.locator("li.result").first).to_be_visible()
    expect(tray(other)).to_be_hidden()
    add(other, "cpt:96523")
    expect(tray(other)).to_contain_text("1 code to check")
    page.reload()
    expect(tray(page)).to_contain_text("96522")
    expect(tray(page)).not_to_contain_text("96523")


def test_what_others_wrote_into_the_storage_is_not_believed(page):
    page.goto("/case2code/?q=965")
    for stored in ("no json", "{}", '[{"part": "script", "code": "96522"}]', '[{"part": "dx"}]'):
        page.evaluate("stored => sessionStorage.setItem('claim-tray', stored)", stored)
        page.reload()
        expect(page.locator("li.result").first).to_be_visible()
        expect(tray(page)).to_be_hidden()


def test_the_date_of_service_goes_along_to_the_claim_check(page):
    page.goto("/case2code/?q=965&date=2026-08-01")
    add(page, "cpt:96522")
    href = tray(page).get_by_role("link", name="Check claim").get_attribute("href")
    assert href.endswith("/claim-check/?date=2026-08-01&line=96522")


def test_without_javascript_a_code_leads_to_a_claim_check(plain_page):
    plain_page.goto("/case2code/?q=965")
    plain_page.locator("li.result[data-code='cpt:96522'] > .row-actions a").click()
    plain_page.wait_for_url("**/claim-check/?line=96522")
    plain_page.goto("/case2code/?q=pump&system=hcpcs")
    plain_page.get_by_role("link", name="Billable only").click()
    plain_page.wait_for_url("**/case2code/?q=pump&system=hcpcs&billable=1")
    plain_page.get_by_role("link", name="Clear filters").click()
    plain_page.wait_for_url("**/case2code/?q=pump")
    plain_page.get_by_label("Date of service").fill("2026-08-01")
    plain_page.get_by_role("button", name="Show").click()
    plain_page.wait_for_url("**/case2code/?q=pump&date=2026-08-01")
