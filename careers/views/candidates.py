"""A candidate's own pages: jobs kept and applied for, profile, résumés, deleting it all."""

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from careers.access import private
from careers.actions import candidates as actions
from careers.actions.candidates import CandidateError
from careers.forms.candidate import CredentialFormSet, DeleteForm, ProfileForm
from careers.models import CandidateProfile, Resume, SavedSearch
from careers.queries.candidates import applications_of, saved_by

any_method = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@private
def candidate_home(request):
    """Jobs kept, applications with their status, saved searches."""
    user = request.user
    context = {
        "saved": saved_by(user),
        "applications": applications_of(user),
        "searches": user.saved_searches.all(),
        "frequencies": SavedSearch.Frequency.choices,
    }
    return render(request, "careers/candidate_home.html", context)


@any_method
@private
def profile_edit(request):
    """What one tells about oneself. Nobody sees it until it is sent with an application."""
    user = request.user
    profile = CandidateProfile.objects.filter(user=user).first() or CandidateProfile(
        user=user, name=user.get_full_name()
    )
    form = ProfileForm(request.POST or None, request.FILES or None, instance=profile)
    credentials = CredentialFormSet(request.POST or None, instance=user, prefix="credential")
    if request.method == "POST" and form.is_valid() and credentials.is_valid():
        try:
            actions.save_profile(
                form=form, credentials=credentials, upload=form.cleaned_data["resume"]
            )
        except CandidateError as error:
            form.add_error("resume", str(error))
        else:
            messages.success(request, "Your profile is saved.")
            return redirect("careers:profile_edit")
    context = {
        "form": form,
        "credentials": credentials,
        "resumes": Resume.objects.filter(user=user, is_removed=False),
    }
    return render(request, "careers/profile_form.html", context)


@require_safe
@private
def resume_download(request, key):
    """One's own résumé."""
    return send_resume(get_object_or_404(Resume, key=key, user=request.user))


@require_POST
@private
def resume_remove(request, key):
    resume = get_object_or_404(Resume, key=key, user=request.user, is_removed=False)
    actions.remove_resume(resume=resume)
    messages.success(request, f"“{resume.name}” is removed.")
    return redirect("careers:profile_edit")


@any_method
@private
def candidate_delete(request):
    """Deletes everything of the candidate, after a tick."""
    form = DeleteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.delete_everything(user=request.user)
        messages.success(request, "Everything you had here as a candidate is deleted.")
        return redirect("careers:job_list")
    return render(request, "careers/candidate_delete.html", {"form": form})


def send_resume(resume: Resume) -> FileResponse:
    """The file as a download that no browser opens as a page of this site, and no cache keeps."""
    response = FileResponse(
        resume.file.open("rb"),
        as_attachment=True,
        filename=resume.name,
        content_type=Resume.CONTENT_TYPES[resume.kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
