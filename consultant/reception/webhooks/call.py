"""A provider's call, read byte by byte: what its form fields hold is not decoded on the way.

Django would decode a field that holds a whole mail as UTF-8, and break every mail in another
charset, and its signature.
"""

import base64
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from functools import cached_property
from urllib.parse import parse_qsl

from anymail.utils import get_request_basic_auth
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.crypto import constant_time_compare
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters

from consultant.letters.evidence import Evidence, plain
from consultant.models import IncomingMail

MOST_FIELDS = 1000


class Refused(Exception):
    """The call is not proved to be the provider's; the text says how, without what it held."""

    status = 403


class Malformed(Exception):
    """The call is the provider's and is not understood; the text says what was expected."""


class TryAgain(Exception):
    """The call can't be judged now; the provider is to repeat it."""


@dataclass(frozen=True)
class Delivery:
    """A mail and what the provider tells of its sender."""

    raw: bytes
    evidence: Evidence


@dataclass(frozen=True)
class Part:
    """One field of a form; `file_name` is "" for a field that is no file."""

    name: str
    content: bytes
    file_name: str = ""
    content_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Call:
    """A POST. It has, under their names, what anymail's parsing reads of a request of Django's."""

    content_type: str
    body: bytes
    META: dict = field(default_factory=dict)

    @cached_property
    def parts(self) -> list[Part]:
        """The fields of a form of either kind; Malformed where it is none."""
        kind, parameters = parse_header_parameters(self.META.get("CONTENT_TYPE", ""))
        if kind == "application/x-www-form-urlencoded":
            try:
                pairs = parse_qsl(
                    self.body.decode("latin-1"),
                    keep_blank_values=True,
                    encoding="latin-1",
                    max_num_fields=MOST_FIELDS,
                )
            except ValueError:
                raise Malformed("a form of too many fields") from None
            return [Part(name, value.encode("latin-1")) for name, value in pairs]
        if kind == "multipart/form-data" and parameters.get("boundary"):
            return list(_parts(self.body, parameters["boundary"].encode("latin-1")))
        raise Malformed("expected a form")

    def field(self, name: str) -> bytes | None:
        """The last field of the name, byte for byte; None where there is none."""
        found = [part.content for part in self.parts if part.name == name]
        return found[-1] if found else None

    def text(self, name: str) -> str:
        """The last field of the name as text; "" where there is none."""
        return (self.field(name) or b"").decode("utf-8", "replace")

    def require_once(self, *names: str) -> None:
        """Raise Malformed where one of the fields is there twice, the second the sender's work."""
        found = [part.name for part in self.parts]
        if any(found.count(name) > 1 for name in names):
            raise Malformed("a form that has a field twice")

    @cached_property
    def POST(self) -> QueryDict:
        fields = QueryDict(mutable=True, encoding="utf-8")
        for part in self.parts:
            if not part.file_name:
                fields.appendlist(part.name, part.content.decode("utf-8", "replace"))
        return fields

    @cached_property
    def FILES(self) -> MultiValueDict:
        files = MultiValueDict()
        for part in self.parts:
            if part.file_name:
                files.appendlist(
                    part.name, SimpleUploadedFile(part.file_name, part.content, part.content_type)
                )
        return files

    def require_basic_auth(self, secret: str) -> None:
        """Raise Refused unless the call has the secret, "user:password", as Basic credentials."""
        if not constant_time_compare(get_request_basic_auth(self) or "", secret):
            raise WrongPassword("wrong or no user and password")


class WrongPassword(Refused):
    status = 401


def _parts(body: bytes, boundary: bytes):
    """The parts of a form as RFC 7578 has them: flat, each with a name.

    SendGrid's boundary is the same in every call, so a sender can write it into a mail: what stands
    after the form's end makes it malformed, instead of hiding the fields that follow.
    """
    line = re.compile(rb"\r\n--" + re.escape(boundary) + rb"(?=--|[ \t]*\r\n)")
    pieces = line.split(b"\r\n" + body, MOST_FIELDS + 1)
    if len(pieces) > MOST_FIELDS:
        raise Malformed("a form of too many fields")
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Malformed("a form that breaks off")
    for piece in pieces[1:-1]:
        head, separator, content = piece.partition(b"\r\n\r\n")
        if not separator or piece.startswith(b"--"):
            raise Malformed("a form of another form than RFC 7578 has")
        headers = {}
        for line in head.split(b"\r\n"):
            name, _, value = line.decode("utf-8", "replace").partition(":")
            headers[name.strip().lower()] = value.strip()
        _, parameters = parse_header_parameters(headers.get("content-disposition", ""))
        yield Part(
            name=parameters.get("name", ""),
            content=content,
            file_name=parameters.get("filename", ""),
            content_type=headers.get("content-type", "") or Part.content_type,
        )


def rebuilt(message: EmailMessage) -> bytes:
    """The mail that anymail put together of a provider's fields, as bytes that can be read again.

    Its attachments have no transfer encoding yet, and the header of the former body's is left.
    """
    del message["Content-Transfer-Encoding"]
    for part in message.walk():
        if not part.is_multipart() and part["Content-Transfer-Encoding"] is None:
            content = part.get_payload(decode=True) or b""
            part.set_payload(None)
            part["Content-Transfer-Encoding"] = "base64"
            part.set_payload(base64.encodebytes(content).decode("ascii"))
    return message.as_bytes(policy=SMTP)


def unfolded(value: str) -> str:
    """A header's value on one line, as it must be to be put into a mail."""
    return re.sub(r"\s*[\r\n]+\s*", " ", value)


def top_headers(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those headers, names in small letters, that the receiving server itself wrote.

    Each server writes above what it was given, so what the sender wrote stands below the first
    "Received: from", which the server writes of its taking the mail.
    """
    found = []
    for name, value in headers:
        if name.lower() == "received" and value.lower().lstrip().startswith("from"):
            return found
        found.append((name.lower(), unfolded(value)))
    return []  # without such a line nobody knows where the sender's own words begin


def evidence(
    *,
    mail_from: str = "",
    recipients: list[str] | tuple[str, ...] = (),
    client_ip: str = "",
    helo: str = "",
    verdicts: dict[str, str] | None = None,
) -> Evidence:
    """The Evidence of a webhook; verdicts that were not given are left out."""
    return Evidence(
        client_ip=plain(client_ip),
        helo=plain(helo),
        mail_from=plain(mail_from).strip().removeprefix("<").removesuffix(">"),
        recipients=tuple(plain(address) for address in recipients if address),
        way=IncomingMail.Way.WEBHOOK,
        verdicts={name: plain(word).lower() for name, word in (verdicts or {}).items() if word},
    )
