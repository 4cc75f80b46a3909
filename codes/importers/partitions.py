"""Tables with a part for each release: filled aside, joined when whole, dropped as a whole.

A release of millions of rows is copied into a table of its own that nobody else sees, gets its
indexes once it is full, and joins the table of its model in the transaction that publishes it.
Taking it away is dropping its part: no dead rows, no second copy left behind.

A model is partitioned where `PARTITIONED_BY_RELEASE` is true; its migration makes the table
`PARTITION BY LIST (release_id)`. Such a table has no foreign key to releases in the database:
joining a part would wait for every import that runs.
"""

from django.db import connection, models

from codes.models import Release

# Rows that nobody saw before need no check of who may see them; so the index alone can answer.
COPY_OPTIONS = " WITH (FREEZE)"


def is_partitioned(model: type[models.Model]) -> bool:
    return getattr(model, "PARTITIONED_BY_RELEASE", False)


def part_name(model: type[models.Model], release_id: int) -> str:
    return f"{model._meta.db_table}_of_{release_id}"


def create(model: type[models.Model], release: Release) -> str:
    """An empty part for the release, not yet joined; its table's name. Without indexes: filling
    first and indexing then is several times faster.
    """
    part, table = part_name(model, release.id), model._meta.db_table
    with connection.cursor() as cursor:
        # One of this name can only be left from a release whose row is gone.
        cursor.execute(f'DROP TABLE IF EXISTS "{part}"')
        cursor.execute(
            f'CREATE TABLE "{part}" (LIKE "{table}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS)'
        )
        # Known before the rows come, it saves a scan when the part is joined.
        cursor.execute(
            f'ALTER TABLE "{part}" ADD CHECK (release_id IS NOT NULL AND release_id = %s)',
            [release.id],
        )
    return part


def attach(model: type[models.Model], release: Release) -> None:
    """Join the filled part; the indexes of the table are built on it. Readers are not held up:
    of the table itself this takes no lock that reading minds.
    """
    part, table = part_name(model, release.id), model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '128MB'")
        cursor.execute(
            f'ALTER TABLE "{table}" ATTACH PARTITION "{part}" FOR VALUES IN (%s)', [release.id]
        )
        cursor.execute(f'ANALYZE "{part}"')


def drop(model: type[models.Model], release: Release) -> None:
    """Drop the release's part, if there is one. Readers wait for this, so the transaction should
    end at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE IF EXISTS "{part_name(model, release.id)}"')
