"""Publishing and withdrawing a release, and what it changed against the one before it.

Everything here runs in the caller's transaction, so that readers see one state or the other.
"""

import logging
import time
from collections.abc import Callable, Iterable

from django.db import OperationalError, connection, models, transaction

from codes.importers import partitions
from codes.importers.rows import FileProblem
from codes.models import OfficialDescription, Release, Source

logger = logging.getLogger(__name__)

WAIT_SECONDS = 600
# A reader may have asked which releases there are just before a new one was published: so long it
# has to read what it found.
GRACE_SECONDS = 5
_LONGEST_HOLD = 1000  # milliseconds
_LOCK_FAMILY = 0x0FF1C1A1  # sets these advisory locks apart from any other use of them


def wait_for_turn(source: str, on_wait: Callable[[], None] = lambda: None) -> None:
    """Hold the source to the end of the transaction; others that want it wait here.

    The lock is the server's: it goes with the connection, however the process ends.
    """
    end = time.monotonic() + WAIT_SECONDS
    is_waiting = False
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_FAMILY, source]
            )
            if cursor.fetchone()[0]:
                return
        if not is_waiting:
            on_wait()
            is_waiting = True
        if time.monotonic() > end:
            raise FileProblem(
                f"Another import of {Source(source).label} has been running for "
                f"{WAIT_SECONDS // 60} minutes; try again when it has ended."
            )
        time.sleep(0.2)


def publish(release: Release) -> None:
    """Show the release to readers. Demonstration data of its source make way for it."""
    Release.objects.filter(
        source=release.source, is_demonstration=True, state=Release.State.PUBLISHED
    ).exclude(id=release.id).update(state=Release.State.WITHDRAWN)
    release.state = Release.State.PUBLISHED
    release.save()
    _recount(release)
    _recount(_neighbor(release, after=True))


def withdraw(release: Release) -> None:
    """Hide the release from readers; its rows stay, so that it can be published again."""
    release.state = Release.State.WITHDRAWN
    release.save()
    _recount(_neighbor(release, after=True))


def replace_all(release: Release) -> None:
    """Hide every other release of the source: this one tells what they told, and more.

    `remove_replaced` takes their rows away later: it holds readers up for a moment, and the
    transaction that publishes is long.
    """
    others = Release.objects.filter(source=release.source).exclude(id=release.id)
    others.update(state=Release.State.WITHDRAWN, replaced_by=release)


def remove_replaced(source: str, facts: Iterable[type[models.Model]]) -> None:
    """Remove the releases that another one has replaced, with their rows in these tables.

    Where readers keep a table busy for long, the rows are left for the next import of the source:
    to wait for them would make other readers wait as well.
    """
    replaced = Release.objects.filter(
        source=source, state=Release.State.WITHDRAWN, replaced_by__isnull=False
    )
    if replaced:
        time.sleep(GRACE_SECONDS)
    for release in replaced:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {_LONGEST_HOLD}")
                for model in facts:
                    if partitions.is_partitioned(model):
                        partitions.drop(model, release)
                release.delete()
        except OperationalError:
            logger.info("rows of a replaced release are in use, and stay for now: %s", release)


def is_loaded(source: str) -> bool:
    """Whether a real release of the source is published; demonstration data do not count."""
    return Release.objects.filter(
        source=source, state=Release.State.PUBLISHED, is_demonstration=False
    ).exists()


def before(release: Release) -> Release | None:
    """The source's published release that goes before; demonstration data do not count."""
    return _neighbor(release, after=False)


def _neighbor(release: Release, *, after: bool) -> Release | None:
    others = Release.objects.filter(
        source=release.source, state=Release.State.PUBLISHED, is_demonstration=False
    ).exclude(id=release.id)
    if after:
        return others.filter(valid_from__gt=release.valid_from).order_by("valid_from").first()
    return others.filter(valid_from__lt=release.valid_from).order_by("-valid_from").first()


def _recount(release: Release | None) -> None:
    if release is None or not Source(release.source).has_descriptions:
        return
    earlier = before(release)
    if earlier is None:
        counts = (None, None, None)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_CHANGES, {"this": release.id, "before": earlier.id})
            counts = cursor.fetchone()
    release.new_count, release.revised_count, release.ended_count = counts
    release.save(update_fields=["new_count", "revised_count", "ended_count"])


# A code has ended when it is no longer listed, or, as HCPCS keeps ended codes for years, when it
# got its termination date in this release.
_CHANGES = f"""
SELECT
  count(*) FILTER (WHERE past.code_id IS NULL),
  count(*) FILTER (WHERE (past.short, past.medium, past.long, past.is_billable)
    <> (this.short, this.medium, this.long, this.is_billable)),
  count(*) FILTER (WHERE past.code_id IS NOT NULL AND past.termination_date IS NULL
    AND (this.code_id IS NULL OR this.termination_date IS NOT NULL))
FROM (SELECT * FROM {OfficialDescription._meta.db_table} WHERE release_id = %(this)s) this
FULL JOIN (SELECT * FROM {OfficialDescription._meta.db_table} WHERE release_id = %(before)s) past
  USING (code_id)
"""  # noqa: S608 - the only part put in is a table's name
