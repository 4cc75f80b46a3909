from django.urls import path

from consultant.reception.webhooks.views import webhook

app_name = "webhooks"
urlpatterns = [
    # Mailgun sends a mail as it came to addresses that end in "mime" alone.
    path("mailgun/mime", webhook, {"provider": "mailgun"}, name="mailgun_mime"),
    path("<slug:provider>/", webhook, name="webhook"),
]
