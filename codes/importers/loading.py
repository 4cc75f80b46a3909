"""Rows into the database, by COPY, a few thousand at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import ModuleType

from django.db import connection

from codes.importers import partitions
from codes.importers.fact_loading import BATCH, FactTables
from codes.importers.rows import CodeRow, CodeSeen, HcpcsFields, LeftOut, ModifierRow, Rejected, Row
from codes.models import (
    Code,
    HcpcsModifier,
    HcpcsRecord,
    OfficialDescription,
    RejectedRow,
    Release,
    Source,
)

_DESCRIPTION = (
    "release_id", "code_id", "short", "medium", "long", "consumer", "is_billable",
    "added_date", "effective_date", "termination_date", "action_code",
)  # fmt: skip
_RECORD = ("release_id", "code_id", *HcpcsFields._fields)
_MODIFIER = ("release_id", *ModifierRow._fields[1:])
_REJECTED = ("release_id", "line_number", "reason")


@dataclass
class Loaded:
    """What came of a file's rows. `left_out` counts, by kind, rows that are not ours to import."""

    code_count: int = 0
    modifier_count: int = 0
    fact_count: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def row_count(self) -> int:
        return self.code_count + self.modifier_count + self.fact_count


class Loader:
    """Puts the rows of one release into the tables. Nothing is kept but what was seen already.

    The rows go by COPY straight into the models' tables: the codes of a batch are made and looked
    up first, so no staging table and no second write is needed. Rows of facts go into the tables
    that the importer names (`FactTables`). All of it runs in the caller's transaction.
    """

    def __init__(self, release: Release, importer: ModuleType):
        self.release = release
        self._facts = FactTables(release, importer)
        self.system = Source(release.source).system
        self.loaded = Loaded()
        self._codes: list[CodeRow] = []
        self._modifiers: list[ModifierRow] = []
        self._first_lines: dict[str, int] = {}

    def load(self, rows: Iterable[Row]) -> Loaded:
        facts = self._facts
        facts.begin()
        for row in rows:
            if type(row) in facts.tables:
                if rejected := facts.add(row):
                    self.loaded.rejected.append(rejected)
            elif type(row) is CodeRow:
                if self._is_new(row):
                    self._codes.append(row)
                    if len(self._codes) >= BATCH:
                        self._flush()
            elif type(row) is ModifierRow:
                if self._is_new(row):
                    self._modifiers.append(row)
            elif type(row) is CodeSeen:
                facts.note_code(row.system, row.value)
            elif type(row) is Rejected:
                self.loaded.rejected.append(row)
            elif type(row) is LeftOut and row.what:
                self.loaded.left_out[row.what] = self.loaded.left_out.get(row.what, 0) + 1
        self._flush()
        facts.end()
        self.loaded.fact_count = facts.row_count
        _copy(
            RejectedRow,
            _REJECTED,
            ((self.release.id, line, reason[:300]) for line, reason in self.loaded.rejected),
        )
        _check_references()
        return self.loaded

    def _is_new(self, row: CodeRow | ModifierRow) -> bool:
        first = self._first_lines.setdefault(row.value, row.line)
        if first != row.line:
            self.loaded.rejected.append(
                Rejected(row.line, f"{row.value} stands on line {first} already.")
            )
            return False
        return True

    def _flush(self) -> None:
        ids = _code_ids(self.system, [row.value for row in self._codes])
        release = self.release.id
        # A row is (line, value, the description's fields ..., hcpcs).
        _copy(
            OfficialDescription,
            _DESCRIPTION,
            ((release, ids[row[1]], *row[2:11]) for row in self._codes),
        )
        _copy(
            HcpcsRecord,
            _RECORD,
            ((release, ids[row.value], *row.hcpcs) for row in self._codes if row.hcpcs),
        )
        _copy(HcpcsModifier, _MODIFIER, ((release, *row[1:]) for row in self._modifiers))
        self.loaded.code_count += len(self._codes)
        self.loaded.modifier_count += len(self._modifiers)
        self._codes, self._modifiers = [], []


def _check_references() -> None:
    """Check what the rows refer to now, by plans that fit the tables as they are now.

    PostgreSQL keeps the plan of such a check for the session. One that was made while a table was
    almost empty reads the whole table for every row: after a small file, 30,000 rows took 30
    seconds in the same process, and 100,000 would take minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def renew_statistics(importer: ModuleType) -> None:
    """Tell PostgreSQL what the tables filled hold now, so that the first readers get good plans.

    It finds out by itself within minutes; until then a query may take the tables for empty. Columns
    are named so that the words of the texts, the costly part, are left to it. Tables in parts by
    release do this for each part.
    """
    models = [Code, *getattr(importer, "TABLES", {}).values()]
    if Source(importer.SOURCE).system:
        models.append(OfficialDescription)
    if importer.SOURCE == Source.HCPCS_LEVEL_II:
        models += [HcpcsRecord, HcpcsModifier]
    with connection.cursor() as cursor:
        for model in dict.fromkeys(models):
            if not partitions.is_partitioned(model):
                columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
                cursor.execute(f'ANALYZE "{model._meta.db_table}" ({columns})')


def _code_ids(system: str, values: list[str]) -> dict[str, int]:
    """The ids of codes by value; codes that are new are made.

    They are made in one order everywhere, so that two imports cannot wait for each other.
    """
    if not values:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO codes_code (system, value) "
            "SELECT %s, value FROM unnest(%s::text[]) AS new (value) "
            "WHERE NOT EXISTS (SELECT FROM codes_code old "
            "  WHERE old.system = %s AND old.value = new.value) "
            "ORDER BY value ON CONFLICT DO NOTHING",
            [system, values, system],
        )
        cursor.execute(
            "SELECT value, id FROM codes_code WHERE system = %s AND value = ANY(%s)",
            [system, values],
        )
        return dict(cursor.fetchall())


def _copy(model, columns: tuple[str, ...], rows: Iterable[tuple]) -> None:
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy,
    ):
        copy.write_row(first)
        for row in rows:
            copy.write_row(row)
