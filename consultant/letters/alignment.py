"""Whether two domains belong to one organization, as DMARC (RFC 7489, 3.1) sees it."""

from functools import cache

from publicsuffixlist import PublicSuffixList


def is_aligned(domain: str, author_domain: str) -> bool:
    """Whether `domain` speaks for `author_domain`, the one of From: relaxed alignment.

    Both are equal, or have the same organizational domain: the public suffix and one label more.
    """
    domain, author_domain = _normal(domain), _normal(author_domain)
    if not domain or not author_domain:
        return False
    if domain == author_domain:
        return True
    organization = _suffixes().privatesuffix(domain)
    return bool(organization) and organization == _suffixes().privatesuffix(author_domain)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _normal(domain: str) -> str:
    domain = domain.strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
