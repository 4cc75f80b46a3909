"""Employers: the list, a profile, and what their members change."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import (
    conditional_page,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.markdown import to_text
from careers.access import for_members, for_owners, private
from careers.actions import employers as actions
from careers.actions.employers import EmployerError
from careers.domains import mail_domain
from careers.filters import Filters
from careers.forms.employer import EmployerForm, InvitationForm, VerificationForm
from careers.models import Employer, EmployerLogo, Invitation, Membership
from careers.queries.board import postings_of, search_board
from careers.queries.employers import listed_employers, memberships_of

any_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def employer_list(request):
    """Employers on the board, and how to post a job."""
    context = {
        "employers": listed_employers(),
        "memberships": memberships_of(request.user),
    }
    return render(request, "careers/employer_list.html", context)


@require_safe
def employer_detail(request, slug):
    """An employer's public profile with its live jobs."""
    employer = get_object_or_404(Employer, slug=slug, is_blocked=False)
    found = search_board(Filters(employer=(employer.slug,)), with_options=False)
    membership = (
        Membership.objects.filter(employer=employer, user=request.user).first()
        if request.user.is_authenticated
        else None
    )
    context = {
        "employer": employer,
        "postings": postings_of(found.part(0, 100)),
        "count": found.count,
        "membership": membership,
        "has_logo": EmployerLogo.objects.filter(employer=employer).exists(),
        "summary": to_text(employer.about)[:155],
    }
    return render(request, "careers/employer_detail.html", context)


@require_safe
@conditional_page
@cache_control(public=True, max_age=3600)
def employer_logo(request, slug):
    """The logo, a PNG that this site drew."""
    logo = get_object_or_404(EmployerLogo, employer__slug=slug, employer__is_blocked=False)
    return HttpResponse(bytes(logo.png), content_type="image/png")


@any_method
@private
def employer_create(request):
    """A new employer; who makes it is its owner."""
    form = EmployerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        employer = form.save(commit=False)
        logo = form.cleaned_data["logo"]
        try:
            actions.save_employer(employer=employer, logo=logo, by=request.user)
        except EmployerError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{employer.name} is here. Now write the first posting.")
            return redirect("careers:dashboard", employer.slug)
    return render(request, "careers/employer_form.html", {"form": form})


@any_method
@for_owners
def employer_edit(request, employer):
    """The profile, for its owners."""
    form = EmployerForm(request.POST or None, request.FILES or None, instance=employer)
    if request.method == "POST" and form.is_valid():
        saved = form.save(commit=False)
        actions.save_employer(employer=saved, logo=form.cleaned_data["logo"], by=request.user)
        messages.success(request, "The profile is saved.")
        return redirect("careers:dashboard", employer.slug)
    fresh = Employer.objects.get(pk=employer.pk)
    return render(request, "careers/employer_form.html", {"form": form, "employer": fresh})


@any_method
@for_members
def member_list(request, employer):
    """Who works for the employer here. Owners invite by e-mail."""
    is_owner = request.membership.role == Membership.Role.OWNER
    form = InvitationForm(request.POST or None)
    if request.method == "POST":
        if not is_owner:
            raise Http404("Only owners may do this.")
        if form.is_valid():
            try:
                actions.invite(employer=employer, by=request.user, **form.cleaned_data)
            except EmployerError as error:
                form.add_error("email", str(error))
            else:
                messages.success(
                    request, f"An invitation is on its way to {form.cleaned_data['email']}."
                )
                return redirect("careers:member_list", employer.slug)
    context = {
        "employer": employer,
        "form": form if is_owner else None,
        "is_owner": is_owner,
        "roles": Membership.Role.choices,
        "members": employer.memberships.select_related("user").order_by("joined_at"),
        "invitations": employer.invitations.filter(
            purpose=Invitation.Purpose.JOIN, used_at=None
        ).order_by("-created_at")[:20]
        if is_owner
        else [],
    }
    return render(request, "careers/member_list.html", context)


@require_POST
@for_members
def member_change(request, employer, pk):
    """Changes a role or ends a membership: an owner any, a recruiter only their own."""
    membership = get_object_or_404(employer.memberships, pk=pk)
    is_own = membership.user_id == request.user.pk
    if request.membership.role != Membership.Role.OWNER and not (
        is_own and request.POST.get("do") == "remove"
    ):
        raise Http404("Only owners may do this.")
    try:
        if request.POST.get("do") == "remove":
            actions.remove_member(membership=membership)
            messages.success(request, "The membership has ended.")
            if is_own:
                return redirect("careers:employer_list")
        elif request.POST.get("role") in Membership.Role.values:
            actions.set_role(membership=membership, role=request.POST["role"])
            messages.success(request, "The role is changed.")
    except EmployerError as error:
        messages.error(request, str(error))
    return redirect("careers:member_list", employer.slug)


@any_method
@for_owners
def employer_verify(request, employer):
    """Sends a link to an address at the domain of the employer's website."""
    domain = mail_domain(employer.website)
    form = VerificationForm(request.POST or None, domain=domain) if domain else None
    if request.method == "POST" and form and form.is_valid():
        try:
            actions.ask_for_verification(
                employer=employer, email=form.cleaned_data["mailbox"], by=request.user
            )
        except EmployerError as error:
            form.add_error("mailbox", str(error))
        else:
            address = form.cleaned_data["mailbox"]
            messages.success(request, f"A link is on its way to {address}. It is valid for a week.")
            return redirect("careers:dashboard", employer.slug)
    context = {"employer": employer, "form": form, "domain": domain}
    return render(request, "careers/employer_verify.html", context)


@any_method
@private
def invitation_accept(request, token):
    """What the link of an invitation leads to: one button, so that no scanner uses it up."""
    invitation = actions.find_invitation(token)
    if invitation is None:
        return render(request, "careers/invitation.html", {"invitation": None}, status=404)
    employer = invitation.employer
    if request.method == "POST":
        try:
            actions.accept(invitation=invitation, user=request.user)
        except EmployerError as error:
            messages.error(request, str(error))
            return redirect("careers:employer_list")
        is_join = invitation.purpose == Invitation.Purpose.JOIN
        words = f"You are a member of {employer.name}." if is_join else "The employer is verified."
        messages.success(request, words)
        return redirect("careers:dashboard", employer.slug)
    return render(request, "careers/invitation.html", {"invitation": invitation})
