"""Messages of Amazon SNS and their signatures, which anymail does not check.

The rules are those of "Verifying the signatures of Amazon SNS messages" in Amazon's guide.
"""

import base64
import json
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings

from consultant.reception.webhooks.call import Call, Malformed, Refused, TryAgain

# A region, and nothing that only looks like one: sns.s3-us-west-2.amazonaws.com is a bucket that
# anybody may have.
_HOST = r"https://sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?"
_CERTIFICATE = re.compile(rf"{_HOST}/SimpleNotificationService-[0-9a-f]+\.pem")
_CONFIRMATION = re.compile(rf"{_HOST}/\?[\w=&%:./+-]+")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
_HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
VALID_SECONDS = 24 * 3600  # SNS tries again for an hour
LARGEST_ANSWER = 64 * 1024
FETCH_SECONDS = 5


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def fetch(url: str) -> bytes:
    """What stands at the address, which was found to be of Amazon's SNS; OSError where nothing."""
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(url, timeout=FETCH_SECONDS) as answer:
        return answer.read(LARGEST_ANSWER)


def read_message(call: Call) -> dict:
    """The message of a call: signed by Amazon, recent, and of a topic of SES_TOPIC_ARNS."""
    try:
        message = json.loads(call.body)
        signed_names = _SIGNED[message["Type"]]
        topic, version = message["TopicArn"], str(message["SignatureVersion"])
        address, signature = message["SigningCertURL"], base64.b64decode(message["Signature"])
        signed = "".join(
            f"{name}\n{message[name]}\n"
            for name in signed_names
            if name != "Subject" or message.get(name) is not None
        ).encode()
        sent_at = datetime.fromisoformat(message["Timestamp"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused("no signed message of SNS") from None
    if topic not in settings.SES_TOPIC_ARNS:
        raise Refused("a topic that SES_TOPIC_ARNS does not name")
    if version not in _HASHES or not _CERTIFICATE.fullmatch(address):
        raise Refused("a signature of another kind or a certificate of another host")
    try:
        key = _key_at(address)
        key.verify(signature, signed, padding.PKCS1v15(), _HASHES[version]())
    except InvalidSignature:
        raise Refused("wrong signature") from None
    if abs((datetime.now(UTC) - _aware(sent_at)).total_seconds()) > VALID_SECONDS:
        raise Refused("a message of another time")
    return message


def confirm(message: dict) -> None:
    """Answer a SubscriptionConfirmation that read_message has let through."""
    if not _CONFIRMATION.fullmatch(message["SubscribeURL"]):
        raise Malformed("expected SubscribeURL to be an address of SNS")
    try:
        fetch(message["SubscribeURL"])
    except OSError as error:
        raise TryAgain(f"the subscription could not be confirmed: {type(error).__name__}") from None


@lru_cache(maxsize=16)
def _key_at(address: str) -> RSAPublicKey:
    try:
        certificate = x509.load_pem_x509_certificate(fetch(address))
        key = certificate.public_key()
    except (OSError, ValueError) as error:
        raise TryAgain(f"the certificate could not be had: {type(error).__name__}") from None
    if not isinstance(key, RSAPublicKey) or datetime.now(UTC) > certificate.not_valid_after_utc:
        raise Refused("a certificate that is no longer valid")
    return key


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
