"""Light and dark, by the system's preference and by the switch; the printed sheet."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import LONGEST_WAIT

pytestmark = pytest.mark.usefixtures("demonstration")

CODE_PAGE = "/codes/cpt/96522/"


def test_dark_follows_the_preference_of_the_system(page):
    page.emulate_media(color_scheme="light")
    page.goto(CODE_PAGE)
    expect_background(page, dark=False)
    page.emulate_media(color_scheme="dark")
    expect_background(page, dark=True)


def test_dark_follows_the_preference_without_javascript(plain_page):
    # No script may read the color here, so the picture tells it.
    plain_page.emulate_media(color_scheme="light")
    plain_page.goto(CODE_PAGE)
    light = plain_page.screenshot()
    plain_page.emulate_media(color_scheme="dark")
    assert plain_page.screenshot() != light


def test_the_switch_wins_over_the_system_and_is_kept(page):
    page.emulate_media(color_scheme="light")
    page.goto(CODE_PAGE)
    switch = page.get_by_role("button", name="Dark colors")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect_background(page, dark=True)
    page.goto("/codes/")
    expect_background(page, dark=True)
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    expect_background(page, dark=False)


def test_a_code_page_prints_as_a_clean_sheet(page):
    page.goto(f"{CODE_PAGE}?date=2026-02-03")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1, name="96522")).to_be_visible()
    expect(page.locator("#plain-description")).to_be_visible()
    for hidden in ("header.site-header", ".contents.is-side", "#view-meter", "footer.site-footer"):
        expect(page.locator(hidden)).to_be_hidden()
    for button in page.get_by_role("button").all():
        expect(button).to_be_hidden()
    sheet = page.locator(".print-sheet")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("CPT® 96522")
    expect(sheet).to_contain_text("3 Feb 2026")
    expect(sheet).to_contain_text("Demonstration")
    expect(sheet).to_contain_text(re.compile(r"/codes/cpt/96522/\?date=2026-02-03"))


def test_the_print_button_opens_the_print_dialogue(page):
    page.add_init_script("window.print = () => { window.hasPrinted = true }")
    page.goto(CODE_PAGE)
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.hasPrinted")


def test_a_dark_page_prints_light(page):
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(CODE_PAGE)
    expect_background(page, dark=False)


def expect_background(page, *, dark: bool):
    """The page turns dark or light within a moment: its script hears of the system's change."""
    end = time.monotonic() + LONGEST_WAIT / 1000
    while (is_dark := brightness(page) < 100) is not dark and time.monotonic() < end:
        page.wait_for_timeout(20)
    assert is_dark is dark


def brightness(page) -> float:
    """Of the page's background, from 0 to 255; a transparent one shows the white paper."""
    for element in ("document.body", "document.documentElement"):
        color = page.evaluate(f"getComputedStyle({element}).backgroundColor")
        red, green, blue, *alpha = map(float, re.findall(r"[\d.]+", color))
        if alpha != [0]:
            return (red + green + blue) / 3
    return 255
