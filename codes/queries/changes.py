"""What a release changed against the one before it: codes added, revised and ended."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from django.db import connection

from codes.models import Code, OfficialDescription, Release, code_url, printed_value
from codes.queries.history import DiffPiece, word_diff
from codes.queries.releases import Releases, source_of


class ChangeKind(StrEnum):
    NEW = "new"
    REVISED = "revised"
    ENDED = "ended"


@dataclass(frozen=True)
class Change:
    """What happened to a code. `text` is its text now, or the last one where it has ended.

    `earlier_text` and `diff` (word by word) are those of a revised text; `note` says what else
    changed, or when the code ended.
    """

    system: str
    value: str
    kind: ChangeKind
    text: str
    earlier_text: str = ""
    diff: list[DiffPiece] = field(default_factory=list)
    note: str = ""

    @property
    def printed(self) -> str:
        return printed_value(self.system, self.value)

    @property
    def url(self) -> str:
        return code_url(self.system, self.value)


# A code has ended when it is no longer listed, or, as HCPCS keeps ended codes for years, when it
# got its termination date in this release. An ended code may also have been revised. The
# importers count the same way when they publish a release.
_CHANGED = f"""
SELECT code_id, is_new, is_revised, is_ended FROM (
  SELECT code_id,
    past.code_id IS NULL AS is_new,
    coalesce((past.short, past.medium, past.long, past.is_billable)
      <> (this.short, this.medium, this.long, this.is_billable), false) AS is_revised,
    past.code_id IS NOT NULL AND past.termination_date IS NULL
      AND (this.code_id IS NULL OR this.termination_date IS NOT NULL) AS is_ended
  FROM (SELECT * FROM {OfficialDescription._meta.db_table} WHERE release_id = %(this)s) this
  FULL JOIN (SELECT * FROM {OfficialDescription._meta.db_table} WHERE release_id = %(past)s) past
    USING (code_id)
) compared
JOIN {Code._meta.db_table} code ON code.id = code_id
WHERE is_new OR is_revised OR is_ended
ORDER BY code.value
"""  # noqa: S608 - the only parts put in are names of tables


def releases_of_system(system: str, releases: Releases) -> list[Release]:
    """The published releases of a system's source, newest first."""
    return releases.of(source_of(system))[::-1]


@lru_cache(maxsize=16)
def changed_codes(release_id: int, earlier_id: int) -> tuple[tuple[int, ChangeKind], ...]:
    """The keys of the codes that changed between two releases, with how, in the order of codes.

    Asked once per process: published releases do not change.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"this": release_id, "past": earlier_id})
        rows = cursor.fetchall()
    return tuple(
        (code_id, kind)
        for code_id, *flags in rows
        for kind, is_so in zip(ChangeKind, flags, strict=True)
        if is_so
    )


def counts_of(changed: tuple[tuple[int, ChangeKind], ...]) -> dict[str, int]:
    """How many codes changed, by kind."""
    found = Counter(kind for _, kind in changed)
    return {kind.value: found[kind] for kind in ChangeKind}


def changes_of(
    changed: list[tuple[int, ChangeKind]], release: Release, earlier: Release
) -> list[Change]:
    """The changes of these codes, with both releases' texts, in one query."""
    ids = {code_id for code_id, _ in changed}
    rows = (
        OfficialDescription.objects.filter(code_id__in=ids, release__in=[release, earlier])
        .select_related("code")
        .order_by()
    )
    found = {(row.code_id, row.release_id): row for row in rows}
    return [
        _change(kind, found.get((code_id, release.pk)), found.get((code_id, earlier.pk)))
        for code_id, kind in changed
    ]


def _change(
    kind: ChangeKind, now: OfficialDescription | None, past: OfficialDescription | None
) -> Change:
    code = (now or past).code
    text = (now or past).text
    if kind == ChangeKind.ENDED:
        return Change(code.system, code.value, kind, text, note=_ending(now))
    if kind == ChangeKind.REVISED:
        note = ""
        if now.is_billable != past.is_billable:
            note = "Now billable." if now.is_billable else "Now a header, no longer billable."
        if past.text == text:
            return Change(code.system, code.value, kind, text, note=note or _shorter(now, past))
        diff = word_diff(past.text, text)
        return Change(code.system, code.value, kind, text, past.text, diff, note)
    return Change(code.system, code.value, kind, text)


def _ending(now: OfficialDescription | None) -> str:
    if now is None or now.termination_date is None:
        return "No longer listed."
    last = now.termination_date
    return f"Valid through {last.day} {last:%b %Y}."


def _shorter(now: OfficialDescription, past: OfficialDescription) -> str:
    """What differs where the fullest text does not."""
    name, before, after = next(
        (name, getattr(past, name), getattr(now, name))
        for name in ("short", "medium", "long")
        if getattr(past, name) != getattr(now, name)
    )
    return f"The {name} text was “{before}”, now “{after}”."
