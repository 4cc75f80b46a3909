"""Every kind of page: axe-core finds nothing, wide and narrow, light and dark; nothing overflows.

axe-core comes from npm (`npm ci`); without it these tests are skipped.
"""

import pytest
from django.urls import reverse
from django.utils import timezone

from assistant.actions import give_feedback, share
from assistant.models import Turn
from codes.models import Code
from tests.assistant.conversations import make_conversation, make_turn
from tests.browser.chromium import ROOT, watch
from tests.consultant import cases
from tests.factories import PASSWORD, make_user

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW, NARROWEST = (
    {"width": 1280, "height": 900},
    {"width": 390, "height": 844},
    {"width": 360, "height": 740},
)
# A color that still fades is not the one a reader sees.
WITHOUT_FADING = "* { transition: none !important }"

GUEST_PAGES = {
    "home": "/",
    "code systems": "/codes/",
    "a system": "/codes/icd-10-cm/",
    "a system on another day": "/codes/hcpcs/?date=2026-08-01",
    "a chapter": "/codes/icd-10-cm/?within=z00-z99",
    "a range of CPT": "/codes/cpt/?within=90000-99199",
    "what changed": "/codes/hcpcs/changes/",
    "a code, open": "/codes/cpt/96522/",
    "a section in full": "/codes/cpt/96522/history/",
    "a code, locked": "/codes/cpt/96521/",
    "an ended code": "/codes/hcpcs/J9070/",
    "a header code": "/codes/icd-10-cm/Z45/",
    "a code before its time": "/codes/hcpcs/J9271/?date=2001-01-01",
    "search results": "/case2code/?q=infusion+pump",
    "search results on another day": "/case2code/?q=pump&date=2026-08-01&billable=1&system=hcpcs",
    "codes asked for by name": "/case2code/?q=96521+96522+Z45.1+99999",
    "nothing found": "/case2code/?q=xylophone",
    "the empty search": "/case2code/",
    "the claim checker": "/claim-check/",
    "a claim checked": "/claim-check/?line=96522&line=96521-59x2&dx=Z45.1&dx=Z45",
    "a claim of too many codes": "/claim-check/?line=96522&line=96521&line=96523",
    "the assistant": "/casepilot/",
    "no conversations": "/casepilot/conversations/",
    "CaseConsultant": "/caseconsultant/",
    "sign-up": "/accounts/signup/",
    "log-in": "/accounts/login/",
    "password reset": "/accounts/password/reset/",
    "not found": "/codes/cpt/96529/",
    "not found at all": "/nowhere/",
}
MEMBER_PAGES = {
    "a code": "/codes/cpt/96522/",
    "profile": "/accounts/",
    "change of e-mail": "/accounts/email/",
    "change of password": "/accounts/password/change/",
    "two-factor": "/accounts/2fa/",
    "setting two-factor up": "/accounts/2fa/totp/activate/",
    "password asked for again": "/accounts/reauthenticate/",
    "sessions": "/accounts/sessions/",
    "deleting the account": "/accounts/delete/",
    "logging out": "/accounts/logout/",
}


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is not installed; `npm ci` installs it")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def page(new_context, base_url, axe, demonstration):
    """A page that axe-core may be put into."""
    context = new_context(bypass_csp=True, viewport=WIDE)
    page = context.new_page()
    problems = watch(page, base_url)
    yield page
    assert not problems, "\n".join(problems)


def test_axe_finds_nothing_on_the_pages_of_a_guest(page, axe):
    found = findings(page, axe, GUEST_PAGES)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_pages_of_a_member(page, axe):
    user = make_user()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(user.email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form").get_by_role("button", name="Log in").click()
    page.wait_for_url("**/accounts/")
    found = findings(page, axe, MEMBER_PAGES)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_pages_of_an_editor(page, axe, editor, sign_in):
    sign_in(page, editor)
    code = Code.objects.get(system="cpt", value="96522")
    pages = {
        "the administration": reverse("admin:index"),
        "codes": reverse("admin:codes_code_changelist"),
        "a code's texts": reverse("admin:codes_code_change", args=[code.pk]),
        "a text's history": reverse(
            "admin:codes_code_text_history", args=[code.pk, "plain-description"]
        ),
        "a code page": code.get_absolute_url(),
    }
    found = findings(page, axe, pages)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_suggestions_and_a_tray(page, axe):
    page.goto("/case2code/?q=965")
    for link in page.locator(".result > .row-actions [data-claim-code]").all():
        link.click()
    page.locator("#lookup").fill("")
    page.locator("#lookup").press_sequentially("9652")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    found = findings_here(page, axe, "suggestions over results and a tray")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_pages_of_a_conversation(page, axe, sign_in):
    user = make_user()
    sign_in(page, user)
    conversation = make_conversation(user=user)
    turn = make_turn(conversation)
    give_feedback(turn=turn, verdict="helpful")
    make_turn(conversation, state=Turn.State.STOPPED)
    make_turn(conversation, state=Turn.State.FAILED)
    make_turn(conversation, engine_note="The language model is busy.")
    share(conversation=conversation)
    url = conversation.get_absolute_url()
    pages = {
        "a conversation": url,
        "the list of conversations": "/casepilot/conversations/",
        "a search for none": "/casepilot/conversations/?q=xylophone",
        "deleting a conversation": f"{url}delete/",
        "a shared conversation": conversation.shared_url,
    }
    found = findings(page, axe, pages)
    page.goto(url)
    for tool in page.locator("details").all():
        tool.evaluate("tool => (tool.open = true)")
    found += findings_here(page, axe, "a conversation with everything open")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_pages_of_cases(page, axe, sign_in):
    user = make_user()
    sign_in(page, user)
    pages = {"no cases": "/caseconsultant/"}
    found = findings(page, axe, pages)
    answered = cases.make_thread(user=user, state="answered")
    files = [{"name": "note.pdf", "text": "Refilled.", "problem": ""}]
    files += [{"name": "scan.pdf", "text": "", "problem": "It is a picture."}]
    question = cases.make_question(answered, text="word " * 1000, attachments=files)
    answer = cases.make_answer(question, cases.part(), cases.part(is_sure=False, kind="codes"))
    answer.verdict = "helpful"
    answer.save()
    cases.make_reply(answered, text="See https://www.cms.gov/ for it.")
    with_consultant = cases.make_thread(user=user, state="with-consultant", due_at=timezone.now())
    cases.make_question(with_consultant, state="failed")
    waiting = cases.make_question(cases.make_thread(user=user), state="waiting").thread
    pages = {
        "cases": "/caseconsultant/",
        "a search for no case": "/caseconsultant/?q=xylophone",
        "a case, answered": answered.get_absolute_url(),
        "a case with a consultant": with_consultant.get_absolute_url(),
        "a case that waits": waiting.get_absolute_url(),
        "deleting a case": f"{answered.get_absolute_url()}delete/",
    }
    found += findings(page, axe, pages)
    page.goto(answered.get_absolute_url())
    for fold in page.locator("details").all():
        fold.evaluate("fold => (fold.open = true)")
    found += findings_here(page, axe, "a case with everything open")
    page.goto("/caseconsultant/")
    page.locator("main form").get_by_role("button", name="Send the case").click()
    page.locator(".error-summary").wait_for()
    found += findings_here(page, axe, "a case without a word")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_a_form_that_names_errors(page, axe):
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill("somebody@example.org")
    page.locator("input[type=password]").first.fill("12345678")
    page.locator("main form").get_by_role("button", name="Register").click()
    page.locator(".error-summary, .form-errors, [role=alert]").first.wait_for()
    found = findings_here(page, axe, "sign-up with errors")
    assert not found, "\n".join(found)


def findings(page, axe, pages) -> list[str]:
    found = []
    for name, path in pages.items():
        answer = page.goto(path)
        wanted = 404 if name.startswith("not found") else 200
        assert answer.status == wanted, f"{name}, {path}, answers {answer.status}"
        found += findings_here(page, axe, name)
    return found


def findings_here(page, axe, name) -> list[str]:
    """What axe says about the page at each size and in each color scheme, and what overflows."""
    page.evaluate(axe)
    page.add_style_tag(content=WITHOUT_FADING)
    found = []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            place = f"{name}, {size['width']} px, {scheme}"
            found += [f"{place}: {finding}" for finding in run_axe(page)]
    page.set_viewport_size(NARROWEST)
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROWEST["width"]:
        found.append(f"{name} is {width} px wide on a screen of {NARROWEST['width']} px")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)
    return found


def run_axe(page) -> list[str]:
    violations = page.evaluate(
        "() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
    )
    return [
        f"{violation['id']}: {violation['help']}: "
        + "; ".join(node["html"][:150] for node in violation["nodes"][:3])
        for violation in violations
    ]
