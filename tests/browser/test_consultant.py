"""A case in a real browser, wide and narrow: sent, waited for, judged, deleted."""

import re

import pytest
from playwright.sync_api import expect

from consultant.models import Message, Thread
from tests.consultant.answers import answer_waiting
from tests.consultant.cases import make_answer, make_question, make_thread
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("demonstration")

WIDTHS = [1280, 390]
QUESTION = "What is CPT code 96522?"


def send(page, text=QUESTION):
    page.goto("/caseconsultant/")
    page.get_by_label("Your question, codes or note").fill(text)
    page.get_by_role("button", name="Send the case").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_case_is_sent_waited_for_judged_and_deleted(page, sign_in, width):
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, make_user())
    send(page)
    expect(page).to_have_url(re.compile(r"/caseconsultant/[0-9a-f-]{36}/#message-\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    expect(page.locator("#waiting")).to_be_visible()
    answer_waiting()
    # The page follows by itself, and says so.
    expect(page.locator(".answer").first).to_contain_text("96522 is a CPT", timeout=10_000)
    expect(page.locator("#case-told")).to_have_text("The answer is here.")
    expect(page.locator("#waiting")).to_have_count(0)
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("A consultant will look at your case")
    expect(page.locator(".case-state")).to_contain_text("With a consultant")
    page.get_by_text("Say why").click()
    page.get_by_label("What is missing?").fill("The units.")
    page.get_by_role("button", name="Send the comment").click()
    expect(page.get_by_text("Your comment")).to_be_visible()
    assert Message.objects.get(kind="answer").comment == "The units."
    page.get_by_label("Your question, codes or note").fill("How many units?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".case-message")).to_have_count(3)
    page.get_by_role("link", name="Your cases").click()
    expect(page.locator(".case-rows")).to_contain_text("With a consultant")
    page.locator(".case-rows").get_by_role("link", name=QUESTION).click()
    page.get_by_role("link", name="Delete this case").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No case yet")).to_be_visible()
    assert not Thread.objects.exists()


def test_without_javascript_the_page_of_a_case_comes_again_until_it_is_answered(
    plain_page, sign_in
):
    sign_in(plain_page, make_user())
    send(plain_page)
    expect(plain_page.locator("#waiting")).to_be_visible()
    answer_waiting()
    expect(plain_page.locator(".answer").first).to_contain_text("96522 is a CPT", timeout=15_000)


def test_links_of_a_mail_lead_to_the_buttons_and_press_none(page, sign_in):
    user = make_user()
    sign_in(page, user)
    answer = make_answer(make_question(make_thread(user=user, state="answered")))
    for name in (f"helpful-{answer.pk}", f"not-helpful-{answer.pk}", "ask-a-person", "delete"):
        page.goto(f"{answer.thread.get_absolute_url()}#{name}")
        expect(page.locator(f"#{name}")).to_be_in_viewport()
    answer.refresh_from_db()
    assert (answer.verdict, answer.thread.state) == ("", Thread.State.ANSWERED)


def test_the_address_is_copied(page, sign_in, settings):
    sign_in(page, make_user())
    page.goto("/caseconsultant/")
    page.get_by_role("button", name="Copy the address").click()
    expect(page.locator(".case-by-mail [data-copy-label]")).to_have_text("Copied")
