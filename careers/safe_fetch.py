"""Reading an address that somebody else named, without reaching what only this machine may reach.

The name is looked up once, every address it has must be a public one, and the connection goes to
one of the addresses that were checked: a name that answers otherwise the second time (DNS
rebinding) gains nothing. Each redirect is a new address and is checked the same. The body is
bounded in size and the whole in time.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

MOST_REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
_CHUNK = 64 * 1024


class FetchError(ValueError):
    """What could not be read; the text is a sentence for the person who named the address."""


@dataclass(frozen=True)
class Fetched:
    """A body and where it came from after redirects."""

    url: str
    content: bytes
    content_type: str


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6:
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
        if inner and not is_public(str(inner)):
            return False
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def fetch(
    url: str,
    *,
    most_bytes: int,
    timeout: float,
    is_allowed: Callable[[str], bool] = is_public,
    ports: dict[str, int] | None = None,
) -> Fetched:
    """GET an address. Raises FetchError, also for any answer but 200.

    `most_bytes` bounds the body, `timeout` (seconds) the whole. `is_allowed` and `ports` are
    others than the public ones in tests alone.
    """
    end = time.monotonic() + timeout
    for _ in range(MOST_REDIRECTS + 1):
        status, headers, body = _get(url, most_bytes, end, is_allowed, ports or PORTS)
        if status in (301, 302, 303, 307, 308) and headers.get("Location"):
            url = urljoin(url, headers["Location"])
            continue
        if status != 200:
            raise FetchError(f"The address answers with status {status}, not with postings.")
        return Fetched(url, body, headers.get("Content-Type", ""))
    raise FetchError(f"The address leads on more than {MOST_REDIRECTS} times.")


def _get(url, most_bytes, end, is_allowed, ports):
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchError("The address can't be read.") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise FetchError("The address must begin with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise FetchError("The address must not hold a user name or a password.")
    port = port or PORTS[parts.scheme]
    if port not in ports.values():
        raise FetchError(f"Only the usual ports are read, not {port}.")
    connection = None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = _Connection(parts.scheme, parts.hostname, port, end, is_allowed)
        connection.request(
            "GET",
            path,
            headers={
                "Accept": "application/json, application/ld+json;q=0.9",
                "Accept-Encoding": "identity",
                "User-Agent": "CareerCenter feed reader",
            },
        )
        answer = connection.getresponse()
        body = _read(answer, connection, most_bytes, end) if answer.status == 200 else b""
        return answer.status, answer.headers, body
    except FetchError:
        raise
    except TimeoutError:
        raise FetchError("The address took too long to answer.") from None
    except ssl.SSLError:
        raise FetchError("The certificate of the address is not valid.") from None
    except (OSError, http.client.HTTPException, UnicodeError, ValueError):
        raise FetchError("The address could not be reached.") from None
    finally:
        if connection:
            connection.close()


def _read(answer, connection, most_bytes, end) -> bytes:
    length = answer.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > most_bytes:
        raise FetchError(f"The answer is larger than {most_bytes // 1024 // 1024} MB.")
    content = bytearray()
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        piece = answer.read1(_CHUNK)
        if not piece:
            return bytes(content)
        content += piece
        if len(content) > most_bytes:
            raise FetchError(f"The answer is larger than {most_bytes // 1024 // 1024} MB.")


class _Connection(http.client.HTTPConnection):
    """A connection to one of the host's addresses, after all of them were checked."""

    def __init__(self, scheme, host, port, end, is_allowed):
        super().__init__(host, port, timeout=max(end - time.monotonic(), 0.01))
        self._scheme = scheme
        self._end = end
        self._is_allowed = is_allowed

    def connect(self):
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError):
            raise FetchError(f"The host {self.host} is not known.") from None
        addresses = [entry[4][0] for entry in found]
        if not addresses or not all(map(self._is_allowed, addresses)):
            raise FetchError("The address leads into a private network; it is not read.")
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock = socket.create_connection((addresses[0], self.port), timeout=left)
        if self._scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
