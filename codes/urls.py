from django.urls import path

from codes import views

app_name = "codes"

urlpatterns = [
    path("", views.system_list, name="system_list"),
    path("<str:system>/<str:value>/", views.code_detail, name="code_detail"),
    path("<str:system>/<str:value>/<slug:section>/", views.section_detail, name="section_detail"),
]
