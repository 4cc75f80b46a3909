"""The page of one job, and what may be done to it: keep, report."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import (
    conditional_page,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.markdown import to_text
from accounts.network import network_hash
from careers.access import private
from careers.actions import postings as actions
from careers.cards import card_of, draw_card
from careers.forms.posting import ReportForm
from careers.json_ld import job_json_ld
from careers.models import Application, EmployerLogo, Membership, Posting, SavedPosting
from careers.queries.board import similar_to

# What was never on the board, or is no more of an employer who may be there.
_HIDDEN = {
    Posting.State.DRAFT,
    Posting.State.SUBMITTED,
    Posting.State.REJECTED,
    Posting.State.APPROVED,
}


@require_safe
def job_short(request, pk):
    """The address of a job without its words leads to the one with them."""
    posting = _posting(pk)
    if posting.state in _HIDDEN and not _may_preview(request.user, posting):
        raise Http404("There is no such job.")
    return redirect(posting, permanent=True)


@require_safe
def job_detail(request, pk, slug):
    """A job. Its employer's members and administrators see it before it is live, marked so.

    A job that is closed answers 410 and shows similar ones. Context: `posting`, `is_preview`,
    `has_logo`, `similar`, `is_saved`, `application` (the reader's own), `summary`.
    """
    posting = _posting(pk)
    is_open = posting.is_on_board
    is_preview = not is_open and (posting.state in _HIDDEN or posting.employer.is_blocked)
    if is_preview and not _may_preview(request.user, posting):
        raise Http404("There is no such job.")
    if request.path != posting.get_absolute_url():
        return redirect(posting, permanent=True)
    if is_open:
        _count(request, posting)
    context = {
        "posting": posting,
        "employer": posting.employer,
        "is_preview": is_preview,
        "is_closed": not is_open and not is_preview,
        "similar": [] if is_preview else similar_to(posting),
        "summary": to_text(posting.description)[:155],
        "has_logo": EmployerLogo.objects.filter(employer=posting.employer_id).exists(),
        "changes": posting.changes.select_related("by") if is_preview else [],
    }
    if is_open:
        context["json_ld"] = job_json_ld(posting, settings.SITE_URL, has_logo=context["has_logo"])
    if request.user.is_authenticated:
        context["is_saved"] = SavedPosting.objects.filter(
            user=request.user, posting=posting
        ).exists()
        context["application"] = Application.objects.filter(
            candidate=request.user, posting=posting
        ).first()
    status = 410 if context["is_closed"] else 200
    response = render(request, "careers/job_detail.html", context, status=status)
    if is_preview:
        response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@conditional_page
@cache_control(public=True, max_age=3600)
def job_card(request, pk):
    """The picture that social networks show of a live job; asked again, it is sent if changed."""
    posting = _posting(pk)
    if not posting.is_on_board:
        raise Http404("There is no such job.")
    card = card_of(posting, settings.SITE_NAME)
    return HttpResponse(draw_card(card), content_type="image/png")


@require_POST
@private
def job_save(request, pk):
    """Keeps a job for later, or lets it go; back to where it was asked for."""
    posting = get_object_or_404(Posting, pk=pk)
    is_saved = request.POST.get("saved") == "yes"
    if posting.state in _HIDDEN and is_saved:
        raise Http404("There is no such job.")
    actions.save_for_later(posting=posting, user=request.user, is_saved=is_saved)
    words = "is saved under My jobs" if is_saved else "is off your list"
    messages.success(request, f"“{posting.title}” {words}.")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = posting.get_absolute_url()
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
def job_report(request, pk):
    """Tells the administrators that a job should not be here."""
    posting = _posting(pk)
    if not posting.is_on_board:
        raise Http404("There is no such job.")
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.report(
            posting=posting,
            reason=form.cleaned_data["reason"],
            details=form.cleaned_data["details"],
            user=request.user,
            network_hash=network_hash(request, timezone.localdate(), "careers.report"),
        )
        messages.success(request, "Thank you. An administrator will look at this job.")
        return redirect(posting)
    return render(request, "careers/job_report.html", {"form": form, "posting": posting})


def _posting(pk: int) -> Posting:
    return get_object_or_404(
        Posting.objects.select_related("employer", "specialty").prefetch_related(
            "locations", "credentials"
        ),
        pk=pk,
    )


def _may_preview(user, posting: Posting) -> bool:
    if not user.is_authenticated:
        return False
    if user.is_staff and user.has_perm("careers.view_posting"):
        return True
    return Membership.objects.filter(employer=posting.employer_id, user=user).exists()


def _count(request, posting: Posting) -> None:
    """Count a view, but not of what fetches ahead, nor of the employer's own people."""
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.method != "GET" or is_ahead:
        return
    user = request.user
    if user.is_authenticated and (
        user.is_staff or Membership.objects.filter(employer=posting.employer_id, user=user).exists()
    ):
        return
    actions.count_view(posting_id=posting.pk)
