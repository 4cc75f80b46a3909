"""What the providers send, in the shapes of their documentation and of calls that were recorded."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

RAW = (
    b"Received: from mail.example.org (mail.example.org [203.0.113.9])\r\n"
    b"\tby mxa.example.net with ESMTPS; Wed, 25 Nov 2026 20:00:00 +0000\r\n"
    b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=one; h=from; bh=x; b=y\r\n"
    b"From: Ann <ann@example.org>\r\nTo: consult@testserver\r\nSubject: Caf\xe9\r\n"
    b"Message-ID: <1@example.org>\r\nContent-Type: text/plain; charset=latin-1\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\nWhat does 99213 need? \xe9\r\n"
    b"--xYzZY is no boundary\r\n"
)
PDF = b"%PDF-1.4\r\n\x00\xff\r--\nbinary\r\n\r\n--xYz\r\n%%EOF"


# Forms


def multipart(fields, files=(), boundary="xYzZY"):
    """The body and content type of a form; values are bytes or str."""
    body = b""
    for name, value in fields:
        content = value if isinstance(value, bytes) else value.encode()
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        body += content + b"\r\n"
    for name, file_name, content_type, content in files:
        body += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
            f'filename="{file_name}"\r\nContent-Type: {content_type}\r\n\r\n'
        ).encode() + content
        body += b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


# Mailgun

MAILGUN_KEY = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"
MAILGUN_TOP = [
    ["X-Mailgun-Incoming", "Yes"],
    ["X-Mailgun-Dkim-Check-Result", "Pass"],
    ["X-Mailgun-Spf", "Pass"],
    ["X-Envelope-From", "<ann@example.org>"],
]
MAILGUN_HEADERS = [
    *MAILGUN_TOP,
    ["Received", "from mail.example.org (mail.example.org [203.0.113.9]) by mxa.mailgun.org"],
    ["Dkim-Signature", "v=1; a=rsa-sha256; d=example.org; s=one; h=from; bh=x;\r\n\tb=y"],
    ["From", "Ann <ann@example.org>"],
    ["To", "consult@testserver"],
    ["Subject", "Zoë’s case"],
    ["Message-Id", "<1@example.org>"],
    ["Content-Type", "text/plain"],
    ["Content-Transfer-Encoding", "quoted-printable"],
]


def mailgun_signature(moment=None, token="t" * 50, key=MAILGUN_KEY):
    timestamp = str(int(moment or time.time()))
    digest = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return [("timestamp", timestamp), ("token", token), ("signature", digest)]


def mailgun_raw(raw=None, **signature):
    top = "".join(f"{name}: {value}\r\n" for name, value in MAILGUN_TOP).encode()
    return [
        ("recipient", "consult+a1@testserver"),
        ("sender", "ann@example.org"),
        ("from", "Ann <ann@example.org>"),
        ("body-mime", top + (raw or RAW)),
        *mailgun_signature(**signature),
    ]


def mailgun_parsed(headers=MAILGUN_HEADERS, **signature):
    return [
        ("recipient", "consult@testserver"),
        ("sender", "bounce@example.org"),
        ("from", "Ann <ann@example.org>"),
        ("subject", "Zoë’s case"),
        ("body-plain", "What does 99213 need? “Zoë”\r\n"),
        ("body-html", "<p>What does 99213 need?</p>"),
        ("attachment-count", "1"),
        ("message-headers", json.dumps(headers)),
        *mailgun_signature(**signature),
    ]


# Postmark


def postmark(**changes):
    return {
        "FromName": "Ann",
        "From": "ann@example.org",
        "FromFull": {"Email": "ann@example.org", "Name": "Ann", "MailboxHash": ""},
        "To": "consult+a1@testserver",
        "ToFull": [{"Email": "consult+a1@testserver", "Name": "", "MailboxHash": "a1"}],
        "Cc": "",
        "CcFull": [],
        "Bcc": "",
        "BccFull": [],
        "OriginalRecipient": "consult+a1@testserver",
        "Subject": "Zoë’s case",
        "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
        "ReplyTo": "",
        "MailboxHash": "a1",
        "Date": "Wed, 25 Nov 2026 15:00:00 -0500",
        "TextBody": "What does 99213 need? “Zoë”\n",
        "HtmlBody": "<p>What does 99213 need?</p>",
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [
            {"Name": "Return-Path", "Value": "<ann@example.org>"},
            {"Name": "Received", "Value": "by p-pm-inboundg02a.inbound.postmarkapp.com (Postfix, "
             "from userid 996)\tid 8ED1A453CA4; Wed, 25 Nov 2026 20:00:01 +0000 (UTC)"},
            {"Name": "X-Spam-Status", "Value": "No"},
            {"Name": "X-Spam-Score", "Value": "-0.1"},
            {"Name": "X-Spam-Tests", "Value": "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,HTML_MESSAGE,\t"
             "SPF_HELO_NONE,SPF_PASS"},
            {"Name": "Received-SPF", "Value": "pass (example.org: Sender is authorized to use "
             "'ann@example.org' in 'mfrom' identity (mechanism 'mx' matched)) "
             "receiver=p-pm-inboundg02a; identity=mailfrom; envelope-from=\"ann@example.org\"; "
             "helo=mail.example.org; client-ip=203.0.113.9"},
            {"Name": "Received", "Value": "from mail.example.org (mail.example.org [203.0.113.9])\t"
             "by p-pm-inboundg02a.inbound.postmarkapp.com (Postfix) with ESMTPS"},
            {"Name": "MIME-Version", "Value": "1.0"},
            {"Name": "Message-ID", "Value": "<1@example.org>"},
        ],
        "Attachments": [
            {
                "Name": "note.pdf",
                "Content": base64.b64encode(PDF).decode(),
                "ContentType": "application/pdf",
                "ContentLength": len(PDF),
                "ContentID": "",
            }
        ],
    } | changes  # fmt: skip


# SendGrid

SENDGRID_PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())
SENDGRID_KEY = base64.b64encode(
    SENDGRID_PRIVATE_KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()


def sendgrid_own_fields():
    return [
        ("dkim", "{@mailer.example.net : pass, @example.org : pass}"),
        ("SPF", "pass"),
        ("envelope", '{"to":["consult@testserver"],"from":"ann@example.org"}'),
        ("sender_ip", "203.0.113.9"),
        ("from", "Ann <ann@example.org>"),
        ("to", "consult@testserver"),
        ("subject", "A case"),
        ("charsets", '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"iso-8859-1"}'),
    ]


def sendgrid_raw():
    return [("email", RAW), *sendgrid_own_fields()]


def sendgrid_parsed():
    headers = (
        "Received: by 1234mvd7.sendgrid.net with SMTP id t5sWpZPHWH\nFrom: Ann <ann@example.org>\n"
        "To: consult@testserver\nSubject: A case\nMessage-ID: <1@example.org>\n"
        "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain\n"
    )
    info = {"attachment1": {"filename": "note.pdf", "name": "note.pdf", "type": "application/pdf"}}
    return [
        ("headers", headers),
        ("text", "What does 99213 need? é\r\n".encode("latin-1")),
        ("attachments", "1"),
        ("attachment-info", json.dumps(info)),
        *sendgrid_own_fields(),
    ]


def sendgrid_signature(body, moment=None):
    timestamp = str(int(moment or time.time()))
    signature = SENDGRID_PRIVATE_KEY.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
    }


# Amazon

TOPIC = "arn:aws:sns:us-east-1:123456789012:cases"
CERTIFICATE_URL = (
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-"
    "010a507c1833636cd94bdb98bd93083a.pem"
)
SNS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sns_certificate(days=365):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(SNS_KEY.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(SNS_KEY, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def ses_notification(encoding="BASE64", **receipt):
    content = base64.b64encode(RAW).decode() if encoding == "BASE64" else RAW.decode("latin-1")
    return json.dumps(
        {
            "notificationType": "Received",
            "mail": {
                "timestamp": "2026-11-25T20:00:00.000Z",
                "source": "ann@example.org",
                "messageId": "jili9m351il3gkburn7o2f0u6788stij94c8ld01",
                "destination": ["consult@testserver"],
            },
            "receipt": {
                "timestamp": "2026-11-25T20:00:00.000Z",
                "recipients": ["consult@testserver"],
                "spamVerdict": {"status": "PASS"},
                "spfVerdict": {"status": "PASS"},
                "dkimVerdict": {"status": "PASS"},
                "dmarcVerdict": {"status": "GRAY"},
                "action": {"type": "SNS", "topicArn": TOPIC, "encoding": encoding},
            }
            | receipt,
            "content": content,
        }
    )


def sns(text=None, version="1", **changes):
    """A signed message of SNS; what `changes` holds was there before it was signed."""
    message = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Receipt Notification",
        "Message": ses_notification() if text is None else text,
        "Timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
    } | changes
    message = {name: value for name, value in message.items() if value is not None}
    names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn"]
    signed = "".join(f"{n}\n{message[n]}\n" for n in [*names, "Type"] if n in message)
    method = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303
    signature = SNS_KEY.sign(signed.encode(), padding.PKCS1v15(), method)
    return message | {"Signature": base64.b64encode(signature).decode()}


def subscription(**changes):
    return sns(
        "You have chosen to subscribe to the topic.",
        Type="SubscriptionConfirmation",
        Subject=None,
        Token="2336412f37",
        SubscribeURL="https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription"
        f"&TopicArn={TOPIC}&Token=2336412f37",
        **changes,
    )
