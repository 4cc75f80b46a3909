"""The providers' calls: stored when they are proved to be the provider's, refused otherwise."""

import base64
import json
import time
from email import message_from_bytes
from email.policy import default

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from consultant.letters.evidence import Evidence
from consultant.models import IncomingMail
from consultant.reception.webhooks import sns, views
from tests.consultant.reception.webhooks import payloads
from tests.consultant.reception.webhooks.payloads import PDF, RAW

pytestmark = pytest.mark.django_db

SECRET = "hook:correct-horse-battery"
BASIC = {"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
WRONG = {"Authorization": f"Basic {base64.b64encode(b'hook:correct-horse-batterx').decode()}"}


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.SES_TOPIC_ARNS = [payloads.TOPIC]
    settings.MAILGUN_SIGNING_KEY = payloads.MAILGUN_KEY
    settings.POSTMARK_WEBHOOK_SECRET = settings.SENDGRID_WEBHOOK_SECRET = SECRET
    cache.clear()


@pytest.fixture(autouse=True)
def amazon(monkeypatch):
    """What Amazon's hosts answer, and which of their addresses were asked."""
    asked = []

    def fetch(url):
        asked.append(url)
        return payloads.sns_certificate()

    monkeypatch.setattr(sns, "fetch", fetch)
    sns._key_at.cache_clear()
    yield asked
    sns._key_at.cache_clear()


def post_form(path, fields, files=(), headers=None):
    body, content_type = payloads.multipart(fields, files)
    return Client(enforce_csrf_checks=True).post(
        f"/caseconsultant/webhooks/{path}", body, content_type=content_type, headers=headers
    )


def post_json(path, content, headers=None):
    body = content if isinstance(content, bytes) else json.dumps(content)
    return Client(enforce_csrf_checks=True).post(
        f"/caseconsultant/webhooks/{path}", body, content_type="application/json", headers=headers
    )


def post_sns(message):
    # SNS calls with a type of text, not of JSON.
    return Client(enforce_csrf_checks=True).post(
        "/caseconsultant/webhooks/amazon-ses/",
        json.dumps(message),
        content_type="text/plain; charset=UTF-8",
    )


def stored():
    mail = IncomingMail.objects.get()
    assert mail.way == "webhook"
    return bytes(mail.raw), Evidence.from_dict(mail.evidence)


def read(raw):
    return message_from_bytes(raw, policy=default)


# On and off


@pytest.mark.parametrize(
    ("path", "setting"),
    [
        ("amazon-ses/", "SES_TOPIC_ARNS"),
        ("mailgun/", "MAILGUN_SIGNING_KEY"),
        ("mailgun/mime", "MAILGUN_SIGNING_KEY"),
        ("postmark/", "POSTMARK_WEBHOOK_SECRET"),
        ("sendgrid/", "SENDGRID_WEBHOOK_SECRET"),
    ],
)
def test_a_provider_without_its_secret_is_not_there(client, settings, path, setting):
    assert client.head(f"/caseconsultant/webhooks/{path}").status_code == 200
    assert client.get(f"/caseconsultant/webhooks/{path}").status_code == 405
    setattr(settings, setting, [] if setting == "SES_TOPIC_ARNS" else "")
    assert client.head(f"/caseconsultant/webhooks/{path}").status_code == 404
    assert client.post(f"/caseconsultant/webhooks/{path}").status_code == 404


def test_another_provider_is_not_there(client):
    assert client.post("/caseconsultant/webhooks/mandrill/").status_code == 404


# Mailgun


def test_mailgun_hands_a_mail_over_byte_for_byte():
    answer = post_form("mailgun/mime", payloads.mailgun_raw())

    assert (answer.status_code, answer.content) == (200, b"stored\n")
    raw, evidence = stored()
    assert raw.endswith(RAW)
    assert evidence == Evidence(
        mail_from="ann@example.org",
        recipients=("consult+a1@testserver",),
        way="webhook",
        verdicts={"spf": "pass", "dkim": "pass", "dkim_domain": "example.org"},
    )


def test_mailguns_parsed_fields_are_put_together_again():
    files = [("attachment-1", "note é.pdf", "application/pdf", PDF)]
    assert post_form("mailgun/", payloads.mailgun_parsed(), files).status_code == 200

    raw, evidence = stored()
    mail = read(raw)
    assert mail["Subject"] == "Zoë’s case"
    assert mail["Message-ID"] == "<1@example.org>"
    assert mail.get_body(["plain"]).get_content().strip() == "What does 99213 need? “Zoë”"
    assert [part.get_content() for part in mail.iter_attachments()][-1] == PDF
    assert evidence.mail_from == "bounce@example.org"
    assert evidence.verdicts["dkim_domain"] == "example.org"


def test_mailguns_form_without_attachments_is_urlencoded(client):
    fields = dict(payloads.mailgun_parsed())
    fields.pop("attachment-count")
    answer = client.post(
        "/caseconsultant/webhooks/mailgun/",
        "&".join(f"{name}={_quoted(value)}" for name, value in fields.items()),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 200
    assert "Zoë" in read(stored()[0]).get_body(["plain"]).get_content()


def _quoted(value):
    from urllib.parse import quote_plus

    return quote_plus(value)


@pytest.mark.parametrize(
    "signature",
    [
        [],
        payloads.mailgun_signature(key="another"),
        [*payloads.mailgun_signature()[:2], ("signature", "")],
        [*payloads.mailgun_signature()[:2], ("signature", "é" * 64)],
        payloads.mailgun_signature(moment=time.time() - 13 * 3600),
        payloads.mailgun_signature(moment=time.time() + 13 * 3600),
    ],
)
def test_mailgun_without_a_right_signature_is_refused(signature):
    fields = [
        (n, v) for n, v in payloads.mailgun_raw() if n not in dict(payloads.mailgun_signature())
    ]

    assert post_form("mailgun/mime", [*fields, *signature]).status_code == 403
    assert not IncomingMail.objects.exists()


def test_mailguns_signature_is_good_once():
    fields = payloads.mailgun_raw()
    assert post_form("mailgun/mime", fields).status_code == 200
    assert post_form("mailgun/mime", fields).status_code == 200  # its own repetition, too
    forged = [(name, b"From: eve" if name == "body-mime" else value) for name, value in fields]
    post_form("mailgun/mime", forged)

    assert IncomingMail.objects.count() == 1


def test_a_mail_that_says_itself_that_mailgun_found_it_sound_is_not_believed():
    forged = b"X-Mailgun-Spf: Pass\r\nX-Mailgun-Dkim-Check-Result: Pass\r\n"
    raw = RAW.replace(b"From:", forged + b"From:", 1)
    fields = [(n, raw if n == "body-mime" else v) for n, v in payloads.mailgun_raw()]
    post_form("mailgun/mime", fields)

    assert stored()[1].verdicts == {}


def test_a_mail_without_a_line_of_its_receiver_has_no_verdicts():
    headers = [h for h in payloads.MAILGUN_HEADERS if h[0] != "Received"]
    post_form("mailgun/", payloads.mailgun_parsed(headers))

    assert stored()[1].verdicts == {}


# Postmark


def test_postmark_hands_a_mail_over_as_it_came():
    raw = RAW.decode("latin-1")
    assert post_json("postmark/", payloads.postmark(RawEmail=raw), BASIC).status_code == 200

    found, evidence = stored()
    assert found == raw.encode()
    assert evidence == Evidence(
        client_ip="203.0.113.9",
        helo="mail.example.org",
        mail_from="ann@example.org",
        recipients=("consult+a1@testserver",),
        way="webhook",
        verdicts={"spf": "pass", "dkim": "pass", "dkim_domain": "example.org"},
    )


def test_postmarks_parsed_fields_are_put_together_again():
    assert post_json("postmark/", payloads.postmark(), BASIC).status_code == 200

    mail = read(stored()[0])
    assert mail["From"] == "Ann <ann@example.org>"
    assert mail["Subject"] == "Zoë’s case"
    assert mail["Message-ID"] == "<1@example.org>"
    assert "Zoë" in mail.get_body(["plain"]).get_content()
    assert [part.get_content() for part in mail.iter_attachments()][-1] == PDF


@pytest.mark.parametrize("headers", [None, WRONG, {"Authorization": "Basic é"},
                                     {"Authorization": "Bearer x"}])  # fmt: skip
def test_postmark_without_the_password_is_asked_for_it(headers):
    answer = post_json("postmark/", payloads.postmark(), headers)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    assert not IncomingMail.objects.exists()


def test_what_the_sender_wrote_of_postmarks_headers_is_not_believed():
    headers = payloads.postmark()["Headers"]
    own = [header for header in headers if header["Name"] not in ("X-Spam-Tests", "Received-SPF")]
    forged = [header for header in headers if header["Name"] in ("X-Spam-Tests", "Received-SPF")]
    post_json("postmark/", payloads.postmark(Headers=own + forged), BASIC)

    evidence = stored()[1]
    assert evidence.verdicts == {}
    assert evidence.client_ip == ""


def test_another_of_postmarks_events_is_told_to_be_one():
    answer = post_json("postmark/", {"RecordType": "Bounce", "Email": "a@example.org"}, BASIC)

    assert answer.status_code == 400
    assert b"expected an inbound mail" in answer.content


# SendGrid


def test_sendgrid_hands_a_mail_over_byte_for_byte():
    assert post_form("sendgrid/", payloads.sendgrid_raw(), headers=BASIC).status_code == 200

    raw, evidence = stored()
    assert raw == RAW
    assert evidence == Evidence(
        client_ip="203.0.113.9",
        mail_from="ann@example.org",
        recipients=("consult@testserver",),
        way="webhook",
        verdicts={"spf": "pass", "dkim": "pass", "dkim_domain": "example.org"},
    )


def test_sendgrids_parsed_fields_are_put_together_again():
    files = [("attachment1", "note.pdf", "application/pdf", PDF)]
    answer = post_form("sendgrid/", payloads.sendgrid_parsed(), files, BASIC)

    assert answer.status_code == 200
    mail = read(stored()[0])
    assert mail["Message-ID"] == "<1@example.org>"
    assert mail.get_body(["plain"]).get_content().strip() == "What does 99213 need? é"
    assert [part.get_content() for part in mail.iter_attachments()][-1] == PDF


@pytest.mark.parametrize("headers", [None, WRONG])
def test_sendgrid_without_the_password_is_asked_for_it(headers):
    assert post_form("sendgrid/", payloads.sendgrid_raw(), headers=headers).status_code == 401
    assert not IncomingMail.objects.exists()


def test_sendgrids_signature_is_asked_for_where_its_key_is_set(settings):
    settings.SENDGRID_WEBHOOK_KEY = payloads.SENDGRID_KEY
    body, _ = payloads.multipart(payloads.sendgrid_raw())
    right = BASIC | payloads.sendgrid_signature(body)

    def status(headers, fields=None):
        return post_form(
            "sendgrid/", fields or payloads.sendgrid_raw(), headers=headers
        ).status_code

    assert status(BASIC) == 403
    assert status(BASIC | payloads.sendgrid_signature(body + b"x")) == 403
    assert status(right, payloads.sendgrid_parsed()) == 403
    assert status(BASIC | payloads.sendgrid_signature(body, time.time() - 5 * 24 * 3600)) == 403
    assert status(WRONG | payloads.sendgrid_signature(body)) == 401
    assert not IncomingMail.objects.exists()
    assert status(right) == 200

    settings.SENDGRID_WEBHOOK_SECRET = ""
    assert status(payloads.sendgrid_signature(body)) == 200


@pytest.mark.parametrize("end", ["--xYzZY\r\n", "--xYzZY--\r\n"])
def test_a_mail_with_sendgrids_boundary_in_it_cannot_write_its_fields(end, monkeypatch):
    forged, _ = payloads.multipart([("SPF", "pass"), ("dkim", "{@example.org : pass}")])
    raw = RAW + forged.removesuffix(b"--xYzZY--\r\n") + end.encode()
    monkeypatch.setattr(payloads, "RAW", raw)

    assert post_form("sendgrid/", payloads.sendgrid_raw(), headers=BASIC).status_code == 400
    assert not IncomingMail.objects.exists()


# Amazon SES


@pytest.mark.parametrize("version", ["1", "2"])
def test_ses_hands_a_mail_over_byte_for_byte(version, amazon):
    assert post_sns(payloads.sns(version=version)).status_code == 200
    assert post_sns(payloads.sns(version=version, MessageId="2")).status_code == 200

    assert amazon == [payloads.CERTIFICATE_URL]  # fetched once
    mail = IncomingMail.objects.first()
    assert bytes(mail.raw) == RAW
    assert Evidence.from_dict(mail.evidence) == Evidence(
        mail_from="ann@example.org",
        recipients=("consult@testserver",),
        way="webhook",
        verdicts={"spf": "pass", "dkim": "pass"},
    )


def test_ses_may_hand_over_text():
    assert post_sns(payloads.sns(payloads.ses_notification("UTF-8"))).status_code == 200
    assert stored()[0] == RAW.decode("latin-1").encode()


@pytest.mark.parametrize(
    "change",
    [
        {"Message": payloads.ses_notification().replace("ann@", "eve@")},
        {"Timestamp": "2026-11-25T20:00:00.000Z"},
        {"Signature": base64.b64encode(b"x" * 256).decode()},
        {"Signature": None},
        {"SignatureVersion": "2"},
        {"SignatureVersion": "3"},
        {"Type": "SubscriptionConfirmation"},
        {"Message": None},
        {"Message": "\ud800"},
    ],
)
def test_a_message_of_sns_that_was_changed_is_refused(change):
    message = payloads.sns() | change
    message = {name: value for name, value in message.items() if value is not None}

    assert post_sns(message).status_code == 403
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem",
        "https://sns.us-east-1.amazonaws.com.example.org/SimpleNotificationService-01.pem",
        "https://sns.us-east-1.amazonaws.com@example.org/SimpleNotificationService-01.pem",
        "https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-01.pem",
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-01.pem",
        "https://sns.us-east-1.amazonaws.com/../SimpleNotificationService-01.pem",
        "https://example.org/SimpleNotificationService-01.pem",
        "https://127.0.0.1/SimpleNotificationService-01.pem",
        "file:///etc/passwd",
    ],
)
def test_a_certificate_of_another_host_is_not_fetched(url, amazon):
    assert post_sns(payloads.sns(SigningCertURL=url)).status_code == 403
    assert amazon == []


def test_another_topic_of_amazon_is_refused_though_it_is_signed(amazon):
    topic = "arn:aws:sns:us-east-1:999999999999:theirs"
    assert post_sns(payloads.sns(TopicArn=topic)).status_code == 403
    assert amazon == []


@pytest.mark.parametrize("moment", ["2020-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"])
def test_a_signed_message_of_another_day_is_refused(moment):
    assert post_sns(payloads.sns(Timestamp=moment)).status_code == 403


def test_a_certificate_that_cannot_be_had_is_asked_for_again(monkeypatch):
    def fail(url):
        raise TimeoutError

    certificates = iter([b"no certificate", payloads.sns_certificate(days=-1)])
    for fetch, status in [
        (fail, 503),
        (lambda url: next(certificates), 503),
        (lambda url: next(certificates), 403),
        (lambda url: payloads.sns_certificate(), 200),
    ]:
        monkeypatch.setattr(sns, "fetch", fetch)
        assert post_sns(payloads.sns()).status_code == status


def test_a_subscription_is_confirmed_for_our_topic_alone(amazon):
    assert post_sns(payloads.subscription()).status_code == 200
    confirmation = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription"
    assert amazon[0] == payloads.CERTIFICATE_URL
    assert amazon[1].startswith(confirmation)

    theirs = "arn:aws:sns:us-east-1:999999999999:theirs"
    assert post_sns(payloads.subscription(TopicArn=theirs)).status_code == 403
    forged = payloads.subscription() | {"SubscribeURL": "https://example.org/"}
    assert post_sns(forged).status_code == 403
    assert len(amazon) == 2
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        '{"notificationType": "Bounce"}',
    ],
)
def test_what_is_no_mail_is_taken_and_nothing_stored(text):
    assert post_sns(payloads.sns(text)).status_code == 200
    assert not IncomingMail.objects.exists()


def test_a_mail_that_lies_in_a_bucket_is_told_to_be_there():
    text = payloads.ses_notification(action={"type": "S3", "bucketName": "b", "objectKey": "k"})
    answer = post_sns(payloads.sns(text))

    assert answer.status_code == 400
    assert b"action to be SNS" in answer.content


# What goes wrong, with each


def all_calls():
    return {
        "mailgun": lambda: post_form("mailgun/mime", payloads.mailgun_raw()),
        "postmark": lambda: post_json(
            "postmark/", payloads.postmark(RawEmail=payloads.RAW.decode("latin-1")), BASIC
        ),
        "sendgrid": lambda: post_form("sendgrid/", payloads.sendgrid_raw(), headers=BASIC),
        "amazon-ses": lambda: post_sns(payloads.sns()),
    }


@pytest.mark.parametrize("provider", all_calls())
def test_what_cannot_be_stored_is_to_be_sent_again(provider, monkeypatch, caplog):
    def fail(*_, **__):
        raise OperationalError("connection failed for ann@example.org")

    monkeypatch.setattr(views, "receive", fail)
    assert all_calls()[provider]().status_code == 503
    assert "ann@" not in caplog.text
    monkeypatch.undo()
    monkeypatch.setattr(sns, "fetch", lambda url: payloads.sns_certificate())
    assert all_calls()[provider]().status_code == 200
    assert IncomingMail.objects.count() == 1


@pytest.mark.parametrize(
    ("provider", "status"),
    [("mailgun", 406), ("postmark", 403), ("sendgrid", 413), ("amazon-ses", 413)],
)
def test_a_mail_that_is_too_large_is_not_to_be_sent_again(provider, status, settings, monkeypatch):
    settings.MAIL_MAX_MB = 1
    monkeypatch.setattr(payloads, "RAW", RAW + b"text\r\n" * 200_000)
    assert all_calls()[provider]().status_code == status

    settings.MAIL_MAX_MB = 0  # nor is a larger call read at all
    assert all_calls()[provider]().status_code == status
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "multipart/form-data",
                                          "application/json", "text/plain", ""])  # fmt: skip
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"--x\r\n", b"\xff\x00", b"--x--"])
@pytest.mark.parametrize("path", ["mailgun/", "postmark/", "sendgrid/", "amazon-ses/"])
def test_nonsense_is_refused_in_a_line(client, path, body, content_type):
    answer = client.post(
        f"/caseconsultant/webhooks/{path}", body, content_type=content_type, headers=BASIC
    )

    assert 400 <= answer.status_code < 500
    assert len(answer.content) < 100
    assert not IncomingMail.objects.exists()


def test_a_mail_that_cannot_be_put_together_is_told_without_its_words(caplog):
    event = payloads.postmark(Attachments=[{"Name": "secret"}])
    answer = post_json("postmark/", event, BASIC)

    assert answer.status_code == 500
    assert answer.content == b"not understood: KeyError\n"
    assert "secret" not in caplog.text


def test_what_no_database_could_store_is_left_out_of_the_evidence():
    event = payloads.postmark(OriginalRecipient="consult\x00\ud800@testserver")

    assert post_json("postmark/", event, BASIC).status_code == 200
    assert stored()[1].recipients == ("consult\ufffd@testserver",)
