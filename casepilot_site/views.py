"""Home, and what browsers, monitors and crawlers ask any site for."""

from functools import cache

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from codes.json_ld import home_json_ld
from codes.models import Source
from codes.queries.loaded import last_changes, newest_releases
from codes.queries.releases import published_releases

for_a_day = cache_control(public=True, max_age=24 * 3600)


@require_safe
@cache_control(private=True, no_cache=True)
def home(request):
    """The look-up box, the products, what is loaded and what changed last.

    Context: `loaded`, the newest release of each source that lists codes, and `loaded_data`, of
    every other; `changes`, how many codes each of them added, revised and ended (title, url,
    new_count, revised_count, ended_count); `json_ld`.
    """
    releases = published_releases()
    newest = newest_releases(releases)
    context = {
        "loaded": [release for release in newest if Source(release.source).system],
        "loaded_data": [release for release in newest if not Source(release.source).system],
        "changes": last_changes(releases),
        "json_ld": home_json_ld(settings.SITE_NAME, settings.SITE_URL, reverse("search:code_find")),
    }
    return render(request, "home.html", context)


@require_safe
@never_cache
def healthz(request):
    """Whether this process answers. It asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request):
    """Whether pages can be served: the database answers and has every migration. 503 if not."""
    problem = _database_problem()
    if problem:
        return HttpResponse(f"{problem}\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("ready\n", content_type="text/plain")


def _database_problem() -> str:
    """A sentence saying what keeps the database from being used; '' where nothing does."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return "The database is empty: run the migrations."
            cursor.execute("SELECT app, name FROM django_migrations")
            missing = _latest_migrations() - set(cursor.fetchall())
    except DatabaseError:
        return "The database does not answer."
    if missing:
        names = ", ".join(sorted(f"{app}.{name}" for app, name in missing))
        return f"The database lacks migrations: {names}."
    return ""


@cache
def _latest_migrations() -> set[tuple[str, str]]:
    """The last migration of each app, read from the code once per process."""
    return set(MigrationLoader(None).graph.leaf_nodes())


@require_safe
@for_a_day
def robots_txt(request):
    """What crawlers may visit: every page that says something of its own."""
    lines = [
        "User-agent: *",
        # Some crawlers take the first rule that fits, others the longest: this order suits both.
        f"Allow: {reverse('account_signup')}",
        "Disallow: /accounts/",
        "Disallow: /admin/",
        "Disallow: /case2code/suggest/",
        "Disallow: /caseconsultant/*/",
        "Disallow: /careercenter/my/",
        "Disallow: /careercenter/alerts/",
        "Disallow: /careercenter/applications/",
        "Disallow: /*?q=",
        "Disallow: /*?question=",
        "Disallow: /*?subject=",
        "Disallow: /readyz/",
        "Disallow: /healthz/",
        "# The same page on another day, in another order or as a table.",
        "Disallow: /*?date=",
        "Disallow: /*&date=",
        "Disallow: /*?format=",
        "Disallow: /*&format=",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap_index')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@for_a_day
def opensearch(request):
    """The description with which a browser offers the look-up in its own box."""
    return render(
        request,
        "opensearch.xml",
        {"search_url": settings.SITE_URL + reverse("search:code_find")},
        content_type="application/opensearchdescription+xml; charset=utf-8",
    )


@require_safe
@for_a_day
def web_manifest(request):
    """The name and the icons for a site kept on a home screen."""
    manifest = {
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "start_url": reverse("home"),
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#0b6e69",
        "icons": [
            {"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static("img/icon-180.png"), "sizes": "180x180", "type": "image/png"},
            {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        ],
    }
    return JsonResponse(manifest, content_type="application/manifest+json")


@require_safe
@for_a_day
def favicon(request):
    """The icon for what asks for the one address it knows."""
    return redirect(static("img/icon-180.png"))
