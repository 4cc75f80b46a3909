"""How long a check of a claim of fifty lines takes, as a ratio to the one statement for its pairs.

    python benchmarks/claim_check.py [--help]

The check is everything between the address of a claim and its findings: reading the address, the
published releases, every fact, every rule, the estimated payment. The statement is the one that
the check itself runs to fetch the NCCI edits among the fifty codes, sent alone with its values.
Both take turns over the same claims, of two kinds: codes that have edits with one another, drawn
from the partners of one code, and codes drawn from the whole fee schedule. Nothing is written.

A database of its own is made on the server of DATABASE_URL (else on the embedded one), filled with
the publishers' files that a check needs, from the folder CASEPILOT_REAL_DATA or ../shared/data, and
dropped; or `--database` names one that has them. The ratios of the medians are appended to
benchmarks/RESULTS.md.
"""

import argparse
import contextlib
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.code_page import (  # noqa: E402 the repository is on the path only now
    own_database,
    postgresql_version,
    run,
    table,
)

AIM = 5
LINES, DIAGNOSES = 50, 12
RELATED, ANY = "codes with edits among them", "codes of the whole fee schedule"
UNDATED = "current_article"  # neither these files nor their names tell of which day they are
FILES = (
    "ncci/*practitioner*.zip",
    "ncci/AOC_*.txt",
    "rvu/rvu26c.zip",
    "hcpcs/*.xlsx",
    "icd10cm/cms_2026_dx.zip",
    "icd10cm/icd10cm_tabular_2021.zip",
    "coverage/*article*.zip",
    "lists/pos_codes.csv",
)


@dataclass
class Kind:
    """Claims of one kind as addresses, and how long each side took, in seconds."""

    name: str
    queries: list[str]
    checks: list[float] = field(default_factory=list)
    statements: list[float] = field(default_factory=list)
    pairs: list[int] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(self.checks) / statistics.median(self.statements)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--claims", type=int, default=20, help="claims of each kind (default: %(default)s)"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="times each is checked (default: %(default)s)"
    )
    parser.add_argument("--database", metavar="URL", help="one that has the files; only read")
    options = parser.parse_args()
    with site_with_files(options.database, FILES):
        kinds = [
            Kind(RELATED, addresses(options.claims, related=True)),
            Kind(ANY, addresses(options.claims, related=False)),
        ]
        measure(kinds, options.rounds)
        server_version = postgresql_version()
    print(describe(kinds, options))
    append_to_results(kinds, server_version)
    return 0


# The data


@contextlib.contextmanager
def site_with_files(url: str | None, patterns) -> Iterator[Path]:
    """Django on a database that holds the publishers' files, with a VAR_DIR of its own: its path.

    The database at `url`, or else one that is made, filled and dropped again. Ends the run where
    the files are wanted and not there.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="casepilot-benchmark-"))
        os.environ["VAR_DIR"] = folder
        if url:
            os.environ["DATABASE_URL"] = url
        else:
            files = publishers_files(patterns)
            if not files:
                sys.exit("The publishers' files are not there; set CASEPILOT_REAL_DATA.")
            os.environ["DATABASE_URL"] = stack.enter_context(own_database())
            fill_database(files)
        start_django()
        yield Path(folder)


def publishers_files(patterns) -> list[Path]:
    """The files that match, [] unless there are some for each pattern."""
    folder = Path(os.environ.get("CASEPILOT_REAL_DATA", ROOT.parent / "shared" / "data"))
    found = [sorted(folder.glob(pattern)) for pattern in patterns]
    return [file for files in found for file in files] if all(found) else []


def fill_database(files: list[Path]) -> None:
    manage = [sys.executable, "manage.py"]
    run([*manage, "migrate", "--verbosity", "0"])
    run([*manage, "createcachetable", "--verbosity", "0"])
    undated = [file for file in files if file.name.startswith(UNDATED)]
    run([*manage, "import_files", *(str(file) for file in files if file not in undated)])
    if undated:
        run([*manage, "import_files", *map(str, undated), "--valid-from", "2025-08-01"])


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casepilot_site.settings")
    import django

    django.setup()


def addresses(count: int, *, related: bool) -> list[str]:
    """The addresses of so many claims; the same ones in every run over the same data."""
    from codes.models import FeeScheduleRow, OfficialDescription, Source
    from codes.queries.ncci import Direction, Setting, edits_of
    from codes.queries.releases import published_releases

    releases = published_releases()
    edits, schedule = (
        newest(releases, source)
        for source in (Source.NCCI_PTP_PRACTITIONER, Source.PHYSICIAN_FEE_SCHEDULE)
    )
    day = edits.valid_from
    drawn = random.Random(50 + related)
    paid = FeeScheduleRow.objects.filter(release=schedule, modifier="").order_by("hcpcs")
    paid = list(paid.values_list("hcpcs", flat=True))
    diagnoses = OfficialDescription.objects.filter(
        release=newest(releases, Source.ICD_10_CM_ORDER), is_billable=True
    )
    diagnoses = list(diagnoses.order_by("code__value").values_list("code__value", flat=True))
    found = []
    while len(found) < count:
        codes = paid
        if related:
            one = drawn.choice(paid)
            partners = edits_of(one, Setting.PRACTITIONER, Direction.AS_COLUMN_ONE, day, releases)
            codes = [one, *partners.values_list("column_two", flat=True)]
        if len(codes) < LINES:
            continue
        lines = "&".join(f"line={code}" for code in drawn.sample(codes, LINES))
        dx = "&".join(f"dx={value}" for value in drawn.sample(diagnoses, DIAGNOSES))
        found.append(f"date={day}&{lines}&{dx}")
    return found


def newest(releases, source):
    """The newest release of a source; ends the run where there is none."""
    if not releases.of(source):
        sys.exit(f"The database has no release of: {source.label}.")
    return releases.of(source)[-1]


# Measuring


def measure(kinds: list[Kind], rounds: int) -> None:
    """Each round takes every claim, the check and the statement in turns; the first warms up."""
    for number in range(rounds + 1):
        for kind in kinds:
            for query in kind.queries:
                check, statement, pairs = times_of(query)
                if number:
                    kind.checks.append(check)
                    kind.statements.append(statement)
                    kind.pairs.append(pairs)


def times_of(query: str) -> tuple[float, float, int]:
    """Seconds of the check, seconds of the statement alone, and how many edits it found."""
    from django.http import QueryDict

    from codes.queries.claim_check.check import check_claim
    from codes.queries.claim_check.claim import read_claim
    from codes.queries.releases import published_releases

    started = time.perf_counter()
    claim = read_claim(QueryDict(query), date.today())  # noqa: DTZ011 the claim has its own date
    assert not claim.problems, claim.problems
    check_claim(claim, published_releases())
    check = time.perf_counter() - started
    seconds, count = statement_alone(claim)
    return check, seconds, count


def statement_alone(claim) -> tuple[float, int]:
    """How long the statement for the pairs takes by itself, rows fetched, and their number."""
    from django.db import connection

    from codes.queries.ncci import pairs_among
    from codes.queries.releases import published_releases

    sent = []

    def keep(execute, sql, parameters, many, context):
        sent.append((sql, parameters))
        return execute(sql, parameters, many, context)

    releases, values = published_releases(), {line.value for line in claim.lines}
    with connection.execute_wrapper(keep):
        pairs_among(values, claim.setting, claim.date_of_service, releases)
    assert len(sent) == 1, f"one statement fetches the pairs, not {len(sent)}"
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(*sent[0])
        rows = cursor.fetchall()
        return time.perf_counter() - started, len(rows)


# Telling


def describe(kinds: list[Kind], options) -> str:
    rows = [["fifty lines", "edits", "check, ms", "statement, ms", "ratio"]]
    for kind in kinds:
        rows.append(
            [
                kind.name,
                f"{statistics.median(kind.pairs):.0f}",
                f"{statistics.median(kind.checks) * 1000:.1f}",
                f"{statistics.median(kind.statements) * 1000:.1f}",
                f"{kind.ratio:.2f}",
            ]
        )
    setting = (
        f"{options.claims} claims of each kind with {DIAGNOSES} diagnoses, each checked "
        f"{options.rounds} times; medians."
    )
    return f"{table(rows)}\n\nAim: ratio at most {AIM}. {setting}"


def append_to_results(kinds: list[Kind], server_version: int) -> None:
    for kind in kinds:
        name = f"claim_check: fifty lines, {kind.name}, to the statement for their pairs"
        append_row(server_version, name, f"{kind.ratio:.2f}", f"at most {AIM}")


def append_row(server_version: int, name: str, figure: str, aim: str) -> None:
    today = f"{datetime.now(tz=UTC):%Y-%m-%d}"
    machine = (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {server_version}"
    )
    with (ROOT / "benchmarks" / "RESULTS.md").open("a", encoding="utf-8") as out:
        out.write(f"| {today} | {machine} | {name} | {figure} | {aim} |\n")


if __name__ == "__main__":
    sys.exit(main())
