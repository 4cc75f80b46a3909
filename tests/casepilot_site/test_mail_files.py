"""Mails while there is no server, and the address of one."""

import socketserver
import stat
import threading
from email import message_from_bytes, policy

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from casepilot_site.mail_files import MailServer, read_mail_url


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "casepilot_site.mail_files.EmailBackend"
    settings.MAIL_FOLDER = tmp_path / "var" / "mail"
    settings.IS_PRODUCTION = False
    return settings.MAIL_FOLDER


def send(subject="Confirm", body="Open this:\n\nhttp://localhost/confirm/key/\n"):
    message = EmailMultiAlternatives(subject, body, "site@example.org", ["ada@example.org"])
    message.attach_alternative("<p>Open</p>", "text/html")
    get_connection("casepilot_site.mail_files.EmailBackend").send_messages([message])


def test_each_mail_is_a_file_and_names_sort_by_time(folder):
    for number in range(12):
        send(subject=f"Mail {number} – ü")
    files = sorted(folder.iterdir())
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    assert [mail["Subject"] for mail in mails] == [f"Mail {n} – ü" for n in range(12)]
    assert all(file.suffix == ".eml" for file in files)
    assert mails[0]["To"] == "ada@example.org"
    assert "http://localhost/confirm/key/" in mails[0].get_body(("plain",)).get_content()
    assert "<p>Open</p>" in mails[0].get_body(("html",)).get_content()


def test_only_the_sites_own_user_reads_them(folder):
    send()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600]


def test_the_console_names_the_file_and_the_link(folder, capsys):
    send()
    out = capsys.readouterr().out
    (file,) = folder.iterdir()
    assert out == f"Mail “Confirm”: {file}\n  http://localhost/confirm/key/\n"


def test_a_real_site_keeps_links_off_its_output(folder, capsys, settings):
    settings.IS_PRODUCTION = True
    send()
    assert "http" not in capsys.readouterr().out


def test_a_mail_server_is_read_from_its_address():
    assert read_mail_url("smtp://localhost") == MailServer(
        "localhost", 25, "", "", use_tls=False, use_ssl=False, timeout=20
    )
    assert read_mail_url("smtp://us%40er:p%2Fw%3A@mail.example.org:2525?tls=1") == MailServer(
        "mail.example.org", 2525, "us@er", "p/w:", use_tls=True, use_ssl=False, timeout=20
    )
    assert read_mail_url("smtp://mail.example.org?tls=1").port == 587
    secure = read_mail_url("smtps://mail.example.org?timeout=5")
    assert (secure.port, secure.use_ssl, secure.use_tls, secure.timeout) == (465, True, False, 5)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mail.example.org", "must begin with smtp://"),
        ("http://user:sesame@mail.example.org", "must begin with smtp://"),
        ("smtp://user:sesame@", "names no host"),
        ("smtp://user:sesame@host:mail", "is not an address of the form"),
        ("smtp://user:sesame@host:99999", "is not an address of the form"),
        ("smtp://user:sesame@[host", "is not an address of the form"),
        ("smtp://user:sesame@host?ssl=1", "unknown option 'ssl'"),
        ("smtp://user:sesame@host?tls=maybe", "tls of EMAIL_URL must be 1 or 0"),
        ("smtp://user:sesame@host?timeout=soon", "must be a number of seconds"),
        ("smtp://user:sesame@host?timeout=0", "must be a number of seconds"),
    ],
)
def test_a_bad_address_is_refused_without_showing_the_password(url, sentence):
    with pytest.raises(ImproperlyConfigured) as caught:
        read_mail_url(url)
    assert sentence in str(caught.value) and "sesame" not in str(caught.value)


class _Conversation(socketserver.StreamRequestHandler):
    """The server's side of SMTP, as far as it takes to receive one mail."""

    def handle(self):
        self.wfile.write(b"220 mail.example\r\n")
        for line in self.rfile:
            word = line.strip().upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(body))
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 fine\r\n")


def test_a_mail_reaches_the_server_of_the_address():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation) as server:
        server.mails = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = read_mail_url(f"smtp://127.0.0.1:{server.server_address[1]}")
        connection = get_connection(
            "django.core.mail.backends.smtp.EmailBackend",
            host=found.host,
            port=found.port,
            username=found.user,
            password=found.password,
            use_tls=found.use_tls,
            use_ssl=found.use_ssl,
            timeout=found.timeout,
        )
        message = EmailMultiAlternatives("Confirm", "ü", "site@example.org", ["ada@example.org"])
        assert connection.send_messages([message]) == 1
        server.shutdown()
    (mail,) = (message_from_bytes(mail, policy=policy.default) for mail in server.mails)
    assert (mail["Subject"], mail.get_content().strip()) == ("Confirm", "ü")
