"""What the accounts add to every template."""

from functools import cache
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts import meter


def reader(request) -> dict:
    """`reading`: the page-view meter, looked at only where a template uses it.

    `login_url` and `signup_url` lead back to this page; `mail_folder` is where mails lie while
    none are sent, told on trial sites only.
    """
    return {
        "view_period_days": settings.VIEW_PERIOD_DAYS,
        "reading": SimpleLazyObject(lambda: meter.peek(request)),
        "login_url": _leading_back(request, "account_login"),
        "signup_url": _leading_back(request, "account_signup"),
        "mail_folder": "" if settings.IS_PRODUCTION else settings.MAIL_FOLDER_SHOWN,
    }


def _leading_back(request, name: str) -> str:
    url = address_of(name)
    here = request.get_full_path()
    is_page = request.method in ("GET", "HEAD") and not here.startswith(
        address_of("account_logout")
    )
    if not is_page or here == "/" or here.startswith(address_of("accounts:profile_detail")):
        return url
    return f"{url}?{urlencode({'next': here})}"


@cache
def address_of(name: str) -> str:
    """The address of a page without parameters, worked out once: every request asks for some."""
    return reverse(name)
