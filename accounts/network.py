"""Where a request comes from: the reader's address, and its network as a hash of one day.

The operator's proxies each append the address they were called from to X-Forwarded-For, so with
TRUSTED_PROXIES of them the reader's address is that many places from the end. Whatever stands
before it was sent by the reader, and is not believed.
"""

import ipaddress
from datetime import date

from django.conf import settings
from django.utils.crypto import salted_hmac


def client_address(request) -> str:
    """The reader's address; '' where the server does not know it (a Unix socket)."""
    proxies = settings.TRUSTED_PROXIES
    header = request.headers.get("X-Forwarded-For", "").strip()
    if proxies and header:
        forwarded = header.split(",")
        if len(forwarded) >= proxies:
            return _without_port(forwarded[-proxies].strip())
    return request.META.get("REMOTE_ADDR", "")


def network_hash(request, day: date, kind: str = "") -> str:
    """A keyed hash of the day and the reader's /24 (IPv4) or /56 (IPv6) network.

    What is counted by itself has a hash of its `kind`. All readers whose address is unknown count
    as one network.
    """
    key = " ".join(filter(None, [day.isoformat(), kind, _prefix(client_address(request))]))
    return salted_hmac("accounts.network", key, algorithm="sha256").hexdigest()


def _prefix(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    length = 24 if parsed.version == 4 else 56
    return str(ipaddress.ip_network((parsed, length), strict=False))


def _without_port(address: str) -> str:
    """Some proxies write 192.0.2.1:443 or [2001:db8::1]:443."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
