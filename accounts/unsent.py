"""A form that could not be taken: what was written in it is given back, to be copied."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from accounts.context import address_of

MOST_TEXTS = 10


def form_expired(request, reason="") -> HttpResponse:
    """Django's answer to a form without a valid token: 403, with what was written."""
    return _given_back(request, "403_csrf.html", {})


class UnsentFormMiddleware:
    """Answers a form sent after its session ended with what was written, not with the log-in page
    alone, where an hour's text would be lost. Nothing of it is stored.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if self._asks_to_log_in(request, response) and written(request):
            return _given_back(request, "account/unsent.html", {"login_page": response.url})
        return response

    @staticmethod
    def _asks_to_log_in(request, response) -> bool:
        return (
            request.method == "POST"
            and response.status_code == 302
            and urlsplit(response.url).path == address_of("account_login")
            and not request.path.startswith(address_of("accounts:profile_detail"))
        )


def written(request) -> list[str]:
    """The texts of more than one word in a form that a page of this site sent; [] where another
    site sent it. No password is among them.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    if request.headers.get("Sec-Fetch-Mode") != "navigate":
        return []
    texts = [
        text.strip()
        for name, values in request.POST.lists()
        if "password" not in name
        for text in values
    ]
    return [text for text in texts if len(text.split()) > 1][:MOST_TEXTS]


def _given_back(request, template: str, context: dict) -> HttpResponse:
    context["written"] = written(request)
    response = render(request, template, context, status=403)
    add_never_cache_headers(response)
    return response
