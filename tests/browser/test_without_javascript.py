"""What works in a browser without JavaScript; the walk and the editing do so in their own files."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("demonstration")


def test_looking_a_code_up_works(plain_page):
    plain_page.goto("/")
    plain_page.locator("#lookup").fill("z451")
    plain_page.locator("#lookup").press("Enter")
    open_result(plain_page, "icd-10-cm:Z45.1")
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Z45.1")


def test_the_date_of_service_works(plain_page):
    plain_page.goto("/codes/cpt/96522/")
    plain_page.get_by_label("Date of service").fill("2025-06-01")
    plain_page.get_by_role("button", name="Show").click()
    expect(plain_page.get_by_label("Date of service")).to_have_value("2025-06-01")
    expect(plain_page.locator(".code-head")).to_contain_text("1 Jun 2025")
    plain_page.get_by_role("link", name="Today").click()
    plain_page.wait_for_url("**/codes/cpt/96522/")


def test_what_needs_a_script_is_not_offered(plain_page):
    plain_page.goto("/codes/cpt/96522/")
    for button in ("Copy", "Print", "Keyboard"):
        expect(plain_page.get_by_role("button", name=button, exact=True)).to_have_count(0)


def open_result(page, key):
    """Follow a result; a page that the look-up has opened by itself is left alone."""
    if "/case2code/" in page.url:
        page.locator(f"[data-code='{key}'] a").click()
