"""How often a worker killed at random points answers a mail twice, and whether it loses one.

    python benchmarks/mail_kills.py [--kills 1500] [--with-sender]

Mails of a member are stored as they arrive, and a worker reads, answers and sends them: the same
functions that its jobs call, in a process of its own, which is killed (SIGKILL) after a random time
of up to a quarter of a second, over and over, while new mails keep coming. Its sender, the process
that outlives it, is the product's too, but forked, which saves the second that Django needs to
start; with `--with-sender` both are killed at once, as when the machine dies. The mail server is a
process as well: it notes each Message-ID it takes before it says 250. In the end everything that
waits is worked off, and told is how many mails were not answered, how many answers were taken
twice, and how many kills there were. The bound is one answer twice in a thousand kills of a worker
(decision 9).

The database is the script's own, with the demonstration codes. The figures are appended to
benchmarks/RESULTS.md.
"""

import argparse
import contextlib
import os
import random
import re
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.claim_check import (  # noqa: E402 the repository is on the path only now
    append_row,
    start_django,
)
from benchmarks.code_page import own_database, postgresql_version, run  # noqa: E402

WAITING = 20  # mails that wait, at least, whenever a worker starts
LONGEST = 0.25  # seconds that a worker lives
BOUND = 1 / 1000
QUESTIONS = ("What is A4206?", "What is E0100?", "Is Z45.1 billable?", "What does J1644 mean?")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=1500, help="default: %(default)s")
    parser.add_argument("--with-sender", action="store_true", help="kill the sender too")
    parser.add_argument("--seed", type=int, default=1, help="of the times (default: 1)")
    options = parser.parse_args()
    random.seed(options.seed)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="casepilot-benchmark-"))
        os.environ["VAR_DIR"] = folder
        os.environ["SEARCH_FOLLOW_SECONDS"] = "0"
        os.environ["MAIL_SENDERS_CHECKED"] = "no"
        os.environ["LOG_LEVEL"] = "CRITICAL"
        os.environ["DATABASE_URL"] = stack.enter_context(own_database())
        taken = Path(folder) / "taken"
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{stack.enter_context(mail_server(taken))}"
        run([sys.executable, "-m", "casepilot_site.first_run"])
        start_django()
        asked = kill_workers(options.kills, options.with_sender)
        work_off()
        lost, twice = outcome(taken, asked)
        server_version = postgresql_version()
    whom = "worker and sender" if options.with_sender else "worker"
    print(
        f"{options.kills} kills of the {whom}, {asked} mails: {lost} lost, {twice} answered twice "
        f"({twice / options.kills * 1000:.2f} in a thousand kills; bound: 1)."
    )
    told = f"{options.kills} kills of the {whom} ({asked} mails, {lost} lost)"
    aim = "none lost"
    if not options.with_sender:
        aim = f"at most {options.kills * BOUND:g}, none lost"
    append_row(server_version, f"mail_kills: answers sent twice in {told}", f"{twice}", aim)
    return 1 if lost or (not options.with_sender and twice > options.kills * BOUND) else 0


@contextlib.contextmanager
def mail_server(taken: Path):
    """The port of a mail server that notes the Message-ID of each mail, then says 250."""
    listener = socket.create_server(("127.0.0.1", 0))
    process = os.fork()
    if process == 0:
        with taken.open("ab", buffering=0) as out:
            while True:
                client, _ = listener.accept()
                with client, contextlib.suppress(OSError):
                    talk(client, out)
    try:
        yield listener.getsockname()[1]
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        listener.close()


def talk(client, out) -> None:
    lines = client.makefile("rb")
    client.sendall(b"220 benchmark\r\n")
    while line := lines.readline():
        word = line[:4].upper()
        if word == b"DATA":
            client.sendall(b"354 go on\r\n")
            text = b""
            while (piece := lines.readline()) not in (b".\r\n", b""):
                text += piece
            if piece:
                out.write(re.search(rb"(?mi)^Message-ID: (.*?)\r?$", text)[1] + b"\n")
                client.sendall(b"250 taken\r\n")
        elif word == b"QUIT":
            client.sendall(b"221 bye\r\n")
            return
        else:
            client.sendall(b"250 fine\r\n")


def kill_workers(kills: int, with_sender: bool) -> int:
    """Kill so many workers, each at a random moment; how many mails came meanwhile."""
    from accounts.models import Plan, User

    plan = Plan.objects.create(name="Benchmark", is_unlimited=True)
    member = User.objects.create_user(email="ann@example.com", password=None, plan=plan)
    member.emailaddress_set.create(email=member.email, verified=True, primary=True)
    asked = top_up(0)
    work_off()  # what is read once and kept is there before the first kill
    for number in range(kills):
        asked = top_up(asked)
        process = os.fork()
        if process == 0:
            work(with_sender)
        os.setpgid(process, process)
        time.sleep(random.uniform(0, LONGEST))
        os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
        if number % 100 == 99:
            print(f"{number + 1} kills, {asked} mails", flush=True)
    return asked


def top_up(asked: int) -> int:
    """Receive mails until enough wait; how many came in all."""
    from django.conf import settings

    from consultant.models import IncomingMail
    from consultant.reception.receive import receive

    waiting = IncomingMail.objects.filter(state=IncomingMail.State.WAITING).count()
    for _ in range(waiting, WAITING):
        asked += 1
        raw = (
            f"From: ann@example.com\r\nTo: {settings.CONSULTANT_ADDRESS}\r\n"
            f"Subject: Case {asked}\r\nMessage-ID: <{asked}@example.com>\r\n\r\n"
            f"{random.choice(QUESTIONS)}\r\n"
        )
        evidence = {"client_ip": "127.0.0.1", "mail_from": "ann@example.com"}
        receive(raw.encode(), way=IncomingMail.Way.SMTP, evidence=evidence)
    return asked


def work(with_sender: bool) -> None:
    """Read, answer and send in a forked process, until it is killed."""
    from django.db import connection

    connection.connection = None  # the parent's; this process opens its own
    sender = forked_sender(with_sender)
    try:
        while True:
            if not one_round(sender.send):
                time.sleep(0.002)
    finally:
        os._exit(1)


def forked_sender(is_of_the_group: bool):
    """The product's sender, in a session of its own or in the group of its worker."""
    from accounts.sender import Sender, send_as_asked

    class ForkedSender(Sender):
        def start(self):
            asks, ask = os.pipe()
            answered, answers = os.pipe()
            if os.fork() == 0:
                if not is_of_the_group:
                    os.setsid()
                os.close(ask)
                os.close(answered)
                try:
                    send_as_asked(os.fdopen(asks), os.fdopen(answers, "w"))
                finally:
                    os._exit(0)
            os.close(asks)
            os.close(answers)
            return SimpleNamespace(stdin=os.fdopen(ask, "w"), stdout=os.fdopen(answered))

    sender = ForkedSender()
    sender.send(0)  # before this process has a connection to the database, which must not be shared
    return sender


def one_round(send: Callable[[int], None]) -> int:
    """Read one mail, answer what waits, send what waits; how much there was to read and answer."""
    from consultant.answering import answer_question
    from consultant.models import IncomingMail, Message
    from consultant.reading import read_mail

    mails = IncomingMail.objects.filter(state=IncomingMail.State.WAITING).order_by("pk")
    mails = list(mails.values_list("pk", flat=True)[:1])
    for pk in mails:
        read_mail(pk)
    questions = Message.objects.filter(state=Message.State.WAITING)
    questions = list(questions.values_list("pk", flat=True))
    for pk in questions:
        answer_question(pk)
    send(50)
    return len(mails) + len(questions)


def work_off() -> None:
    from accounts.outbox import send_waiting_mails

    while one_round(lambda most: send_waiting_mails()):
        pass


def outcome(taken: Path, asked: int) -> tuple[int, int]:
    """How many mails were not answered, and how many answers the mail server took twice."""
    from consultant.models import Message

    answers = Message.objects.filter(kind=Message.Kind.ANSWER)
    answers = set(answers.values_list("message_id", flat=True))
    counts = Counter(taken.read_text().split())
    sent = {message_id: counts[message_id] for message_id in answers}
    lost = asked - sum(1 for count in sent.values() if count)
    return lost, sum(count - 1 for count in sent.values() if count > 1)


if __name__ == "__main__":
    sys.exit(main())
