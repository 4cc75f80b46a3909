"""The words of files that come with a mail; what would do harm costs a sentence and no more."""

import io
import zipfile
import zlib
from email.message import EmailMessage

import pytest

from consultant.letters.attachments import AttachmentKind, LetterAttachment
from consultant.letters.letter import read_letter

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-'
    'types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def docx(body: str, *, head: str = "", **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        document = f"<w:document {_W}><w:body>{body}</w:body></w:document>"
        archive.writestr("word/document.xml", head + document)
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def pdf(stream: bytes, *, is_packed: bool = False) -> bytes:
    """A PDF of one page whose content is the stream."""
    filter_ = b"/Filter /FlateDecode " if is_packed else b""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< " + filter_ + b"/Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Root 1 0 R /Size 5 >>\nstartxref\n%d\n%%%%EOF" % start


def attached(content: bytes, name: str) -> LetterAttachment:
    """What is read of a mail's one attachment."""
    message = EmailMessage()
    message["From"], message["Subject"] = "ann@example.com", "A case"
    message.set_content("Please see the file.")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    letter = read_letter(message.as_bytes())
    assert "Please see the file." in letter.newest_text
    (found,) = letter.attachments
    return found


def test_a_word_document_is_read_with_its_tables():
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>".format(
        paragraph("96522"), paragraph("2 units")
    )
    body = paragraph("Pump &amp; refill") + f"<w:tbl>{row}</w:tbl>" + paragraph("Thanks")
    found = attached(docx(body), "case.docx")
    assert (found.kind, found.problem, found.name) == (AttachmentKind.DOCX, "", "case.docx")
    assert (
        found.text.index("Pump & refill") < found.text.index("96522") < found.text.index("Thanks")
    )
    assert "2 units" in found.text


def test_a_pdf_is_read():
    found = attached(pdf(b"BT /F1 12 Tf 50 700 Td (Refill of pump, 96522) Tj ET"), "case.pdf")
    assert found.kind == AttachmentKind.PDF and "Refill of pump, 96522" in found.text


@pytest.mark.parametrize("name", ["note.txt", "note.pdf", "note"])
def test_plain_text_is_told_by_its_content(name):
    found = attached("Diabetes, Größe 1,80 m\n".encode(), name)
    assert found.kind == AttachmentKind.TEXT and "Größe" in found.text


def test_a_zip_bomb_in_a_word_document_costs_a_sentence():
    bomb = docx("<w:p>" + " " * 300_000_000 + "</w:p>")
    assert len(bomb) < 400_000
    found = attached(bomb, "case.docx")
    assert not found.text.strip() and found.problem


def test_entities_in_a_word_document_cost_a_sentence():
    head = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
    ) + "]>"  # fmt: skip
    found = attached(docx(paragraph("&j;"), head=head), "case.docx")
    assert not found.text.strip() and found.problem


def test_a_pdf_whose_stream_unpacks_without_end_costs_a_sentence():
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(1500)) + packer.flush()
    assert len(stream) < 2_000_000
    found = attached(pdf(stream, is_packed=True), "case.pdf")
    assert not found.text.strip() and found.problem


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7\nnothing", "a.pdf"),
        (b"PK\x03\x04 broken", "a.docx"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "scan.png"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old.doc"),
        (bytes(range(256)) * 4, "a.bin"),
    ],
)
def test_what_cannot_be_read_is_said(content, name):
    found = attached(content, name)
    assert not found.text and found.problem.endswith(".") and found.name == name


def test_only_so_many_files_are_read_and_the_others_named():
    message = EmailMessage()
    message["From"] = "ann@example.com"
    message.set_content("Please see the files.")
    for number in range(30):
        message.add_attachment(f"Words {number}", filename=f"{number}.txt")
    letter = read_letter(message.as_bytes())
    assert sum(bool(each.text) for each in letter.attachments) <= 10
    assert any(each.problem for each in letter.attachments)


def test_a_mail_of_ten_thousand_parts_and_one_two_hundred_deep_are_read_or_refused():
    many = b'From: a@example.com\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    many += b"--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n" * 10_000 + b"--x--\r\n"
    deep = b"From: a@example.com\r\n"
    for level in range(200):
        deep += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
    deep += b"Content-Type: text/plain\r\n\r\nHello\r\n"
    for raw in (many, deep):
        letter = read_letter(raw)
        assert letter.sender == "a@example.com"
        assert letter.problem or "Hello" in letter.newest_text
