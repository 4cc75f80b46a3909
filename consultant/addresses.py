"""Our address, and the threads' own behind its plus sign: consult+key@host."""

from collections.abc import Iterable

from django.conf import settings

from consultant.models import Thread


def thread_address(thread: Thread) -> str:
    """Where a reply to the thread goes."""
    local, _, domain = settings.CONSULTANT_ADDRESS.rpartition("@")
    return f"{local}+{thread.key}@{domain}"


def is_ours(address: str) -> bool:
    """Whether the address is ours, with or without a plus sign."""
    return _tag(address) is not None


def keys_in(addresses: Iterable[str]) -> list[str]:
    """The keys of threads in those of the addresses that are ours."""
    return [tag for tag in map(_tag, addresses) if tag]


def _tag(address: str) -> str | None:
    """What stands between the plus sign and the @; '' without one, None for other addresses."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    ours, _, our_domain = settings.CONSULTANT_ADDRESS.lower().rpartition("@")
    name, _, tag = local.partition("+")
    return tag if (name, domain) == (ours, our_domain) else None
