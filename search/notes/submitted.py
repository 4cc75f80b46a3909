"""The text of a note as a reader hands it in, pasted or as a file; nothing of it is kept."""

import hashlib
import re

from django.core import signing
from django.utils import timezone

MOST_CHARACTERS = 50_000
# The largest request: the longest note as UTF-8, percent-encoded, with what a form adds.
MOST_BYTES = 1_000_000
_SALT = "search.notes"
# What PDF, Word and RTF files begin with, of which some hold nothing but text characters.
_OTHER_FILES = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_BINARY = re.compile(r"[\x00-\x06\x0e-\x1a]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Refused(ValueError):
    """A note that is not read; the message is a sentence for the reader."""


def text_of(pasted: str, file=None) -> str:
    """The note, its lines ending in a newline, without control characters.

    Raises Refused where there is none, where it is too long, or where the file is no text.
    """
    text = _text_of_file(file) if file else pasted
    if "\0" in text:
        raise Refused("This is not text: it holds binary characters. Paste the words of the note.")
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not text:
        raise Refused("There is no note yet. Paste one below, or choose a text file.")
    if len(text) > MOST_CHARACTERS:
        raise Refused(
            f"The note has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read. "
            "Paste it in parts."
        )
    return text


def _text_of_file(file) -> str:
    content = file.read(MOST_BYTES)
    text = "" if content.startswith(_OTHER_FILES) else _decoded(content)
    if content and not text:
        raise Refused(
            "The file is not plain text. Save the note as a .txt file in UTF-8, or paste its "
            "words; PDF, Word and RTF files are not read."
        )
    return text


def _decoded(content: bytes) -> str:
    """The text of a file in UTF-8, in UTF-16 that says so, or as Windows has it; '' of no text."""
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "" if _BINARY.search(text) else text
    return ""


def token_for(text: str) -> str:
    """What lets the same note be sent again today without being counted again."""
    return signing.dumps([_hash(text), _today()], salt=_SALT)


def is_token_for(token: str, text: str) -> bool:
    """Whether a token was given out today for this text."""
    try:
        return signing.loads(token, salt=_SALT) == [_hash(text), _today()]
    except signing.BadSignature:
        return False


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _today() -> str:
    return timezone.localdate().isoformat()
