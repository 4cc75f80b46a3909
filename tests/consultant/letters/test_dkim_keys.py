"""A signature by a key that its owner made for something else proves nothing."""

import pytest

from consultant.letters.dkim_keys import key_for
from tests.consultant.letters.test_authentication import mail, rsa_key, signed, verdict, zone


@pytest.fixture(scope="module")
def key():
    return rsa_key(2048)


def is_proved(key, flags: str, *, domain: str = "example.com", identity: str | None = None) -> bool:
    """Whether a mail counts that a real key signed, whose record in DNS has these flags."""
    pem, public = key
    values = {"identity": identity.encode()} if identity else {}
    raw = signed(mail(), pem, domain=domain, **values)
    record = f"v=DKIM1; k=rsa; {flags}; p={public}".encode()
    return verdict(raw, dns=zone(**{f"TXT s1._domainkey.{domain}": [record]})).is_authenticated


@pytest.mark.parametrize(
    ("flags", "is_right"),
    [
        ("h=sha256", True),
        ("h=sha1:sha256", True),
        ("h= sha1 : SHA256 ", True),
        ("h=sha1", False),
        ("h=sha512", False),
        ("h=", False),
    ],
)
def test_the_hash_must_be_one_that_the_key_allows(key, flags, is_right):
    assert is_proved(key, flags) is is_right


@pytest.mark.parametrize(
    ("flags", "is_right"),
    [
        ("s=*", True),
        ("s=email", True),
        ("s=tlsrpt:email", True),
        ("s=tlsrpt", False),
        ("s=", False),
    ],
)
def test_the_key_must_be_for_mail(key, flags, is_right):
    assert is_proved(key, flags) is is_right


@pytest.mark.parametrize(
    ("flags", "identity", "is_right"),
    [
        ("t=s", None, True),
        ("t=s", "@example.com", True),
        ("t=s", "ann@mail.example.com", False),
        ("t=y:s", "ann@mail.example.com", False),
        ("t=y", "ann@mail.example.com", True),
        ("n=any", "ann@mail.example.com", True),
    ],
)
def test_a_key_may_be_for_no_subdomain(key, flags, identity, is_right):
    assert is_proved(key, flags, identity=identity) is is_right


def test_a_key_of_a_subdomain_itself_is_for_it(key):
    domain = "mail.example.com"
    assert is_proved(key, "t=s; s=email; h=sha256", domain=domain, identity=f"ann@{domain}")


def test_the_case_and_folds_of_an_identity_do_not_matter():
    tags = {b"d": b"Example.com", b"i": b"ann@\r\n example.COM"}
    assert key_for(b"v=DKIM1; t=s; p=A", tags) == b"v=DKIM1; t=s; p=A"


def test_a_record_that_is_none_allows_nothing():
    assert key_for(b"v=DKIM1; p=A; p=B", {}) is None
