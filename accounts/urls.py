from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.profile_detail, name="profile_detail"),
    path("export/", views.data_export, name="data_export"),
    path("delete/", views.account_delete, name="account_delete"),
]
