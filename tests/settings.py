"""The site's own settings, with what tests need otherwise."""

from casepilot_site.settings import *  # noqa: F403

DEBUG = False
SITE_URL = "http://testserver"
ALLOWED_HOSTS = ["*"]
# Tests run from a fresh clone, where nothing was collected.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Tests of a page are tests of how it is made; those of kept pages turn this on.
KEPT_PAGES = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests of the index make one; the others are answered by PostgreSQL, and start no process.
SEARCH_FOLLOW_SECONDS = 0
