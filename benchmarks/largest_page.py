"""How much longer the page of the code with most NCCI edits takes than the smallest page.

    python benchmarks/largest_page.py [--help]

Every data set is loaded. The code page and the section NCCI edits of the code that stands in most
edits are asked for in turns with those of the smallest code: of the procedures in fewest edits, the
one whose code page has the fewest bytes. Each is answered by the whole site for a member, in this
process, made anew every time (KEPT_PAGES=0); the ratio is that of the 95th percentiles.

Then pages of every code system are opened, code pages and each of their sections, and the most
queries that one of them takes are told: of members, of members on the first opening of a code page,
which spends a view, and of guests whose views are used up.

A database of its own is made on the server of DATABASE_URL (else on the embedded one), filled with
the publishers' files from the folder CASEPILOT_REAL_DATA or ../shared/data (some minutes), and
dropped; or `--database` names one that has them, in which nothing is left behind. The figures are
appended to benchmarks/RESULTS.md.
"""

import argparse
import contextlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.claim_check import (  # noqa: E402 the repository is on the path only now
    append_row,
    fill_database,
    newest,
    publishers_files,
    start_django,
)
from benchmarks.code_page import own_database, postgresql_version, run, table  # noqa: E402

AIM_RATIO = 2
AIM_MEMBER, AIM_GUEST = 14, 8
SECTION = "ncci-edits"
FEWEST = 40  # codes of the fewest edits among which the smallest page is looked for
FILES = (
    "ncci/*.zip",
    "ncci/AOC_*.txt",
    "rvu/*.zip",
    "hcpcs/*Alpha*.zip",
    "hcpcs/*.xlsx",
    "icd10cm/*",
    "icd10pcs/*",
    "coverage/*",
    "hcc/*",
    "lists/*",
)


@dataclass
class Page:
    """A page, how large it is, and the seconds of each time it was asked for."""

    path: str
    size: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1]


@dataclass(frozen=True)
class Most:
    """The most queries that a page takes for a kind of reader, and which page that is."""

    reader: str
    queries: int
    path: str
    pages: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--rounds", type=int, default=100, help="times each page is asked for (%(default)s)"
    )
    parser.add_argument(
        "--codes", type=int, default=10, help="codes of each system for queries (%(default)s)"
    )
    parser.add_argument("--database", metavar="URL", help="one that has the files")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="casepilot-benchmark-"))
        url, files = options.database, []
        if not url:
            files = publishers_files(FILES)
            if not files:
                print("The publishers' files are not there; set CASEPILOT_REAL_DATA.")
                return 1
            url = stack.enter_context(own_database())
        os.environ |= {
            "DATABASE_URL": url,
            "VAR_DIR": folder,
            "SITE_URL": "http://localhost",
            "KEPT_PAGES": "0",
        }
        run([sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"])
        if files:
            fill_database(files)
        start_django()
        from django.db import transaction

        with transaction.atomic():
            pairs, most = measure(options)
            transaction.set_rollback(True)
        server_version = postgresql_version()
    print(describe(pairs, most, options))
    append_to_results(pairs, most, server_version)
    return 0


# Readers and pages


def member():
    """A browser of a member whose views are counted, and never used up here."""
    from django.contrib.auth import get_user_model

    from accounts.models import Plan

    plan = Plan.objects.create(name="Benchmark", views_per_period=1_000_000)
    user = get_user_model().objects.create_user(email="benchmark@example.org", plan=plan)
    client = guest()
    client.force_login(user)
    return client


def guest():
    from django.test import Client

    return Client(headers={"host": "localhost"})


def get(client, path: str) -> bytes:
    answer = client.get(path)
    if answer.status_code != 200:
        sys.exit(f"{path} answers {answer.status_code}.")
    return answer.content


def codes_by_edits() -> list[str]:
    """The addresses of procedures in any edit in force today, from most edits to fewest."""
    from django.db.models import Count
    from django.utils import timezone

    from codes.models import Code, PtpEdit
    from codes.queries.ncci import PTP_SETTINGS, in_force
    from codes.queries.releases import published_releases

    releases, counts = published_releases(), Counter()
    for setting in PTP_SETTINGS:
        release = newest(releases, setting.ptp_source)
        edits = PtpEdit.objects.filter(in_force(timezone.localdate()), release_id=release.pk)
        for column in ("column_one", "column_two"):
            counts.update(dict(edits.values_list(column).annotate(number=Count("*"))))
    codes = {code.value: code for code in Code.objects.filter(system__in=("cpt", "hcpcs"))}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [codes[value].get_absolute_url() for value, _ in ordered if value in codes]


def some_codes(count: int) -> list[str]:
    """The addresses of so many codes of each system, the same in every run over the same data."""
    from codes.models import Code, CodeSystem

    drawn, found = random.Random(14), []
    for system in CodeSystem:
        codes = list(Code.objects.filter(system=system).order_by("value"))
        found += [code.get_absolute_url() for code in drawn.sample(codes, min(count, len(codes)))]
    return found


# Measuring


def measure(options) -> tuple[list[tuple[str, Page, Page]], list[Most]]:
    reader, ordered = member(), codes_by_edits()
    largest = ordered[0]
    smallest = min(ordered[-FEWEST:], key=lambda path: len(get(reader, path)))
    pairs = [
        ("code page", Page(largest), Page(smallest)),
        ("section NCCI edits", Page(f"{largest}{SECTION}/"), Page(f"{smallest}{SECTION}/")),
    ]
    pages = [page for _, *two in pairs for page in two]
    for number in range(options.rounds + 1):
        for page in pages:
            started = time.perf_counter()
            page.size = len(get(reader, page.path))
            if number:
                page.seconds.append(time.perf_counter() - started)
    return pairs, most_queries(reader, [largest, smallest, *some_codes(options.codes)])


def most_queries(reader, codes: list[str]) -> list[Most]:
    """The page with most queries of each kind of reader."""
    members, openings, guests = {}, {}, {}
    stranger = guest()
    get(stranger, codes[0])  # spends the views that a guest has
    for path in codes:
        openings[path] = queries_of(reader, path)
        for page in (path, *(f"{path}{slug}/" for slug in open_sections(reader, path))):
            members[page] = queries_of(reader, page)
        if path != codes[0]:
            guests[path] = queries_of(stranger, path, must_hold=b'data-state="locked"')
    named = {
        "member": members,
        "member, first opening": openings,
        "guest, locked": {path: count for path, count in guests.items() if count},
    }
    return [
        Most(name, max(found.values()), max(found, key=found.get), len(found))
        for name, found in named.items()
    ]


def open_sections(reader, path: str) -> list[str]:
    from codes.models import SectionSlug

    html = get(reader, path).decode()
    return [slug.value for slug in SectionSlug if f'<section id="{slug.value}"' in html]


def queries_of(client, path: str, must_hold: bytes = b"") -> int:
    """How many queries a page takes; 0 where it does not hold what it must."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        html = get(client, path)
    return len(captured) if must_hold in html else 0


# Telling


def describe(pairs, most, options) -> str:
    rows = [["page", "largest", "KB", "p95, ms", "smallest", "KB", "p95, ms", "ratio"]]
    for name, *two in pairs:
        cells = [
            cell
            for page in two
            for cell in (page.path, f"{page.size / 1000:.0f}", f"{page.p95 * 1000:.1f}")
        ]
        rows.append([name, *cells, f"{ratio(*two):.2f}"])
    counts = [["reader", "most queries", "on", "of pages"]]
    counts += [[item.reader, str(item.queries), item.path, str(item.pages)] for item in most]
    aims = (
        f"Aims: ratio at most {AIM_RATIO}; at most {AIM_MEMBER} queries for a member, {AIM_GUEST} "
        f"for a guest whose views are used up. {options.rounds} rounds."
    )
    return f"{table(rows)}\n\n{table(counts)}\n\n{aims}"


def ratio(largest: Page, smallest: Page) -> float:
    return largest.p95 / smallest.p95


def append_to_results(pairs, most, server_version: int) -> None:
    for name, *two in pairs:
        title = f"largest_page: {name}, p95 of most NCCI edits to p95 of the smallest page"
        append_row(server_version, title, f"{ratio(*two):.2f}", f"at most {AIM_RATIO}")
    for item in most:
        aim = AIM_GUEST if item.reader == "guest, locked" else AIM_MEMBER
        title = f"largest_page: most queries of {item.pages} pages, {item.reader}"
        append_row(server_version, title, str(item.queries), f"at most {aim}")


if __name__ == "__main__":
    sys.exit(main())
