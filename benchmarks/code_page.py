"""How fast a code page is, as a ratio to a bare view behind the same middleware.

    python benchmarks/code_page.py [--help]

It makes a database of its own with the demonstration data on the server of DATABASE_URL (else on
the embedded one), starts gunicorn as `make run` does, asks for each page over kept connections
in turns with the bare views, and drops the database. Ratios come from the same round, so that a
busy machine slows both; requests per second are those of this machine.
"""

import argparse
import contextlib
import datetime
import http.client
import os
import platform
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402 the repository is on the path only now

from casepilot_site import embedded_postgres, env  # noqa: E402

AIM_RATIO = 0.6
AIM_QUERIES = 8
OPENED, LOCKED = "/codes/cpt/96522/", "/codes/cpt/96521/"


@dataclass
class Target:
    """An address with its cookies: what is asked for, and the requests/s of each round."""

    name: str
    path: str
    cookies: dict[str, str]
    floor: str = ""
    must_hold: str = ""
    rates: list[float] = field(default_factory=list)

    def request(self) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"GET {self.path} HTTP/1.1", "Host: localhost", "Accept-Encoding: gzip"]
        if cookies:
            lines.append(f"Cookie: {cookies}")
        return "\r\n".join([*lines, "", ""]).encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="rounds (default: %(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=1.5, help="length of a measurement (default: %(default)s)"
    )
    parser.add_argument(
        "--connections", type=int, default=16, help="kept connections (default: %(default)s)"
    )
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="casepilot-benchmark-"))
        url = stack.enter_context(own_database())
        port = free_port()
        os.environ |= {
            "DATABASE_URL": url,
            "VAR_DIR": folder,
            "PORT": str(port),
            "SITE_URL": f"http://localhost:{port}",
            "DJANGO_SETTINGS_MODULE": "benchmarks.bare_site.settings",
        }
        run([sys.executable, "-m", "casepilot_site.first_run"])
        stack.enter_context(web_server(port))
        targets, readers = prepare_targets(port)
        measure(port, targets, options)
        queries = count_queries(readers)
        server_version = postgresql_version()
    print(describe(targets, queries, options))
    append_to_results(targets, queries, server_version)


# The site


@contextlib.contextmanager
def own_database():
    """The address of a new database, dropped at the end."""
    with contextlib.ExitStack() as stack:
        server = env.text("DATABASE_URL") or stack.enter_context(embedded_postgres.running())
        name = f"casepilot_benchmark_{secrets.token_hex(4)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            # The benchmark's own connections end with its process.
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command):
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def web_server(port):
    """Gunicorn with the site's own configuration: two processes of sixteen threads, and pools."""
    server = subprocess.Popen([sys.executable, "-m", "gunicorn"], cwd=ROOT)
    try:
        end = time.monotonic() + 30
        while True:
            if server.poll() is not None or time.monotonic() > end:
                sys.exit("The web server did not start.")
            with contextlib.suppress(OSError):
                get(port, "/healthz/")
                break
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(timeout=20)


def get(port, path, cookies=None) -> tuple[str, dict[str, str]]:
    """The page and the cookies it sets."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    header = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    connection.request("GET", path, headers={"Host": "localhost", "Cookie": header})
    answer = connection.getresponse()
    body = answer.read().decode()
    if answer.status != 200:
        sys.exit(f"{path} answers {answer.status}.")
    sent = [
        cookie.split(";")[0].split("=", 1) for cookie in answer.headers.get_all("Set-Cookie", [])
    ]
    return body, dict(sent)


def prepare_targets(port) -> tuple[list[Target], dict[str, tuple[str, dict[str, str]]]]:
    """What is measured, and the readers of each page: a guest with one view spent, a member."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    from codes.models import Code

    _, guest = get(port, OPENED)
    client = Client()
    client.force_login(get_user_model().objects.create_user(email="member@example.org"))
    name = settings.SESSION_COOKIE_NAME
    member = {name: client.cookies[name].value}
    get(port, OPENED, member)

    framed = f"/framed/{Code.objects.get(system='cpt', value='96522').pk}/"
    is_open, is_locked = 'data-state="open"', 'data-state="locked"'
    targets = [
        Target("bare view, guest", "/bare/", guest),
        Target("one look-up in base.html, guest", framed, guest, "bare view, guest"),
        Target("guest, open", OPENED, guest, "bare view, guest", is_open),
        Target("guest, locked", LOCKED, guest, "bare view, guest", is_locked),
        Target("bare view, member", "/bare/", member),
        Target("one look-up in base.html, member", framed, member, "bare view, member"),
        Target("member, open", OPENED, member, "bare view, member", is_open),
    ]
    for target in targets:
        body, _ = get(port, target.path, target.cookies)
        if target.must_hold not in body:
            sys.exit(f"{target.name}: expected {target.must_hold} in {target.path}.")
    return targets, {
        "guest, open": (OPENED, guest),
        "guest, locked": (LOCKED, guest),
        "member, open": (OPENED, member),
    }


# Measuring


def measure(port, targets, options):
    """Each round asks for every target, one after the other; the first round only warms up."""
    for number in range(options.rounds + 1):
        show_progress(number, options.rounds)
        for target in targets:
            rate = requests_per_second(
                port, target.request(), options.seconds if number else 0.5, options.connections
            )
            if number:
                target.rates.append(rate)
    show_progress(options.rounds, options.rounds, end="\n")


def show_progress(done, total, end=""):
    if sys.stderr.isatty():
        print(f"\rround {done} of {total}", end=end, file=sys.stderr, flush=True)


def requests_per_second(port, request: bytes, seconds: float, connections: int) -> float:
    """Answers of status 200 a second over so many kept connections. Raises OSError."""
    counts, failures = [], []
    start = time.perf_counter()
    end = start + seconds

    def ask():
        count = 0
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                while time.perf_counter() < end:
                    connection.sendall(request)
                    read_answer(connection)
                    count += 1
        except OSError as error:
            failures.append(error)
        counts.append(count)

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / (time.perf_counter() - start)


def read_answer(connection):
    """Read one answer whole. Raises OSError unless it is a 200 of a stated length."""
    data = connection.recv(65536)
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise OSError("the server closed the connection")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise OSError(f"unexpected answer: {head[:60]!r}")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    missing = length - len(body)
    while missing > 0:
        missing -= len(connection.recv(min(missing, 65536)))


def count_queries(readers) -> dict[str, list[str]]:
    """The SQL of each page at its second opening, of this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    found = {}
    for name, (path, cookies) in readers.items():
        client = Client(headers={"host": "localhost"})
        client.cookies.load(cookies)
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        found[name] = [query["sql"] for query in captured.captured_queries]
    return found


# Telling


def describe(targets, queries, options) -> str:
    rows = [["page", "requests/s", "ratio to the bare view", "lowest–highest round", "queries"]]
    for target in targets:
        found = ratios(target, targets)
        spread = f"{min(found):.2f}–{max(found):.2f}" if target.floor else ""
        count = str(len(queries[target.name])) if target.name in queries else ""
        rate = f"{statistics.median(target.rates):.0f}"
        rows.append([target.name, rate, f"{statistics.median(found):.2f}", spread, count])
    aims = f"Aims: ratio at least {AIM_RATIO}, at most {AIM_QUERIES} queries."
    setting = (
        f"gunicorn, 2 processes of 16 threads; {options.connections} connections, median of "
        f"{options.rounds} rounds of {options.seconds:g} s."
    )
    return f"{table(rows)}\n\n{aims}\nThe site: {setting}"


def ratios(target, targets) -> list[float]:
    """Of each round, to the bare view of the same reader; 1 for a bare view itself."""
    floor = next(other for other in targets if other.name == (target.floor or target.name))
    return [ours / bare for ours, bare in zip(target.rates, floor.rates, strict=True)]


def table(rows) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def append_to_results(targets, queries, server_version):
    """A line for each page; `benchmarks/RESULTS.md` is shared with the other scripts."""
    file = ROOT / "benchmarks" / "RESULTS.md"
    if not file.exists():
        file.write_text(
            "# Results\n\nRatios against a named peer, measured in the same run; the script says "
            "how. Newest last.\n\n"
            "| date | machine | benchmark | ratio | aim |\n| --- | --- | --- | --- | --- |\n",
            encoding="utf-8",
        )
    today = f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}"
    machine = (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {server_version}"
    )
    with file.open("a", encoding="utf-8") as out:
        for target in targets:
            if not target.floor:
                continue
            ratio = statistics.median(ratios(target, targets))
            name, aim = target.name, "none"
            if target.name in queries:
                name = f"{name}, {len(queries[target.name])} queries"
                aim = f"at least {AIM_RATIO}, at most {AIM_QUERIES} queries"
            out.write(
                f"| {today} | {machine} | code_page: {name}, to {target.floor} "
                f"| {ratio:.2f} | {aim} |\n"
            )


def postgresql_version() -> int:
    from django.db import connection

    with connection.cursor():
        version = connection.pg_version // 10000
    connection.close()
    return version


if __name__ == "__main__":
    main()
