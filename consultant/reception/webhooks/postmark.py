"""Postmark's inbound webhook: JSON, with the mail as it came where that option is on."""

import json
import re

from anymail.webhooks.postmark import PostmarkInboundWebhookView
from django.conf import settings

from consultant.reception.webhooks.call import (
    Call,
    Delivery,
    Malformed,
    evidence,
    rebuilt,
    top_headers,
    unfolded,
)

TOO_LARGE = 403  # the status after which Postmark does not try again


def is_on() -> bool:
    return bool(settings.POSTMARK_WEBHOOK_SECRET)


def deliveries(call: Call) -> list[Delivery]:
    call.require_basic_auth(settings.POSTMARK_WEBHOOK_SECRET)
    try:
        event = json.loads(call.body)
        headers = [
            (str(header["Name"]), unfolded(str(header["Value"])))
            for header in event.get("Headers") or []
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Malformed("expected Postmark's JSON of an inbound mail") from None
    if event.get("RecordType", "Inbound") != "Inbound" or "FromFull" not in event:
        raise Malformed("expected an inbound mail, not another of Postmark's events")
    return_path = ""
    if headers and headers[0][0].lower() == "return-path":
        return_path = headers[0][1]
        headers = headers[1:]
    if event.get("RawEmail"):
        raw = event["RawEmail"].encode("utf-8", "surrogatepass")
    else:
        event["Headers"] = [{"Name": name, "Value": value} for name, value in headers]
        for attachment in event.get("Attachments") or []:
            # Empty but for pictures within the text, which anymail takes each that has one to be.
            if not attachment.get("ContentID"):
                attachment.pop("ContentID", None)
        view = PostmarkInboundWebhookView(webhook_secret=settings.POSTMARK_WEBHOOK_SECRET)
        raw = rebuilt(view.esp_to_anymail_event(event).message)
    return [Delivery(raw, _evidence(event, return_path, headers))]


def _evidence(event: dict, return_path: str, headers: list[tuple[str, str]]):
    """As Postmark's server wrote it above the mail: Received-SPF, and SpamAssassin's tests."""
    told = dict(top_headers(headers))
    spf = told.get("received-spf", "")
    verdicts = {"spf": spf.partition(" ")[0]}
    tests = re.split(r"[,\s]+", told.get("x-spam-tests", ""))
    if "DKIM_VALID_AU" in tests:  # a sound signature of the domain in From
        verdicts["dkim"] = "pass"
        verdicts["dkim_domain"] = str(event["FromFull"].get("Email", "")).rpartition("@")[2]
    elif "DKIM_INVALID" in tests:
        verdicts["dkim"] = "fail"
    return evidence(
        mail_from=return_path,
        recipients=[event.get("OriginalRecipient", "")],
        client_ip=_value(spf, "client-ip"),
        helo=_value(spf, "helo"),
        verdicts=verdicts,
    )


def _value(spf: str, name: str) -> str:
    found = re.search(rf"\b{name}=\"?([^\s;\"]+)", spf)
    return found[1] if found else ""
