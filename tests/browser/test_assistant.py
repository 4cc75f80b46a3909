"""Asking in a real browser: the answer as it is made, with and without JavaScript."""

import re
import threading

import pytest
from playwright.sync_api import expect

from assistant.models import Turn
from tests.assistant.scripted_model import answers, scripted_model
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("demonstration")

QUESTION = "What is CPT code 96522?"


def test_enter_sends_the_question_and_the_answer_appears_with_its_steps(page):
    page.goto("/casepilot/")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")

    answer = page.locator("article.answer")
    expect(answer).to_contain_text("96522")
    expect(page).to_have_url(re.compile(r"/casepilot/[0-9a-f-]{36}/#turn-\d+$"))
    expect(page.locator("#answer-told")).to_have_text("The answer is here.")
    expect(answer.locator("a.citation").first).to_have_attribute("href", re.compile("^/"))
    answer.get_by_text("How it was found").click()
    expect(answer.locator(".answer-steps li").first).to_be_visible()
    assert Turn.objects.count() == 1


def test_shift_and_enter_begin_a_line(page):
    page.goto("/casepilot/")
    page.keyboard.type("What is")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("96522?")
    expect(page.get_by_label("Your question")).to_have_value("What is\n96522?")


def test_the_question_is_asked_and_answered_without_javascript(plain_page):
    plain_page.goto("/")
    plain_page.get_by_label("Your question about medical coding").fill(QUESTION)
    plain_page.get_by_role("button", name="Ask CasePilot").click()

    expect(plain_page.locator("article.answer")).to_contain_text("96522")
    for button in ("Stop", "Print"):
        expect(plain_page.get_by_role("button", name=button, exact=True)).to_have_count(0)


def test_the_page_of_a_code_asks_about_it(page):
    page.goto("/codes/cpt/96522/")
    callout = page.locator(".rail-callout")
    expect(callout).to_contain_text("Have a question about CPT® Code 96522?")
    callout.get_by_label("Your question about medical coding").fill("What is it?")
    callout.get_by_role("button", name="Ask CasePilot").click()

    expect(page.locator("article.answer")).to_contain_text("96522")
    assert Turn.objects.get().subject == "cpt:96522"


def test_a_double_click_asks_once(page):
    page.goto("/casepilot/")
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).dblclick()

    expect(page.locator("article.answer")).to_be_visible()
    assert Turn.objects.count() == 1


def test_next_questions_go_on_with_the_conversation(page, sign_in):
    sign_in(page, make_user())
    page.goto("/casepilot/")
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    following = page.locator(".next-questions button").first
    words = following.text_content()
    following.click()

    expect(page.locator(".turn-question").nth(1)).to_contain_text(words)
    expect(page.locator("article.answer")).to_have_count(2)
    assert Turn.objects.values("conversation").distinct().count() == 1


def test_a_conversation_is_renamed_shared_and_deleted(page, new_context, sign_in, base_url):
    sign_in(page, make_user())
    page.goto("/casepilot/")
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("article.answer")).to_be_visible()

    page.locator("summary", has_text="Rename").click()
    page.get_by_label("Title").fill("Refilling a pump")
    page.get_by_role("button", name="Save the title").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Refilling a pump")

    page.locator("summary", has_text="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#shared-link")
    expect(link).to_be_visible()
    shared = re.sub(r"^https?://[^/]+", "", link.input_value())
    stranger = new_context().new_page()
    stranger.goto(shared)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Refilling a pump")
    page.get_by_role("button", name="Stop sharing").click()
    assert stranger.goto(shared).status == 404

    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“Refilling a pump” is deleted.")).to_be_visible()
    expect(page.get_by_text("No conversation yet")).to_be_visible()


def test_a_slow_answer_shows_its_steps_and_can_be_stopped_and_had_after_all(page, settings):
    go_on = threading.Event()

    def slow(talk):
        go_on.wait(60)
        answers(503)(talk)

    with scripted_model() as model:
        settings.ASSISTANT_BASE_URL, settings.ASSISTANT_MODEL = model.url, "scripted"
        model.script = [slow]
        page.goto("/casepilot/")
        page.get_by_label("Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator(".steps li").first).to_contain_text("96522")
        expect(page.locator(".turn-state")).to_have_text("Looking it up …")
        expect(page.locator("article.answer")).to_have_count(0)

        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".turn-state")).to_have_text("You stopped this answer.")
        expect(page.get_by_role("button", name="Answer it anyway")).to_be_focused()
        go_on.set()
        page.get_by_role("button", name="Answer it anyway").click()
        answer = page.locator("article.answer")
        # A busy machine takes a while to import the client of the model.
        expect(answer).to_contain_text("The language model answered with an error.", timeout=60_000)
        expect(answer).to_contain_text("The built-in planner answered.")
    assert Turn.objects.count() == 1


def test_a_mistake_is_reported_from_the_answer(page):
    page.goto("/casepilot/")
    page.get_by_label("Your question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator("summary", has_text="Report a mistake").click()
    page.get_by_label("What is wrong?").fill("The description is another.")
    page.get_by_role("button", name="Send the report").click()

    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert Turn.objects.get().feedback.comment == "The description is another."
