"""What wrote a mail; the fields are those that servers and programs really send."""

import pytest

from consultant.letters.kinds import LOOP_HEADER, KindOfLetter, LetterKind, kind_of
from consultant.letters.letter import read_letter
from tests.consultant.letters.mails import mail

OWN = ["consult@codes.example.org", "no-reply@codes.example.org"]
HOST = "codes.example.org"

REPORT = b"""From: MAILER-DAEMON@mx.clinic.example (Mail Delivery System)
To: consult@codes.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.clinic.example

Final-Recipient: rfc822; jane@clinic.example
Action: failed
Status: 5.1.1
--b--
"""

EXCHANGE_REPORT = b"""From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@clinic.example>
To: consult@codes.example.org
Subject: Undeliverable: Your question
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="_000_abc_"

--_000_abc_
Content-Type: text/plain

Your message to jane couldn't be delivered.
--_000_abc_--
"""

RECEIPT = b"""From: Jane Doe <jane@clinic.example>
To: consult@codes.example.org
Subject: Read: Your question
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary=b

--b
Content-Type: text/plain

Your message was read.
--b
Content-Type: message/disposition-notification

Disposition: manual-action/MDN-sent-manually; displayed
--b--
"""

INVITATION = b"""From: Jane Doe <jane@clinic.example>
To: consult@codes.example.org
Subject: Billing meeting
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

When: Monday
--b
Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
END:VCALENDAR
--b--
"""

ANSWER_TO_INVITATION = b"""From: Jane Doe <jane@clinic.example>
To: consult@codes.example.org
Subject: Accepted: Billing meeting
MIME-Version: 1.0
Content-Type: text/calendar; charset=utf-8

BEGIN:VCALENDAR
METHOD:REPLY
END:VCALENDAR
"""

# As booking sites send it: words, and the invitation beside them.
BOOKING = b"""From: Booking <jane@clinic.example>
To: consult@codes.example.org
Subject: You are invited
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Monday, 10:00
--b
Content-Type: text/calendar; charset=utf-8; method="Cancel"; name=invite.ics
Content-Disposition: attachment; filename=invite.ics

BEGIN:VCALENDAR
END:VCALENDAR
--b--
"""


def with_calendar(kind: str) -> bytes:
    """A person's mail with a question and a calendar entry attached."""
    return b"""From: Jane Doe <jane@clinic.example>
To: consult@codes.example.org
Subject: Seminar
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

What is A4206? The seminar is attached.
--b
Content-Type: %s; name="seminar.ics"
Content-Disposition: attachment; filename="seminar.ics"

BEGIN:VCALENDAR
METHOD:PUBLISH
END:VCALENDAR
--b--
""" % kind.encode()


QMAIL = b"""Return-Path: <>
From: MAILER-DAEMON@mx.clinic.example
To: consult@codes.example.org
Subject: failure notice

Hi. This is the qmail-send program at mx.clinic.example.
"""

EXIM = b"""From: Mail Delivery System <Mailer-Daemon@mx.clinic.example>
X-Failed-Recipients: jane@clinic.example
Auto-Submitted: auto-replied
To: consult@codes.example.org
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.
"""

SAMPLES = [
    ("Postfix cannot deliver", REPORT, LetterKind.BOUNCE, "Content-Type: multipart/report"),
    ("Exchange cannot deliver", EXCHANGE_REPORT, LetterKind.BOUNCE, "Content-Type: multipart/report"),
    ("qmail cannot deliver", QMAIL, LetterKind.BOUNCE, "From"),
    ("Exim cannot deliver", EXIM, LetterKind.BOUNCE, "X-Failed-Recipients"),
    ("a postmaster", mail(sender="postmaster@clinic.example"), LetterKind.BOUNCE, "From"),
    ("a receipt", RECEIPT, LetterKind.AUTO_REPLY, "Content-Type: multipart/report"),
    ("an invitation", INVITATION, LetterKind.AUTO_REPLY, "Content-Type: text/calendar"),
    ("an answer to one", ANSWER_TO_INVITATION, LetterKind.AUTO_REPLY, "Content-Type: text/calendar"),
    ("a booking", BOOKING, LetterKind.AUTO_REPLY, "Content-Type: text/calendar"),
    ("Gmail on vacation", mail(Auto_Submitted="auto-replied", Precedence="bulk"),
     LetterKind.AUTO_REPLY, "Auto-Submitted: auto-replied"),
    ("Exchange out of office", mail(subject="Automatic reply: Your question",
     X_Auto_Response_Suppress="All"), LetterKind.AUTO_REPLY, "X-Auto-Response-Suppress: All"),
    ("Exchange out of office, fields stripped", mail(subject="Automatic reply: Your question"),
     LetterKind.AUTO_REPLY, "Subject"),
    ("a rule of Exchange", mail(X_MS_Exchange_Generated_Message_Source="Mailbox Rules Agent"),
     LetterKind.AUTO_REPLY, "X-MS-Exchange-Generated-Message-Source"),
    ("cPanel's responder", mail(X_Autorespond="Your question", Precedence="auto_reply"),
     LetterKind.AUTO_REPLY, "Precedence: auto_reply"),
    ("an old responder", mail(X_Autoreply="yes"), LetterKind.AUTO_REPLY, "X-Autoreply"),
    ("cron", mail(Auto_Submitted="auto-generated"), LetterKind.AUTO_REPLY,
     "Auto-Submitted: auto-generated"),
    ("junk", mail(Precedence="junk"), LetterKind.AUTO_REPLY, "Precedence: junk"),
    ("the null sender", mail(Return_Path="<>"), LetterKind.AUTO_REPLY, "Return-Path"),
    ("nobody to answer", mail(sender="No-Reply@payer.example"), LetterKind.AUTO_REPLY, "From"),
    ("Mailman", mail(List_Id="Coders <coders.lists.example>", Precedence="list"),
     LetterKind.LIST, "Precedence: list"),
    ("Google Groups", mail(List_Id="<coders.googlegroups.example>",
     List_Post="<mailto:coders@groups.example>"), LetterKind.LIST, "List-Id"),
    ("a newsletter", mail(List_Unsubscribe="<https://news.example/u>"), LetterKind.LIST,
     "List-Unsubscribe"),
    ("our own address", mail(sender="Consult <CONSULT+abc@codes.example.org>"), LetterKind.OURS,
     "From"),
    ("our mark", mail(**{LOOP_HEADER: "Codes.Example.org"}), LetterKind.LOOP, LOOP_HEADER),
    ("60 hops", b"Received: from a by b; Mon, 02 Nov 2026 09:14:00 -0500\n" * 60 + mail(),
     LetterKind.LOOP, "Received, 60 times"),
]  # fmt: skip

PEOPLE = [
    ("a plain mail", mail()),
    ("Auto-Submitted: no", mail(Auto_Submitted="no")),
    ("receipts declined", mail(X_Auto_Response_Suppress="DR, RN, NRN")),
    ("another site's mark", mail(**{LOOP_HEADER: "other.example"})),
    ("asks for a receipt", mail(Disposition_Notification_To="jane@clinic.example")),
    ("urgent", mail(Precedence="first-class", Importance="high")),
    ("some hops", b"Received: from a by b; Mon, 02 Nov 2026 09:14:00 -0500\n" * 9 + mail()),
    ("a calendar entry attached", with_calendar("text/calendar")),
    ("a published one", with_calendar("text/calendar; method=PUBLISH")),
    ("an invitation attached as a file", with_calendar("application/ics")),
    ("asks about automatic replies", mail(subject="How to bill out of network visits")),
]  # fmt: skip


def kind(raw: bytes, **known) -> KindOfLetter:
    letter = read_letter(raw, with_attachments=False)
    return kind_of(letter, own_addresses=OWN, loop_mark=HOST, **known)


@pytest.mark.parametrize(("raw", "found", "because"), [each[1:] for each in SAMPLES],
                         ids=[each[0] for each in SAMPLES])  # fmt: skip
def test_what_no_person_wrote_is_told_with_the_field_that_says_so(raw, found, because):
    assert kind(raw) == KindOfLetter(found, because)


@pytest.mark.parametrize("raw", [each[1] for each in PEOPLE], ids=[each[0] for each in PEOPLE])
def test_what_a_person_wrote_is_answered(raw):
    assert kind(raw) == KindOfLetter(LetterKind.PERSON)


def test_the_null_sender_of_the_envelope_is_nobody():
    assert kind(mail(), mail_from="").kind == LetterKind.AUTO_REPLY
    assert kind(mail(), mail_from="consult+x@codes.example.org").kind == LetterKind.OURS
    assert kind(mail(), mail_from=None).is_person
    assert kind(mail(), mail_from="jane@clinic.example").is_person


def test_the_reason_holds_no_words_of_the_mail():
    told = kind(mail(sender="postmaster@clinic.example", subject="Out of office: Mrs. Roe"))
    assert "clinic" not in told.because and "Roe" not in told.because
    assert kind(mail(Auto_Submitted="auto-replied; owner=jane@x.example")).because == (
        "Auto-Submitted: auto-replied"
    )


@pytest.mark.parametrize("of_kind", ["text/calendar", "application/ics", "text/plain"])
def test_a_calendar_entry_that_is_attached_is_refused_in_words(of_kind):
    letter = read_letter(with_calendar(of_kind))
    assert letter.newest_text == "What is A4206? The seminar is attached."
    (file,) = letter.attachments
    assert (file.name, file.text) == ("seminar.ics", "")
    assert file.problem == "A calendar entry cannot be read here. Write its words into the mail."
