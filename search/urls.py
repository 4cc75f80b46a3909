from django.urls import path

from search import note_views, views

app_name = "search"

urlpatterns = [
    path("", views.code_find, name="code_find"),
    path("suggest/", views.code_suggest, name="code_suggest"),
    path("note/", note_views.note_coding, name="note_coding"),
]
