"""MAIL_LISTEN and IMAP_URL: what is understood, and what is refused without telling a password."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from casepilot_site.mail_in import ListenAddress, Mailbox, read_imap_url, read_listen_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("smtp://127.0.0.1:8025", ListenAddress("smtp", "127.0.0.1", 8025)),
        ("lmtp://[::1]:24/", ListenAddress("lmtp", "::1", 24)),
        ("no", None),
    ],
)
def test_the_listeners_address_is_understood(text, address):
    assert read_listen_address(text) == address


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1:8025", "smtp://127.0.0.1", "http://127.0.0.1:25", "smtp://:25", "smtp://x:99999",
     "lmtp://127.0.0.1:25", "smtp://127.0.0.1:25/x", "yes"],
)  # fmt: skip
def test_a_wrong_listeners_address_is_refused_in_a_sentence(text):
    with pytest.raises(ImproperlyConfigured, match=r"^MAIL_LISTEN.*\w+"):
        read_listen_address(text)


def test_the_mailbox_is_understood():
    assert read_imap_url("") is None
    assert read_imap_url("imaps://ann%40example.org:p%2Fw@mail.example.org/Cases%20in") == Mailbox(
        "mail.example.org", 993, "ann@example.org", "p/w", "Cases in", True
    )
    assert read_imap_url("imap://a:b@localhost").port == 143
    assert "secret" not in repr(read_imap_url("imaps://a:secret@example.org"))


@pytest.mark.parametrize(
    "url",
    ["https://a:secret@example.org", "imaps://secret@example.org", "imaps://a:secret@:993",
     "imap://a:secret@example.org", "imaps://a:secret@example.org:x", "imaps://a:secret@[::1"],
)  # fmt: skip
def test_a_wrong_mailbox_is_refused_without_its_password(url):
    with pytest.raises(ImproperlyConfigured) as refused:
        read_imap_url(url)
    assert "secret" not in str(refused.value)
