"""The box: what is asked leads to its conversation, with or without JavaScript."""

import re
import uuid
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client

from accounts.models import DailyUse
from assistant import engine
from assistant.models import Conversation, Turn
from tests.assistant.conversations import make_conversation, make_turn
from tests.factories import make_code, make_description, make_user

pytestmark = pytest.mark.django_db

QUESTION = "What is CPT code 99213?"


def ask(client, question=QUESTION, **data):
    return client.post("/casepilot/", {"question": question, **data})


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def test_a_guest_asks_in_a_plain_form_and_reads_the_answer(client):
    page = client.get("/casepilot/").text
    assert "1 of 1" in page and "Register free account" in page

    answer = ask(client, key=hidden(page, "key"))

    assert answer.status_code == 303
    turn = Turn.objects.get()
    assert answer["Location"] == f"{turn.conversation.get_absolute_url()}#turn-{turn.pk}"
    page = client.get(answer["Location"]).text
    assert '<article class="answer"' in page
    assert QUESTION in page
    assert "0 of 1" in page


def test_a_browser_that_is_new_is_known_after_its_first_question(client):
    answer = ask(client)

    assert "guest" in answer.cookies
    assert client.get(answer["Location"]).status_code == 200
    assert Client().get(answer["Location"]).status_code == 404


def test_with_the_script_the_answer_is_left_to_the_page(client):
    page = client.get(ask(client, stream="true")["Location"]).text

    turn = Turn.objects.get()
    assert turn.state == Turn.State.WAITING
    assert f'data-stream="{turn.conversation.get_absolute_url()}{turn.pk}/stream/"' in page
    assert "Show the answer" in page


def test_the_answer_of_a_waiting_question_is_had_without_the_script(client):
    ask(client, stream="true")
    turn = Turn.objects.get()

    page = client.post(f"{turn.conversation.get_absolute_url()}{turn.pk}/answer/", follow=True)

    assert '<article class="answer"' in page.text
    assert DailyUse.objects.get().used_count == 1


def test_a_second_question_of_a_guest_is_refused_and_kept_in_the_box(client):
    ask(client)

    page = ask(client, "And code 99214?").text

    assert 'id="no-questions-left"' in page
    assert "A free account asks 3 questions a day." in page
    assert "And code 99214?</textarea>" in page
    assert Turn.objects.count() == 1


def test_a_member_is_told_to_come_again_tomorrow(client):
    client.force_login(make_user())
    for n in range(3):
        ask(client, f"What is CPT code 9921{n}?")

    assert "You can ask again tomorrow." in ask(client).text


def test_sending_the_same_form_again_leads_to_the_same_answer(client):
    key = uuid.uuid4()

    first, second = ask(client, key=key), ask(client, key=key)

    assert first["Location"] == second["Location"]
    assert DailyUse.objects.get().used_count == 1


def test_a_form_without_a_key_is_a_question_of_its_own(client):
    client.force_login(make_user())
    assert ask(client)["Location"] != ask(client)["Location"]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("", "Write a question."),
        ("   ", "Write a question."),
        ("x" * 1001, "A question has at most 1,000 characters."),
        ("What is \0?", "Null characters are not allowed."),
    ],
)
def test_what_is_no_question_is_said_and_costs_nothing(client, question, sentence):
    page = ask(client, question)

    assert page.status_code == 200
    assert sentence in page.text
    assert not Turn.objects.exists() and not DailyUse.objects.exists()


def test_a_question_of_another_site_is_not_taken():
    strict = Client(enforce_csrf_checks=True)
    assert ask(strict).status_code == 403
    assert not Turn.objects.exists()


def test_a_follow_up_goes_into_its_conversation(client):
    user = make_user()
    client.force_login(user)
    first = make_turn(make_conversation(user=user))

    answer = ask(client, "And with modifier 59?", conversation=first.conversation.pk)

    assert answer["Location"].startswith(first.conversation.get_absolute_url())
    assert Conversation.objects.count() == 1


def test_nobody_asks_into_the_conversation_of_another(client):
    foreign = make_turn().conversation

    page = ask(client, conversation=foreign.pk).text

    assert "That conversation is not there any more." in page
    assert foreign.turns.count() == 1


def test_the_page_of_a_code_asks_about_that_code(client):
    make_description(make_code("J9271"))
    page = client.get("/codes/hcpcs/J9271/?date=2026-08-01").text
    assert "Have a question about HCPCS" in page
    assert hidden(page, "subject") == "hcpcs:J9271"

    ask(client, "How many units a day?", subject="hcpcs:J9271", date="2026-08-01")

    turn = Turn.objects.get()
    assert turn.subject == "hcpcs:J9271"
    assert f"{turn.date_of_service}" == "2026-08-01"


def test_the_date_of_the_page_is_kept_by_the_conversation(client):
    make_description(make_code("J9271"))
    answer = ask(client, "What is it?", subject="hcpcs:J9271", date="2026-08-01")

    page = client.get(answer["Location"]).text

    kept = '<input type="hidden" name="date" value="2026-08-01">'
    assert page.count(kept) == 2, "in the next questions and in the box"
    assert kept in ask(client, "", date="2026-08-01").text


def test_a_date_in_the_question_is_the_date_of_the_answer(client):
    make_description(make_code("J9271"))

    page = client.get(ask(client, "What is J9271 as of 15 June 2026?")["Location"]).text

    assert "Date of service 15 Jun 2026." in page
    assert f"{Turn.objects.get().date_of_service}" == "2026-06-15"


def test_a_subject_that_is_no_code_is_left_out(client):
    ask(client, subject="hcpcs:'; DROP")
    assert Turn.objects.get().subject == ""


@pytest.mark.parametrize("address", ["/", "/codes/", "/case2code/", "/claim-check/"])
def test_the_box_is_on_every_page_with_its_topics_and_examples(client, address):
    page = client.get(address).text

    assert 'action="/casepilot/"' in page
    for topic in ("guidelines", "modifiers", "crosswalks", "NCCI edits", "compliance"):
        assert topic in page
    assert "What is CPT code 99213?" in page and "Guidelines for E/M services" in page


def test_an_example_fills_the_box_and_spends_nothing(client):
    page = client.get("/casepilot/", {"question": "Guidelines for E/M services"})

    assert "Guidelines for E/M services</textarea>" in page.text
    assert not DailyUse.objects.exists()


def test_search_engines_may_keep_the_page_but_no_question(client):
    assert "noindex" not in client.get("/casepilot/").text
    assert "noindex" in client.get("/casepilot/", {"question": "x"}).text
    site_map = b"".join(client.get("/sitemap-pages.xml")).decode()
    assert "<loc>http://testserver/casepilot/</loc>" in site_map
    robots = client.get("/robots.txt").text.splitlines()
    assert "Disallow: /*?question=" in robots
    rules = RobotFileParser()
    rules.parse(robots)
    assert rules.can_fetch("*", "/casepilot/")
    # Crawlers must read a shared page to find that it is not to be kept.
    assert rules.can_fetch("*", "/casepilot/shared/x/")


def test_a_question_that_fails_is_given_back_and_says_so(client, monkeypatch):
    def fail(*arguments, **further):
        raise RuntimeError("broken")
        yield

    monkeypatch.setattr(engine, "answer_with_planner", fail)

    page = client.get(ask(client)["Location"]).text

    assert "could not be answered" in page and "It was not counted." in page
    assert "1 of 1" in page
    assert "broken" not in page
