"""Answers as they are made: the events, and on the real server many readers at once."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as site_settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.daily_allowance import Kind
from accounts.models import DailyUse
from assistant import actions, engine, slots
from assistant.models import Turn
from tests.assistant.conversations import make_conversation, make_turn
from tests.assistant.scripted_model import scripted_model
from tests.factories import make_code, make_description, make_user

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


def make_waiting(user, question="What is HCPCS code J9271?") -> Turn:
    return make_turn(
        make_conversation(user=user), question=question, state=Turn.State.WAITING, steps=[]
    )


def stream_url(turn) -> str:
    return f"{turn.conversation.get_absolute_url()}{turn.pk}/stream/"


def events(body: str) -> list[tuple[str, str]]:
    """The events of a stream: name and data."""
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", body)
    return [(name, json.loads(data)) for name, data in found]


@pytest.fixture
def member(client):
    user = make_user()
    client.force_login(user)
    return user


def test_the_steps_come_first_and_then_the_answer(client, member):
    make_description(make_code("J9271"))
    turn = make_waiting(member)

    answer = client.get(stream_url(turn))
    told = events(answer.getvalue().decode())

    assert answer["Content-Type"] == "text/event-stream"
    assert answer["X-Accel-Buffering"] == "no"
    assert "no-store" in answer["Cache-Control"]
    assert "Content-Encoding" not in answer
    names = [name for name, _ in told]
    assert names[-1] == "answer" and set(names[:-1]) == {"step"} and len(names) > 1
    assert '<article class="answer"' in told[-1][1] and "J9271" in told[-1][1]
    assert Turn.objects.get().steps == [data for name, data in told if name == "step"]


def test_an_answer_that_is_there_comes_at_once(client, member):
    turn = make_turn(make_conversation(user=member))

    ((name, html),) = events(client.get(stream_url(turn)).getvalue().decode())

    assert name == "answer" and "At most 1 unit a day." in html


def test_a_second_tab_is_told_to_ask_again(client, member):
    turn = make_waiting(member)
    actions.claim(turn=turn)

    body = client.get(stream_url(turn)).getvalue().decode()
    assert body.startswith("retry: 1000\n")
    assert [name for name, _ in events(body)] == ["wait"]


@pytest.mark.parametrize("state", [Turn.State.STOPPED, Turn.State.FAILED])
def test_a_question_that_is_not_to_be_answered_says_so(client, member, state):
    turn = make_turn(make_conversation(user=member), state=state)

    told = events(client.get(stream_url(turn)).getvalue().decode())

    assert told == [("state", state.value)]


def test_a_failure_is_told_and_given_back(client, member, monkeypatch):
    def fail(*arguments, **further):
        raise RuntimeError("broken")
        yield

    monkeypatch.setattr(engine, "answer_with_planner", fail)
    today = timezone.localdate()
    DailyUse.objects.create(kind=Kind.QUESTION, user=member, day=today, used_count=1)
    turn = make_waiting(member)

    assert events(client.get(stream_url(turn)).getvalue().decode()) == [("state", "failed")]
    assert DailyUse.objects.get().used_count == 0


@pytest.mark.django_db(transaction=True)
def test_a_reader_who_leaves_finds_the_question_waiting(client, member):
    make_description(make_code("J9271"))
    turn = make_waiting(member)

    answer = client.get(stream_url(turn))
    assert b"event: step" in next(iter(answer.streaming_content))
    assert Turn.objects.get().state == Turn.State.ANSWERING
    answer.close()

    assert Turn.objects.get().state == Turn.State.WAITING


def test_streams_are_for_reading_only(client, member):
    turn = make_waiting(member)
    assert client.post(stream_url(turn)).status_code == 405
    assert client.head(stream_url(turn)).status_code == 405
    assert Turn.objects.get().state == Turn.State.WAITING


def test_a_process_has_so_many_places(settings):
    settings.ASSISTANT_STREAMS = 2
    with slots.slot() as first, slots.slot() as second, slots.slot() as third:
        assert (first, second, third) == (True, True, False)
    with slots.slot() as free:
        assert free


# On the web server that the site runs on


@pytest.fixture
def model():
    with scripted_model() as running:
        yield running


@contextmanager
def web_server(**environment):
    """gunicorn as `make run` starts it, with one process of few threads."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    database = connection.settings_dict
    host = quote(database["HOST"], safe="")
    port_of_database = f":{database['PORT']}" if database["PORT"] else ""
    password = f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    url = f"postgresql://{database['USER']}{password}@{host}{port_of_database}/{database['NAME']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": url,
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
            "SECRET_KEY": site_settings.SECRET_KEY,
            **environment,
        },
    )
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise AssertionError("the web server ended by itself")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def open_page():
    """A function that opens a page over a connection of its own."""
    connections = []

    def open_page(port, path, cookie) -> http.client.HTTPResponse:
        connections.append(http.client.HTTPConnection("127.0.0.1", port, timeout=60))
        connections[-1].request("GET", path, headers={"Cookie": cookie})
        return connections[-1].getresponse()

    yield open_page
    for each in connections:
        each.close()


def read_event(answer) -> tuple[str, str]:
    lines = [answer.readline().decode().strip() for _ in range(3)]
    return lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))


def read_until_answer(answer) -> str:
    while True:
        name, data = read_event(answer)
        if name == "answer":
            return data


@pytest.mark.django_db(transaction=True)
def test_readers_who_wait_for_a_slow_model_block_no_other_page(model, open_page):
    """Four threads, two connections to the database, two places for slow answers."""
    go_on = threading.Event()

    def slow(talk):
        go_on.wait(60)
        talk.begin()
        talk.delta(content="No answer from facts.")
        talk.end()

    model.script = [slow]
    make_description(make_code("J9271"))
    user = make_user()
    browser = Client()
    browser.force_login(user)
    cookie = f"{site_settings.SESSION_COOKIE_NAME}={browser.session.session_key}"
    turns = [make_waiting(user) for _ in range(3)]
    with web_server(
        WEB_THREADS="4",
        DATABASE_POOL_SIZE="2",
        ASSISTANT_STREAMS="2",
        ASSISTANT_BASE_URL=model.url,
        ASSISTANT_MODEL="scripted",
    ) as port:
        streams = [open_page(port, stream_url(turn), cookie) for turn in turns[:2]]
        assert [read_event(stream)[0] for stream in streams] == ["step", "step"]
        while len(model.requests) < 2:
            time.sleep(0.05)

        # Both wait for the model now. A third reader is answered by the planner at once,
        third = read_until_answer(open_page(port, stream_url(turns[2]), cookie))
        assert "Many questions are being answered at this moment." in third
        # and pages of every kind are served meanwhile.
        for path in ("/healthz/", "/readyz/", "/codes/hcpcs/J9271/", "/casepilot/", "/"):
            assert open_page(port, path, cookie).status == 200, path
        assert Turn.objects.filter(state=Turn.State.ANSWERING).count() == 2

        go_on.set()
        for stream in streams:
            html = read_until_answer(stream)
            assert "not borne out by the record" in html
            assert "The built-in planner answered." in html
    assert set(Turn.objects.values_list("state", flat=True)) == {Turn.State.ANSWERED}
    assert len(model.requests) >= 2


@pytest.mark.django_db(transaction=True)
def test_a_stop_reaches_the_server_that_waits_for_the_model(model, open_page):
    go_on = threading.Event()

    def drip(talk):
        talk.begin()
        while not go_on.wait(0.05):
            talk.delta(content=" ")
        talk.end()

    model.script = [drip]
    make_description(make_code("J9271"))
    user = make_user()
    browser = Client()
    browser.force_login(user)
    cookie = f"{site_settings.SESSION_COOKIE_NAME}={browser.session.session_key}"
    turn = make_waiting(user)
    with web_server(
        WEB_THREADS="4", ASSISTANT_BASE_URL=model.url, ASSISTANT_MODEL="scripted"
    ) as port:
        stream = open_page(port, stream_url(turn), cookie)
        read_event(stream)
        while not model.requests:
            time.sleep(0.05)

        actions.stop(turn=turn)

        rest = stream.read().decode()
        go_on.set()
    assert events(rest)[-1] == ("state", "stopped")
    assert Turn.objects.get().state == Turn.State.STOPPED
