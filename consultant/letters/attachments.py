"""The words of the files of a mail: PDF, Word (.docx), plain text, and mails. By content, not name.

PDF and Word files are read by `consultant.letters.extraction` in a process of its own whose memory,
time and output are limited, so that a file made to do harm costs no more than a sentence.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from consultant.letters.extraction import LONGEST_TEXT, PROBLEM_EXIT, WRITE
from consultant.letters.html_text import text_of_html
from consultant.letters.parts import Attached
from consultant.letters.plain_text import clean_text, decoded_text

MOST_READ = 10  # attachments of a mail
WALL_SECONDS = 20
_ROOT = Path(__file__).resolve().parents[2]
_SHEETS = {b"xl/workbook": "An Excel workbook", b"ppt/presentation": "A presentation"}
_BEGINNINGS: list[tuple[bytes, str]] = [
    (b"\xd0\xcf\x11\xe0", "An old Word, Excel or Outlook file"),
    (b"{\\rtf", "A rich text file"),
    (b"\x89PNG", "An image"),
    (b"\xff\xd8\xff", "An image"),
    (b"GIF8", "An image"),
    (b"BM", "An image"),
    (b"II*\x00", "An image"),
    (b"MM\x00*", "An image"),
    (b"PK\x03\x04", "A zip archive"),
    (b"PK\x05\x06", "A zip archive"),
    (b"\x1f\x8b", "An archive"),
    (b"7z\xbc\xaf", "An archive"),
    (b"Rar!", "An archive"),
    (b"ID3", "A recording"),
    (b"BEGIN:VCALENDAR", "A calendar entry"),
]


class AttachmentKind(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    TEXT = "text"
    LETTER = "letter"  # a mail
    OTHER = "other"


@dataclass(frozen=True)
class LetterAttachment:
    """A file of a mail: `text` its words, `problem` a sentence why not all or none are there."""

    name: str
    kind: AttachmentKind
    text: str = ""
    problem: str = ""


def read_attachments(
    attached: list[Attached],
    read_mail: Callable[[Attached], tuple[str, tuple[LetterAttachment, ...]]],
) -> tuple[LetterAttachment, ...]:
    """The files in order; `read_mail` gives the words of a mail that is one, and its files."""
    read: list[LetterAttachment] = []
    for number, each in enumerate(attached, 1):
        name = each.name or f"attachment {number}"
        if len(read) >= MOST_READ:
            problem = f"Only the first {MOST_READ} attachments of a mail are read."
            read.append(LetterAttachment(name, AttachmentKind.OTHER, problem=problem))
            break
        if each.letter is None:
            read.append(read_attachment(name, each.content))
            continue
        text, below = read_mail(each)
        problem = "" if text or below else f"No words were found in the attached mail. {WRITE}"
        read.append(LetterAttachment(name, AttachmentKind.LETTER, text[:LONGEST_TEXT], problem))
        read += below
    return tuple(read[: MOST_READ + 1])


def read_attachment(name: str, content: bytes) -> LetterAttachment:
    """The words of one file, told by its content."""
    if not content.strip():
        return _refused(name, "The file is empty.")
    if b"%PDF-" in content[:1024]:
        return _extracted(name, AttachmentKind.PDF, content)
    if content.startswith(b"PK\x03\x04"):
        if b"word/document.xml" in content:
            return _extracted(name, AttachmentKind.DOCX, content)
        for part, what in _SHEETS.items():
            if part in content:
                return _refused(name, f"{what} cannot be read here. {WRITE}")
    if content.startswith(b"\x78\x9f\x3e\x22"):
        return _refused(
            name,
            "The file holds the mail in a form of Outlook’s own (winmail.dat). Send the mail as "
            "plain text or HTML.",
        )
    for beginning, what in _BEGINNINGS:
        if content.startswith(beginning):
            return _refused(name, f"{what} cannot be read here. {WRITE}")
    text = _text_of(content)
    if text is None:
        return _refused(name, f"A file of this kind cannot be read here. {WRITE}")
    problem = f"Only the first {LONGEST_TEXT:,} characters were read."
    return LetterAttachment(
        name, AttachmentKind.TEXT, text[:LONGEST_TEXT], problem if len(text) > LONGEST_TEXT else ""
    )


def _refused(name: str, problem: str) -> LetterAttachment:
    return LetterAttachment(name, AttachmentKind.OTHER, problem=problem)


def _text_of(content: bytes) -> str | None:
    """The text of a text file; None where the bytes are no text."""
    content = content[: 8 * LONGEST_TEXT]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = decoded_text(content, "utf-16")
    elif b"\x00" in content:
        return None
    else:
        text = decoded_text(content)
    controls = sum(1 for c in text[:10_000] if c < " " and c not in "\t\n\r\f")
    if controls > len(text[:10_000]) / 100:
        return None
    if re.match(r"\s*<(?:!doctype html|html)", text[:200], re.I):
        text = text_of_html(text)
    return clean_text(text).strip()


def _extracted(name: str, kind: AttachmentKind, content: bytes) -> LetterAttachment:
    """The words of a PDF or Word file, by the process that may fail."""
    process = subprocess.Popen(
        [sys.executable, "-m", "consultant.letters.extraction", kind.value],
        cwd=_ROOT,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    most = 4 * LONGEST_TEXT + 1000  # bytes
    timer = threading.Timer(WALL_SECONDS, process.kill)
    feeder = threading.Thread(target=_feed, args=(process, content), daemon=True)
    with process:
        timer.start()
        feeder.start()
        try:
            output = process.stdout.read(most)
            if len(output) == most:
                process.kill()
            status = process.wait()
        finally:
            timer.cancel()
            process.kill()
            feeder.join()
    told = clean_text(output.decode("utf-8", "replace")).strip()
    if status == PROBLEM_EXIT:
        return LetterAttachment(name, kind, problem=told[:300])
    if status:
        problem = f"Reading the file takes more time or memory than allowed. {WRITE}"
        return LetterAttachment(name, kind, problem=problem)
    if not told:
        return LetterAttachment(name, kind, problem=f"No words were found in the file. {WRITE}")
    problem = f"Only the first {LONGEST_TEXT:,} characters were read."
    return LetterAttachment(
        name, kind, told[:LONGEST_TEXT], problem if len(told) >= LONGEST_TEXT else ""
    )


def _feed(process: subprocess.Popen, content: bytes) -> None:
    try:
        process.stdin.write(content)
        process.stdin.close()
    except OSError:  # it ended before it had read all
        pass
