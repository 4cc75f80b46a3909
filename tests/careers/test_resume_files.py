"""What is taken as a résumé, by its content alone; and logos."""

import io
import zipfile

import pytest
from PIL import Image

from careers.images import ImageError, read_logo
from careers.resume_files import ResumeError, clean_name, kind_of_resume
from tests.careers.board_data import docx, pdf

BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'


def archive(**parts) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return written.getvalue()


def test_a_pdf_and_a_docx_are_taken():
    assert kind_of_resume(pdf()) == "pdf"
    assert kind_of_resume(docx()) == "docx"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "neither"),
        (b"MZ\x90\x00" + b"\x00" * 500, "neither"),
        (b"\x7fELF" + b"\x00" * 500, "neither"),
        (b"GIF89a%PDF-1.4", "neither"),
        (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "neither"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old Word"),
        (b"%PDF-1.7\n<script>alert(1)</script>", "damaged"),
        (b"%PDF-1.7\n" + b"\x00" * 2000 + b"%%EOF", "damaged"),
        (pdf()[:-80], "damaged"),
        (pdf(script=True), "scripts"),
        (pdf(password="secret"), "password"),
        (pdf(pages=41), "41 pages"),
        (archive(a="hello"), "not a Word document"),
        (archive(**{"word/document.xml": "<a/>", "[Content_Types].xml": "<Types/>"}), "not a Word"),
        (docx(word__vbaProject_dot_bin=b"macro"), "macros"),
        (docx(run_dot_exe=b"MZ"), "macros or programs"),
        (docx(document=BOMB), "damaged"),
        (docx(document="<not closed"), "damaged"),
        (docx(word__media__a_dot_bmp=b"\x00" * (61 * 1024 * 1024)), "too large"),
        (docx()[:200], "damaged"),
        (b"PK\x03\x04" + b"\x00" * 100, "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_only_looks_like_one_is_refused_with_a_sentence(content, said):
    with pytest.raises(ResumeError, match=said):
        kind_of_resume(content)


def test_a_truncated_pdf_never_passes_as_whole_unless_it_can_be_read():
    whole = pdf()
    for length in range(5, len(whole), 97):
        try:
            assert kind_of_resume(whole[:length]) == "pdf"
        except ResumeError:
            continue


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("My résumé (2026).PDF", "My résumé (2026).pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\me\\cv.docx.exe", "cv.docx.pdf"),
        ('a"; filename="b.html', "a filenameb.pdf"),
        ("\r\nSet-Cookie: x", "Set-Cookie x.pdf"),
        ("", "resume.pdf"),
        ("." * 300, "resume.pdf"),
    ],
)
def test_the_name_of_a_download_is_harmless(name, clean):
    assert clean_name(name, "pdf") == clean


def image(kind: str, size=(640, 200)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#0b6e69").save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew_and_small(kind):
    logo = read_logo(image(kind) + b"<script>alert(1)</script>")
    assert logo.png.startswith(b"\x89PNG") and (logo.width, logo.height) == (320, 100)
    assert b"script" not in logo.png


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload='alert(1)'/>", image("GIF"), image("PNG")[:60], image("BMP"), pdf(),
     image("PNG", (6000, 5000))],
    ids=["empty", "svg", "gif", "cut", "bmp", "pdf", "too many pixels"],
)  # fmt: skip
def test_what_is_no_logo_is_refused(content):
    with pytest.raises(ImageError):
        read_logo(content)
