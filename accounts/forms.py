"""The forms of signing up and in, in the site's words, and those of our own."""

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.db import IntegrityError, transaction

NEW_PASSWORD_HELP = "At least 8 characters; not a common password, not only digits."  # noqa: S105


class SiteWords:
    """Gives fields the site's labels and drops placeholders, which would only repeat them.

    A new password is asked for once: who mistypes it resets it by e-mail.
    """

    labels = {
        "login": "E-mail address",
        "email": "E-mail address",
        "password": "Password",
        "password1": "Password",
        "oldpassword": "Current password",
        "remember": "Keep me logged in on this computer",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if name == "password1":
                field.help_text = NEW_PASSWORD_HELP


class NewPasswordWords(SiteWords):
    labels = {**SiteWords.labels, "password1": "New password"}


class CodeWords(SiteWords):
    """A six-digit code of an authenticator app, or one of the recovery codes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = "Code"
        code.widget.attrs |= {"inputmode": "numeric", "autofocus": True}


class LogInForm(SiteWords, allauth.LoginForm):
    pass


class SignUpForm(SiteWords, allauth.SignupForm):
    def try_save(self, request):
        """The new person. One who registers twice at once is told by mail as if known before."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


class ChangeEmailForm(SiteWords, allauth.AddEmailForm):
    labels = {"email": "New e-mail address"}


class ChangePasswordForm(NewPasswordWords, allauth.ChangePasswordForm):
    pass


class SetPasswordForm(NewPasswordWords, allauth.SetPasswordForm):
    pass


class ResetPasswordForm(SiteWords, allauth.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(NewPasswordWords, allauth.ResetPasswordKeyForm):
    pass


class ConfirmPasswordForm(SiteWords, allauth.ReauthenticateForm):
    pass


class TwoFactorForm(CodeWords, AuthenticateForm):
    pass


class ConfirmTwoFactorForm(CodeWords, ReauthenticateForm):
    pass


class ActivateAppForm(CodeWords, ActivateTOTPForm):
    pass


class DeleteAccountForm(forms.Form):
    """Asks for the password once more. Too many wrong ones are refused as at log-in."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self):
        adapter = get_adapter()
        if not adapter.reauthenticate(self.user, self.cleaned_data["password"]):
            raise adapter.validation_error("incorrect_password")
        return self.cleaned_data["password"]
