"""What the owner of a DKIM key allows it for (RFC 6376, 3.6.1); dkimpy does not ask."""

import re

import dkim.util

HASH = b"sha256"  # of every algorithm that counts here (RFC 8301)


def key_for(record: bytes, tags: dict[bytes, bytes]) -> bytes | None:
    """The DNS record of a key as dkimpy shall read it; None where it does not allow a signature of
    these tags.

    h= lists the hashes, s= the services, "email" among them, and the flag s of t= wants the domain
    of i= to be that of d=, no subdomain. What is not there allows all, and names that nobody
    knows allow nothing. The flag y, a domain that is trying DKIM out, forbids to hold a wrong
    signature against a mail, which is done nowhere here.
    """
    try:
        key = dkim.util.parse_tag_value(record)
    except dkim.util.InvalidTagValueList:
        return None
    if b"h" in key and HASH not in _listed(key[b"h"]):
        return None
    if b"s" in key and not {b"*", b"email"} & _listed(key.pop(b"s")):
        return None
    if b"s" in _listed(key.get(b"t", b"")) and not _is_of_same_domain(tags):
        return None
    return b"; ".join(b"=".join(tag) for tag in key.items())  # dkimpy knows no list in s=


def _listed(value: bytes) -> set[bytes]:
    return {name.strip().lower() for name in value.split(b":")}


def _is_of_same_domain(tags: dict[bytes, bytes]) -> bool:
    """Whether i= names the domain of d= itself, as it does where it is not there."""
    domain = _bare(tags.get(b"d", b""))
    identity = _bare(tags.get(b"i", b""))
    return not identity or identity.rpartition(b"@")[2] == domain


def _bare(value: bytes) -> bytes:
    return re.sub(rb"\s+", b"", value).lower().rstrip(b".")
