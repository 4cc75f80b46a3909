"""Log lines: one JSON object each in production, plain text elsewhere, with the request's id.

Whatever passes through here loses e-mail addresses and the keys in the links of mails: a log is
read by more people than a mailbox.
"""

import json
import logging
import re
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime

from django.core.exceptions import ImproperlyConfigured

_request_id: ContextVar[str] = ContextVar("request_id", default="")

_SECRETS = [
    (re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*"), "<e-mail>"),
    (re.compile(r"(/confirm-email/|/password/reset/key/)[^/\s?'\"]+"), r"\1<key>"),
    (re.compile(r"(/casepilot/shared/|/employers/join/|/careercenter/alerts/)[^/\s?'\"]+"),
     r"\1<key>"),
    (re.compile(r"(?i)\b(password|token|secret|sessionid|csrftoken|cookie)(['\"]?\s*[=:]\s*)[^\s,;&]+"),
     r"\1\2<hidden>"),
]  # fmt: skip
_OWN_FIELDS = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}


def without_secrets(text: str) -> str:
    """The text without e-mail addresses, keys of mailed links, and named secrets."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class RequestIdMiddleware:
    """Gives each request an id, which its log lines and its response carry (X-Request-ID)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = uuid.uuid4().hex[:16]
        token = _request_id.set(request.id)
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(token)
        response["X-Request-ID"] = request.id
        return response


class PlainFormatter(logging.Formatter):
    """`12:00:00 WARNING django.request [id] Not Found: /nowhere/`."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%H:%M:%S")

    def formatMessage(self, record):
        line = super().formatMessage(record)
        extra = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        request_id = _id_of(record)
        parts = [line, extra, f"[{request_id}]" if request_id else ""]
        return " ".join(part for part in parts if part)

    def format(self, record):
        return without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, request_id, further fields."""

    def format(self, record):
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": _id_of(record),
            **_extra(record),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        hidden = {name: _hide(value) for name, value in fields.items()}
        return json.dumps(hidden, ensure_ascii=False, default=lambda value: _hide(str(value)))


def _id_of(record) -> str:
    """Django logs answers of 400 and above when the middleware is done, but names the request."""
    return _request_id.get() or getattr(getattr(record, "request", None), "id", "")


def _hide(value):
    return without_secrets(value) if isinstance(value, str) else value


def _extra(record) -> dict:
    return {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS}


def logging_settings(form: str, level: str) -> dict:
    """Django's LOGGING: all to standard error; `form` is json or plain.

    Raises ImproperlyConfigured for another form or a level that Python's logging does not know.
    """
    if form not in ("json", "plain"):
        raise ImproperlyConfigured(f"LOG_FORMAT must be json or plain, not {form!r}.")
    if level not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured(
            f"LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not {level!r}."
        )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "casepilot_site.logs.JsonFormatter"},
            "plain": {"()": "casepilot_site.logs.PlainFormatter"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Its own lines for each request and each poll of the queue say too much.
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
            "procrastinate": {"level": "WARNING"},
            # The address of a language model's server may hold a key.
            "httpx2": {"level": "WARNING"},
            "openai": {"level": "WARNING"},
            # Every command of every conversation, with the addresses in it.
            "mail.log": {"level": "CRITICAL"},
        },
    }
