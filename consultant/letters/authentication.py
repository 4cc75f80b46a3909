"""Whether a mail comes from the domain that its From names.

Four proofs, any of which does: a DKIM signature (RFC 6376) that we verify ourselves, SPF (RFC 7208)
where the mail came straight from the internet, the Authentication-Results (RFC 8601) of a server
that the operator names, and the verdicts of a provider whose webhook was proved to be its own. Each
must speak for the domain in From or one of the same organization, as in DMARC; without that a proof
says that somebody sent the mail, but not who.
"""

import ipaddress
import logging
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import authres
import dkim
import spf

from consultant.letters import headers
from consultant.letters.alignment import is_aligned
from consultant.letters.dkim_keys import key_for
from consultant.letters.dns_lookup import Lookup, TemporaryDnsError, lookup
from consultant.letters.evidence import Evidence
from consultant.letters.letter import Letter

MOST_SIGNATURES = 5
SMALLEST_KEY = 1024  # bits; RFC 8301, 3.2
LONGEST_KEY = 2000  # bytes of its DNS record; a larger one is made to keep us busy
SPF_SECONDS = 20  # in all; RFC 7208, 4.6.4
# Fields that are read and may stand once (RFC 5322, 3.6; RFC 2045, 3): a signature holds for the
# last one, a reader takes the first.
_ONCE = frozenset(
    {b"from", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"mime-version"}
    | {b"content-type", b"content-transfer-encoding"}
)
_ALGORITHMS = {b"rsa-sha256", b"ed25519-sha256"}  # rsa-sha1 is forbidden by RFC 8301
_RESULTS = "Authentication-Results"

_quiet = logging.getLogger("consultant.letters.dkim")  # dkimpy tells of addresses and bodies
_quiet.setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Authentication:
    """Whether the sender is who From says.

    `how` is "dkim", "spf", "results", "provider" or "none", `domain` the one that was proved,
    `reason` a sentence without anybody's address. `is_temporary` says that DNS did not answer, so
    that another try may succeed.
    """

    is_authenticated: bool
    how: str
    domain: str
    reason: str
    is_temporary: bool = False


def authenticated(
    raw: bytes,
    letter: Letter,
    evidence: Evidence,
    *,
    trusted_authserv_ids: Collection[str] = (),
    relays: Collection[str] = (),
    dns: Lookup = lookup,
) -> Authentication:
    """Whether the mail comes from the domain of its From.

    `trusted_authserv_ids` are the names under which the operator's servers write results, `relays`
    the networks of these servers: what they hand over may hold results, and SPF says nothing of it.
    """
    domain = letter.sender.rpartition("@")[2]
    if not domain:
        return Authentication(False, "none", "", "From names nobody, or more than one.")
    if proved := _by_provider(evidence, domain):
        return Authentication(True, "provider", proved, f"The provider vouches for {proved}.")
    is_through_ours = _is_through_ours(evidence, relays)
    if is_through_ours and (proved := _by_results(letter, domain, trusted_authserv_ids)):
        return Authentication(True, "results", proved, f"Your mail server vouches for {proved}.")
    is_temporary = False
    try:
        if proved := _by_dkim(raw, letter, domain, dns):
            return Authentication(True, "dkim", proved, f"A DKIM signature of {proved} is right.")
    except TemporaryDnsError:
        is_temporary = True
    try:
        if proved := _by_spf(evidence, domain, relays, dns):
            return Authentication(True, "spf", proved, f"SPF lets the server send for {proved}.")
    except TemporaryDnsError:
        is_temporary = True
    if is_temporary:
        return Authentication(False, "none", "", "DNS did not answer; it is asked again.", True)
    return Authentication(
        False, "none", "", "No DKIM signature, SPF or results speak for the domain of the sender."
    )


# A provider


def _by_provider(evidence: Evidence, domain: str) -> str:
    verdicts = {name: value.strip().lower() for name, value in evidence.verdicts.items()}
    if verdicts.get("dmarc") == "pass":
        return domain  # aligned by what DMARC is
    if verdicts.get("dkim") == "pass" and is_aligned(verdicts.get("dkim_domain", ""), domain):
        return verdicts["dkim_domain"]
    sender = evidence.mail_from.rpartition("@")[2]
    if verdicts.get("spf") == "pass" and is_aligned(sender, domain):
        return sender.lower()
    return ""


# Authentication-Results


def _is_through_ours(evidence: Evidence, relays: Collection[str]) -> bool:
    """Whether a server of the operator's handed the mail over: it drops results that others forged.

    Whoever reaches the listener from elsewhere wrote each field himself, and a provider passes on
    what others wrote under a name that is not its own.
    """
    if evidence.way == "webhook":
        return False
    return evidence.way == "imap" or _is_relay(evidence.client_ip, relays)


def _by_results(letter: Letter, domain: str, trusted: Collection[str]) -> str:
    names = {name.lower() for name in trusted}
    for field in _results_of_our_servers(letter):
        try:
            found = authres.AuthenticationResultsHeader.parse(f"{_RESULTS}: {field}")
        except authres.AuthResError:
            continue
        if found.authserv_id.lower() not in names:
            continue
        for result in found.results:
            proved = _proved(result, domain)
            if is_aligned(proved, domain):
                return proved.lower()
    return ""


def _results_of_our_servers(letter: Letter) -> Iterator[str]:
    """The results that stand where the operator's servers write.

    Above the first "Received: from", which says that the outermost of them took the mail, all of
    them; below it, where some filters write and the sender's own fields begin, the first alone.
    """
    is_below = False
    for name, value in letter.headers:
        if name.lower() == "received" and value.strip().lower().startswith("from"):
            if is_below:
                return
            is_below = True
        elif name.lower() == _RESULTS.lower():
            yield value
            if is_below:
                return


def _proved(result: authres.AuthenticationResult, domain: str) -> str:
    """The domain that a result speaks for; '' unless it passed."""
    if result.result.lower() != "pass":
        return ""
    values = {
        (each.type.lower(), each.name.lower()): each.value.strip().rpartition("@")[2]
        for each in result.properties
    }
    if result.method == "dmarc":
        return values.get(("header", "from"), "")
    if result.method == "dkim":
        return values.get(("header", "d")) or values.get(("header", "i"), "")
    return values.get(("smtp", "mailfrom"), "") if result.method == "spf" else ""


# DKIM


def _by_dkim(raw: bytes, letter: Letter, domain: str, dns: Lookup) -> str:
    """The domain of a signature that is right and speaks for the sender's, else ''.

    Raises TemporaryDnsError where no signature is right, but DNS did not answer for one.
    """
    if b"\r" in raw.replace(b"\r\n", b"") or b"\0" in raw:
        return ""  # programs differ in what they take for a line here, and so in what is From
    try:
        mail = dkim.DKIM(raw, logger=_quiet, minkey=SMALLEST_KEY)
    except (dkim.DKIMException, IndexError):  # no fields, or none before a line that goes on
        return ""
    names = [name.lower() for name, _ in mail.headers]
    if any(names.count(name) > 1 for name in _ONCE) or _authors(mail.headers) != [letter.sender]:
        return ""
    fields = [value for name, value in mail.headers if name.lower() == b"dkim-signature"]
    failure = None
    for number, field in enumerate(fields[:MOST_SIGNATURES]):
        tags = _tags(field)
        signer = tags.get(b"d", b"").decode("ascii", "replace")
        if not signer or not is_aligned(signer, domain):
            continue
        try:
            if _is_right(mail, number, tags, dns):
                return signer.lower()
        except TemporaryDnsError as error:
            failure = error
    if failure:
        raise failure
    return ""


def _is_right(mail: dkim.DKIM, number: int, tags: dict[bytes, bytes], dns: Lookup) -> bool:
    """Whether a signature is right, and its key made for it. Raises TemporaryDnsError."""

    def txt(name: bytes, timeout: int = 5) -> bytes | None:
        found = dns(name.decode("ascii", "replace").rstrip("."), "TXT")
        if len(found) != 1 or len(found[0]) > LONGEST_KEY:
            return None
        return key_for(found[0], tags)

    try:
        return mail.verify(number, dnsfunc=txt)
    except TemporaryDnsError:
        raise
    except Exception:  # dkimpy fails in many ways on what is no signature or no key
        return False


def _authors(fields: list[tuple[bytes, bytes]]) -> list[str]:
    """The senders as dkimpy reads the mail: what was signed must be what we read."""
    froms = [value for name, value in fields if name.strip().lower() == b"from"]
    values = [" ".join(value.decode("utf-8", "replace").split()) for value in froms]
    return [headers.sender_of((("From", value),))[0] for value in values]


def _tags(field: bytes) -> dict[bytes, bytes]:
    """The tags of a signature that can count; none for one that can't.

    One that signs a part of the body (l=) lets anybody add to it, one that leaves From out lets
    anybody put another there.
    """
    try:
        tags = dkim.util.parse_tag_value(field)
    except dkim.util.InvalidTagValueList:
        return {}
    signed = {name.strip().lower() for name in tags.get(b"h", b"").split(b":")}
    if b"l" in tags or b"from" not in signed or tags.get(b"a", b"").lower() not in _ALGORITHMS:
        return {}
    expires = tags.get(b"x", b"").strip()
    if expires and not (expires.isdigit() and int(expires[:12]) > time.time()):
        return {}  # dkimpy would let ten hours pass
    return tags


# SPF


def _by_spf(evidence: Evidence, domain: str, relays: Collection[str], dns: Lookup) -> str:
    """The domain of the envelope's sender where SPF lets the client send for it, else ''.

    Raises TemporaryDnsError.
    """
    sender = evidence.mail_from.rpartition("@")[2]
    if not is_aligned(sender, domain) or _is_relay(evidence.client_ip, relays):
        return ""
    query = _Query(dns, i=evidence.client_ip, s=evidence.mail_from, h=evidence.helo)
    try:
        result, _, _ = query.check()
    except Exception:  # pyspf fails in many ways on what is no record
        return ""
    if result == "temperror":
        raise TemporaryDnsError("DNS did not answer for SPF.")
    return sender.lower() if result == "pass" else ""


def _is_relay(client_ip: str, relays: Collection[str]) -> bool:
    """Whether the client is the operator's own server, or not known at all."""
    try:
        address = ipaddress.ip_address(client_ip)
    except ValueError:
        return True
    return any(address in ipaddress.ip_network(relay, strict=False) for relay in relays)


class _Query(spf.query):
    """An SPF query that asks DNS through `lookup` instead of pyspf's own module-wide function."""

    def __init__(self, lookup: Lookup, **sender: str) -> None:
        super().__init__(**sender)
        self.lookup = lookup
        self.ends_at = time.monotonic() + SPF_SECONDS

    def dns(self, name, qtype, cnames=None, ignore_void=False):
        name = str(name).rstrip(".").lower()
        if not all(0 < len(label) < 64 for label in name.split(".")):
            return []
        found = self.cache.get((name, qtype))
        if found is None:
            if time.monotonic() > self.ends_at:
                raise spf.TempError("DNS takes too long.")
            try:
                found = self.lookup(name, qtype)
            except TemporaryDnsError as error:
                raise spf.TempError(str(error)) from error
            if qtype == "TXT":
                found = [(text,) for text in found]
            self.cache[(name, qtype)] = found
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("Too many names that DNS does not know.")
        return found
