"""The fields of a mail's header, read from whatever bytes stand there."""

import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime

MOST_FIELDS = 500
LONGEST_FIELD = 4000  # characters read of one field
MOST_ADDRESSES = 100
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,64}@(?:[^\W_]|[-.]){1,253}")
_PREFIX = re.compile(
    r"\s*(?:\[(?:ext|external|extern|secure|encrypt|bulk)[^\]]{0,20}\]\s*)*"
    r"(?P<word>re|aw|sv|antw|rif|fwd?|wg|tr|rv|doorst|enc)\s*(?:\[\d+\]|\(\d+\))?\s*:",
    re.I,
)
_TAG = re.compile(r"\s*\[(?:ext|external|extern|secure|encrypt|bulk)[^\]]{0,20}\]\s*", re.I)
_FORWARD = frozenset({"fw", "fwd", "wg", "tr", "rv", "doorst", "enc"})


def fields_of(message: Message) -> tuple[tuple[str, str], ...]:
    """Names and values as they stand, unfolded but not decoded; at most MOST_FIELDS."""
    return tuple(
        (str(name), _unfolded(value)) for name, value in list(message.raw_items())[:MOST_FIELDS]
    )


def values_of(fields: tuple[tuple[str, str], ...], name: str) -> list[str]:
    """Every value under a name, in the order they stand."""
    return [value for each, value in fields if each.lower() == name.lower()]


def value_of(fields: tuple[tuple[str, str], ...], name: str) -> str:
    """The first value under a name, or the empty string."""
    return next(iter(values_of(fields, name)), "")


def decoded(value: str) -> str:
    """A value with its encoded words (RFC 2047) read, on one line, without control characters."""
    try:
        value = str(make_header(decode_header(value)))
    except (LookupError, ValueError, AssertionError):  # an unknown charset, a broken word
        pass
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def sender_of(fields: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """Address and name of the one who wrote; the address is empty unless it is certain.

    One From with one address is certain where both parsers of the standard library find the same:
    each was once led to read an address out of a comment or a quoted name.
    """
    values = values_of(fields, "From")
    if len(values) != 1:
        return "", ""
    try:
        parsed = default.header_factory("From", values[0]).addresses
        strict = {each.addr_spec for each in parsed if each.domain}
        names = [each.display_name for each in parsed if each.domain]
    except Exception:  # the strict parser fails in many ways on what is no address
        return "", ""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", values[0])
    if max(bare.count("<"), bare.count(">")) > 1 or bare.count("(") != bare.count(")"):
        return "", ""
    simple = {address for _, address in getaddresses(values) if "@" in address}
    if strict != simple or len(strict) != 1:
        return "", ""
    address = normal_address(next(iter(strict)))
    return (address, decoded(names[0])[:200]) if address else ("", "")


def normal_address(address: str) -> str:
    """An address with its domain in lower case; empty where it is none."""
    address = address.strip().strip("<>")
    if not _ADDRESS.fullmatch(address):
        return ""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def addresses_of(fields: tuple[tuple[str, str], ...], *names: str) -> tuple[str, ...]:
    """The addresses under these names, each once, in the order they stand."""
    found = (
        normal_address(address)
        for name in names
        for _, address in getaddresses(values_of(fields, name))
    )
    return tuple(dict.fromkeys(address for address in found if address))[:MOST_ADDRESSES]


def message_ids_of(fields: tuple[tuple[str, str], ...], name: str) -> tuple[str, ...]:
    """The Message-IDs under a name, with their angle brackets."""
    return tuple(each for value in values_of(fields, name) for each in _MESSAGE_ID.findall(value))


def date_of(fields: tuple[tuple[str, str], ...]) -> datetime | None:
    """When it was written by its sender's clock; None where the field cannot be read."""
    try:
        date = parsedate_to_datetime(value_of(fields, "Date"))
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def subject_of(fields: tuple[tuple[str, str], ...]) -> tuple[str, bool, bool]:
    """The subject without Re:, Fwd: and tags of gateways; whether it is of a reply, of a forward.

    The outermost prefix decides: "Fwd: Re: ..." is forwarded, "Re: Fwd: ..." a reply.
    """
    subject = decoded(value_of(fields, "Subject"))
    outermost = None
    while match := _PREFIX.match(subject):
        outermost = outermost or match["word"].lower()
        subject = subject[match.end() :]
    subject = _TAG.sub(" ", subject, count=1).strip()
    is_forward = outermost in _FORWARD
    return subject, outermost is not None and not is_forward, is_forward


def _unfolded(value) -> str:
    text = str(value)[:LONGEST_FIELD].replace("\r", "").replace("\n", "")
    # Bytes beyond ASCII stand as surrogates.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
