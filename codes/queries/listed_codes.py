"""Every code that has a page worth finding, in ranges of the key: for site maps."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from codes.models import Code, OfficialDescription, PlainDescription, Release
from codes.queries.releases import source_of


def changed_at() -> datetime | None:
    """The moment a release or a plain text was last published; None where nothing is."""
    releases = Release.objects.filter(state=Release.State.PUBLISHED)
    texts = PlainDescription.objects.filter(published_at__isnull=False)
    latest = releases.order_by().values_list(Max("imported_at"))
    moments = latest.union(texts.order_by().values_list(Max("published_at")), all=True)
    return max((moment for (moment,) in moments if moment), default=None)


def listed_codes(system: str) -> QuerySet[Code]:
    """The system's codes that a published release or a published plain text describes."""
    published = OfficialDescription.objects.filter(
        code=OuterRef("pk"), release__state=Release.State.PUBLISHED
    )
    return Code.objects.filter(
        Q(Exists(published)) | Q(plain_description__published_at__isnull=False), system=system
    )


def first_of_each_part(size: int) -> list[tuple[str, str]]:
    """Where each part of at most `size` codes begins: (system, stored value), in order.

    Parts count every code of a system, listed or not: read from the index alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system, value FROM (SELECT system, value, row_number() OVER"
            " (PARTITION BY system ORDER BY value) AS place FROM codes_code) AS placed"
            " WHERE (place - 1) %% %s = 0 ORDER BY system, value",
            [size],
        )
        return cursor.fetchall()


def codes_from(system: str, first: str, size: int) -> Iterator[tuple[str, datetime | None]]:
    """The listed codes of the part that begins at `first`, with when each last changed.

    A code changes with a release that describes it and with its plain-language text.
    """
    codes = Code.objects.filter(system=system, value__gte=first).order_by("value")
    beyond = codes.values_list("value", flat=True)[size : size + 1].first()
    part = listed_codes(system).filter(value__gte=first).order_by("value")
    if beyond:
        part = part.filter(value__lt=beyond)
    rows = part.values_list("value", "plain_description__published_at")
    newest = (
        Release.objects.filter(state=Release.State.PUBLISHED, source=source_of(system))
        .aggregate(at=Max("imported_at"))
        .get("at")
    )
    for value, published_at in rows.iterator(chunk_size=5000):
        yield value, max(filter(None, (newest, published_at)), default=None)
