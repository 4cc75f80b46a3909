from django.contrib import admin
from django.urls import include, path

from casepilot_site import sitemaps, views
from codes.views.claim_check import claim_check
from codes.views.code_pages import old_code_address

urlpatterns = [
    path("", views.home, name="home"),
    path("codes/", include("codes.urls")),
    path("cpt/codes/<str:value>", old_code_address),
    path("cpt/codes/<str:value>/", old_code_address),
    path("claim-check/", claim_check, name="claim_check"),
    path("case2code/", include("search.urls")),
    path("casepilot/", include("assistant.urls")),
    path("caseconsultant/webhooks/", include("consultant.reception.webhooks.urls")),
    path("caseconsultant/", include("consultant.urls")),
    path("careercenter/", include("careers.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz/", views.healthz, name="healthz"),
    path("readyz/", views.readyz, name="readyz"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("manifest.webmanifest", views.web_manifest, name="web_manifest"),
    path("favicon.ico", views.favicon),
    path("sitemap.xml", sitemaps.index, name="sitemap_index"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap_pages"),
    path("sitemap-jobs.xml", sitemaps.jobs, name="sitemap_jobs"),
    path("sitemap-<str:system>-from-<str:first>.xml", sitemaps.codes, name="sitemap_codes"),
]
