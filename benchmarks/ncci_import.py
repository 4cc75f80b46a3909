"""How long the seven files of NCCI's edits take, against a raw COPY into the same indexed table.

    python benchmarks/ncci_import.py [--rounds 1]

The import does everything it does for an operator: unzip, hash, recognize, check the parts, parse,
copy, index, make codes, publish. The raw side is PostgreSQL's own COPY of the same rows into the
same table, whose indexes are there, as it would be for rows that come to a table in use. Both end
with a commit. The import's memory is the largest its process ever had. A test database is made and
removed again.

The files are the publishers', from the folder CASEPILOT_REAL_DATA or ../shared/data. The ratio of
the medians is appended to benchmarks/RESULTS.md.
"""

import argparse
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.import_speed import start_django  # noqa: E402 the repository is on the path only now

AIM = 2.5
MOST_MEMORY = 500  # MB
BLOCK = 1024 * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1, help="times each side runs (1)")
    rounds = parser.parse_args().rounds
    folder = Path(os.environ.get("CASEPILOT_REAL_DATA", ROOT.parent / "shared" / "data"))
    files = sorted((folder / "ncci").glob("*ptp*.zip"))
    if not files:
        print(f"The publishers' files are not at {folder}; set CASEPILOT_REAL_DATA.")
        return 1
    start_django()
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _measure(files, rounds)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return 0


def _measure(files: list[Path], rounds: int) -> None:
    imports, copies, memory = [], [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        streams: list[tuple[int, Path]] = []
        for _ in range(rounds):
            imports.append(_import(files))
            memory = memory or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            streams = streams or _streams(Path(folder))
            _remove_all()
            copies.append(_raw_copy(streams))
            _remove_all()
        rows = sum(_lines(path) for _, path in streams)
    ratio = statistics.median(imports) / statistics.median(copies)
    print(f"NCCI PTP edits, both settings: {len(files)} files, {rows:,} rows")
    print(f"  import   {_seconds(imports)}, {memory:.0f} MB, aim at most {MOST_MEMORY} MB")
    print(f"  raw COPY {_seconds(copies)}")
    print(f"  ratio    {ratio:.2f}, aim at most {AIM}", flush=True)
    _append(f"PTP edits, import to raw COPY; {memory:.0f} MB", ratio)


def _import(files: list[Path]) -> float:
    from codes.importers.pipeline import import_paths

    started = time.perf_counter()
    report = import_paths(files)
    seconds = time.perf_counter() - started
    if report.problem:
        raise SystemExit(report.problem)
    return seconds


def _streams(folder: Path) -> list[tuple[int, Path]]:
    """The rows of each release as COPY writes them, in files."""
    from django.db import connection

    from codes.models import Release

    streams = []
    for release in Release.objects.order_by("id"):
        path = folder / f"{release.id}"
        with connection.cursor() as cursor, path.open("wb") as out:
            rows = f"SELECT * FROM codes_ptpedit WHERE release_id = {release.id}"  # noqa: S608
            with cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:
                for block in copy:
                    out.write(block)
        streams.append((release.id, path))
    return streams


def _raw_copy(streams: list[tuple[int, Path]]) -> float:
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        for number, _ in streams:
            cursor.execute(
                f"CREATE TABLE raw_{number} PARTITION OF codes_ptpedit FOR VALUES IN ({number})"
            )
    started = time.perf_counter()
    for number, path in streams:
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            path.open("rb") as stream,
            cursor.copy(f"COPY raw_{number} FROM STDIN") as copy,
        ):
            while block := stream.read(BLOCK):
                copy.write(block)
    return time.perf_counter() - started


def _remove_all() -> None:
    """Drop every part, releases and codes with it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'codes_ptpedit'::regclass"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {table}")
        cursor.execute("TRUNCATE codes_release, codes_code CASCADE")


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(1 for _ in stream)


def _seconds(times: list[float]) -> str:
    each = ", ".join(f"{seconds:.2f}" for seconds in times)
    return f"median {statistics.median(times):.2f} s ({each})"


def _append(title: str, ratio: float) -> None:
    from django.db import connection

    version = connection.pg_version // 10000
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {version}"
    with (ROOT / "benchmarks" / "RESULTS.md").open("a", encoding="utf-8") as out:
        out.write(
            f"| {datetime.now(tz=UTC):%Y-%m-%d} | {machine} "
            f"| ncci_import: {title} | {ratio:.2f} | at most {AIM} |\n"
        )


if __name__ == "__main__":
    sys.exit(main())
