"""The rows of facts into their tables, by COPY: which table takes which row, the importer says."""

from collections.abc import Callable, Iterable
from types import ModuleType

from django.db import connection, models

from codes.importers import partitions
from codes.importers.rows import Rejected
from codes.models import Release

BATCH = 5000

KnownCode = tuple[str, str]  # code system and stored value


class FactTables:
    """The tables of an importer of facts, for one release.

    The importer's `TABLES` maps types of row to models: a row's fields are `line`, then the names
    of the model's columns. `COUNTED` lists the types that count as rows of the release (default:
    all). `KEYS` maps types of row to the fields that no two rows may share. `codes_of(row)` gives
    the codes, as (system, value), whose pages a row has something to say on.
    """

    def __init__(self, release: Release, importer: ModuleType):
        self.release = release
        self.tables: dict[type, type[models.Model]] = getattr(importer, "TABLES", {})
        self.counted = set(getattr(importer, "COUNTED", self.tables))
        self.row_count = 0
        self._keys: dict[type, tuple[str, ...]] = getattr(importer, "KEYS", {})
        self._codes_of: Callable[[tuple], Iterable[KnownCode]] | None = getattr(
            importer, "codes_of", None
        )
        self._codes: set[KnownCode] = set()
        self._first_lines: dict[tuple, int] = {}
        self._waiting: dict[type, list[tuple]] = {}
        self._copies: dict[type, str] = {}

    def begin(self) -> None:
        """Make ready the tables that a release has a part of its own in."""
        for row_type, model in self.tables.items():
            table, how = model._meta.db_table, ""
            if partitions.is_partitioned(model):
                table, how = partitions.create(model, self.release), partitions.COPY_OPTIONS
            names = ", ".join(f'"{name}"' for name in ("release_id", *row_type._fields[1:]))
            self._copies[row_type] = f'COPY "{table}" ({names}) FROM STDIN{how}'
            self._waiting[row_type] = []

    def add(self, row: tuple) -> Rejected | None:
        """Take a row of one of the tables; what is told comes back when it cannot be."""
        row_type = type(row)
        if row_type in self._keys:
            key = tuple(getattr(row, name) for name in self._keys[row_type])
            first = self._first_lines.setdefault((row_type, *key), row[0])
            if first != row[0]:
                shown = " ".join(str(part) for part in key if part not in (None, ""))
                return Rejected(row[0], f"{shown} stands on line {first} already.")
        if self._codes_of:
            self._codes.update(self._codes_of(row))
        waiting = self._waiting[row_type]
        waiting.append(row)
        if len(waiting) >= BATCH:
            self._flush(row_type)
        return None

    def note_code(self, system: str, value: str) -> None:
        """Make the code, unless it is there, when the rows end."""
        self._codes.add((system, value))

    def end(self) -> None:
        """Write what waits, make the codes that are new, and join the release's parts."""
        for row_type in self.tables:
            self._flush(row_type)
        self._make_codes()
        for model in self.tables.values():
            if partitions.is_partitioned(model):
                partitions.attach(model, self.release)

    def _flush(self, row_type: type) -> None:
        rows = self._waiting[row_type]
        if not rows:
            return
        release = self.release.id
        with connection.cursor() as cursor, cursor.copy(self._copies[row_type]) as copy:
            for row in rows:
                copy.write_row((release, *row[1:]))
        if row_type in self.counted:
            self.row_count += len(rows)
        rows.clear()

    def _make_codes(self) -> None:
        """All at once and in order, so that two imports cannot wait for each other's codes."""
        if not self._codes:
            return
        systems, values = zip(*sorted(self._codes), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO codes_code (system, value) "
                "SELECT system, value FROM unnest(%s::text[], %s::text[]) AS new (system, value) "
                "WHERE NOT EXISTS (SELECT FROM codes_code old "
                "  WHERE old.system = new.system AND old.value = new.value) "
                'ORDER BY system COLLATE "C", value COLLATE "C" ON CONFLICT DO NOTHING',
                [list(systems), list(values)],
            )
