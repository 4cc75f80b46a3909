"""How many mails one worker answers in a second, and what a mail takes beside its answer.

    python benchmarks/mail_answers.py [--help]

The questions are those of `assistant_questions.csv`. Each comes twice, in turns: as a question on
/casepilot/, stored and answered there (*the assistant's own answer*), and as a mail of a member,
from its reception until a mail server on loopback took the answer: stored, parsed, its sender
authenticated by a trusted server's results, masked, answered, rendered as text and HTML, sent. Both
are asked by members whose every page is open, so that neither finds doors closed. The search index
is made before, as on a site that runs.

The publishers' files are needed, as in claim_check.py; `--database` names a database with them, in
which the members and their cases are deleted at the end. The figures are appended to
benchmarks/RESULTS.md.
"""

import argparse
import contextlib
import csv
import os
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.assistant import FILES, TODAY  # noqa: E402 the repository is on the path only now
from benchmarks.claim_check import (  # noqa: E402
    append_row,
    site_with_files,
)
from benchmarks.code_page import postgresql_version  # noqa: E402
from benchmarks.mail_kills import mail_server  # noqa: E402

AIM = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--database", metavar="URL", help="one that has the files")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="casepilot-benchmark-"))
        os.environ["MAIL_TRUSTED_AUTHSERV_IDS"] = "mx.benchmark"
        os.environ["LOG_LEVEL"] = "CRITICAL"
        port = stack.enter_context(mail_server(Path(folder) / "taken"))
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        stack.enter_context(site_with_files(options.database, FILES))
        make_index()
        own, mails = measure(questions())
        taken = (Path(folder) / "taken").read_text().split()
        server_version = postgresql_version()
    if len(taken) < len(mails):
        print(f"{len(mails)} mails were sent, but the server took {len(taken)}.")
        return 1
    ratio = statistics.median(mails) / statistics.median(own)
    speed = len(mails) / sum(mails)
    print(
        f"{len(mails)} questions. Own answer: median {statistics.median(own) * 1000:.1f} ms; "
        f"by mail: {statistics.median(mails) * 1000:.1f} ms, {ratio:.2f} times as long; the time "
        f"added is {ratio - 1:.2f} of the answer's own (aim: {AIM}).\n"
        f"One worker answers {speed:.1f} mails a second."
    )
    name = "mail_answers: time added to the assistant's own answer, to that answer's time"
    append_row(server_version, name, f"{ratio - 1:.2f}", f"at most {AIM}")
    name = f"mail_answers: a whole mail to the assistant's own answer ({speed:.1f} mails a second)"
    append_row(server_version, name, f"{ratio:.2f}", "none")
    return 0


def make_index() -> None:
    """Now and here: the process that a search starts for it would outlive the database."""
    from django.core.management import call_command

    call_command("build_search_index", verbosity=0)


def questions() -> list[str]:
    with (ROOT / "benchmarks" / "assistant_questions.csv").open(encoding="utf-8") as lines:
        return [row["question"].split(" || ")[-1] for row in csv.DictReader(lines)]


def measure(asked: list[str]) -> tuple[list[float], list[float]]:
    """Seconds of each question's own answer, and by mail; the first round warms up."""
    member, reader = make_member(), make_member()
    try:
        for question in asked[:10]:
            by_itself(reader, question), by_mail(member, question)
        own, mails = [], []
        for question in asked:
            own.append(by_itself(reader, question))
            mails.append(by_mail(member, question))
        return own, mails
    finally:
        member.delete(), reader.delete()


def make_member():
    from accounts.models import Plan, User

    plan, _ = Plan.objects.get_or_create(name="Benchmark", is_unlimited=True)
    email = f"{uuid.uuid4().hex}@example.com"
    member = User.objects.create_user(email=email, password=None, plan=plan)
    member.emailaddress_set.create(email=email, verified=True, primary=True)
    return member


def by_itself(reader, question: str) -> float:
    from accounts.meter import WithoutBrowser
    from assistant import actions
    from assistant.answering import answer_now
    from assistant.reading import Reader

    request = WithoutBrowser(reader)
    started = time.perf_counter()
    turn = actions.ask(
        request=request, question=question, form_key=uuid.uuid4(), date_of_service=TODAY
    )
    answer_now(turn, Reader(request), request)
    seconds = time.perf_counter() - started
    assert turn.state == turn.State.ANSWERED, turn.state
    return seconds


def by_mail(member, question: str) -> float:
    from django.conf import settings

    from accounts.outbox import send_waiting_mails
    from consultant.answering import answer_question
    from consultant.models import IncomingMail, Message
    from consultant.reading import read_mail
    from consultant.reception.receive import receive

    host = member.email.partition("@")[2]
    raw = (
        f"Authentication-Results: mx.benchmark; dkim=pass header.d={host}\r\n"
        f"Received: from {host} by mx.benchmark; Wed, 25 Nov 2026 10:00:00 -0500\r\n"
        f"From: Ann <{member.email}>\r\nTo: {settings.CONSULTANT_ADDRESS}\r\n"
        f"Subject: A case\r\nMessage-ID: <{uuid.uuid4()}@{host}>\r\n"
        f"Date: Wed, 25 Nov 2026 10:00:00 -0500\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{question}\r\n"
    )
    evidence = {
        "client_ip": "127.0.0.1",
        "helo": host,
        "mail_from": member.email,
        "recipients": [settings.CONSULTANT_ADDRESS],
    }
    started = time.perf_counter()
    mail = receive(raw.encode(), way=IncomingMail.Way.SMTP, evidence=evidence)
    read_mail(mail.pk)
    waiting = Message.objects.filter(thread__user=member, state=Message.State.WAITING)
    for pk in waiting.values_list("pk", flat=True):
        answer_question(pk)
    sent = send_waiting_mails()
    seconds = time.perf_counter() - started
    mail.refresh_from_db()
    assert sent, f"nothing was sent for {question!r}: {mail.outcome} {mail.reason}"
    return seconds


if __name__ == "__main__":
    sys.exit(main())
