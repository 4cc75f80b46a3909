"""The text of a note as a reader hands it in, pasted or as a file; nothing of it is kept."""

import hashlib
import re

from django.core import signing
from django.utils import timezone

MOST_CHARACTERS = 50_000
# The largest request: the longest note as UTF-8, percent-encoded, with what a form adds.
MOST_BYTES = 1_000_000
_SALT = "search.notes"
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
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Refused(
            "The file is not plain text. Save the note as a .txt file in UTF-8, or paste its "
            "words; PDF and Word files are not read."
        )
    return text


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
