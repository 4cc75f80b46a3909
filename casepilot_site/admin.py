"""The admin site: editors and administrators sign in at the ordinary log-in page."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin


class SiteAdmin(admin.AdminSite):
    site_header = f"{settings.SITE_NAME} administration"
    site_title = f"{settings.SITE_NAME} administration"
    index_title = "Administration"
    enable_nav_sidebar = False

    def __init__(self, name="admin"):
        super().__init__(name)
        self.login = secure_admin_login(self.login)
