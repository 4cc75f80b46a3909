"""Note coding in Chromium: accessible with the codes of a note on the page, and without scripts."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from search.index import current, kept
from tests.browser.chromium import watch
from tests.browser.test_accessibility import AXE, WITHOUT_FADING

NOTE = (
    "ASSESSMENT\n\nEncounter for adjustment and management of infusion pump.\n\n"
    "PLAN\n\nShe will use crutches.\n"
)


@pytest.fixture(autouse=True)
def index(transactional_db, tmp_path, settings, monkeypatch):
    settings.SEARCH_DIR = tmp_path / "search"
    settings.SEARCH_MODEL_DIR = tmp_path / "no-model"
    settings.SEARCH_FOLLOW_SECONDS = 0.001
    monkeypatch.setattr(current, "start_maker", lambda: None)
    call_command("load_demonstration", verbosity=0)
    current.forget()
    kept.make()
    yield
    current.forget()


def test_axe_finds_nothing_on_the_codes_of_a_note(new_context, base_url):
    if not AXE.exists():
        pytest.skip("axe-core is not installed; `npm ci` installs it")
    for width, scheme in ((1280, "light"), (390, "dark")):
        context = new_context(
            bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        page = context.new_page()
        problems = watch(page, base_url)
        page.goto("/case2code/note/")
        found = violations(page)
        page.get_by_label("Note", exact=True).fill(NOTE)
        page.get_by_role("button", name="Code the note").click()
        expect(page.get_by_role("heading", name="Codes of the note")).to_be_visible()
        assert page.locator(".note-offer").count()
        found += violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert not found and wide <= width
        assert not problems, "\n".join(problems)
        context.close()


def violations(page) -> list[str]:
    page.add_style_tag(content=WITHOUT_FADING)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run()")
    return [f"{item['id']}: {item['nodes'][0]['html']}" for item in result["violations"]]


def test_a_note_is_coded_and_its_codes_checked_without_scripts(new_context, base_url):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/case2code/")
    page.get_by_role("link", name="Code a whole note").click()
    page.get_by_label("Note", exact=True).fill(NOTE)
    page.get_by_role("button", name="Code the note").click()
    boxes = page.get_by_role("checkbox")
    for number in range(boxes.count()):
        boxes.nth(number).uncheck()
    boxes.first.check()
    page.get_by_role("button", name="Update selection").click()
    expect(page.get_by_role("heading", name="Accepted: 1")).to_be_visible()
    assert page.url.endswith("/case2code/note/")
    page.get_by_role("button", name="Check accepted on a claim").click()
    expect(page).to_have_url(re.compile(r"/claim-check/\?(?:line|dx)=[A-Z0-9.]+$"))
