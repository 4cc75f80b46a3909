"""Our address, and the threads' own behind its plus sign: consult+key@host."""

from collections.abc import Iterable

from django.conf import settings

from consultant.models import Thread


def is_ours(address: str) -> bool:
    """Whether mail to `address`, as an envelope or a header has it, is for CaseConsultant.

    With or without a plus sign; capitals make no difference, in the local part neither; a domain in
    Unicode is the same as its form with xn--.
    """
    return _detail(address) is not None


def detail_of(address: str) -> str:
    """What stands between the + and the @ of one of our addresses, in small letters; else ''."""
    return _detail(address) or ""


def with_detail(detail: str) -> str:
    """Our address with `detail` added: consult+detail@example.org."""
    local, _, domain = settings.CONSULTANT_ADDRESS.rpartition("@")
    return f"{local}+{detail}@{domain}"


def thread_address(thread: Thread) -> str:
    """Where a reply to the thread goes."""
    return with_detail(thread.key)


def keys_in(addresses: Iterable[str]) -> list[str]:
    """The keys of threads in those of the addresses that are ours."""
    return [detail for detail in map(detail_of, addresses) if detail]


def _detail(address: str) -> str | None:
    """What stands behind the plus sign; '' without one, None for addresses of others."""
    local, domain = _parts(address)
    our_local, our_domain = _parts(settings.CONSULTANT_ADDRESS)
    name, _, detail = local.partition("+")
    return detail if (name, domain) == (our_local, our_domain) else None


def _parts(address: str) -> tuple[str, str]:
    local, _, domain = address.strip().strip("<>").rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        pass  # no name of a host: equal to none of ours
    return local.strip('"').lower(), domain.lower().rstrip(".")
