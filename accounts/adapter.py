"""How django-allauth signs people up and in here."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import actions
from accounts.guest import guest_of
from accounts.network import client_address
from accounts.staff import needs_two_factor

_LINKS = {"activate_url", "password_reset_url", "signup_url"}


class AccountAdapter(DefaultAccountAdapter):
    """E-mail sign-up that carries a guest's views over and leads back to the page left."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address or the password is not correct.",
        "email_taken": "An account with this e-mail address exists.",
        "incorrect_password": "The password is not correct.",
        "enter_current_password": "The current password is not correct.",
        "too_many_login_attempts": (
            "There were too many attempts to log in. Wait a few minutes, or reset your password."
        ),
        "rate_limited": "There were too many attempts. Wait a few minutes, then try again.",
    }

    def save_user(self, request, user, form, commit=True):
        user.guest = guest_of(request)
        return super().save_user(request, user, form, commit)

    def post_login(self, request, user, **kwargs):
        actions.carry_over_at_login(user=user, guest=guest_of(request))
        return super().post_login(request, user, **kwargs)

    def get_client_ip(self, request):
        # A server behind a Unix socket without a trusted proxy knows no address: all are one.
        return client_address(request) or "::"

    def respond_email_verification_sent(self, request, user):
        response = super().respond_email_verification_sent(request, user)
        return self._with_next(request, response)

    def get_email_confirmation_url(self, request, emailconfirmation):
        """The link of the mail; on another device too it leads back to the page left."""
        url = super().get_email_confirmation_url(request, emailconfirmation)
        return f"{url}{_query(then=get_next_redirect_url(request))}"

    def get_email_verification_redirect_url(self, email_address):
        if self.request.user.is_authenticated:
            return super().get_email_verification_redirect_url(email_address)
        url = self.request.GET.get("then", "")
        then = url if url and self.is_safe_url(url) else ""
        return f"{reverse('account_login')}{_query(next=then)}"

    def send_mail(self, template_prefix, email, context):
        context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
        if settings.IS_PRODUCTION:
            # The host of a request is the sender's word: a mail must not lead where it says.
            for name in _LINKS & context.keys():
                context[name] = settings.SITE_URL + _path_of(context[name])
        super().send_mail(template_prefix, email, context)

    def render_mail(self, template_prefix, email, context, headers=None):
        """A mail of two parts: the text as written, and the same as simple HTML."""
        message = super().render_mail(template_prefix, email, context, headers)
        html = render_to_string(
            "account/email/base_message.html", {**context, "text": message.body}
        )
        if isinstance(message, EmailMultiAlternatives):
            message.attach_alternative(html, "text/html")
        return message

    def _with_next(self, request, response):
        then = get_next_redirect_url(request)
        if then and response.status_code == 302:
            response["Location"] += _query(next=then)
        return response


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path, parts.query, ""))


def _query(**values) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""


class MfaAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Staff accounts keep their two-factor log-in.",
        "incorrect_code": "The code is not correct. It changes every 30 seconds.",
    }

    def can_delete_authenticator(self, authenticator):
        return not needs_two_factor(authenticator.user)
