"""Who may open which address of the board: guards of views."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.cache import add_never_cache_headers

from careers.models import Application, Employer, Membership, Posting


def private(view):
    """For those logged in; no cache keeps the page."""

    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return guarded


def for_members(view):
    """Loads the employer of the address for one of its members; for others there is none."""

    @private
    @wraps(view)
    def guarded(request, slug, *args, **kwargs):
        membership = _membership(request, slug)
        request.membership = membership
        return view(request, membership.employer, *args, **kwargs)

    return guarded


def for_owners(view):
    """The same for its owners alone."""

    @private
    @wraps(view)
    def guarded(request, slug, *args, **kwargs):
        membership = _membership(request, slug)
        if membership.role != Membership.Role.OWNER:
            raise Http404("Only owners may do this.")
        request.membership = membership
        return view(request, membership.employer, *args, **kwargs)

    return guarded


def _membership(request, slug: str) -> Membership:
    return get_object_or_404(
        Membership.objects.select_related("employer"), employer__slug=slug, user=request.user
    )


def own_posting(employer: Employer, pk: int) -> Posting:
    """A posting of the employer, or Http404."""
    return get_object_or_404(
        employer.postings.select_related("employer", "specialty").prefetch_related(
            "locations", "credentials"
        ),
        pk=pk,
    )


def readable_application(request, key) -> tuple[Application, bool]:
    """An application, for its candidate or a member of its employer, and whether for the first."""
    application = get_object_or_404(
        Application.objects.select_related("posting__employer", "resume", "candidate"), key=key
    )
    if application.candidate_id == request.user.pk:
        return application, True
    if Membership.objects.filter(
        employer=application.posting.employer_id, user=request.user
    ).exists():
        return application, False
    raise Http404("There is no such application.")
