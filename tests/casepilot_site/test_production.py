"""What an https address changes: keys, cookies, headers. Each setting is read in a new process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    "SITE_URL": "https://codes.example.org",
    "SECRET_KEY": "k3-" + "Zq8v_T1mW5xR7yB2nC4dF6gH" * 3,
    "DEBUG": "0",
}


def manage(*arguments, **environment):
    names = ("PATH", "HOME", "LANG", "DATABASE_URL", "VAR_DIR")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    kept.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def shown(expression, **environment):
    code = f"from django.conf import settings as s; print(({expression}))"
    return manage("shell", "-v", "0", "-c", code, **{**REAL, **environment}).stdout.strip()


def test_the_deployment_check_is_clean():
    done = manage("check", "--deploy", "--fail-level", "DEBUG", **REAL)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_a_real_site_needs_a_key_of_its_own():
    done = manage("check", **{**REAL, "SECRET_KEY": ""})
    assert done.returncode == 1 and "SECRET_KEY must be set" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_real_site_has_secure_cookies_json_logs_and_two_factor_for_staff():
    assert (
        shown(
            "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.STAFF_MFA_REQUIRED,"
            "s.LOG_FORMAT, s.SECURE_HSTS_SECONDS > 0, s.ACCOUNT_DEFAULT_HTTP_PROTOCOL"
        )
        == "(True, True, True, 'json', True, 'https')"
    )


@pytest.mark.parametrize(
    ("environment", "expression", "value"),
    [
        ({}, "s.DEFAULT_FROM_EMAIL", "CasePilot <no-reply@codes.example.org>"),
        ({"SITE_NAME": "Codes, Inc."}, "s.DEFAULT_FROM_EMAIL",
         '"Codes, Inc." <no-reply@codes.example.org>'),
        ({"DEFAULT_FROM_EMAIL": "a@b.example"}, "s.DEFAULT_FROM_EMAIL", "a@b.example"),
        ({"EMAIL_URL": "smtp://u:p@mail.example?tls=1"},
         "s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS",
         "('django.core.mail.backends.smtp.EmailBackend', 'mail.example', 587, True)"),
        ({"STAFF_MFA_REQUIRED": "no"}, "s.STAFF_MFA_REQUIRED", "False"),
    ],
)  # fmt: skip
def test_settings_come_from_the_environment(environment, expression, value):
    assert shown(expression, **environment) == value


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("EMAIL_URL", "mail.example", "EMAIL_URL must begin with smtp://"),
        ("ASSISTANT_BASE_URL", "http://localhost:1/v1", "ASSISTANT_MODEL must be set"),
        ("ASSISTANT_MAX_SECONDS", "0", "ASSISTANT_MAX_SECONDS must be at least 1"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be json or plain"),
        ("TRUSTED_PROXIES", "one", "TRUSTED_PROXIES must be a whole number"),
        ("GUEST_VIEWS", "-1", "GUEST_VIEWS must be at least 0"),
    ],
)
def test_a_wrong_setting_is_one_clear_sentence(name, value, sentence):
    done = manage("check", **REAL, **{name: value})
    assert done.returncode == 1 and sentence in done.stderr
    assert "Traceback" not in done.stderr
