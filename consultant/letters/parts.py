"""The parts of a mail (MIME, RFC 2045 and 2046): its words, and what is attached to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32

from consultant.letters.headers import decoded
from consultant.letters.html_text import text_of_html
from consultant.letters.plain_text import clean_text, decoded_text, unflowed

MOST_PARTS = 300
DEEPEST = 20
LONGEST_HEADER = 256 * 1024  # bytes
LONGEST_TEXT = 1_000_000  # bytes of one part that are read
SMALLEST_PICTURE = 40_000  # bytes; below, a picture among the words is a logo
_MOST_BOUNDARIES = 100
_MOST_DELIMITERS = 50_000
# The parser looks at every line once for each part it is in.
_MOST_LOOKS = 20_000_000
_BOUNDARY = re.compile(rb"boundary\s*[=*]", re.I)
_HEADER_ENDS = re.compile(rb"\r?\n\r?\n|\r\r")
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
# What only a program reads: signatures, keys, business cards, reports' machine parts.
_SILENT_NAMES = (
    "application/pkcs7-signature application/x-pkcs7-signature application/pgp-signature "
    "application/pgp-keys text/vcard text/x-vcard text/directory "
    "message/delivery-status message/disposition-notification message/feedback-report "
    "text/rfc822-headers application/pgp-encrypted message/global-delivery-status"
)
_SILENT = frozenset(_SILENT_NAMES.split())
# What programs send to each other with method= (RFC 6047, 2.4); a calendar that was published
# is a file like others.
_CALENDAR = "text/calendar"
_METHODS = {"request", "reply", "cancel", "add", "refresh", "counter", "declinecounter"}
_NO_WORDS = re.compile(
    r"\W*(?:this (?:is a|message)|your (?:e-?mail|mail)).{0,80}(?:html|mime|multi-?part).{0,200}",
    re.I,
)
_CLEAR_SIGNED, _SIGNED_ENDS = "-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"

ENCRYPTED = "The mail is encrypted ({}): it cannot be read here. Send it without encryption."


@dataclass(frozen=True)
class Attached:
    """A part that is a file of its own; `letter` is a mail that was attached, not yet read."""

    name: str
    content: bytes
    letter: Message | None = None


@dataclass
class Contents:
    """What a mail's parts hold; `problem` is a sentence where they cannot be read.

    `is_invitation` is whether it is one to a meeting, or a reply to one.
    """

    texts: list[str] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    is_invitation: bool = False
    problem: str = ""

    @property
    def text(self) -> str:
        return clean_text("\n\n".join(text.strip("\r\n") for text in self.texts if text.strip()))


def parse(raw: bytes) -> tuple[Message, str]:
    """The message and why its body was left alone, a sentence or nothing.

    What would take the parser long is told by counting before it begins.
    """
    ends = _HEADER_ENDS.search(raw)
    header_length = ends.end() if ends else len(raw)
    boundaries = sum(1 for _ in _BOUNDARY.finditer(raw))
    lines = raw.count(b"\n") + raw.count(b"\r")
    problem = ""
    if header_length > LONGEST_HEADER:
        problem = "The header of the mail is too large to be read."
    elif boundaries > _MOST_BOUNDARIES:
        problem = "The mail is nested too deeply to be read."
    elif lines * (1 + boundaries) > _MOST_LOOKS or raw.count(b"\n--") > _MOST_DELIMITERS:
        problem = "The mail has too many parts or lines to be read."
    if problem:
        head = raw[: min(header_length, LONGEST_HEADER)]
        return BytesHeaderParser(policy=compat32).parsebytes(head), problem
    return BytesParser(policy=compat32).parsebytes(raw), ""


def contents_of(message: Message) -> Contents:
    """The words and files of a parsed message."""
    contents = Contents()
    _read(message, contents, 0)
    return contents


def _read(part: Message, contents: Contents, depth: int, *, is_related: bool = False) -> None:
    if contents.problem:
        return
    kind = part.get_content_type()
    contents.types.append(kind)
    if kind == _CALENDAR and (depth == 0 or _method_of(part) in _METHODS):
        contents.is_invitation = True
    if depth > DEEPEST or len(contents.types) > MOST_PARTS:
        what = "nested too deeply" if depth > DEEPEST else f"of more than {MOST_PARTS} parts"
        contents.problem = f"The mail is {what}: it cannot be read."
    elif kind == "multipart/encrypted":
        contents.problem = ENCRYPTED.format("PGP")
    elif kind in _SMIME:
        signed = "signed-data" in str(part.get_param("smime-type", ""))
        contents.problem = (
            "The mail is signed in a form that hides its words (S/MIME): send it unsigned."
            if signed
            else ENCRYPTED.format("S/MIME")
        )
    elif kind == "multipart/alternative" and part.is_multipart():
        _read_best(list(_below(part)), contents, depth)
    elif kind in ("message/rfc822", "message/global"):
        below = next(iter(_below(part)), None)
        contents.attached.append(Attached(_name_of(part), b"", below))
    elif part.is_multipart():
        for number, each in enumerate(_below(part)):
            _read(each, contents, depth + 1, is_related=kind == "multipart/related" and number > 0)
    elif kind not in _SILENT:
        _read_leaf(part, kind, contents, is_related=is_related)


def _method_of(part: Message) -> str:
    try:
        return str(part.get_param("method", "")).strip().lower()
    except Exception:  # parameters in charsets that do not exist (RFC 2231)
        return ""


def _below(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    return iter(payload if isinstance(payload, list) else [])


def _read_best(parts: list[Message], contents: Contents, depth: int) -> None:
    """Of versions of the same words the plain one, unless it says nothing."""
    read = []
    for part in parts:
        version = Contents()
        version.types = contents.types
        _read(part, version, depth + 1)
        contents.problem = contents.problem or version.problem
        # One that stands beside the words as another version of them.
        contents.is_invitation |= version.is_invitation or part.get_content_type() == _CALENDAR
        contents.attached += [each for each in version.attached if each not in contents.attached]
        read.append((part.get_content_type() != "text/plain", version))
    for _, version in sorted(read, key=lambda each: each[0]):
        if version.text.strip() and not _NO_WORDS.fullmatch(version.text.strip()[:400]):
            contents.texts += version.texts
            return


def _read_leaf(part: Message, kind: str, contents: Contents, *, is_related: bool) -> None:
    content = _content_of(part)
    is_file = part.get_content_disposition() == "attachment" or bool(_name_of(part))
    if kind in ("text/plain", "text/html") and not is_file:
        text = decoded_text(content[:LONGEST_TEXT], part.get_param("charset") or "")
        if kind == "text/html":
            contents.texts.append(text_of_html(text))
        else:
            contents.texts.append(_unarmored(_as_written(part, text), contents))
    elif kind.startswith("image/") and (is_related or part["Content-ID"]):
        if len(content) >= SMALLEST_PICTURE:
            contents.attached.append(Attached(_name_of(part), content))
    else:
        contents.attached.append(Attached(_name_of(part), content))


def _as_written(part: Message, text: str) -> str:
    if str(part.get_param("format", "")).lower() == "flowed":
        is_deleted = str(part.get_param("delsp", "")).lower() == "yes"
        return unflowed(text, is_space_deleted=is_deleted)
    return text


def _unarmored(text: str, contents: Contents) -> str:
    """The words of a text that PGP signed in the open (RFC 4880, 7); encrypted ones fail."""
    if "-----BEGIN PGP MESSAGE-----" in text:
        contents.problem = ENCRYPTED.format("PGP")
    before, begins, signed = text.replace("\r\n", "\n").partition(_CLEAR_SIGNED)
    if not begins:
        return text
    words = signed.partition("\n\n")[2].partition(_SIGNED_ENDS)[0]
    return before + re.sub(r"^- ", "", words, flags=re.M)


def _content_of(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=not _is_base64_in_name_alone(part))
        if isinstance(content, str):
            content = content.encode("utf-8", "surrogateescape")
    except Exception:  # uuencoded text that is cut off, and its like
        content = None
    if content is None:
        content = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return content


def _is_base64_in_name_alone(part: Message) -> bool:
    """Whether text is said to be base64, but is plain: the decoder would make noise of it."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return False
    written = str(part.get_payload())[:10_000]
    others = len(re.sub(r"[A-Za-z0-9+/\s]|=+\s*$", "", written))
    return others * 50 > len(written)


def _name_of(part: Message) -> str:
    try:
        name = decoded(part.get_filename() or "")
    except Exception:  # parameters in charsets that do not exist (RFC 2231)
        name = ""
    return re.split(r"[/\\]", name)[-1].strip()[:100]
