"""What the accounts add to every response."""

from django.utils.cache import add_never_cache_headers

from accounts.context import address_of
from accounts.guest import guest_of, keep_guest


class ReaderMiddleware:
    """Gives a browser its guest cookie with the first page, so that all its tabs share one.

    Pages that a shared cache may keep are left alone: their cookie would go to every reader. A
    page answered locked because the request spends no view (HEAD, prefetch) is not to be reused,
    and nothing about an account is kept by any cache.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if self._wants_guest_cookie(request, response):
            keep_guest(request, response)
        if getattr(request, "is_view_withheld", False) or self._is_of_accounts(request):
            del response["Cache-Control"]
            add_never_cache_headers(response)
        return response

    @staticmethod
    def _is_of_accounts(request) -> bool:
        return request.path.startswith(address_of("accounts:profile_detail"))

    @staticmethod
    def _wants_guest_cookie(request, response) -> bool:
        return (
            request.method == "GET"
            and response.get("Content-Type", "").startswith("text/html")
            and "public" not in response.get("Cache-Control", "")
            and guest_of(request) is None
            and not request.user.is_authenticated
        )
