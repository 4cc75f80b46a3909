from django.contrib import admin
from django.urls import include, path

from casepilot_site import views
from codes.views import old_code_address

urlpatterns = [
    path("", views.home, name="home"),
    path("codes/", include("codes.urls")),
    path("cpt/codes/<str:value>", old_code_address),
    path("cpt/codes/<str:value>/", old_code_address),
    path("case2code/", include("search.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz/", views.healthz, name="healthz"),
    path("readyz/", views.readyz, name="readyz"),
]
