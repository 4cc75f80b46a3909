"""A consultant's way through a case: by keyboard, in two windows, without JavaScript."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from consultant.actions import consulting
from consultant.models import CannedText, Message, Thread
from tests.browser.test_accessibility import AXE, WIDE, findings, findings_here
from tests.consultant.cases import make_answer, make_question
from tests.consultant.waiting_cases import make_case, make_consultant

LIST = reverse("admin:consultant_thread_changelist")


@pytest.fixture
def anna(transactional_db):
    return make_consultant("anna@example.org", first_name="Anna", last_name="Meyer")


@pytest.fixture
def ben(transactional_db):
    return make_consultant("ben@example.org", first_name="Ben", last_name="Okafor")


@pytest.fixture
def case(transactional_db, ben):
    """A case with everything a case may hold."""
    case = make_case()
    question = make_question(
        case,
        attachments=[
            {"name": "remittance.pdf", "text": "CO-97", "problem": ""},
            {"name": "a.zip", "text": "", "problem": "An archive is not read."},
        ],
    )
    make_answer(question, verdict="not-helpful", comment="Why?")
    consulting.add_note(thread=case, author=ben, text="Ask for the remittance.")
    CannedText.objects.create(title="Details", text="Please tell me the date.")
    return case


def page_of(case: Thread) -> str:
    return reverse("admin:consultant_thread_change", args=[case.pk])


def test_a_consultant_takes_a_case_writes_previews_and_sends(page, anna, case, sign_in):
    sign_in(page, anna)
    page.goto("/admin/")
    page.get_by_role("link", name="1 waiting", exact=True).click()
    page.get_by_role("link", name=case.subject).click()
    page.get_by_role("button", name="Assign to me").click()
    expect(page.locator(".messagelist")).to_contain_text("yours")

    reply = page.get_by_label("Reply to the member")
    reply.fill("Hello.\n\nBest wishes")
    reply.evaluate("box => box.setSelectionRange(6, 6)")
    page.get_by_label("Canned text").select_option("Details")
    page.get_by_role("button", name="Insert").click()
    expect(reply).to_have_value("Hello.\n\nPlease tell me the date.\n\nBest wishes")
    expect(reply).to_be_focused()
    expect(page.get_by_text("Not sent yet.")).to_be_visible()

    page.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("region", name="As the member will see it")
    expect(preview).to_contain_text("Please tell me the date.")
    page.get_by_role("button", name="Send to the member").click()
    expect(page.locator(".messagelist")).to_contain_text("on its way")
    expect(page.get_by_role("article", name="Reply by Anna Meyer")).to_be_visible()
    expect(reply).to_have_value("")


def test_the_box_is_reached_and_the_reply_sent_by_keyboard(page, anna, case, sign_in):
    sign_in(page, anna)
    page.goto(page_of(case))
    page.get_by_label("Reply to the member").focus()
    page.keyboard.type("One unit.")
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("document.activeElement.innerText || document.activeElement.name")
        )
    assert names[1:] == ["Insert", "Draft by the assistant", "Send to the member"]
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("on its way")


def test_a_double_click_sends_once(page, anna, case, sign_in):
    sign_in(page, anna)
    page.goto(page_of(case))
    page.get_by_label("Reply to the member").fill("One unit.")
    page.get_by_role("button", name="Send to the member").dblclick()
    expect(page.locator(".messagelist")).to_contain_text("on its way")
    assert case.messages.filter(kind=Message.Kind.REPLY).count() == 1


def test_who_was_overtaken_reads_so_and_keeps_the_text(page, anna, ben, case, sign_in):
    sign_in(page, anna)
    page.goto(page_of(case))
    reply = page.get_by_label("Reply to the member")
    reply.fill("My words")
    consulting.reply(thread=case, author=ben, text="Ben's words")
    page.get_by_role("button", name="Send to the member").click()
    expect(page.get_by_role("alert")).to_contain_text("Ben Okafor sent a reply.")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(reply).to_have_value("My words")
    assert case.messages.filter(kind=Message.Kind.REPLY).count() == 1


def test_leaving_with_a_reply_that_is_not_sent_asks_first(page, anna, case, sign_in):
    sign_in(page, anna)
    page.goto(page_of(case))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Reply to the member").press_sequentially("x")
    page.get_by_role("link", name="Back to the inbox").click()
    page.wait_for_url(f"**{LIST}")
    assert asked == ["beforeunload"]


def test_everything_works_without_javascript(plain_page, anna, case, sign_in):
    page = plain_page
    sign_in(page, anna)
    page.goto(page_of(case))
    reply = page.get_by_label("Reply to the member")
    page.get_by_role("button", name="Draft by the assistant").click()
    expect(page.get_by_text("A draft by the assistant is in the box.")).to_be_visible()
    reply.fill("One unit.")
    page.get_by_label("Canned text").select_option("Details")
    page.get_by_role("button", name="Insert").click()
    expect(reply).to_have_value("One unit.\n\nPlease tell me the date.")
    page.get_by_role("button", name="Send to the member").click()
    expect(page.locator(".messagelist")).to_contain_text("tick that you have read it")
    page.get_by_label("I have read the draft").check()
    page.get_by_role("button", name="Send to the member").click()
    expect(page.locator(".messagelist")).to_contain_text("on its way")


def test_a_name_in_a_reply_is_shown_and_masked_at_the_next_click(page, anna, case, sign_in):
    sign_in(page, anna)
    page.goto(page_of(case))
    page.get_by_label("Reply to the member").fill("Mrs. Smith may have it.")
    page.get_by_role("button", name="Send to the member").click()
    shown = page.get_by_role("alert")
    expect(shown).to_contain_text("This looks like patient data. Nothing was sent.")
    expect(shown).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Mask it and send")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("Masked in it: Mrs. [name].")
    expect(page.get_by_text("Mrs. [name] may have it.")).to_be_visible()


def test_axe_finds_nothing_in_the_inbox(new_context, base_url, anna, ben, case, sign_in):
    if not AXE.exists():
        pytest.skip("axe-core is not installed; `npm ci` installs it")
    axe = AXE.read_text(encoding="utf-8")
    page = new_context(bypass_csp=True, viewport=WIDE).new_page()
    sign_in(page, anna)
    consulting.assign(thread=case, to=ben, by=ben)
    consulting.reply(thread=case, author=ben, text="See [96522](/codes/cpt/96522/).")
    consulting.reopen(thread=case, by=ben)
    closed = make_case(subject="Closed", state=Thread.State.CLOSED)
    pages = {
        "the administration": reverse("admin:index"),
        "the inbox": LIST,
        "no case": f"{LIST}?q=xylophone",
        "a case": page_of(case),
        "a closed case": page_of(closed),
        "canned texts": reverse("admin:consultant_cannedtext_changelist"),
    }
    found = findings(page, axe, pages)
    page.goto(page_of(case))
    page.get_by_label("Reply to the member").fill("See [96522](/codes/cpt/96522/).")
    page.get_by_role("button", name="Draft by the assistant").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("region", name="As the member will see it").wait_for()
    for folded in page.locator("details").all():
        folded.evaluate("folded => (folded.open = true)")
    found += findings_here(page, axe, "a case with everything open")
    consulting.add_note(thread=case, author=ben, text="Wait.")
    page.get_by_label("I have read the draft").check()
    page.get_by_role("button", name="Send to the member").click()
    page.get_by_role("alert").wait_for()
    found += findings_here(page, axe, "a case that changed")
    page.get_by_label("Reply to the member").fill("Mrs. Smith may have it.")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("alert").wait_for()
    found += findings_here(page, axe, "a reply with a name")
    assert not found, "\n".join(found)
