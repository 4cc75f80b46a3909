"""Applying, and the page of an application, which its candidate and its employer share."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from careers.access import for_members, own_posting, private, readable_application
from careers.actions import candidates as actions
from careers.actions.candidates import CandidateError
from careers.forms.candidate import ApplyForm, MessageForm, StatusForm
from careers.models import Application, CandidateProfile, Posting
from careers.queries.candidates import applications_for
from careers.views.candidates import send_resume

any_method = require_http_methods(["GET", "HEAD", "POST"])


@any_method
@private
def job_apply(request, pk):
    """The application on one page."""
    user = request.user
    posting = get_object_or_404(Posting.objects.select_related("employer"), pk=pk)
    if not posting.is_on_board or posting.apply_by != Posting.ApplyBy.HERE:
        raise Http404("Nobody applies for this here.")
    if done := Application.objects.filter(posting=posting, candidate=user).first():
        return redirect(done)
    profile = CandidateProfile.objects.filter(user=user).first()
    initial = {
        "name": profile.name if profile else user.get_full_name(),
        "phone": profile.phone if profile else "",
        "resume": user.resumes.filter(is_removed=False).first(),
    }
    form = ApplyForm(request.POST or None, request.FILES or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            application = actions.apply(
                posting=posting,
                user=user,
                name=data["name"],
                phone=data["phone"],
                letter=data["letter"],
                resume=data.get("resume"),
                upload=data["new_resume"],
                with_credentials=data.get("with_credentials", False),
            )
        except CandidateError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Your application went to {posting.employer.name}.")
            return redirect(application)
    return render(request, "careers/job_apply.html", {"form": form, "posting": posting})


@require_safe
@for_members
def application_list(request, employer, pk):
    """Who applied for one posting of the employer."""
    posting = own_posting(employer, pk)
    context = {
        "employer": employer,
        "posting": posting,
        "applications": applications_for(posting),
    }
    return render(request, "careers/application_list.html", context)


@any_method
@private
def application_detail(request, key):
    """What was sent, its status and the messages; writing one.

    Context: `application`, `posting`, `is_candidate`, `thread`, `message_form` and, for the
    employer, `status_form`.
    """
    application, is_candidate = readable_application(request, key)
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.send_message(
                application=application,
                sender=request.user,
                body=form.cleaned_data["body"],
                is_from_candidate=is_candidate,
            )
        except CandidateError as error:
            form.add_error("body", str(error))
        else:
            messages.success(request, "Your message is sent.")
            return redirect(f"{application.get_absolute_url()}#messages")
    if request.method == "GET":
        if not is_candidate:
            actions.mark_seen(application=application, by=request.user)
        actions.mark_read(application=application, is_candidate=is_candidate)
    context = {
        "application": application,
        "posting": application.posting,
        "employer": application.posting.employer,
        "is_candidate": is_candidate,
        "thread": application.messages.all(),
        "changes": application.changes.all(),
        "message_form": form,
        "status_form": None
        if is_candidate or application.is_withdrawn
        else StatusForm(initial={"status": application.status}),
    }
    return render(request, "careers/application_detail.html", context)


@require_safe
@private
def application_resume(request, key):
    """The résumé that was sent."""
    application, _ = readable_application(request, key)
    if application.resume is None:
        raise Http404("No résumé was sent, or it was taken back.")
    return send_resume(application.resume)


@require_POST
@private
def application_status(request, key):
    """The employer sets how far it has come."""
    application, is_candidate = readable_application(request, key)
    form = StatusForm(request.POST)
    if is_candidate or not form.is_valid():
        raise Http404("Only the employer sets a status, and only one of those offered.")
    try:
        actions.set_status(
            application=application, status=form.cleaned_data["status"], by=request.user
        )
    except CandidateError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The status is changed.")
    return redirect(application)


@require_POST
@private
def application_withdraw(request, key):
    """The candidate takes it back."""
    application, is_candidate = readable_application(request, key)
    if not is_candidate:
        raise Http404("Only the candidate withdraws an application.")
    actions.withdraw(application=application)
    messages.success(request, "Your application is withdrawn; the employer can no longer read it.")
    return redirect("careers:candidate_home")
