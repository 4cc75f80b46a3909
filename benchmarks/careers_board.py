"""How much longer a page of the job board takes with 10,000 postings than the empty board's page.

    python benchmarks/careers_board.py [--help]

The empty board is asked for before the postings are made and after they are gone again; between,
lists of every kind: all jobs, words, facets, a distance, a pay, orders, a later page. Each is
answered by the whole site for a guest, in this process; the ratio is that of the 95th percentiles.
Each list is asked for as it is kept from the time before, and then drawn anew each time.
The most queries that a page takes are told as well, and how long the first page after a change
takes, which reads the postings anew.

A database of its own is made on the server of DATABASE_URL (else on the embedded one) and dropped.
The figures are appended to benchmarks/RESULTS.md.
"""

import argparse
import contextlib
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.claim_check import append_row, start_django  # noqa: E402 the path is set only now
from benchmarks.code_page import own_database, postgresql_version, run, table  # noqa: E402

AIM_RATIO, AIM_QUERIES = 2, 8
EMPTY = "/careercenter/"
LISTS = {
    "all jobs": "",
    "a later page": "page=200",
    "best paid": "sort=pay",
    "a common word": "q=coder",
    "two words": "q=inpatient+coder",
    "a word and facets": "q=auditor&workplace=remote&credential=cpc",
    "facets": "workplace=remote&credential=cpc&type=FULL_TIME",
    "a state and a pay": "state=ID&pay=60000",
    "a distance": "zip=83702&radius=100",
    "this week": "days=7&specialty=cardiology",
}


@dataclass
class Page:
    """A page, the seconds of each time it was asked for, and its queries."""

    name: str
    path: str
    seconds: list[float] = field(default_factory=list)
    anew: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def p95(self) -> float:
        return p95(self.seconds)


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--postings", type=int, default=10_000, help="(default: %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=200, help="times each page is asked for (%(default)s)"
    )
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="casepilot-benchmark-"))
        url = stack.enter_context(own_database())
        os.environ |= {"DATABASE_URL": url, "VAR_DIR": folder, "SITE_URL": "http://localhost"}
        run([sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"])
        run([sys.executable, "manage.py", "migrate", "--verbosity", "0"])
        start_django()
        empty, pages, anew = measure(options)
        server_version = postgresql_version()
    report(empty, pages, anew, options, server_version)
    return 0


def measure(options) -> tuple[Page, list[Page], float]:
    from careers.actions.board import bump_board
    from careers.models import Employer

    empty = Page("the empty board", EMPTY)
    ask([empty], options.rounds)
    make_postings(options.postings)
    started = time.perf_counter()
    get(EMPTY)
    anew = time.perf_counter() - started
    pages = [Page(name, f"{EMPTY}?{query}") for name, query in LISTS.items()]
    ask(pages, options.rounds)
    for page in pages:
        page.queries = count_queries(page.path)
    Employer.objects.all().delete()
    bump_board()
    ask([empty], options.rounds)
    return empty, pages, anew


def ask(pages: list[Page], rounds: int) -> None:
    """Ask for the pages in turns. The first time of each is not counted."""
    for number in range(rounds + 1):
        for page in pages:
            again = timed(page.path)
            if number:
                page.seconds.append(again)
    for number in range(rounds + 1):
        for page in pages:
            forget()
            anew = timed(page.path)
            if number:
                page.anew.append(anew)


def timed(path: str) -> float:
    started = time.perf_counter()
    get(path)
    return time.perf_counter() - started


def forget() -> None:
    """Forget what was drawn of the board."""
    from careers.queries.board_index import board_index

    board_index().kept.clear()


@cache
def guest():
    """One browser: making it anew each time would load the middleware each time."""
    from django.test import Client

    return Client(headers={"host": "localhost"})


def get(path: str) -> bytes:
    answer = guest().get(path)
    if answer.status_code != 200:
        sys.exit(f"{path} answers {answer.status_code}.")
    return answer.content


def count_queries(path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    forget()
    with CaptureQueriesContext(connection) as queries:
        get(path)
    return len(queries)


# The postings, the same in every run

KINDS = ["Inpatient coder", "Outpatient coder", "Risk auditor", "Cardiology coder", "Biller"]
ZIPS = [("Boise", "ID", "83702"), ("Omaha", "NE", "68102"), ("Portland", "ME", "04101")]
ZIPS += [("Tampa", "FL", "33606"), ("Columbus", "OH", "43215"), ("Denver", "CO", "80202")]
WORK = (
    "You read records, assign codes of {systems}, and settle what is unclear by queries. You keep "
    "{count} charts an hour at 95 % accuracy, as the team of {name} does. We pay for education."
)


def make_postings(count: int) -> None:
    from django.contrib.postgres.search import SearchVector
    from django.utils import timezone

    from careers.actions.board import bump_board
    from careers.models import Credential, Employer, Location, Posting, Specialty
    from careers.zip_codes import point_of

    drawn, now = random.Random(7), timezone.now()
    employers = Employer.objects.bulk_create(
        Employer(name=f"Employer {number}", slug=f"employer-{number}") for number in range(200)
    )
    credentials, specialties = list(Credential.objects.all()), list(Specialty.objects.all())
    postings = []
    for number in range(count):
        text = WORK.format(systems="ICD-10-CM", count=drawn.randint(2, 20), name=number % 700)
        postings.append(
            Posting(
                employer=drawn.choice(employers),
                title=drawn.choice(KINDS),
                description=text,
                description_html=f"<p>{text}</p>",
                employment_type=drawn.choice(["FULL_TIME", "FULL_TIME", "PART_TIME", "CONTRACTOR"]),
                workplace=drawn.choice(["remote", "hybrid", "onsite"]),
                remote_states=drawn.choice([[], [], ["ID", "OR", "WA"], ["ME", "NH"]]),
                pay_min=drawn.randint(20, 30),
                pay_max=drawn.randint(31, 48),
                specialty=drawn.choice(specialties),
                level=drawn.choice(Posting.Level.values),
                state=Posting.State.LIVE,
                went_live_at=now - timedelta(minutes=drawn.randint(0, 60 * 24 * 60)),
                valid_through=timezone.localdate() + timedelta(days=30),
            )
        )
    Posting.objects.bulk_create(postings, batch_size=1000)
    places = []
    for posting in postings:
        if posting.workplace != "remote":
            city, state, zip_code = drawn.choice(ZIPS)
            north, east = point_of(zip_code)
            places.append(
                Location(
                    posting=posting,
                    city=city,
                    state=state,
                    zip_code=zip_code,
                    latitude=north,
                    longitude=east,
                )
            )
    Location.objects.bulk_create(places, batch_size=1000)
    through = Posting.credentials.through
    through.objects.bulk_create(
        (
            through(posting_id=posting.pk, credential_id=credential.pk)
            for posting in postings
            for credential in drawn.sample(credentials[:12], 2)
        ),
        batch_size=2000,
    )
    Posting.objects.update(
        search=SearchVector("title", weight="A", config="english")
        + SearchVector("description", weight="D", config="english")
    )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    bump_board()


# Telling


def report(empty: Page, pages: list[Page], anew: float, options, server_version: int) -> None:
    rows = [["page", "p95", "ratio", "p95 anew", "ratio", "queries anew"]]
    base, base_anew = empty.p95, p95(empty.anew)
    for page in [empty, *pages]:
        again, anew_ = page.p95, p95(page.anew)
        rows.append(
            [
                page.name,
                f"{again * 1000:.1f} ms",
                f"{again / base:.2f}",
                f"{anew_ * 1000:.1f} ms",
                f"{anew_ / base_anew:.2f}",
                str(page.queries),
            ]
        )
    print(table(rows))
    print(f"The first page after a change: {anew * 1000:.0f} ms.")
    slowest = max(pages, key=lambda page: page.p95)
    most = max(pages, key=lambda page: page.queries)
    what = f"careers_board: {options.postings:,} postings"
    append_row(
        server_version,
        f"{what}, p95 of the slowest list ({slowest.name}) to p95 of the empty board",
        f"{slowest.p95 / empty.p95:.2f}",
        f"at most {AIM_RATIO}",
    )
    slowest = max(pages, key=lambda page: p95(page.anew))
    append_row(
        server_version,
        f"{what}, the same drawn anew ({slowest.name})",
        f"{p95(slowest.anew) / base_anew:.2f}",
        f"at most {AIM_RATIO}",
    )
    append_row(
        server_version,
        f"{what}, most queries of {len(pages)} lists, guest",
        str(most.queries),
        f"at most {AIM_QUERIES}",
    )


if __name__ == "__main__":
    sys.exit(main())
