from django.urls import path

from consultant.views import threads

app_name = "consultant"

urlpatterns = [
    path("", threads.thread_list, name="thread_list"),
    path("<uuid:pk>/", threads.thread_detail, name="thread_detail"),
]
