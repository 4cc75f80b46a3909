from django.urls import path

from assistant.views import ask, conversations, shared, turns

app_name = "assistant"

urlpatterns = [
    path("", ask.ask, name="ask"),
    path("conversations/", conversations.conversation_list, name="conversation_list"),
    path("shared/<slug:token>/", shared.shared_conversation, name="shared_conversation"),
    path("<uuid:pk>/", conversations.conversation_detail, name="conversation_detail"),
    path("<uuid:pk>/rename/", conversations.conversation_rename, name="conversation_rename"),
    path("<uuid:pk>/delete/", conversations.conversation_delete, name="conversation_delete"),
    path("<uuid:pk>/share/", conversations.conversation_share, name="conversation_share"),
    path("<uuid:pk>/unshare/", conversations.conversation_unshare, name="conversation_unshare"),
    path("<uuid:pk>/export/", conversations.conversation_export, name="conversation_export"),
    path("<uuid:pk>/<int:turn>/stream/", turns.turn_stream, name="turn_stream"),
    path("<uuid:pk>/<int:turn>/answer/", turns.turn_answer, name="turn_answer"),
    path("<uuid:pk>/<int:turn>/stop/", turns.turn_stop, name="turn_stop"),
    path("<uuid:pk>/<int:turn>/feedback/", turns.turn_feedback, name="turn_feedback"),
]
