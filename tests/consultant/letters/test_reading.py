"""Mails of every shape: what is read of them, and what is said of those that cannot be read."""

import base64
import random
from datetime import UTC, datetime

import pytest

from consultant.letters.letter import LONGEST_NEWEST, Letter, read_letter
from consultant.letters.parts import MOST_PARTS, SMALLEST_PICTURE
from tests.consultant.letters import test_kinds
from tests.consultant.letters.mails import ASKED, SAMPLES, mail


def raw_mail(body: bytes, *fields: bytes) -> bytes:
    """A mail from its bytes."""
    head = [b"From: jane@clinic.example", b"To: consult@codes.example.org", *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def text_of(content: bytes, charset: bytes) -> str:
    field = b"Content-Type: text/plain; charset=" + charset
    return read_letter(raw_mail(content, field, b"Content-Transfer-Encoding: 8bit")).newest_text


def test_who_wrote_to_whom_and_when():
    letter = read_letter(
        mail(
            subject="Re: [EXTERNAL] Fwd: Knee",
            sender="Jane Q. Doe <Jane@Clinic.EXAMPLE>",
            to="Consult <consult+abc@codes.example.org>, sam@clinic.example",
            Cc="roe@clinic.example",
            Delivered_To="consult@codes.example.org",
            In_Reply_To="<q@codes.example.org>",
            References="<p@codes.example.org> <q@codes.example.org>",
        )
    )
    assert letter.sender == "Jane@clinic.example"
    assert letter.sender_name == "Jane Q. Doe"
    assert letter.to == (
        "consult+abc@codes.example.org",
        "sam@clinic.example",
        "roe@clinic.example",
        "consult@codes.example.org",
    )
    assert letter.message_id == "<one@clinic.example>"
    assert letter.in_reply_to == "<q@codes.example.org>"
    assert letter.references == ("<p@codes.example.org>", "<q@codes.example.org>")
    assert letter.date == datetime(2026, 11, 2, 14, 14, tzinfo=UTC)
    assert (letter.subject, letter.is_reply, letter.is_forward) == ("Knee", True, False)
    assert letter.problem == ""


def test_a_mail_without_fields_is_read():
    assert read_letter(b"\n\n99213?").newest_text == "99213?"
    assert read_letter(b"") == Letter(part_types=("text/plain",))


@pytest.mark.parametrize(
    "fields",
    [
        [b"From: jane@clinic.example", b"From: roe@clinic.example"],
        [b"From: jane@clinic.example, roe@clinic.example"],
        [b"From: jane@clinic.example <roe@clinic.example>"],
        [b'From: "jane@clinic.example" <roe@clinic.example>, jane@clinic.example'],
        [b"From: jane@clinic.example)roe@clinic.example"],
        [b"From: <jane@clinic.example(<roe@clinic.example>"],
        [b"From: Jane <jane>"],
        [b"From: =?utf-8?q?jane=40clinic.example?="],
        [b"From:"],
        [b"Sender: jane@clinic.example"],
    ],
)
def test_an_uncertain_sender_is_nobody(fields):
    assert read_letter(b"\n".join([*fields, b"", b"99213?"])).sender == ""


@pytest.mark.parametrize(
    "value",
    [
        b"Jane Q. Doe <jane@clinic.example>",
        b"jane@clinic.example (Jane Doe)",
        b'"Doe, Jane" <jane@clinic.example>',
        b'"boss@bank.example" <jane@clinic.example>',
        b"=?utf-8?q?J=C3=A4ne_Doe?= <jane@clinic.example>",
        "Jäne Doe <jane@clinic.example>".encode(),
        "Jäne Doe <jane@clinic.example>".encode("latin-1"),
        b"Jane\r\n\tDoe\r\n <jane@clinic.example>",
    ],
)
def test_one_sender_is_read_however_the_name_is_written(value):
    assert read_letter(b"From: " + value + b"\r\n\r\n99213?").sender == "jane@clinic.example"


def test_broken_ids_and_dates_are_left_out():
    letter = read_letter(
        raw_mail(b"99213?", b"Message-ID: [broken", b"Date: yesterday", b"References: none")
    )
    assert (letter.message_id, letter.date, letter.references) == ("", None, ())
    assert letter.newest_text == "99213?"


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("naïve “quotes” 99213".encode("cp1252"), b"utf-8", "naïve “quotes” 99213"),
        ("naïve “quotes”".encode("cp1252"), b"iso-8859-1", "naïve “quotes”"),
        ("naïve 99213".encode(), b"us-ascii", "naïve 99213"),
        ("naïve 99213".encode(), b"no-such-charset", "naïve 99213"),
        ("naïve 99213".encode("cp1252"), b"no-such-charset", "naïve 99213"),
        ("膝关节 99213".encode("gbk"), b"gb2312", "膝关节 99213"),
        ("膝 99213".encode("iso2022_jp"), b"iso-2022-jp", "膝 99213"),
        ("膝 99213".encode("cp932"), b"Shift_JIS", "膝 99213"),
        ("무릎 99213".encode("cp949"), b"ks_c_5601-1987", "무릎 99213"),
        (b"99213 +AGE-", b"utf-7", "99213 +AGE-"),
        (b"99213", b"punycode", "99213"),
        (b"99213", b"zlib", "99213"),
        (b"992\x0013\x07?", b"utf-8", "99213?"),
        ("99213\u200b\u202e?\u00a0yes".encode(), b"utf-8", "99213? yes"),
    ],
)
def test_charsets_that_lie_are_read(content, charset, text):
    assert text_of(content, charset) == text


def test_broken_transfer_encodings_are_read_as_far_as_they_go():
    for encoding in (b"base64", b"quoted-printable", b"x-uuencode", b"nonsense"):
        field = b"Content-Transfer-Encoding: " + encoding
        assert "99213" in read_letter(raw_mail(b"99213 =ZZ=\xff!", field)).newest_text


def test_flowed_lines_become_paragraphs():
    field = b"Content-Type: text/plain; format=flowed; delsp=no"
    body = b"Is 99213 \r\nright \r\nfor this visit?\r\n\r\n> old \r\n> words\r\n-- \r\nJane \r\n"
    letter = read_letter(raw_mail(body, field))
    assert letter.newest_text == "Is 99213 right for this visit?"
    assert letter.quoted_text == "old words"


def test_the_plain_words_go_before_those_in_html_unless_they_say_nothing():
    html = f"<p>{ASKED}</p>"
    assert read_letter(mail("99214?", html=html)).newest_text == "99214?"
    assert read_letter(mail(" \n", html=html)).newest_text == ASKED
    said = "This message is in HTML format; your mail program shows plain text only."
    assert read_letter(mail(said, html=html)).newest_text == ASKED


def test_words_around_an_attachment_are_one_text():
    raw = raw_mail(
        b"--b\r\n\r\nIs this right?\r\n--b\r\nContent-Type: image/png; name=a.png\r\n"
        b"Content-Disposition: inline\r\n\r\n\x89PNG\r\n--b\r\n\r\nAnd 99214?\r\n--b--\r\n",
        b"Content-Type: multipart/mixed; boundary=b",
    )
    assert read_letter(raw).newest_text == "Is this right?\n\nAnd 99214?"


def picture(size: int) -> bytes:
    image = base64.encodebytes(b"\x89PNG" + bytes(size))
    return raw_mail(
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>99213?</p><img src=cid:a>\r\n--b\r\n"
        b"Content-Type: image/png; name=image001.png\r\nContent-ID: <a>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + image + b"\r\n--b--\r\n",
        b"Content-Type: multipart/related; boundary=b",
    )


def test_a_logo_is_passed_over_and_a_pasted_picture_is_named():
    assert read_letter(picture(2000)).attachments == ()
    (found,) = read_letter(picture(SMALLEST_PICTURE)).attachments
    assert found.name == "image001.png"
    assert found.problem == "An image cannot be read here. Write its words into the mail."


def test_encrypted_mail_says_that_it_cannot_be_read():
    pgp = b"Content-Type: multipart/encrypted; protocol=application/pgp-encrypted; boundary=b"
    body = b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b--\r\n"
    assert "encrypted (PGP)" in read_letter(raw_mail(body, pgp)).problem
    armor = b"-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----\r\n"
    assert "encrypted (PGP)" in read_letter(raw_mail(armor)).problem
    smime = b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    assert "encrypted (S/MIME)" in read_letter(raw_mail(b"abc", smime)).problem
    opaque = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
    assert "signed" in read_letter(raw_mail(b"abc", opaque)).problem


def test_a_signed_mail_is_read():
    raw = raw_mail(
        b"--b\r\n\r\n99213?\r\n--b\r\nContent-Type: application/pgp-signature; name=signature.asc"
        b"\r\n\r\nabc\r\n--b--\r\n",
        b"Content-Type: multipart/signed; boundary=b; protocol=application/pgp-signature",
    )
    letter = read_letter(raw)
    assert (letter.newest_text, letter.attachments, letter.problem) == ("99213?", (), "")
    clear = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n99213?\r\n- -- list\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\n"
    )
    assert read_letter(raw_mail(clear)).newest_text == "99213?\n-- list"


def nested(depth: int) -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)
    )
    return b"From: jane@clinic.example\n" + opened + b"\n99213?\n"


def many_parts(count: int) -> bytes:
    head = b"From: jane@clinic.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    return head + b"--b\n\n99213?\n" * count + b"--b--\n"


def letters_in_letters(depth: int) -> bytes:
    return b"From: a@b.example\nContent-Type: message/rfc822\n\n" * depth + b"\n99213?\n"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (nested(200), "nested too deeply"),
        (nested(40), "nested too deeply"),
        (nested(3000), "nested too deeply"),
        (many_parts(10_000), f"more than {MOST_PARTS} parts"),
        (many_parts(60_000), "too many parts"),
        (b"From: jane@clinic.example\nSubject: " + b"a " * 300_000 + b"\n\n99213?", "header"),
        (b"From: jane@clinic.example\n" + b"X: a\n" * 90_000 + b"\n99213?", "header"),
        (raw_mail(b"99213 " * (LONGEST_NEWEST // 5)), "longer than"),
    ],
)
def test_a_mail_made_to_do_harm_ends_in_a_sentence(raw, problem):
    letter = read_letter(raw)
    assert problem in letter.problem
    assert letter.sender == "jane@clinic.example"


def test_mails_in_mails_end_somewhere():
    assert read_letter(letters_in_letters(400)).sender == "a@b.example"
    assert read_letter(letters_in_letters(5000)).newest_text == ""


def test_a_forwarded_mail_that_is_attached_is_read_with_its_files():
    inner = (
        b"From: roe@clinic.example\r\nSubject: Knee\r\nContent-Type: multipart/mixed; boundary=i"
        b"\r\n\r\n--i\r\n\r\nRight knee, 20610?\r\n--i\r\nContent-Type: text/csv; name=codes.csv"
        b"\r\n\r\n99213,1\r\n--i--\r\n"
    )
    raw = raw_mail(
        b"--b\r\n\r\nPlease answer.\r\n--b\r\nContent-Type: message/rfc822; name=knee.eml\r\n\r\n"
        + inner
        + b"\r\n--b--\r\n",
        b"Content-Type: multipart/mixed; boundary=b",
    )
    letter = read_letter(raw)
    assert letter.newest_text == "Please answer."
    forwarded, table = letter.attachments
    assert (forwarded.kind, forwarded.text) == ("letter", "Knee\n\nRight knee, 20610?")
    assert (table.name, table.kind, table.text) == ("codes.csv", "text", "99213,1")


def mutations(count: int, seed: int):
    """Mails with bytes changed, cut, doubled and mixed; the same ones in each run."""
    rng = random.Random(seed)
    sources = [sample.raw() for sample in SAMPLES] + [each[1] for each in test_kinds.SAMPLES]
    sources += [nested(30), many_parts(3), letters_in_letters(9), picture(50)]
    for _ in range(count):
        raw = bytearray(rng.choice(sources)[:6000])
        for _ in range(rng.randint(1, 12)):
            place = rng.randrange(len(raw) or 1)
            match rng.randrange(5):
                case 0:
                    raw[place : place + 1] = bytes([rng.randrange(256)])
                case 1:
                    del raw[place : place + rng.randint(1, 40)]
                case 2:
                    raw[place:place] = raw[place : place + rng.randint(1, 200)]
                case 3:
                    raw[place:place] = rng.choice(PIECES)
                case 4:
                    other = rng.choice(sources)
                    start = rng.randrange(len(other))
                    raw[place:place] = other[start : start + rng.randint(1, 300)]
        yield bytes(raw)


PIECES = [
    b"\r", b"\n", b"\r\n\r\n", b"\x00", b"\xff\xfe", b"=?utf-8?b?!!?=", b"=?x?q?=ZZ?=", b"; boundary=",
    b"Content-Type: ", b"charset*=x''%ff", b"filename*0*=\"", b"<", b"&#x110000;", b"<![CDATA[",
    b"From: <a@b> (", b"Message-ID: [a", b"Date: Mon, 99 Foo 99999 99:99", b"--b", b"> > ", b"\xf0\x9f",
]  # fmt: skip


@pytest.mark.filterwarnings("error")
def test_no_bytes_at_all_make_the_reader_fail(monkeypatch):
    said = []
    monkeypatch.setattr(
        "consultant.letters.attachments._extracted", lambda name, kind, content: said.append(name)
    )
    for raw in mutations(3000, seed=6):
        letter = read_letter(raw)
        assert isinstance(letter.newest_text, str)
        assert "damaged" not in letter.problem, raw
