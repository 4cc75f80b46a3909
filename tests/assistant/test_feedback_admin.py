"""What readers say of answers, as an editor reads it."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from assistant import actions
from codes.groups import EDITOR
from tests.assistant.conversations import make_conversation, make_turn
from tests.factories import make_user

pytestmark = pytest.mark.django_db

LIST = reverse("admin:assistant_feedback_changelist")


@pytest.fixture
def editor(client):
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=EDITOR))
    client.force_login(user)
    return user


def make_feedback(**fields):
    turn = make_turn(
        tool_calls=[{"tool": "units_a_day", "arguments": {"code": "96522"}}],
        citations=[{"url": "/codes/cpt/96522/ncci-edits/", "title": "NCCI MUE 2026 Q3"}],
        steps=["looked up 96522"],
    )
    return actions.give_feedback(
        turn=turn, **{"verdict": "mistake", "comment": "It is 2."} | fields
    )


def test_an_editor_sees_the_comment_beside_question_answer_calls_and_citations(client, editor):
    feedback = make_feedback()

    listed = client.get(LIST).text
    page = client.get(reverse("admin:assistant_feedback_change", args=[feedback.pk])).text

    assert "How many units of 96522 a day?" in listed and "Mistake reported" in listed
    for words in (
        "It is 2.",
        "How many units of 96522 a day?",
        "At most 1 unit a day.",
        "units_a_day",
        "96522",
        "looked up 96522",
        'href="/codes/cpt/96522/ncci-edits/"',
        "Built-in planner",
    ):
        assert words in page, words


def test_a_turn_without_feedback_is_nowhere_in_the_administration(client, editor):
    make_turn(make_conversation(title="Private words"), question="A private question?")

    assert "A private question?" not in client.get(LIST).text
    assert "Private words" not in client.get(reverse("admin:index")).text


def test_what_was_dealt_with_is_marked_with_the_editor(client, editor):
    feedback = make_feedback()
    make_feedback(verdict="helpful", comment="")
    waiting = {"handled": "no"}
    assert client.get(LIST, waiting).context["cl"].result_count == 1

    client.post(LIST, {"action": "mark_as_handled", "_selected_action": [feedback.pk]})

    feedback.refresh_from_db()
    assert feedback.handled_by == editor
    assert client.get(LIST, waiting).context["cl"].result_count == 0


def test_nothing_is_added_changed_or_deleted_there(client, editor):
    feedback = make_feedback()
    assert client.get(reverse("admin:assistant_feedback_add")).status_code == 403
    delete = reverse("admin:assistant_feedback_delete", args=[feedback.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    client.post(
        reverse("admin:assistant_feedback_change", args=[feedback.pk]), {"comment": "Changed"}
    )
    feedback.refresh_from_db()
    assert feedback.comment == "It is 2."


def test_members_and_strangers_see_nothing_of_it():
    make_feedback()
    browser = Client()
    assert browser.get(LIST).status_code == 302
    browser.force_login(make_user())
    assert "It is 2." not in browser.get(LIST, follow=True).text
