"""What CaseConsultant is, and a member's case."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from consultant.models import Thread
from consultant.shown import is_waiting, shown_messages


@require_safe
@cache_control(private=True, no_cache=True)
def thread_list(request):
    """What CaseConsultant is. Context: what `about` gives."""
    return render(request, "consultant/landing.html", about())


@require_safe
@never_cache
@login_required
def thread_detail(request, pk):
    """The messages of a case; for anybody but its member there is none.

    Context: `thread`, `shown` (ShownMessage), `is_waiting`, and what `about` gives.
    """
    thread = Thread.objects.filter(user=request.user, pk=pk).first()
    if thread is None:
        raise Http404("There is no such case.")
    shown = shown_messages(thread)
    context = {"thread": thread, "shown": shown, "is_waiting": is_waiting(shown), **about()}
    return render(request, "consultant/thread_detail.html", context)


def about() -> dict:
    """What the pages say of the service: its address, times and limits."""
    return {
        "address": settings.CONSULTANT_ADDRESS,
        "member_mails": settings.MEMBER_MAILS_PER_DAY,
        "reply_hours": settings.CONSULTANT_REPLY_HOURS,
        "keep_days": settings.CONSULTANT_KEEP_DAYS,
        "most_megabytes": settings.MAIL_MAX_MB,
    }
