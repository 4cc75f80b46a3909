"""A guest is a browser, known by a random id in a signed cookie.

The id alone costs no row: one is written when the guest spends a view.
"""

import uuid

from django.conf import settings
from django.core import signing
from django.utils.cache import patch_cache_control

COOKIE = "guest"
COOKIE_SECONDS = 365 * 24 * 3600
_SALT = "accounts.guest"


def guest_of(request) -> uuid.UUID | None:
    """The id in the request's cookie; None without a cookie, or when it was not signed here."""
    if not hasattr(request, "_guest"):
        request._guest = _read_cookie(request)
    return request._guest


def guest_or_new(request) -> uuid.UUID:
    """The request's guest; a browser without one gets an id, which its response will carry."""
    guest = guest_of(request) or getattr(request, "_new_guest", None)
    if guest is None:
        guest = request._new_guest = uuid.uuid4()
    return guest


def _read_cookie(request) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=request.get_signed_cookie(COOKIE, salt=_SALT))
    except (KeyError, ValueError, signing.BadSignature):
        return None


def keep_guest(request, response) -> None:
    """Put the cookie of the request's guest into the response."""
    response.set_signed_cookie(
        COOKIE,
        guest_or_new(request).hex,
        salt=_SALT,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    patch_cache_control(response, private=True)
