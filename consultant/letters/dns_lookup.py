"""The one place where DNS is asked; tests put answers of their own in its place."""

from collections.abc import Callable

import dns.exception
import dns.resolver

SECONDS = 5  # of one question
# The values of a name and type (TXT, A, AAAA, MX, PTR), [] where there are none. TXT records are
# bytes, MX pairs of preference and host, the others text.
Lookup = Callable[[str, str], list]


class TemporaryDnsError(Exception):
    """DNS did not answer; it may do so later."""


def lookup(name: str, kind: str) -> list:
    """What DNS says. Raises TemporaryDnsError."""
    try:
        answers = dns.resolver.resolve(name, kind, lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.Timeout, dns.resolver.NoNameservers, OSError) as error:
        raise TemporaryDnsError(f"DNS did not answer for {kind} records.") from error
    except dns.exception.DNSException as error:
        if isinstance(error, dns.resolver.NoResolverConfiguration):
            raise TemporaryDnsError("This machine has no DNS server to ask.") from error
        return []  # no name that DNS could know
    return [_value(record, kind) for record in answers]


def _value(record, kind: str):
    if kind == "TXT":
        return b"".join(record.strings)
    if kind == "MX":
        return record.preference, record.exchange.to_text(omit_final_dot=True)
    if kind == "PTR":
        return record.target.to_text(omit_final_dot=True)
    return record.address
