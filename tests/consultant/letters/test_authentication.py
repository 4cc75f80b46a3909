"""Who counts as the sender: real signatures, forged ones, and what servers say of a mail."""

import base64
import random
import time

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nacl.signing import SigningKey

from consultant.letters.alignment import is_aligned
from consultant.letters.authentication import MOST_SIGNATURES, authenticated
from consultant.letters.dns_lookup import TemporaryDnsError
from consultant.letters.evidence import Evidence
from consultant.letters.letter import read_letter

RELAY = Evidence(client_ip="127.0.0.1", mail_from="ann@example.com")
RELAYS = ["127.0.0.0/8", "::1/128"]


def rsa_key(bits: int) -> tuple[bytes, str]:
    """The private key as PEM, and the public one as DNS holds it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, base64.b64encode(public).decode()


@pytest.fixture(scope="module")
def key():
    return rsa_key(2048)


def mail(sender: str = "Ann <ann@example.com>", *, above: str = "", text: str = "Hello") -> bytes:
    lines = [f"From: {sender}", "To: consult@site.example", "Subject: A case",
             "Date: Wed, 25 Nov 2026 10:00:00 -0500", "Message-ID: <1@example.com>", "", text, ""]  # fmt: skip
    return (above + "\r\n".join(lines)).encode()


def signed(raw: bytes, pem: bytes, *, domain: str = "example.com", **values) -> bytes:
    values.setdefault("include_headers", [b"from", b"to", b"subject", b"date", b"message-id"])
    return dkim.sign(raw, b"s1", domain.encode(), pem, **values) + raw


def zone(**records: list):
    """DNS that knows these only, each named by its type and name."""

    def look(name: str, kind: str) -> list:
        return records.get(f"{kind} {name}", [])

    return look


def keys(public: str, domain: str = "example.com", kind: str = "rsa"):
    record = f"v=DKIM1; k={kind}; p={public}".encode()
    return zone(**{f"TXT s1._domainkey.{domain}": [record]})


def verdict(raw: bytes, evidence: Evidence = RELAY, *, dns=None, trusted=()):
    return authenticated(
        raw,
        read_letter(raw),
        evidence,
        trusted_authserv_ids=trusted,
        relays=RELAYS,
        dns=dns or zone(),
    )


def test_a_signature_of_the_senders_domain_is_enough(key):
    found = verdict(signed(mail(), key[0]), dns=keys(key[1]))
    assert (found.is_authenticated, found.how, found.domain) == (True, "dkim", "example.com")


def test_an_ed25519_signature_is_too():
    private = SigningKey.generate()
    public = base64.b64encode(private.verify_key.encode()).decode()
    raw = signed(mail(), base64.b64encode(private.encode()), signature_algorithm=b"ed25519-sha256")
    assert verdict(raw, dns=keys(public, kind="ed25519")).how == "dkim"


def test_a_domain_of_the_same_organization_may_sign(key):
    raw = signed(mail(), key[0], domain="mail.example.com")
    assert verdict(raw, dns=keys(key[1], "mail.example.com")).domain == "mail.example.com"


@pytest.mark.parametrize("domain", ["attacker.example", "com", "notexample.com"])
def test_a_signature_of_another_domain_proves_nothing(key, domain):
    raw = signed(mail(), key[0], domain=domain)
    assert not verdict(raw, dns=keys(key[1], domain)).is_authenticated


def test_a_changed_text_is_noticed(key):
    raw = signed(mail(), key[0]).replace(b"Hello", b"Hello, and send it to me")
    assert not verdict(raw, dns=keys(key[1])).is_authenticated


def test_a_changed_from_is_noticed(key):
    raw = signed(mail(), key[0]).replace(b"ann@", b"bob@")
    assert not verdict(raw, dns=keys(key[1])).is_authenticated


def test_a_signature_that_leaves_from_out_does_not_count(key):
    raw = signed(mail(), key[0])
    assert b"from" in raw.split(b"h=")[1].lower()
    assert not verdict(raw.replace(b"h=from : ", b"h=", 1), dns=keys(key[1])).is_authenticated


def test_a_signature_of_a_part_of_the_body_does_not_count(key):
    raw = signed(mail(), key[0], length=True)
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: f"k=rsa; p={key[1]}".encode())
    assert not verdict(raw, dns=keys(key[1])).is_authenticated


def test_a_short_key_does_not_count(monkeypatch):
    pem, public = rsa_key(1024)
    assert verdict(signed(mail(), pem), dns=keys(public)).is_authenticated
    monkeypatch.setattr("consultant.letters.authentication.SMALLEST_KEY", 1025)
    assert not verdict(signed(mail(), pem), dns=keys(public)).is_authenticated


def test_sha1_does_not_count(key):
    raw = signed(mail(), key[0], signature_algorithm=b"rsa-sha1")
    assert not verdict(raw, dns=keys(key[1])).is_authenticated


def test_an_expired_signature_does_not_count(key, monkeypatch):
    raw = mail()
    signer = dkim.DKIM(raw)
    long_ago = int(time.time()) - 90_000
    monkeypatch.setattr("dkim.time.time", lambda: long_ago)
    header = signer.sign(b"s1", b"example.com", key[0], include_headers=[b"from", b"subject"])
    assert b"t=" in header
    monkeypatch.undo()
    expired = header.replace(b"; t=", b"; x=%d; t=" % (long_ago + 10))
    assert not verdict(expired + raw, dns=keys(key[1])).is_authenticated


def test_a_signature_that_expired_a_moment_ago_does_not_count(key, monkeypatch):
    raw, now = mail(), int(time.time())
    for moment, is_right in ((-60, False), (600, True)):
        with monkeypatch.context() as earlier:
            earlier.setattr("time.time", lambda: now - 9000)
            tag = b"x=%d" % (now + moment)
            header = with_tag(dkim.DKIM(raw), tag, key[0], [b"from", b"to", b"subject"])
        assert verdict(header + raw, dns=keys(key[1])).is_authenticated is is_right


def with_tag(signer: dkim.DKIM, tag: bytes, pem: bytes, fields: list[bytes]) -> bytes:
    """A signature that signs one more tag."""
    made = signer.gen_header

    def gen_header(tags, *others):
        name, value = tag.split(b"=")
        return made([*tags[:-1], (name, value), tags[-1]], *others)

    signer.gen_header = gen_header
    return signer.sign(b"s1", b"example.com", pem, include_headers=fields)


@pytest.mark.parametrize(
    "field", [b"Subject: Another case", b"Message-ID: <2@example.com>", b"Date: today"]
)
def test_a_field_put_above_the_signed_one_proves_nothing(key, field):
    raw = field + b"\r\n" + signed(mail(), key[0])
    assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: f"k=rsa; p={key[1]}".encode())
    assert not verdict(raw, dns=keys(key[1])).is_authenticated


def test_one_right_signature_among_others_is_enough(key):
    relayed = signed(signed(mail(), key[0]), rsa_key(1024)[0], domain="relay.example")
    broken = b"DKIM-Signature: v=1; d=example.com\r\n"
    assert verdict(broken + relayed, dns=keys(key[1])).how == "dkim"


def test_of_many_signatures_the_first_are_looked_at(key):
    asked = []

    def counting(name, kind):
        asked.append(name)
        return []

    signature = dkim.sign(mail(), b"s1", b"example.com", key[0], include_headers=[b"from"])
    verdict(signature * 50 + mail(), dns=counting)
    assert len(asked) == MOST_SIGNATURES


def test_a_key_made_to_keep_us_busy_is_not_looked_at(key, monkeypatch):
    monkeypatch.setattr("dkim.parse_public_key", lambda data: pytest.fail("the key was read"))
    raw = signed(mail(), key[0])
    assert not verdict(raw, dns=keys("A" * 40_000)).is_authenticated


@pytest.mark.parametrize("above", [b" goes on\r\n", b"\r\n", b":\r\n", b"no field\r\n"])
def test_a_mail_that_begins_oddly_is_nobodys(key, above):
    assert not verdict(above + signed(mail(), key[0]), dns=keys(key[1])).is_authenticated


def test_a_second_from_proves_nothing(key):
    raw = b"From: bob@example.com\r\n" + signed(mail(), key[0])
    assert not verdict(raw, dns=keys(key[1])).is_authenticated


@pytest.mark.parametrize("trick", [b"\r", b"\r\r", b"\n\r", b"\0"])
def test_a_from_hidden_between_odd_line_ends_proves_nothing(key, trick):
    raw = b"X: a" + trick + b"From: victim@example.com" + trick + b"\r\n" + signed(mail(), key[0])
    found = verdict(raw, dns=keys(key[1]))
    assert not found.is_authenticated or read_letter(raw).sender == "ann@example.com"


def test_dns_that_does_not_answer_is_told_apart(key):
    def silent(name, kind):
        raise TemporaryDnsError("no answer")

    found = verdict(signed(mail(), key[0]), dns=silent)
    assert not found.is_authenticated and found.is_temporary


def test_a_key_that_is_gone_is_not_temporary(key):
    found = verdict(signed(mail(), key[0]))
    assert not found.is_authenticated and not found.is_temporary


# SPF

SPF = zone(**{"TXT example.com": [b"v=spf1 ip4:192.0.2.0/24 a:out.example.com -all"],
              "A out.example.com": ["198.51.100.7"]})  # fmt: skip


@pytest.mark.parametrize(
    ("client_ip", "is_right"),
    [("192.0.2.9", True), ("198.51.100.7", True), ("203.0.113.5", False), ("127.0.0.1", False)],
)
def test_spf_counts_for_who_comes_straight_from_the_internet(client_ip, is_right):
    evidence = Evidence(client_ip=client_ip, helo="out.example.com", mail_from="ann@example.com")
    found = verdict(mail(), evidence, dns=SPF)
    assert found.is_authenticated is is_right
    assert not is_right or found.how == "spf"


def test_spf_of_another_domain_proves_nothing():
    evidence = Evidence(client_ip="192.0.2.9", helo="x", mail_from="me@attacker.example")
    dns = zone(**{"TXT attacker.example": [b"v=spf1 +all"]})
    assert not verdict(mail(), evidence, dns=dns).is_authenticated


def test_an_spf_record_without_end_ends():
    evidence = Evidence(client_ip="192.0.2.9", helo="x", mail_from="ann@example.com")
    dns = zone(**{"TXT example.com": [b"v=spf1 include:example.com -all"]})
    assert not verdict(mail(), evidence, dns=dns).is_authenticated


def test_a_dns_that_is_slow_for_long_is_asked_later(monkeypatch):
    moments = iter(range(0, 1000, 7))
    monkeypatch.setattr("consultant.letters.authentication.time.monotonic", lambda: next(moments))
    evidence = Evidence(client_ip="192.0.2.9", helo="x", mail_from="ann@example.com")
    names = {f"TXT {n}.example.com": [b"v=spf1 include:%d.example.com ?all" % (n + 1)]
             for n in range(9)}  # fmt: skip
    dns = zone(**{"TXT example.com": [b"v=spf1 include:0.example.com ?all"]}, **names)
    assert verdict(mail(), evidence, dns=dns).is_temporary


# Results of the operator's own server

RESULTS = "Authentication-Results: mx.site.example; dkim=pass header.d=example.com\r\n"
RECEIVED = "Received: from out.example.com by mx.site.example; Wed, 25 Nov 2026 10:00:00 -0500\r\n"
TRUSTED = ["mx.site.example"]


@pytest.mark.parametrize("above", [RESULTS + RECEIVED, RECEIVED + RESULTS, RESULTS])
def test_the_results_of_a_server_of_ours_are_believed(above):
    found = verdict(mail(above=above), trusted=TRUSTED)
    assert (found.how, found.domain) == ("results", "example.com")


@pytest.mark.parametrize(
    ("way", "client_ip", "is_right"),
    [
        ("smtp", "203.0.113.5", False),
        ("lmtp", "203.0.113.5", False),
        ("smtp", "127.0.0.1", True),
        ("lmtp", "", True),  # a socket of this machine
        ("imap", "", True),
        ("webhook", "", False),  # a provider's own results are its verdicts
    ],
)
def test_results_count_only_where_a_server_of_ours_handed_the_mail_over(way, client_ip, is_right):
    evidence = Evidence(way=way, client_ip=client_ip)
    found = verdict(mail(above=RESULTS + RECEIVED), evidence, trusted=TRUSTED)
    assert found.is_authenticated is is_right


def test_the_results_of_nobody_we_know_are_not():
    assert not verdict(mail(above=RESULTS + RECEIVED)).is_authenticated
    assert not verdict(mail(above=RESULTS + RECEIVED), trusted=["mx.other"]).is_authenticated


@pytest.mark.parametrize(
    "above",
    [
        # Below our server's own results, below its Received, and below another's Received.
        "Authentication-Results: mx.site.example; dkim=none\r\n" + RECEIVED
        + "Authentication-Results: mx.other; none\r\n" + RESULTS,
        RECEIVED + "Authentication-Results: mx.site.example; dkim=fail\r\n" + RESULTS,
        RECEIVED + "Received: from a by b; Wed, 25 Nov 2026 10:00:00 -0500\r\n" + RESULTS,
    ],
)  # fmt: skip
def test_forged_results_are_not(above):
    assert not verdict(mail(above=above), trusted=TRUSTED).is_authenticated


@pytest.mark.parametrize(
    "results",
    [
        "dkim=pass header.d=attacker.example",
        "spf=pass smtp.mailfrom=me@attacker.example",
        "spf=pass smtp.helo=example.com",
        "dkim=fail header.d=example.com",
        "dmarc=pass header.from=attacker.example",
        "dkim=pass",
        "; ; ((",
    ],
)
def test_results_that_do_not_speak_for_the_sender_prove_nothing(results):
    above = f"Authentication-Results: mx.site.example; {results}\r\n{RECEIVED}"
    assert not verdict(mail(above=above), trusted=TRUSTED).is_authenticated


@pytest.mark.parametrize(
    "results", ["spf=pass smtp.mailfrom=ann@example.com", "dmarc=pass header.from=example.com"]
)
def test_results_of_spf_and_dmarc_count_too(results):
    above = f"Authentication-Results: mx.site.example 1; {results}\r\n{RECEIVED}"
    assert verdict(mail(above=above), trusted=TRUSTED).how == "results"


# A provider


@pytest.mark.parametrize(
    ("verdicts", "mail_from", "is_right"),
    [
        ({"dkim": "pass", "dkim_domain": "example.com"}, "", True),
        ({"dkim": "pass", "dkim_domain": "attacker.example"}, "", False),
        ({"dkim": "pass"}, "", False),
        ({"spf": "pass"}, "bounce@mail.example.com", True),
        ({"spf": "pass"}, "me@attacker.example", False),
        ({"spf": "fail", "dkim": "fail"}, "ann@example.com", False),
        ({"dmarc": "PASS"}, "", True),
    ],
)
def test_a_providers_verdicts_count_where_they_are_the_senders(verdicts, mail_from, is_right):
    evidence = Evidence(way="webhook", mail_from=mail_from, verdicts=verdicts)
    found = verdict(mail(), evidence)
    assert found.is_authenticated is is_right
    assert not is_right or found.how == "provider"


def test_no_mail_and_no_answer_of_dns_makes_it_fail(key):
    rng = random.Random(6)
    sources = [signed(mail(), key[0]), signed(mail(above=RESULTS + RECEIVED), key[0])]
    good = zone(**{"TXT s1._domainkey.example.com": [f"k=rsa; p={key[1]}".encode()]})

    def junk(name, kind):
        noise = bytes(rng.randrange(256) for _ in range(rng.randrange(40)))
        texts = [[], [noise], [b"v=spf1 " + noise], [b"v=spf1 a mx ptr exists:%{i}.%{p} ?all"]]
        others = {"TXT": rng.choice(texts), "MX": [(1, "mx.example.com")], "PTR": ["a.example.com"]}
        return good(name, kind) if rng.random() < 0.3 else others.get(kind, ["192.0.2.9"])

    for _ in range(1500):
        raw = bytearray(rng.choice(sources))
        for _ in range(rng.randint(0, 3)):
            place = rng.randrange(900)
            raw[place : place + rng.randrange(9)] = rng.choice([b"", b"\r\n", b" ", b";", b"\xff"])
        evidence = Evidence(
            client_ip=rng.choice(["192.0.2.9", "2001:db8::1", "nowhere"]),
            helo=rng.choice(["", "a..b", "é"]),
            mail_from=rng.choice(["ann@example.com", "", "@example.com", "ann@@example.com"]),
        )
        found = verdict(bytes(raw), evidence, dns=junk, trusted=TRUSTED)
        assert found.is_authenticated or not found.domain


@pytest.mark.parametrize("sender", ["", "a@example.com, b@example.com", "no address"])
def test_a_mail_without_one_sender_is_nobodys(sender, key):
    raw = signed(mail(sender), key[0])
    assert not verdict(raw, dns=keys(key[1])).is_authenticated


def test_reasons_hold_nobodys_address(key):
    for raw, dns in ((signed(mail(), key[0]), keys(key[1])), (mail(), None)):
        assert "@" not in verdict(raw, dns=dns).reason


@pytest.mark.parametrize(
    ("one", "other", "is_so"),
    [
        ("example.com", "EXAMPLE.com.", True),
        ("a.example.co.uk", "b.example.co.uk", True),
        ("one.co.uk", "two.co.uk", False),
        ("alice.github.io", "bob.github.io", False),
        ("localhost", "localhost", True),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("", "", False),
    ],
)
def test_alignment_is_that_of_organizations(one, other, is_so):
    assert is_aligned(one, other) is is_so
