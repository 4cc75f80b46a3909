"""The admin site: editors and administrators sign in at the ordinary log-in page."""

from functools import wraps
from urllib.parse import unquote

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError
from django.utils import timezone

from codes.models import CodeSystem
from codes.queries.official_text import publisher_lines_of_systems
from codes.queries.releases import published_releases

# What Django or PostgreSQL say where a filter, a search, an action or a key names what cannot be.
_CANNOT_BE = (DataError, IncorrectLookupParameters, OverflowError, ValidationError, ValueError)


class SiteAdmin(admin.AdminSite):
    site_header = f"{settings.SITE_NAME} administration"
    site_title = f"{settings.SITE_NAME} administration"
    index_title = "Administration"
    enable_nav_sidebar = False

    def __init__(self, name="admin"):
        super().__init__(name)
        self.login = secure_admin_login(self.login)

    def each_context(self, request):
        """What every page's template has: `publisher_lines`, the AMA's where CPT texts are loaded.

        Lists, texts beside the editors' own, cases and answers may show them.
        """
        today = timezone.localdate()
        lines = publisher_lines_of_systems([CodeSystem.CPT], published_releases(), today)
        return {**super().each_context(request), "publisher_lines": lines}

    def admin_view(self, view, cacheable=False):
        """Every page of the administration, its own and those of libraries, passes through here.

        Where the address holds a NUL, which no database looks up, or where a list is asked for
        what it cannot hold, the answer is 400: the lists of Django and of libraries would fail.
        """

        @wraps(view)
        def readable(request, *args, **kwargs):
            if "\0" in unquote(request.get_full_path()):
                raise BadRequest("The address holds a NUL character.")
            try:
                return view(request, *args, **kwargs)
            except _CANNOT_BE as error:
                if not _is_of_a_list(request):
                    raise
                raise BadRequest("The list was asked for what it cannot hold.") from error

        return super().admin_view(readable, cacheable)


def _is_of_a_list(request) -> bool:
    """Whether the page is a list of rows, its export, or the changes of a row."""
    return (request.resolver_match.url_name or "").endswith(("_changelist", "_export", "_history"))
