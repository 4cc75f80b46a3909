"""Staff log in with two factors where STAFF_MFA_REQUIRED says so."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect


def needs_two_factor(user) -> bool:
    return settings.STAFF_MFA_REQUIRED and user.is_staff


class StaffTwoFactorMiddleware:
    """Leads staff without an authenticator app from the administration to its set-up."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.app_name != "admin" or not needs_two_factor(request.user):
            return None
        if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return None
        messages.warning(
            request, "Staff accounts need a two-factor log-in. Set up an authenticator app first."
        )
        return redirect("mfa_activate_totp")
