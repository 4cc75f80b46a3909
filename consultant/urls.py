from django.urls import path

from consultant.views import asking, threads

app_name = "consultant"

urlpatterns = [
    path("", asking.thread_list, name="thread_list"),
    path("<uuid:pk>/", threads.thread_detail, name="thread_detail"),
    path("<uuid:pk>/delete/", threads.thread_delete, name="thread_delete"),
    path("<uuid:pk>/escalate/", threads.thread_escalate, name="thread_escalate"),
    path("<uuid:pk>/<int:message>/verdict/", threads.message_verdict, name="message_verdict"),
]
