"""Log lines: their form, the request's id, and what they never hold."""

import http.client
import io
import json
import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from casepilot_site.logs import JsonFormatter, PlainFormatter, logging_settings


@pytest.fixture
def log():
    """Everything logged anywhere, as the production site would print it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("", "django.server")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield stream
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def lines(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.django_db
def test_a_line_carries_the_id_of_its_request(client, log):
    response = client.get("/nowhere/", headers={"X-Request-ID": "made up"})
    (line,) = [line for line in lines(log) if line["logger"] == "django.request"]
    assert line["message"] == "Not Found: /nowhere/" and line["level"] == "WARNING"
    assert line["request_id"] == response["X-Request-ID"] != "made up"
    assert line["status_code"] == 404 and line["time"].endswith("+00:00")


def test_a_traceback_stays_one_line_of_json(log):
    try:
        raise ValueError("no such ada@example.org")
    except ValueError:
        logging.getLogger("somewhere").exception("it broke", extra={"code": "J9000"})
    (line,) = lines(log)
    assert line["message"] == "it broke" and line["code"] == "J9000"
    assert "ValueError: no such <e-mail>" in line["exception"]


def test_a_plain_line_ends_with_its_fields():
    record = logging.makeLogRecord(
        {"name": "codes", "levelname": "INFO", "msg": "published", "rows": 3}
    )
    assert PlainFormatter().format(record).endswith("INFO codes published rows=3")


@pytest.mark.parametrize(
    "text",
    [
        "sent to ada.lovelace+x@mail.example.org",
        "GET /search/?q=ada.lovelace%40mail.example.org",
        "Not Found: /accounts/confirm-email/MTE:sesame:key/",
        "Not Found: /accounts/password/reset/key/1-sesame-key/?x=1",
        "Forbidden (Origin checking failed): /careercenter/employers/join/sesame/",
        "Method Not Allowed: /careercenter/alerts/sesame/stop/",
        "Not Found: /casepilot/shared/sesame/",
        "{'password': 'sesame', 'csrftoken': 'sesame'}",
        "Cookie: sessionid=sesame; guest=1",
        "password=sesame&next=/",
    ],
)
def test_secrets_in_a_message_are_hidden(text):
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": text, "extra": text})
    for formatter in (JsonFormatter(), PlainFormatter()):
        shown = formatter.format(record)
        assert "sesame" not in shown and "lovelace" not in shown


@pytest.mark.django_db(transaction=True)
def test_signing_up_in_and_out_leaves_no_secret_in_the_log(live_server, log, capfd):
    """Over real requests, so that the server's own lines are among them."""
    client = Client(enforce_csrf_checks=False)
    email, password = "ada@example.org", "a secret of some length"
    client.post("/accounts/signup/", {"email": email, "password1": password})
    client.post("/accounts/login/", {"login": email, "password": "wrong" + password})
    client.get("/accounts/confirm-email/MQ:a-mailed-key:x/")
    client.post("/accounts/password/reset/", {"email": email})
    client.get("/accounts/nowhere/?email=ada@example.org")
    connection = http.client.HTTPConnection(live_server.thread.host, live_server.thread.port)
    for url in ("/accounts/password/reset/key/1-mailed-key/", "/no?e=ada@example.org"):
        connection.request("GET", url, headers={"Cookie": "sessionid=sesame"})
        connection.getresponse().read()
    connection.close()
    text = log.getvalue() + "".join(capfd.readouterr())
    assert "/accounts/nowhere/" in text
    for secret in (email, password, "mailed-key", "sesame"):
        assert secret not in text


def test_a_wrong_form_or_level_is_a_clear_error():
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT must be json or plain"):
        logging_settings("xml", "INFO")
    with pytest.raises(ImproperlyConfigured, match="LOG_LEVEL must be DEBUG"):
        logging_settings("json", "LOUD")
