from django.urls import path

from codes.views import changes, code_pages, tree

app_name = "codes"

urlpatterns = [
    path("", tree.system_list, name="system_list"),
    path("<str:system>/", tree.system_detail, name="system_detail"),
    path("<str:system>/changes/", changes.changes_list, name="changes_list"),
    path("<str:system>/<str:value>/", code_pages.code_detail, name="code_detail"),
    path(
        "<str:system>/<str:value>/<slug:section>/",
        code_pages.section_detail,
        name="section_detail",
    ),
]
