"""The token by which the reader knows a mail that check_mail sent, and what it notes of it."""

import base64
import re
import secrets
import time

from django.utils.crypto import constant_time_compare, salted_hmac

from consultant.addresses import detail_of
from consultant.letters.evidence import Evidence

VALID_SECONDS = 3600
_PREFIX = "check-"
_MAC_BYTES = 11
_NOTE = re.compile(r"([a-z2-7]{32}) ([a-z]+): (.*)", re.DOTALL)


def make_token(now: float | None = None) -> str:
    """A token for one trial: 32 letters and digits, which no mail server writes otherwise."""
    moment = int(time.time() if now is None else now)
    payload = moment.to_bytes(5, "big") + secrets.token_bytes(4)
    return _text(payload + _mac(payload))


def address_detail(token: str) -> str:
    """What stands behind the plus sign of the address that the trial goes to."""
    return f"{_PREFIX}{token}"


def token_of(evidence: Evidence, letter) -> str:
    """The valid token among the addresses of the envelope and of the letter; "" for none."""
    for address in (*evidence.recipients, *letter.to):
        detail = detail_of(address)
        token = detail.removeprefix(_PREFIX)
        if token != detail and _is_valid(token):
            return token
    return ""


def is_trial(evidence: Evidence, letter) -> bool:
    """Whether check_mail sent the mail, within the hour."""
    return bool(token_of(evidence, letter))


def note(token: str, authentication) -> str:
    """What IncomingMail.reason says of a trial, for check_mail to find it and to tell of it."""
    return f"{token} {authentication.how}: {authentication.reason}"[:300]


def read_note(reason: str) -> tuple[str, str, str]:
    """The token, how the sender was authenticated, and the sentence; "" where it is no note."""
    found = _NOTE.fullmatch(reason)
    return found.groups() if found else ("", "", "")


def _is_valid(token: str) -> bool:
    try:
        content = base64.b32decode(token.upper())
    except ValueError:
        return False
    payload, mac = content[:-_MAC_BYTES], content[-_MAC_BYTES:]
    age = time.time() - int.from_bytes(payload[:5], "big")
    is_ours = constant_time_compare(mac, _mac(payload))
    return is_ours and len(payload) == 9 and -60 <= age <= VALID_SECONDS


def _mac(payload: bytes) -> bytes:
    return salted_hmac("consultant.trial", payload, algorithm="sha256").digest()[:_MAC_BYTES]


def _text(content: bytes) -> str:
    return base64.b32encode(content).decode().lower()
