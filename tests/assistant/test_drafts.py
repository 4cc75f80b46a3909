"""Drafts of editors' texts: from the record, cited, waiting for review, and never over a text."""

from io import StringIO

import pytest
from django.contrib.admin.sites import AdminSite, site
from django.core.management import CommandError, call_command
from django.urls import reverse

from assistant import jobs
from assistant.drafts.admin_action import draft_descriptions, offer_drafts
from assistant.drafts.drafting import CannotDraft, draft_text
from codes.models import Code, PlainDescription, SectionText
from tests.assistant.scripted_model import answers, says
from tests.assistant.test_language_model import writes
from tests.codes.claim_check.rules_data import make_mues
from tests.factories import (
    make_code,
    make_description,
    make_plain_description,
    make_section_text,
    make_user,
)

pytestmark = pytest.mark.django_db

GOOD = writes(
    "TITLE: Injection of pembrolizumab\n\nIt is an injection of pembrolizumab, 1 mg [{what}].",
    what="pembrolizumab",
)


@pytest.fixture
def code():
    code = make_code("J9271")
    make_description(code, long="Injection, pembrolizumab, 1 mg")
    return code


def run(*arguments, **options) -> str:
    out = StringIO()
    call_command("draft_descriptions", *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_draft_is_stored_with_its_sources_and_published_by_nobody(model, code):
    model.script = [GOOD]

    told = run("j9271")

    text = PlainDescription.objects.get()
    assert "HCPCS Level II J9271, plain-description: drafted." in told
    assert text.state == text.State.DRAFT
    assert text.published_text == text.published_title == ""
    assert text.title == "Injection of pembrolizumab"
    assert text.text.startswith("It is an injection of pembrolizumab, 1 mg. [1]")
    assert "Sources, for the review:" in text.text
    assert "1. J9271" in text.text
    assert text.history.get().history_change_reason == "Drafted by the language model"


def test_what_no_fact_says_is_not_in_a_draft(model, code):
    model.script = [
        writes(
            "TITLE: 400 mg of it\n"
            "It is an injection of pembrolizumab, 1 mg [{what}]. It costs $5.00 [{what}]. "
            "It is an injection [{what}].",
            what="pembrolizumab",
        )
    ]

    done = draft_text(code=code, kind="plain-description", by=None)

    assert done.removed_count == 1
    assert "$5.00" not in done.text.text
    assert done.text.title == ""


def test_a_text_that_somebody_began_is_left_alone(model, code):
    make_plain_description(code, text="An editor's words.", is_published=False)
    model.script = [GOOD]

    assert "is written already" in run("J9271")
    assert PlainDescription.objects.get().text == "An editor's words."
    assert model.requests == []


def test_a_section_is_drafted_from_what_stands_behind_the_meter(model, code):
    make_mues(("J9271", 400, 3))
    model.script = [writes("At most 400 units a day [{mue}].", mue="400")]

    draft_text(code=code, kind="compliance", by=None)

    text = SectionText.objects.get()
    assert (text.section, text.state) == ("compliance", SectionText.State.DRAFT)
    assert "At most 400 units a day" in text.text


def test_where_the_record_holds_nothing_nothing_is_drafted(model, code):
    model.script = [says("It is used for much [1].")]

    with pytest.raises(CannotDraft, match="holds nothing"):
        draft_text(code=code, kind="clinical-use", by=None)
    with pytest.raises(CannotDraft, match="holds nothing"):
        draft_text(code=code, kind="guidelines", by=None)
    assert model.requests == []


@pytest.mark.parametrize("reply", [answers(429), says("I know better."), says("")])
def test_a_model_that_gives_nothing_stores_nothing(model, code, reply):
    model.script = [reply]

    assert "not drafted" in run("J9271")
    assert not PlainDescription.objects.exists()


def test_the_command_says_what_is_wrong_in_one_sentence(code, settings):
    settings.ASSISTANT_BASE_URL = ""
    with pytest.raises(CommandError, match="No language model is configured"):
        run("J9271")
    settings.ASSISTANT_BASE_URL, settings.ASSISTANT_MODEL = "http://127.0.0.1:1/v1", "none"
    with pytest.raises(CommandError, match="There is no code 'X'"):
        run("X")
    with pytest.raises(CommandError, match="Name the codes"):
        run()


def test_the_codes_of_a_system_without_a_description_are_drafted(model, code):
    described = make_code("J9190")
    make_description(described)
    make_plain_description(described)
    model.script = [GOOD]

    assert run(system="hcpcs", limit=5).count("drafted.") == 1


def test_markup_in_a_draft_is_text(model, code):
    model.script = [writes("It is an *injection* of _pembrolizumab_ [{what}].", what="pembroliz")]

    text = draft_text(code=code, kind="plain-description", by=None).text

    assert r"\*injection\* of \_pembrolizumab\_" in text.text


# From the list of codes


def test_the_action_is_offered_where_a_model_is_configured(settings):
    from codes.admin.code_list import CodeAdmin

    admin = AdminSite()
    admin.register(Code, CodeAdmin)
    offer_drafts(admin)
    assert draft_descriptions not in admin.get_model_admin(Code).actions
    settings.ASSISTANT_BASE_URL, settings.ASSISTANT_MODEL = "http://127.0.0.1:1/v1", "none"
    offer_drafts(admin)
    assert draft_descriptions in admin.get_model_admin(Code).actions
    assert draft_descriptions not in site.get_model_admin(Code).actions


def test_an_editor_has_drafts_written_in_the_background(model, code, client, monkeypatch):
    editor = make_user(is_staff=True, is_superuser=True)
    client.force_login(editor)
    code_admin = site.get_model_admin(Code)
    monkeypatch.setattr(code_admin, "actions", [*code_admin.actions, draft_descriptions])
    deferred = []
    monkeypatch.setattr(jobs.draft_text, "defer", lambda **values: deferred.append(values))
    model.script = [GOOD]

    page = client.post(
        reverse("admin:codes_code_changelist"),
        {"action": "draft_descriptions", "_selected_action": [code.pk]},
        follow=True,
    )
    assert "1 draft is being written." in page.text
    jobs.draft_text(**deferred[0])

    text = PlainDescription.objects.get()
    assert text.history.get().history_user == editor
    assert text.state == text.State.DRAFT


def test_a_job_for_a_text_that_is_begun_ends_quietly(model, code):
    make_section_text(code, "guidelines", text="Begun.", is_published=False)
    jobs.draft_text(code_id=code.pk, kind="guidelines", user_id=0)
    jobs.draft_text(code_id=0, kind="guidelines", user_id=0)
    assert SectionText.objects.get().text == "Begun."
