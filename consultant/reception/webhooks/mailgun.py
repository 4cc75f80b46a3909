"""Mailgun's routes: forward("https://.../webhooks/mailgun/mime") gives the mail as it came.

Its signature covers a time and a token alone, which stand in the form itself. What follows from
that: calls are sent over https, and a token is good once.
"""

import hashlib
import json
import time
from email import message_from_bytes
from email.policy import compat32

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from django.conf import settings
from django.core.cache import cache

from consultant.reception.webhooks.call import (
    Call,
    Delivery,
    Malformed,
    Refused,
    evidence,
    rebuilt,
    top_headers,
    unfolded,
)

TOO_LARGE = 406  # the one status after which Mailgun does not try again
# Mailgun tries again for eight hours.
VALID_SECONDS = 12 * 3600


def is_on() -> bool:
    return bool(settings.MAILGUN_SIGNING_KEY)


def deliveries(call: Call) -> list[Delivery]:
    call.require_once("timestamp", "token", "signature", "body-mime", "message-headers")
    view = MailgunInboundWebhookView(webhook_signing_key=settings.MAILGUN_SIGNING_KEY)
    try:
        view.run_validators(call)
    except (AnymailWebhookValidationFailure, UnicodeEncodeError):
        raise Refused("wrong or no signature") from None
    timestamp = call.text("timestamp")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > VALID_SECONDS:
        raise Refused("a signature of another time")
    if cache.get(_key(call)):
        return []  # stored already, whoever repeats it
    raw = call.field("body-mime")
    headers = _headers(call)
    if raw is None:
        if "attachments" in call.POST:
            raise Malformed("expected the action forward(), not store()")
        call.POST["message-headers"] = json.dumps(headers)
        raw = rebuilt(view.message_from_mailgun_parsed(call))
    else:
        headers = _headers_of(raw)
    return [
        Delivery(
            raw,
            evidence(
                mail_from=call.text("sender"),
                recipients=[address.strip() for address in call.text("recipient").split(",")],
                verdicts=_verdicts(headers),
            ),
        )
    ]


def stored(call: Call) -> None:
    """Remember that the call's mail is stored; within the transaction that stores it."""
    cache.set(_key(call), 1, timeout=2 * VALID_SECONDS)


def _key(call: Call) -> str:
    return f"mailgun:{hashlib.sha256(call.field('token') or b'').hexdigest()}"


def _headers(call: Call) -> list[tuple[str, str]]:
    try:
        pairs = json.loads(call.text("message-headers") or "[]")
        return [(str(name), unfolded(str(value))) for name, value in pairs]
    except (ValueError, TypeError):
        raise Malformed("expected message-headers to be a list of pairs in JSON") from None


def _headers_of(raw: bytes) -> list[tuple[str, str]]:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    message = message_from_bytes(head + b"\n\n", policy=compat32)
    return [(name, str(value)) for name, value in message.items()]


def _verdicts(headers: list[tuple[str, str]]) -> dict[str, str]:
    """What Mailgun's spam filter, where it is on for the domain, says of SPF and DKIM."""
    found = dict(top_headers(headers))
    verdicts = {
        "spf": found.get("x-mailgun-spf", ""),
        "dkim": found.get("x-mailgun-dkim-check-result", ""),
    }
    # It does not say which signature it checked: told only where there is no choice.
    signatures = [value for name, value in headers if name.lower() == "dkim-signature"]
    if verdicts["dkim"].lower() == "pass" and len(signatures) == 1:
        verdicts["dkim_domain"] = _tag(signatures[0], "d")
    return verdicts


def _tag(signature: str, name: str) -> str:
    tags = (tag.partition("=") for tag in unfolded(signature).split(";"))
    return next((value.strip() for key, _, value in tags if key.strip() == name), "")
