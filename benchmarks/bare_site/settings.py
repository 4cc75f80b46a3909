"""The site's own settings, with the two bare views beside its pages."""

from casepilot_site.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare_site.urls"
