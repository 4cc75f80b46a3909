"""A member's own page: profile, plan, usage, data."""

import json

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, daily_allowance, meter
from accounts.forms import DeleteAccountForm
from accounts.personal_data import personal_data


@require_safe
@login_required
def profile_detail(request):
    """Profile, plan, the codes viewed in this period, and what can be changed."""
    reading = meter.peek(request)
    context = {
        "reading": reading,
        "views": meter.viewed_codes(request.user),
        "has_two_factor": is_mfa_enabled(request.user),
        "questions": daily_allowance.peek(request, daily_allowance.Kind.QUESTION),
        "notes": daily_allowance.peek(request, daily_allowance.Kind.NOTE),
        "mails": daily_allowance.peek(request, daily_allowance.Kind.MAIL),
        "pending_email": EmailAddress.objects.get_new(request.user),
    }
    return render(request, "accounts/profile_detail.html", context)


@require_POST
@login_required
def data_export(request):
    """Everything stored about the person, as a JSON file."""
    text = json.dumps(
        personal_data(request.user), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False
    )
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    name = f"my-data-{timezone.localdate():%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account_delete(request):
    """Deletes the account after its password was given once more."""
    user = request.user
    form = DeleteAccountForm(request.POST or None, user=user)
    if user.is_staff:
        return render(request, "accounts/account_delete.html", {"form": None}, status=403)
    if request.method == "POST" and form.is_valid():
        actions.delete_account(user=user)
        logout(request)
        messages.success(request, "Your account and everything stored about you is deleted.")
        return redirect("home")
    return render(request, "accounts/account_delete.html", {"form": form})
