"""SendGrid's Inbound Parse: a form, with the mail as it came where "Send Raw" is on."""

import base64
import json
import re
import time

from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings

from consultant.reception.webhooks.call import (
    Call,
    Delivery,
    Malformed,
    Refused,
    evidence,
    rebuilt,
)

TOO_LARGE = 413  # SendGrid tries again after 5xx alone
VALID_SECONDS = 4 * 24 * 3600  # SendGrid tries again for three days


def is_on() -> bool:
    return bool(settings.SENDGRID_WEBHOOK_SECRET or settings.SENDGRID_WEBHOOK_KEY)


def deliveries(call: Call) -> list[Delivery]:
    if settings.SENDGRID_WEBHOOK_SECRET:
        call.require_basic_auth(settings.SENDGRID_WEBHOOK_SECRET)
    if settings.SENDGRID_WEBHOOK_KEY:
        _require_signature(call)
    call.require_once("email", "headers", "envelope", "SPF", "dkim", "sender_ip", "from")
    raw = call.field("email")
    if raw is None:
        if call.field("headers") is None:
            raise Malformed("expected the fields of Inbound Parse: email, or headers")
        # A method for its parsing alone: as a view the class says that it is not supported.
        raw = rebuilt(SendGridInboundWebhookView.message_from_sendgrid_parsed(None, call))
    return [Delivery(raw, _evidence(call))]


def _require_signature(call: Call) -> None:
    """Refused unless the time and the body are signed with the key of the site's settings."""
    timestamp = call.META.get("HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_TIMESTAMP", "")
    signature = call.META.get("HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE", "")
    try:
        key = load_der_public_key(base64.b64decode(settings.SENDGRID_WEBHOOK_KEY))
        key.verify(
            base64.b64decode(signature), timestamp.encode() + call.body, ec.ECDSA(hashes.SHA256())
        )
    except (InvalidSignature, ValueError):
        raise Refused("wrong or no signature") from None
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > VALID_SECONDS:
        raise Refused("a signature of another time")


def _evidence(call: Call):
    """What stands in fields of SendGrid's own, beside the mail."""
    try:
        envelope = json.loads(call.text("envelope") or "{}")
        mail_from, recipients = str(envelope.get("from") or ""), list(envelope.get("to") or [])
    except (ValueError, TypeError, AttributeError):
        mail_from, recipients = "", []
    verdicts = {"spf": call.text("SPF")}
    # {@example.org : pass, @mail.example.com : fail}
    results = re.findall(r"@([\w.-]+)\s*:\s*(\w+)", call.text("dkim"))
    passed = [domain for domain, result in results if result.lower() == "pass"]
    if results:
        verdicts["dkim"] = "pass" if passed else results[0][1]
    if passed:
        verdicts["dkim_domain"] = _nearest(passed, call.text("from"))
    return evidence(
        mail_from=mail_from,
        recipients=[str(address) for address in recipients],
        client_ip=call.text("sender_ip"),
        verdicts=verdicts,
    )


def _nearest(domains: list[str], sender: str) -> str:
    """Of several signers that of the sender, as mails are signed by their provider, too."""
    sender = sender.rpartition("@")[2].rstrip("> ").lower()
    own = [domain for domain in domains if f".{sender}".endswith(f".{domain.lower()}")]
    return (own or domains)[0]
