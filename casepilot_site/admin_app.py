"""The admin site: behind the ordinary sign-in, named after the site."""

from django.contrib.admin.apps import AdminConfig


class SiteAdminConfig(AdminConfig):
    default_site = "casepilot_site.admin.SiteAdmin"
