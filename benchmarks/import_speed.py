"""How long an import takes, against a raw COPY of the same rows into the same tables.

    python benchmarks/import_speed.py [--rounds 3]

Both sides fill the same empty tables, with all their constraints and indexes (the word index on
descriptions among them), and end with a commit. The import does everything it does for an
operator: unzip, hash, recognize, parse, make codes, load, check, count changes, publish. The raw
side is PostgreSQL's own COPY of rows that were parsed before, one stream per table. Import and
COPY take turns; the ratio is that of the medians. A test database is made and removed again.

The files are the publishers', from the folder CASEPILOT_REAL_DATA or ../shared/data. The last
line of each file is appended to benchmarks/RESULTS.md.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AIM = 2.5
FILES = {
    "ICD-10-CM order file, FY 2026": "icd10cm/cms_2026_dx.zip",
    "HCPCS Level II spreadsheet, July 2026": "hcpcs/HCPC2026_JUL_ANWEB.xlsx",
    "HCPCS Level II record, January 2019": "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip",
}
TABLES = (
    "codes_release",
    "codes_code",
    "codes_officialdescription",
    "codes_hcpcsrecord",
    "codes_hcpcsmodifier",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="times each side runs (3)")
    rounds = parser.parse_args().rounds
    folder = Path(os.environ.get("CASEPILOT_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        print(f"The publishers' files are not at {folder}; set CASEPILOT_REAL_DATA.")
        return 1
    start_django()
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        for title, file in FILES.items():
            _measure(title, folder / file, rounds)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return 0


def start_django() -> None:
    """Set Django up; the embedded database server is started where it is the site's."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casepilot_site.settings")
    import django

    from casepilot_site import embedded_postgres

    if embedded_postgres.is_wanted():
        embedded_postgres.ensure_running()
    django.setup()


def _measure(title: str, path: Path, rounds: int) -> None:
    streams: dict[str, bytes] = {}
    imports, copies = [], []
    for _ in range(rounds):
        _empty_tables()
        imports.append(_import(path))
        streams = streams or _streams()
        _empty_tables()
        copies.append(_raw_copy(streams))
    ratio = statistics.median(imports) / statistics.median(copies)
    rows = sum(stream.count(b"\n") for stream in streams.values())
    print(f"{title}: {rows:,} table rows")
    print(f"  import   {_seconds(imports)}")
    print(f"  raw COPY {_seconds(copies)}")
    print(f"  ratio    {ratio:.2f}, aim at most {AIM}", flush=True)
    _append(title, ratio)


def _import(path: Path) -> float:
    from codes.importers.pipeline import import_paths

    started = time.perf_counter()
    report = import_paths([path])
    seconds = time.perf_counter() - started
    if report.problem:
        raise SystemExit(report.problem)
    return seconds


def _streams() -> dict[str, bytes]:
    """The rows of each table as COPY writes them."""
    from django.db import connection

    streams = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                streams[table] = b"".join(bytes(block) for block in copy)
    return streams


def _raw_copy(streams: dict[str, bytes]) -> float:
    from django.db import connection, transaction

    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, stream in streams.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(stream)
    return time.perf_counter() - started


def _empty_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def _seconds(times: list[float]) -> str:
    each = ", ".join(f"{seconds:.2f}" for seconds in times)
    return f"median {statistics.median(times):.2f} s ({each})"


def _append(title: str, ratio: float) -> None:
    results = ROOT / "benchmarks" / "RESULTS.md"
    if not results.exists():
        results.write_text(
            "# Results\n\nRatios against a named peer, measured in the same run; the script says "
            "how. Newest last.\n\n"
            "| date | machine | benchmark | ratio | aim |\n| --- | --- | --- | --- | --- |\n",
            encoding="utf-8",
        )
    from django.db import connection

    version = connection.pg_version // 10000
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {version}"
    with results.open("a", encoding="utf-8") as out:
        out.write(
            f"| {datetime.now(tz=UTC):%Y-%m-%d} | {machine} "
            f"| import_speed: {title}, import to raw COPY | {ratio:.2f} | at most {AIM} |\n"
        )


if __name__ == "__main__":
    sys.exit(main())
