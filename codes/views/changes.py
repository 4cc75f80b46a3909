"""What changed in a release against the one before it."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from codes.csv_download import csv_response
from codes.json_ld import breadcrumb_json_ld
from codes.models import CodeSystem, Release
from codes.queries.changes import (
    ChangeKind,
    changed_codes,
    changes_of,
    counts_of,
    releases_of_system,
)
from codes.queries.divisions import Crumb, system_url
from codes.queries.official_text import publisher_line
from codes.queries.releases import Releases, published_releases, source_of

CHANGES_PER_PAGE = 100
CSV_HEADER = ["code", "change", "description", "earlier description", "note", "publisher"]


@require_safe
@cache_control(private=True, no_cache=True)
def changes_list(request, system):
    """The codes a release added, revised and ended: `?release=` its number, `?kind=` one of them.

    Without a release it is the one in force today. `?format=csv` downloads all of them.

    Context: `system`; `crumbs`; `release`, `earlier` and `releases` (of the source, newest
    first); `kind` or ''; `counts` by kind; `changes` (printed, url, kind, text, diff, note) with
    `page_obj`, their page, and `publisher_lines`; `csv_url` or ''; `json_ld`.
    """
    if system not in CodeSystem.values:
        raise Http404(f"There is no code system {system}.")
    system = CodeSystem(system)
    releases = published_releases()
    release = _release_asked_for(request, system, releases)
    earlier = releases.before(release) if release else None
    kind = request.GET.get("kind", "")
    kind = kind if kind in set(ChangeKind) else ""
    changed = changed_codes(release.pk, earlier.pk) if earlier else ()
    wanted = [change for change in changed if not kind or change[1] == kind]
    if request.GET.get("format") == "csv" and earlier:
        return _download(system, release, earlier, kind, wanted)
    page_obj = Paginator(wanted, CHANGES_PER_PAGE).get_page(request.GET.get("page"))
    crumbs = [
        Crumb("Codes", reverse("codes:system_list")),
        Crumb(system.label, system_url(system)),
        Crumb("What changed", ""),
    ]
    context = {
        "system": system,
        "crumbs": crumbs,
        "release": release,
        "earlier": earlier,
        "releases": releases_of_system(system, releases),
        "kind": kind,
        "counts": counts_of(changed),
        "changes": changes_of(list(page_obj), release, earlier) if earlier else [],
        "publisher_lines": [publisher_line(system, release)] if wanted else [],
        "page_obj": page_obj,
        "csv_url": f"?release={release.pk}&kind={kind}&format=csv" if wanted else "",
        "canonical_url": _canonical(request, release),
        "json_ld": breadcrumb_json_ld(crumbs, settings.SITE_URL),
    }
    return render(request, "codes/changes_list.html", context)


def _release_asked_for(request, system: CodeSystem, releases: Releases) -> Release | None:
    """The release `?release=` names, else the one in force, else the oldest; None: none loaded."""
    asked = request.GET.get("release", "")
    if not asked:
        return releases.shown(source_of(system), timezone.localdate())
    for release in releases.of(source_of(system)):
        if str(release.pk) == asked:
            return release
    raise Http404(f"{system.label} has no such release.")


def _canonical(request, release: Release | None) -> str:
    query = f"?release={release.pk}" if release and request.GET.get("release") else ""
    return f"{settings.SITE_URL}{request.path}{query}"


def _download(system, release: Release, earlier: Release, kind: str, wanted: list):
    # All of them are fetched before the answer begins, so that no connection is held by it.
    line = publisher_line(system, release)
    rows = [
        (change.printed, change.kind.value, change.text, change.earlier_text, change.note, line)
        for change in changes_of(wanted, release, earlier)
    ]
    return csv_response(f"{system} {release.name} {kind or 'changes'}", CSV_HEADER, rows)
