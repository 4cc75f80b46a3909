"""What a loaded release must fulfill before readers see it. A failed check is a FileProblem."""

from datetime import timedelta

from django.db.models import Max

from codes.importers.loading import Loaded
from codes.importers.publishing import before
from codes.importers.rows import FileProblem, OperatorNeeded
from codes.models import Release, Source

LARGEST_FALL = 0.2
FEW_REJECTED = 10
REJECTED_SHARE = 0.01
_YEAR = timedelta(days=366)
_WHOLE_FILE = 1000


def check(release: Release, loaded: Loaded, *, title: str, allow_fall: bool) -> None:
    _check_rejected(loaded, title)
    _check_fall(release, loaded, title, allow_fall)
    _check_dates(release, loaded, title)


def _check_rejected(loaded: Loaded, title: str) -> None:
    """A stray bad row is listed and left out; many of them mean that the layout is another."""
    rejected = len(loaded.rejected)
    if not loaded.row_count and not rejected:
        raise FileProblem(f"{title} holds no rows.")
    most = max(FEW_REJECTED, loaded.row_count * REJECTED_SHARE)
    if rejected > most or rejected > loaded.row_count:
        first = loaded.rejected[0]
        raise FileProblem(
            f"{title}: {rejected:,} of {rejected + loaded.row_count:,} rows cannot be taken, so "
            f"the layout is not the expected one. The first is on line {first.line}. "
            f"{first.reason}"
        )


def _check_fall(release: Release, loaded: Loaded, title: str, allow_fall: bool) -> None:
    earlier = before(release)
    if earlier is None or allow_fall:
        return
    if Source(release.source).has_descriptions:
        has, had, what = loaded.code_count, earlier.descriptions.count(), "codes"
    else:
        has, had, what = loaded.row_count, earlier.row_count, "rows"
    if has < had * (1 - LARGEST_FALL):
        raise OperatorNeeded(
            f"{title} has {has:,} {what}, {earlier.name} has {had:,}: a fall of more "
            f"than {LARGEST_FALL:.0%}. Is the file whole? If it is, add --allow-fall."
        )


def _check_dates(release: Release, loaded: Loaded, title: str) -> None:
    """The newest change a file tells of lies near its release's day, where it tells of any."""
    newest = release.descriptions.aggregate(newest=Max("effective_date"))["newest"]
    if newest is None:
        return
    is_old = loaded.code_count >= _WHOLE_FILE and newest < release.valid_from - _YEAR
    if is_old or newest > release.valid_from + _YEAR:
        raise FileProblem(
            f"{title}: its newest change took effect on {newest.day} {newest:%b %Y}, so it is not "
            f"the release {release.name}; give the right --release and --valid-from."
        )
