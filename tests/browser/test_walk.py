"""A reader's way through the site: look up, read, meet the meter, register, read on."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

pytestmark = pytest.mark.usefixtures("demonstration")

EMAIL = "reader@example.org"
PASSWORD = "a-plain-long-passphrase"
BANNER_OF_A_GUEST = (
    "0 code page views remaining. Guest accounts are limited to 1 page view. "
    "Register free account to get 5 more views."
)
FURTHER_CODES = ["cpt/96521", "cpt/96523", "hcpcs/E0783", "icd-10-cm/Z45.1", "cpt/96413"]


def test_a_reader_looks_up_meets_the_meter_registers_and_reads_on(page, link_in_mail):
    walk(page, link_in_mail)


def test_the_way_is_the_same_without_javascript(plain_page, link_in_mail):
    walk(plain_page, link_in_mail)


def walk(page, link_in_mail):
    renewal = date_format(timezone.localdate() + timedelta(days=settings.VIEW_PERIOD_DAYS), "j M Y")

    page.goto("/")
    page.locator("#lookup").fill("96522")
    page.locator("#lookup").press("Enter")
    if "/case2code/" in page.url:
        page.locator("[data-code='cpt:96522'] a").click()
    page.wait_for_url("**/codes/cpt/96522/")
    expect(page.get_by_role("heading", level=1)).to_have_text("96522")
    expect(page.locator("#official-description")).to_contain_text(
        "Refilling and maintenance of implantable pump or reservoir for drug delivery"
    )
    expect(page.locator("#official-description")).to_contain_text(
        "American Medical Association. All rights reserved."
    )
    expect(page.locator("#plain-description")).to_contain_text("pump")
    clinical_use = page.locator("section#clinical-use")
    expect(clinical_use).to_have_attribute("data-state", "open")
    expect(clinical_use.locator(".prose")).to_be_visible()
    expect(page.locator("section.gated[data-state=locked]")).to_have_count(0)

    page.goto("/codes/cpt/96521/")
    expect_locked(page)
    expect(page.locator("#plain-description .prose")).to_be_visible()
    banner = page.locator("#view-meter")
    expect(banner).to_have_attribute("data-remaining", "0")
    expect(banner).to_contain_text(BANNER_OF_A_GUEST)
    expect(banner).to_contain_text(renewal)
    locked = page.locator("section.gated[data-state=locked]").first
    expect(locked).to_contain_text("Register to view content")
    expect(locked).to_contain_text("Create a free account to unlock this content")

    banner.get_by_role("link", name="Register free account").click()
    page.get_by_label("E-mail").fill(EMAIL)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form").get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your e-mail address")
    page.goto(link_in_mail(EMAIL))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_be_visible()
    if page.get_by_role("link", name="Log in").count():
        log_in(page)

    for count, code in enumerate(FURTHER_CODES, 1):
        page.goto(f"/codes/{code}/")
        expect(page.locator("section.gated[data-state=locked]")).to_have_count(0)
        expect(banner).to_have_attribute("data-remaining", str(5 - count))
    page.goto("/codes/cpt/96522/")
    expect(clinical_use).to_have_attribute("data-state", "open")

    page.goto("/codes/hcpcs/J9190/")
    expect_locked(page)
    expect(banner).to_have_attribute("data-remaining", "0")
    expect(banner).to_contain_text("0 code page views remaining.")
    expect(banner).not_to_contain_text("Guest accounts")
    expect(banner).to_contain_text(renewal)


def log_in(page):
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form").get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Account", exact=True)).to_be_visible()


def expect_locked(page):
    gated = page.locator("section.gated")
    expect(gated.first).to_have_attribute("data-state", "locked")
    expect(page.locator("section.gated[data-state=open]")).to_have_count(0)
    expect(page.locator("section.gated .prose")).to_have_count(0)
