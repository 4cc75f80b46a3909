"""The outbox: what goes out, to whom, in which order, and what becomes of mails that fail."""

import logging
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import jobs, outbox
from accounts.actions import delete_account
from accounts.models import OutgoingMail
from accounts.outbox import drop_waiting, prune_mails, send_waiting_mails
from tests.accounts.mails import html_of
from tests.factories import make_user
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db
BREAKS = "a\r\nBcc: all@example.org\n\tb\x00\x0b\u2028c"


def write_mail(**fields) -> OutgoingMail:
    if "user" not in fields:
        fields.setdefault("address", "ada@example.org")
    return outbox.write_mail(**{"subject": "Hello", "text": "Words of it."} | fields)


def waiting() -> list[str]:
    return list(OutgoingMail.objects.filter(sent_at=None).values_list("subject", flat=True))


def make_due() -> None:
    OutgoingMail.objects.update(try_at=timezone.now())


@pytest.fixture
def mail_server(settings):
    """A function that gives a running server, to which the mails of the test go."""
    started = []

    def start(answer=lambda verb, address: None) -> MailServer:
        server = MailServer(answer).__enter__()
        started.append(server)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 20
        return server

    yield start
    for server in started:
        server.__exit__()


def test_a_mail_goes_to_the_confirmed_address_that_the_member_has_when_it_is_sent(mailoutbox):
    user = make_user("old@example.org")
    write_mail(user=user)
    EmailAddress.objects.filter(user=user).update(email="new@example.org")
    EmailAddress.objects.create(user=user, email="later@example.org", verified=False)
    assert send_waiting_mails() == 1
    assert mailoutbox[0].to == ["new@example.org"]


@pytest.mark.parametrize("state", [{"is_active": False}, {"is_verified": False}])
def test_nothing_goes_to_who_is_inactive_or_never_confirmed(state, mailoutbox):
    write_mail(user=make_user(**state))
    assert send_waiting_mails() == 0
    assert not mailoutbox and not OutgoingMail.objects.exists()


def test_nothing_goes_to_an_account_that_is_deleted(mailoutbox):
    user = make_user()
    write_mail(user=user)
    delete_account(user=user)
    assert send_waiting_mails() == 0 and not mailoutbox


def test_a_mail_has_one_receiver():
    for receiver in ({}, {"user": make_user(), "address": "ada@example.org"}):
        with pytest.raises(ValueError, match="a member or to an address"):
            outbox.write_mail(subject="Hello", text="Words", **receiver)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.create(message_id="<a@b>", text="to nobody")


def test_text_and_html_are_alternatives(mailoutbox):
    write_mail(text="Words", html="<p>Words</p>")
    write_mail(text="Text alone")
    send_waiting_mails()
    both, alone = mailoutbox
    assert (both.body, html_of(both)) == ("Words", "<p>Words</p>")
    assert both.message().get_content_type() == "multipart/alternative"
    assert alone.message().get_content_type() == "text/plain"


def test_sender_and_headers_are_the_writer_s(mailoutbox, settings):
    mail = write_mail(
        sender="Consultant <consult@codes.example.org>",
        reply_to="consult+key@codes.example.org",
        headers={"In-Reply-To": "<1@a>", "References": "<0@a> <1@a>", "auto-submitted": "no"},
    )
    assert mail.message_id.endswith("@codes.example.org>")
    write_mail()
    send_waiting_mails()
    first, second = (sent.message() for sent in mailoutbox)
    assert first["From"] == "Consultant <consult@codes.example.org>"
    assert first["Reply-To"] == "consult+key@codes.example.org"
    assert (first["In-Reply-To"], first["References"]) == ("<1@a>", "<0@a> <1@a>")
    assert first.get_all("Auto-Submitted") == ["no"]
    assert first.get_all("Message-ID") == [mail.message_id]
    assert (second["Auto-Submitted"], second["Reply-To"]) == ("auto-generated", None)
    assert second["From"] == settings.DEFAULT_FROM_EMAIL


def test_no_line_break_makes_a_header(mail_server):
    server = mail_server()
    write_mail(
        subject=BREAKS,
        headers={"X-Note": BREAKS},
        reply_to=f'"{BREAKS}" <reply@example.org>',
        sender=f'"{BREAKS}" <site@example.org>',
    )
    write_mail(address="ada@example.org\r\nBcc: all@example.org")
    send_waiting_mails()
    (taken,) = server.taken
    assert taken["Bcc"] is None and server.receivers == ["ada@example.org"]
    assert taken["X-Note"] == taken["Subject"] == "a Bcc: all@example.org b c"


@pytest.mark.parametrize(
    "name", ["Bcc", "to", "Subject", "Content-Type", "X Note", "X:", "X\n", ""]
)
def test_some_headers_are_not_to_be_given(name):
    with pytest.raises(ValueError, match="not a further header"):
        write_mail(headers={name: "a"})


def test_what_was_sent_is_erased_and_never_sent_again(mailoutbox):
    mail = write_mail(html="<p>Words</p>", headers={"References": "<1@a>"}, reply_to="a@b.example")
    send_waiting_mails()
    make_due()
    assert send_waiting_mails() == 0 and len(mailoutbox) == 1
    row = OutgoingMail.objects.get()
    assert (
        row.sent_at and row.message_id == mail.message_id == mailoutbox[0].message()["Message-ID"]
    )
    assert (row.subject, row.text, row.html, row.address, row.reply_to) == ("",) * 5
    assert row.headers == {}


def test_the_priority_comes_first_then_who_waits_longest(mailoutbox):
    now = timezone.now()
    for subject, priority, minutes in [("c", 1, 5), ("d", 1, 1), ("b", 0, 1), ("a", 0, 9)]:
        mail = write_mail(subject=subject, priority=priority)
        OutgoingMail.objects.filter(pk=mail.pk).update(try_at=now - timedelta(minutes=minutes))
    write_mail(subject="e")
    send_waiting_mails()
    assert [mail.subject for mail in mailoutbox] == ["a", "b", "c", "d", "e"]


def test_one_connection_serves_many_mails(mail_server):
    server = mail_server()
    for _ in range(5):
        write_mail()
    assert send_waiting_mails() == 5
    assert (len(server.taken), server.connection_count) == (5, 1)


def test_a_mail_that_fails_holds_nothing_up(mail_server):
    """The connection of a failure may be anything: the next mail has one of its own."""
    answers = {
        "gone@example.org": ("RCPT", "550 no such mailbox"),
        "full@example.org": ("RCPT", "452 full"),
        "bad@example.org": ("DATA", "554 not like this"),
    }
    server = mail_server(lambda verb, to: dict([answers.get(to, ("", ""))]).get(verb))
    for address in ("a@example.org", *answers, "no@address@all", "z@example.org"):
        write_mail(address=address)

    assert send_waiting_mails() == 2

    assert server.receivers == ["a@example.org", "z@example.org"] and server.connection_count > 1
    states = {
        mail.address: (mail.failed_count, mail.given_up_at is not None)
        for mail in OutgoingMail.objects.filter(sent_at=None)
    }
    assert states == {
        "gone@example.org": (1, True),
        "full@example.org": (1, False),
        "bad@example.org": (1, False),
        "no@address@all": (1, True),
    }


def test_a_server_that_hangs_up_in_the_middle_is_called_again(mail_server):
    answers = iter(["", "", "421 too many", ""])
    server = mail_server(lambda verb, _: next(answers, "") if verb == "MAIL" else "")
    for _ in range(4):
        write_mail()
    assert send_waiting_mails() == 3
    assert (len(server.taken), server.connection_count, len(waiting())) == (3, 2, 1)


def test_failures_are_tried_again_ever_later_eight_times(mail_server):
    mail_server(lambda verb, to: "451 later")
    write_mail()
    minutes = []
    for _ in range(9):
        make_due()
        before = timezone.now()
        assert send_waiting_mails() == 0
        mail = OutgoingMail.objects.get()
        minutes.append(round((mail.try_at - before).total_seconds() / 60))
        assert send_waiting_mails() == 0  # not before its time
    assert minutes == [2, 4, 8, 16, 32, 64, 128, 256, 0]
    assert mail.failed_count == 9 and mail.given_up_at and mail.text == "Words of it."
    make_due()
    mail_server()
    assert send_waiting_mails() == 0


def test_without_a_server_one_mail_is_tried_and_all_wait(settings, mail_server):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    for subject in "abc":
        write_mail(subject=subject)
    assert send_waiting_mails() == 0
    counts = OutgoingMail.objects.order_by("pk").values_list("failed_count", flat=True)
    assert list(counts) == [1, 0, 0]
    mail_server()
    assert send_waiting_mails() == 2 and waiting() == ["a"]


def test_log_lines_name_ids_alone(mail_server, caplog):
    mail_server(lambda verb, to: "550 gone@example.org is unknown" if "gone" in to else None)
    user = make_user("gone@example.org")
    mail = write_mail(user=user, subject="Private")
    write_mail(subject="Private")
    with caplog.at_level(logging.INFO, "accounts.outbox"):
        send_waiting_mails()
    records = [record for record in caplog.records if record.name == "accounts.outbox"]
    given_up, sent = records
    assert given_up.message == "mail not sent, given up" and given_up.levelno == logging.WARNING
    assert (given_up.mail_id, given_up.user_id) == (mail.pk, user.pk)
    assert given_up.error == "SMTPRecipientsRefused" and sent.message == "mail sent"
    told = " ".join(str(vars(record)) for record in records)
    assert "example.org" not in told and "Private" not in told and "Words" not in told


def test_what_nobody_wants_any_more_is_dropped_unless_it_is_sent(mailoutbox):
    write_mail(about="careers.search:1", subject="sent")
    send_waiting_mails()
    for about in ("careers.search:1", "careers.search:12", "careers.search:2", ""):
        write_mail(about=about, subject=about)
    assert drop_waiting(about="careers.search:1") == 1
    assert drop_waiting(about=["careers.search:2", "careers.search:3"]) == 1
    assert drop_waiting(about=[]) == drop_waiting(about="") == 0
    assert sorted(waiting()) == ["", "careers.search:12"] and OutgoingMail.objects.count() == 3


def test_rows_stay_for_a_month(mailoutbox):
    for days in (29, 31):
        write_mail(subject=str(days))
        OutgoingMail.objects.filter(subject=str(days)).update(
            created_at=timezone.now() - timedelta(days=days)
        )
    assert prune_mails() == 1 and waiting() == ["29"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_on_commit_once():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")  # of other tests
    with transaction.atomic():
        write_mail()
        assert not ProcrastinateJob.objects.exists()
    write_mail()
    assert [job.task_name for job in ProcrastinateJob.objects.all()] == ["accounts.send_mails"]


def test_a_long_queue_leaves_other_jobs_their_turn(mailoutbox, monkeypatch):
    woken = []
    monkeypatch.setattr(jobs, "MAILS_AT_A_TIME", 2)
    monkeypatch.setattr(outbox, "wake_the_worker", lambda: woken.append(len(mailoutbox)))
    for _ in range(3):
        write_mail()
    jobs.send_mails(timestamp=0)
    assert woken == [2] and len(mailoutbox) == 2
    jobs.send_mails(timestamp=0)
    assert woken == [2] and len(mailoutbox) == 3


def test_an_administrator_has_a_mail_tried_again_and_reads_none(client, mailoutbox):
    write_mail(subject="Private")
    OutgoingMail.objects.update(given_up_at=timezone.now(), failed_count=9)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    mail = OutgoingMail.objects.get()
    url = "/admin/accounts/outgoingmail/"
    for page in (client.get(url), client.get(f"{url}{mail.pk}/change/")):
        assert page.status_code == 200
        assert "Private" not in page.text and "Words" not in page.text
        assert "ada@example.org" not in page.text
    for state, is_listed in (("given-up", True), ("waiting", False), ("sent", False)):
        assert (f"{url}{mail.pk}/" in client.get(f"{url}?state={state}").text) is is_listed
    data = {"action": "try_again", "_selected_action": [mail.pk]}
    assert "1 tried again." in client.post(url, data, follow=True).text
    assert send_waiting_mails() == 1


def test_the_export_of_one_s_data_lists_no_mail_whose_link_opens_something(client):
    user = make_user()
    write_mail(user=user, text="http://testserver/join/key/")
    client.force_login(user)
    assert "/join/key/" not in client.post("/accounts/export/").text
