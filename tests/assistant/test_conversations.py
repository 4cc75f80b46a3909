"""Conversations are their reader's: nobody else opens, renames, shares or deletes them."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import CodeView
from assistant import actions
from assistant.models import Conversation, Feedback, Turn
from tests.accounts.readers import guest_cookie
from tests.assistant.conversations import make_conversation, make_turn
from tests.factories import make_code, make_guest, make_user, make_views

pytestmark = pytest.mark.django_db

LIST = "/casepilot/conversations/"


@pytest.fixture
def member(client):
    user = make_user()
    client.force_login(user)
    return user


def guest_client(guest=None) -> Client:
    client = Client()
    client.cookies["guest"] = guest_cookie(guest or make_guest())
    return client


def addresses(conversation, turn) -> dict[str, str]:
    """Every address of a conversation, with the method that it takes."""
    url = conversation.get_absolute_url()
    return {
        url: "get",
        f"{url}rename/": "post",
        f"{url}delete/": "post",
        f"{url}share/": "post",
        f"{url}unshare/": "post",
        f"{url}export/": "get",
        f"{url}{turn.pk}/stream/": "get",
        f"{url}{turn.pk}/answer/": "post",
        f"{url}{turn.pk}/stop/": "post",
        f"{url}{turn.pk}/feedback/": "post",
    }


def test_a_member_whose_session_ended_is_told_to_log_in_whatever_is_there(client):
    there = make_conversation(user=make_user()).get_absolute_url()
    nothing = f"/casepilot/{uuid.uuid4()}/"

    pages = [client.get(url) for url in (there, nothing)]

    assert [page.status_code for page in pages] == [404, 404]
    for page, url in zip(pages, (there, nothing), strict=True):
        assert "No conversation here" in page.text and "noindex" in page.text
        assert f"/accounts/login/?next={url.replace('/', '%2F')}" in page.text
    client.force_login(make_user())
    assert "Page not found" in client.get(there).text


def test_a_follow_up_after_the_session_ended_is_kept_and_told_why(client):
    conversation = make_conversation(user=make_user())
    asked = {"question": "And with modifier 59?", "conversation": conversation.pk}

    page = client.post("/casepilot/", asked).text

    assert "If it is yours, log in first." in page
    assert "And with modifier 59?</textarea>" in page


@pytest.mark.parametrize("owner", ["member", "guest"])
def test_no_address_of_a_conversation_answers_to_anybody_else(owner, client):
    reader = {"user": make_user()} if owner == "member" else {"guest": make_guest()}
    conversation = make_conversation(**reader)
    turn = make_turn(conversation, state=Turn.State.WAITING)
    stranger, staff = Client(), Client()
    stranger.force_login(make_user())
    staff.force_login(make_user(is_staff=True, is_superuser=True))

    for browser in (client, guest_client(), stranger, staff):
        for url, method in addresses(conversation, turn).items():
            data = {"title": "Mine", "verdict": "helpful"} if method == "post" else {}
            answer = getattr(browser, method)(url, data)
            assert answer.status_code == 404, url
            assert conversation.title not in answer.text

    conversation.refresh_from_db()
    assert (conversation.title, conversation.share_token) == ("Refilling a pump", "")
    assert Turn.objects.get().state == Turn.State.WAITING
    assert not Feedback.objects.exists()


def test_a_turn_is_not_reached_through_another_conversation(client, member):
    own = make_conversation(user=member)
    foreign = make_turn()

    assert client.post(f"{own.get_absolute_url()}{foreign.pk}/stop/").status_code == 404


def test_the_page_shows_question_answer_notice_and_is_not_for_search_engines(client, member):
    turn = make_turn(make_conversation(user=member))

    page = client.get(turn.conversation.get_absolute_url())

    assert "How many units of 96522 a day?" in page.text
    assert '<article class="answer"' in page.text
    assert "Not legal or coding advice" in page.text
    assert "Report a mistake" in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert "no-store" in page["Cache-Control"]


def test_what_a_reader_wrote_is_escaped(client, member):
    conversation = make_conversation(user=member, title="<b>bold</b>")
    make_turn(conversation, question="<script>alert(1)</script>")

    page = client.get(conversation.get_absolute_url()).text

    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert "<b>bold" not in page


def test_the_list_has_an_empty_state_and_the_newest_first(client, member):
    assert "No conversation yet" in client.get(LIST).text
    old = timezone.now() - timedelta(days=3)
    make_conversation(user=member, title="An old one", updated_at=old)
    make_conversation(user=member, title="A new one")
    make_conversation(title="Of somebody else")

    page = client.get(LIST).text

    assert page.index("A new one") < page.index("An old one")
    assert "Of somebody else" not in page


def test_conversations_are_found_by_words_of_title_question_and_answer(client, member):
    make_turn(make_conversation(user=member, title="Pumps"), text="Column two code of an edit.")
    make_conversation(user=member, title="Vaccines")

    assert "Pumps" in client.get(LIST, {"q": "pump"}).text
    for words in ("units 96522", "COLUMN edit", "pumps column"):
        page = client.get(LIST, {"q": words}).text
        assert "Pumps" in page and "Vaccines" not in page, words
    assert "No conversation says that" in client.get(LIST, {"q": "xylophone\0"}).text


def test_a_conversation_is_renamed(client, member):
    conversation = make_conversation(user=member)

    page = client.post(
        f"{conversation.get_absolute_url()}rename/", {"title": "Implanted pumps"}, follow=True
    )

    assert "<h1>Implanted pumps</h1>" in page.text


def test_deleting_asks_first_and_leaves_nothing(client, member):
    turn = make_turn(make_conversation(user=member))
    actions.give_feedback(turn=turn, verdict="mistake", comment="Wrong.")
    url = f"{turn.conversation.get_absolute_url()}delete/"

    assert "cannot be undone" in client.get(url).text
    assert Conversation.objects.count() == 1
    page = client.post(url, follow=True)
    assert "“Refilling a pump” is deleted." in page.text
    for model in (Conversation, Turn, Feedback):
        assert not model.objects.exists()


def test_a_follow_up_to_a_deleted_conversation_keeps_what_was_written(client, member):
    data = {"question": "And with modifier 59?", "conversation": uuid.uuid4()}

    page = client.post("/casepilot/", data).text

    assert "That conversation is not there any more." in page
    assert "And with modifier 59?" in page
    assert not Turn.objects.exists()


# Sharing


def test_a_shared_reader_sees_what_was_asked_until_it_was_shared(client, member):
    conversation = make_conversation(user=member)
    make_turn(conversation, question="Before sharing?")
    client.post(f"{conversation.get_absolute_url()}share/")
    conversation.refresh_from_db()
    make_turn(conversation, question="After sharing?")
    make_turn(conversation, question="Not answered?", state=Turn.State.WAITING)

    page = Client().get(conversation.shared_url)

    assert "Before sharing?" in page.text
    assert "After sharing?" not in page.text and "Not answered?" not in page.text
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]
    assert str(conversation.pk) not in page.text
    assert member.email not in page.text
    for button in ("Rename", "Report a mistake", "Delete"):
        assert button not in page.text


def test_a_link_shows_gated_facts_to_whom_their_pages_are_open(client, member):
    conversation = make_conversation(user=member)
    make_code("96522", system="cpt")
    make_turn(conversation, text="Gated words.", gated_codes=["cpt:96522"])
    make_turn(conversation, text="Open words.")
    client.post(f"{conversation.get_absolute_url()}share/")
    conversation.refresh_from_db()
    reader = make_user()
    opened = Client()
    opened.force_login(reader)
    make_views("cpt:96522", user=reader)
    shared = conversation.shared_url

    for browser in (client, opened):
        assert "Gated words." in browser.get(shared).text
    without_views, closed = guest_client(make_guest("cpt:99999")), Client()
    closed.force_login(make_user())
    for browser in (without_views, closed, Client()):
        page = browser.get(shared).text
        assert "Gated words." not in page and "Open words." in page
        assert 'href="/codes/cpt/96522/"' in page
    assert CodeView.objects.filter(code_key="cpt:96522").count() == 1, "a link opens no page"


def test_a_link_that_was_taken_back_leads_nowhere(client, member):
    conversation = make_conversation(user=member)
    url = conversation.get_absolute_url()
    client.post(f"{url}share/")
    conversation.refresh_from_db()
    shared = conversation.shared_url
    assert Client().get(shared).status_code == 200

    client.post(f"{url}unshare/")

    assert Client().get(shared).status_code == 404
    for token in ("none", "a%00b"):
        assert Client().get(f"/casepilot/shared/{token}/").status_code == 404


# Files


def test_a_conversation_is_exported_as_markdown_and_json(client, member):
    turn = make_turn(make_conversation(user=member))
    url = f"{turn.conversation.get_absolute_url()}export/"

    markdown = client.get(url, {"format": "md"})
    assert markdown["Content-Disposition"] == 'attachment; filename="refilling-a-pump.md"'
    assert "## How many units of 96522 a day?" in markdown.text
    assert "At most 1 unit a day." in markdown.text
    assert "Not legal or coding advice" in markdown.text

    data = json.loads(client.get(url, {"format": "json"}).content)
    assert data["turns"][0]["question"] == "How many units of 96522 a day?"
    assert client.get(url, {"format": "exe"}).status_code == 404


def test_the_members_export_holds_the_questions_and_answers(client, member):
    make_turn(make_conversation(user=member))
    make_turn(question="Of somebody else?")

    records = json.loads(client.post("/accounts/export/").content)["other_records"]

    assert [row["title"] for row in records["assistant.conversation.user"]] == ["Refilling a pump"]
    (turn,) = records["assistant.turn.conversation"]
    assert turn["answer_text"].startswith("At most 1 unit a day.")


def test_deleting_the_account_deletes_its_conversations(member):
    from accounts.actions import delete_account

    make_turn(make_conversation(user=member))
    delete_account(user=member)
    assert not Turn.objects.exists()


# Guests


def test_a_guest_sees_their_own_conversations_and_after_logging_in_keeps_them():
    guest = make_guest()
    browser = guest_client(guest)
    conversation = make_conversation(guest=guest, title="Asked as a guest")
    assert "Asked as a guest" in browser.get(LIST).text
    assert "deleted after 1 day" in browser.get(LIST).text

    user = make_user()
    browser.force_login(user)

    assert "Asked as a guest" in browser.get(LIST).text
    conversation.refresh_from_db()
    assert conversation.user == user


# Feedback


def test_feedback_needs_an_answer_and_a_verdict(client, member):
    conversation = make_conversation(user=member)
    waiting = make_turn(conversation, state=Turn.State.WAITING)
    answered = make_turn(conversation)
    url = conversation.get_absolute_url()

    client.post(f"{url}{waiting.pk}/feedback/", {"verdict": "helpful"})
    client.post(f"{url}{answered.pk}/feedback/", {"verdict": "superb"})
    assert not Feedback.objects.exists()

    page = client.post(f"{url}{answered.pk}/feedback/", {"verdict": "helpful"}, follow=True)
    assert "Thank you." in page.text
    assert Feedback.objects.get().turn == answered


def test_a_thumb_may_have_a_comment(client, member):
    turn = make_turn(make_conversation(user=member))
    url = f"{turn.conversation.get_absolute_url()}{turn.pk}/feedback/"
    assert "Say why" in client.post(url, {"verdict": "not-helpful"}, follow=True).text

    page = client.post(
        url, {"verdict": "not-helpful", "comment": "Hospitals are missing."}, follow=True
    )

    assert "Hospitals are missing.</textarea>" in page.text
    feedback = Feedback.objects.get()
    assert (feedback.verdict, feedback.comment) == ("not-helpful", "Hospitals are missing.")
